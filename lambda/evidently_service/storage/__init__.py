"""The table: where a resource is in it, how it is written, and the one place that calls DynamoDB."""
