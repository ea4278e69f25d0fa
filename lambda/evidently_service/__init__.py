"""The Evidently API, served from API Gateway, Lambda and DynamoDB.

A request goes one way through the modules: `handler` and `application` (the edge), `gateway` (event in, answer out),
`routing` and `validation` (the model's paths and shapes), `operations` (one function each), and back through
`serialisation`. Decisions are pure (`launch_states`, `documents`, `arns`); `store` alone talks to DynamoDB.
"""
