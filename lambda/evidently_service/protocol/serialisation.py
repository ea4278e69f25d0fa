"""Answers in the model's shapes: only modelled members, absent ones left out, times as epoch seconds."""

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from evidently_service.domain.errors import ApiError
from evidently_service.protocol.api_model import service_model

_MILLISECONDS = 1000


def serialise(shape: Shape | None, value: Any) -> Any:
    """`value` as the JSON of `shape`. Inside, times are whole milliseconds since 1970, outside they are seconds."""
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
    """Return an error's body: the modelled members that it has; a null stays, as in AWS's own data plane 404s."""
    shape = service_model().shape_for(error.shape)
    known = shape.members if isinstance(shape, StructureShape) else {}
    return {name: error.members[name] for name in known if name in error.members}
