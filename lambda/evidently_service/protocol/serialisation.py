"""Responses in the model's shapes: modelled members only, no nulls, times in seconds since 1970."""

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from evidently_service.domain.errors import ApiError
from evidently_service.protocol.api_model import service_model

_MILLISECONDS = 1000


def serialise(shape: Shape | None, value: Any) -> Any:
    """Return a value as JSON of a shape; the service counts time in milliseconds, the API in seconds since 1970."""
    match shape:
        case StructureShape():
            return {
                name: serialise(member, value[name])
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case ListShape():
            return [serialise(shape.member, item) for item in value]
        case MapShape():
            return {key: serialise(shape.value, item) for key, item in value.items()}
        case Shape(type_name="timestamp"):
            return value / _MILLISECONDS
        case _:
            return value


def serialise_error(error: ApiError) -> Mapping[str, Any]:
    """Return an error's body: its code, and its modelled members, nulls included, as in the 404 of AWS's data plane.

    The code is where clients look without the header `x-amzn-errortype`, which a script in a browser may not see.
    """
    shape = service_model().shape_for(error.shape)
    known = shape.members if isinstance(shape, StructureShape) else {}
    return {"__type": error.shape, **{name: error.members[name] for name in known if name in error.members}}
