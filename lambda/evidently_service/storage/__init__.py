"""The table: its layout, its writes, and the only module that calls DynamoDB."""
