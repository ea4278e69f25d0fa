"""HTTP in API Gateway's form: events, responses, and the operation of a path."""
