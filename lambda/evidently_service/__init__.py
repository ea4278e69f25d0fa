"""The Evidently API, served from API Gateway, Lambda and DynamoDB.

handler.py        the entry: what a warm function keeps
application.py    from an event to a response, whatever goes wrong

http/             API Gateway's events and responses; from a path to an operation
protocol/         the API model: validation of requests, serialisation of responses, the headers of ownership
operations/       one function an operation; lists, and ownership around an operation
documents/        from requests to resources, and how a resource looks in a response
evaluation/       which variation an entity gets, segment patterns, the split: pure
domain/           resources, ownership, quotas, ARNs, errors: pure
storage/          the table's layout and writes; `store` alone calls DynamoDB
telemetry/        evaluation events and metrics
"""
