"""The Evidently API, served from API Gateway, Lambda and DynamoDB."""
