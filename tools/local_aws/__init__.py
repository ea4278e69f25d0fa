"""The local AWS: MiniStack as a process of its own, the real CDK CLI against it, and what is built on the two.

| module | what lives there |
|---|---|
| `errors` | every way in which this can fail, as a sentence |
| `processes` | processes that end with all they started, and signals that unwind the stack |
| `server` | starts and ends MiniStack |
| `cdk_cli` | runs the real CDK CLI on the example app |
| `stacks` | deploys synthesized stacks through boto3, without the CLI |
| `petfood` | the example's project, feature and launch, made through the Evidently API |
| `demo` | `make demo` |
| `standing` | `make up` and `make down` |
"""
