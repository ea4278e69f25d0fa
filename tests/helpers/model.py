"""The shapes of the API's model, in tests of what reads them."""

from functools import cache
from pathlib import Path
from typing import Any

import botocore.loaders
from botocore.model import ServiceModel

import evidently_contract as contract

_MODELS = Path(contract.__file__).parent / contract.MODELS_FOLDER


@cache
def _model() -> ServiceModel:
    loader = botocore.loaders.Loader(extra_search_paths=[str(_MODELS)])
    return ServiceModel(loader.load_service_model(contract.API_NAME, "service-2", contract.API_VERSION))


def request_shape(operation: str) -> Any:
    """Return the shape of an operation's request."""
    return _model().operation_model(operation).input_shape
