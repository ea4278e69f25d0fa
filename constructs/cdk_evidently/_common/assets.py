"""The assets of the `lambda/` folder, and the folders in it that an SDK reads."""

from typing import Final

from aws_cdk import aws_lambda as lambda_

from cdk_evidently._common.contract import contract, lambda_folder

# Byte code contains its source's path and time: with it, two installs of one wheel would give two asset hashes.
_EXCLUDED: Final = ("**/__pycache__", "**/*.pyc", "**/.*")
_HANDLERS: Final = ("evidently_*",)


def handler_code() -> lambda_.Code:
    """Return the asset of all handlers: the same bytes, and so the same hash, from a checkout and from any install."""
    return lambda_.Code.from_asset(str(lambda_folder()), exclude=list(_EXCLUDED))


def client_code() -> lambda_.Code:
    """Return the asset that an SDK needs to call the API: the model and the signing rules, without the handlers."""
    return lambda_.Code.from_asset(str(lambda_folder()), exclude=[*_EXCLUDED, *_HANDLERS])


def models_path() -> str:
    """Return the folder of the API model, for botocore's `AWS_DATA_PATH`.

    With it, a boto3 that has lost its `evidently` client (1.42.51 and newer) has one again:

        os.environ["AWS_DATA_PATH"] = cdk_evidently.models_path()
        boto3.client("evidently", endpoint_url=...)
    """
    return str(lambda_folder() / contract.MODELS_FOLDER)


def signing_path() -> str:
    """Return the folder of the rules that make botocore sign for `execute-api`, for its `AWS_DATA_PATH`.

    Calls to an `EvidentlyService` in AWS need it. It has to come before `models_path()` in the path, as the rules there
    sign for `evidently`. The rules take the URL from `AWS_ENDPOINT_URL_EVIDENTLY` or `endpoint_url`.
    """
    return str(lambda_folder() / contract.EXECUTE_API_RULES_FOLDER)
