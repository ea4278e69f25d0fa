"""From method and path to an operation of the model and the values in its path.

A request may name a project, a segment or a tagged resource by ARN, and an ARN has slashes. SDKs escape them (`%2F`),
but an HTTP API gives Lambda a decoded path (see middleapi/standard-server #93). So both forms match: an unescaped
`arn:…:project` extends over the path segment after it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from botocore.model import OperationModel, Shape

from evidently_service.domain.errors import Reason, ValidationError
from evidently_service.protocol.api_model import service_model

_LABEL = re.compile(r"\{(\w+)\}")
# A label may be empty here, so that validation can report it: `/projects//launches` lacks a project.
_NAME = r"[^/]*"
_NAME_OR_ARN = r"arn:[^/]*:(?:project|segment)/[^/]*|(?!arn:[^/]*:(?:project|segment)/)[^/]*"
_ANY_ARN = r".*"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation, and the decoded values of its path labels, by member name."""

    operation: OperationModel
    labels: Mapping[str, str]


def route(method: str, path: str) -> Route:
    """Return the operation of a path.

    Raises:
        ValidationError: the API has no such path or method; its reason is unknownOperation.

    """
    for candidate_method, pattern, operation in _routes():
        if candidate_method == method and (match := pattern.fullmatch(path)):
            return Route(operation, {name: unquote(value) for name, value in match.groupdict().items()})
    raise ValidationError(f"The Evidently API has no operation {method} on this path.", reason=Reason.UNKNOWN_OPERATION)


@cache
def _routes() -> tuple[tuple[str, re.Pattern[str], OperationModel], ...]:
    """Return the routes with the fewest labels first, so that `/projects/{project}` never shadows a literal path."""
    operations = [service_model().operation_model(name) for name in service_model().operation_names]
    operations.sort(key=lambda operation: len(_LABEL.findall(operation.http["requestUri"])))
    return tuple((operation.http["method"], _pattern(operation), operation) for operation in operations)


def _pattern(operation: OperationModel) -> re.Pattern[str]:
    members = {
        member.serialization.get("name", name): (name, member)
        for name, member in (operation.input_shape.members if operation.input_shape else {}).items()
    }
    parts = _LABEL.split(operation.http["requestUri"])
    # split() alternates: literal, label, literal, …
    for index in range(1, len(parts), 2):
        name, shape = members[parts[index]]
        parts[index] = f"(?P<{name}>{_label_pattern(shape)})"
    return re.compile("".join(part if index % 2 else re.escape(part) for index, part in enumerate(parts)), re.DOTALL)


def _label_pattern(shape: Shape) -> str:
    rule = shape.metadata.get("pattern", "")
    if rule.startswith("arn:"):
        return _ANY_ARN
    return _NAME_OR_ARN if "arn:" in rule else _NAME
