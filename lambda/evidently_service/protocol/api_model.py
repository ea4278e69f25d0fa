"""The API model, read through botocore: the single source of shapes, paths and error codes."""

from functools import cache
from pathlib import Path

from botocore.loaders import Loader
from botocore.model import ServiceModel

import evidently_contract as contract

_MODELS = Path(__file__).resolve().parents[2] / contract.MODELS_FOLDER


@cache
def service_model() -> ServiceModel:
    """Return the model that ships beside this package; loaded once for each sandbox."""
    loader = Loader(extra_search_paths=[str(_MODELS)], include_default_search_paths=False)
    description = loader.load_service_model(contract.API_NAME, "service-2", contract.API_VERSION)
    return ServiceModel(description, contract.API_NAME)


@cache
def http_status(error_shape: str) -> int:
    """Return the HTTP status of one of the model's exceptions."""
    return int(service_model().shape_for(error_shape).metadata["error"]["httpStatusCode"])


@cache
def largest(shape: str) -> int:
    """Return a shape's maximum in the model: of a number, or of the length of a list or string."""
    return int(service_model().shape_for(shape).metadata["max"])
