"""What runs in AWS, as the constructs see it: the `lambda/` folder, the contract in it, and the asset made of it.

An installed wheel holds the folder as `cdk_evidently/_lambda`; in a checkout, and for an editable install of one, it
lies beside `constructs/`. Everything that reads it asks `lambda_folder`.
"""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from aws_cdk import aws_lambda as lambda_

_PACKAGE: Final = Path(__file__).resolve().parent
_CONTRACT: Final = "evidently_contract"

# Byte code holds its source's path and time: with it, two installs of one wheel would be two assets.
_NOT_OURS: Final = ("**/__pycache__", "**/*.pyc", "**/.*")
_HANDLERS: Final = ("evidently_*",)


@cache
def lambda_folder() -> Path:
    """Return the folder that holds the handlers, the contract and the API model."""
    installed, checkout = _PACKAGE / "_lambda", _PACKAGE.parents[1] / "lambda"
    for folder in (installed, checkout):
        if (folder / f"{_CONTRACT}.py").is_file():
            return folder
    message = (
        f"The handlers are missing: neither {installed} nor {checkout} holds {_CONTRACT}.py. Reinstall the package."
    )
    raise FileNotFoundError(message)


def _load_contract() -> ModuleType:
    path = lambda_folder() / f"{_CONTRACT}.py"
    spec = importlib.util.spec_from_file_location(f"{__package__}._{_CONTRACT}", path)
    if spec is None or spec.loader is None:
        message = f"{path} can't be loaded as a module. Reinstall the package."
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The one module that synth and handlers share, constants only. Loaded by path: the two rooms never import each other.
contract: Final = _load_contract()


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
