"""The local AWS: MiniStack as a process of its own, the real CDK CLI against it, and what is built on the two.

    server.py       starts and ends MiniStack
    cdk_cli.py      runs the real CDK CLI on the example app
    stacks.py       deploys a synthesized stack through boto3, without the CLI
    petfood.py      the example project, feature and launch, made through the Evidently API
    demo.py         `make demo`
    standing.py     `make up` and `make down`
"""
