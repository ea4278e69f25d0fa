"""The assets made of the `lambda/` folder, and the folders in it that an SDK reads."""

from typing import Final

from aws_cdk import aws_lambda as lambda_

from cdk_evidently._common.contract import contract, lambda_folder

# Byte code holds its source's path and time: with it, two installs of one wheel would be two assets.
_NOT_OURS: Final = ("**/__pycache__", "**/*.pyc", "**/.*")
_HANDLERS: Final = ("evidently_*",)


def handler_code() -> lambda_.Code:
    """Return the asset of all handlers: the same bytes, and so the same hash, from a checkout and from any install."""
    return lambda_.Code.from_asset(str(lambda_folder()), exclude=list(_NOT_OURS))


def client_code() -> lambda_.Code:
    """Return the asset of what an SDK reads to call the API: the handlers' without the handlers."""
    return lambda_.Code.from_asset(str(lambda_folder()), exclude=[*_NOT_OURS, *_HANDLERS])


def models_path() -> str:
    """Return the folder of the API model, for botocore's `AWS_DATA_PATH`.

    With it, a boto3 that has lost its `evidently` client (1.42.51 and newer) has one again:

        os.environ["AWS_DATA_PATH"] = cdk_evidently.models_path()
        boto3.client("evidently", endpoint_url=...)
    """
    return str(lambda_folder() / contract.MODELS_FOLDER)


def signing_path() -> str:
    """Return the folder of the rules by which botocore signs for `execute-api`, for its `AWS_DATA_PATH`.

    An `EvidentlyService` in AWS needs that. It has to come before `models_path()`, whose own rules sign for
    `evidently`. The rules take the URL from `AWS_ENDPOINT_URL_EVIDENTLY` or `endpoint_url`.
    """
    return str(lambda_folder() / contract.EXECUTE_API_RULES_FOLDER)
