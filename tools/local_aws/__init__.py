"""The local AWS: MiniStack in its own process, the real CDK CLI against it, and the commands on top of both.

errors.py            every failure, as a sentence
processes.py         process groups, and signals that unwind the Python stack
server.py            starts and stops MiniStack
cdk_cli.py           runs the real CDK CLI on the example app
stacks.py            deploys synthesized stacks through boto3, without the CLI
petfood.py           the example's launch, read and evaluated through the Evidently API
demo.py              `make demo`
local_instance.py    `make up` and `make down`
"""
