"""The Evidently API, served from API Gateway, Lambda and DynamoDB.

handler.py        Lambda's entry: makes the application once for each sandbox
application.py    from an event to a response, whatever fails on the way

http/             API Gateway's events and responses; the path's operation
protocol/         the API model: validation of requests, serialisation of responses, the headers of ownership
operations/       one function for each operation; pages of lists; ownership around an operation
documents/        which members of a request a resource keeps, and how it looks in a response: pure
evaluation/       an entity's variation, segment patterns, the split: pure
domain/           resources, ownership, quotas, ARNs, errors: pure
storage/          the table's layout and writes; only `store` calls DynamoDB
telemetry/        evaluation events and metrics
"""
