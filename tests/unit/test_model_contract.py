"""Our model against that of AWS's last official client: every operation, member, location, constraint and error.

The comparison runs twice: on the documents without documentation, and on botocore's `ServiceModel` of each, which
client and server use.
"""

import json
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape
from botocore.paginate import PaginatorModel

from helpers.official_client import API_FOLDER, load_official
from helpers.rooms import MODELS

PROSE = {"documentation", "deprecatedMessage"}
NAMED_BY_USERS = {"operations", "shapes", "members"}  # their keys are names of the API, even if one is "documentation"


def load_ours(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((MODELS / API_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def without_prose(node: Any, *, names: bool = False) -> Any:
    match node:
        case dict():
            return {
                key: without_prose(value, names=key in NAMED_BY_USERS and not names)
                for key, value in node.items()
                if names or key not in PROSE
            }
        case list():
            return [without_prose(value) for value in node]
        case _:
            return node


OURS = load_ours("service-2")
OUR_MODEL = ServiceModel(OURS, "evidently")
OPERATIONS = sorted(OURS["operations"])


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    return load_official("service-2")


@pytest.fixture(scope="module")
def official_model(official: dict[str, Any]) -> ServiceModel:
    return ServiceModel(official, "evidently")


def shape_facts(shape: Shape | None, above: tuple[str, ...] = ()) -> Any:
    """Return all that botocore knows of a shape, down to its leaves, as plain values that compare and print well."""
    if shape is None or shape.name in above:
        return shape.name if shape else None
    facts: dict[str, Any] = {
        "name": shape.name,
        "type": shape.type_name,
        "constraints": dict(shape.metadata),
        "wire": dict(shape.serialization),
    }
    below = (*above, shape.name)
    match shape:
        case StructureShape():
            members = {name: shape_facts(member, below) for name, member in shape.members.items()}
            facts |= {"members": members, "union": shape.is_tagged_union, "error": shape.error_code}
        case ListShape():
            facts["member"] = shape_facts(shape.member, below)
        case MapShape():
            facts |= {"key": shape_facts(shape.key, below), "value": shape_facts(shape.value, below)}
        case StringShape():
            facts["enum"] = list(shape.enum)
    return facts


def operation_facts(operation: OperationModel) -> dict[str, Any]:
    return {
        "name": operation.wire_name,
        "http": operation.http,
        "endpoint": operation.endpoint,
        "deprecated": operation.deprecated,
        "idempotency": operation.idempotent_members,
        "auth": (operation.auth_type, operation.auth, operation.unsigned_payload),
        "streams": (operation.has_streaming_input, operation.has_streaming_output),
        "input": shape_facts(operation.input_shape),
        "output": shape_facts(operation.output_shape),
        "errors": [shape_facts(error) for error in operation.error_shapes],
    }


def test_the_documents_are_the_same_but_for_the_documentation(official: dict[str, Any]) -> None:
    assert without_prose(official) == OURS


def test_the_paginators_are_the_same() -> None:
    official, ours = PaginatorModel(load_official("paginators-1")), PaginatorModel(load_ours("paginators-1"))
    names = load_official("paginators-1")["pagination"]
    assert len(names) == 6
    assert {name: official.get_paginator(name) for name in names} == {name: ours.get_paginator(name) for name in names}
    assert load_ours("paginators-1") == load_official("paginators-1")


def test_the_service_is_the_same(official_model: ServiceModel) -> None:
    assert OUR_MODEL.metadata == official_model.metadata
    assert OUR_MODEL.operation_names == sorted(official_model.operation_names)
    assert sorted(OUR_MODEL.shape_names) == sorted(official_model.shape_names)
    assert {error.name for error in OUR_MODEL.error_shapes} == {error.name for error in official_model.error_shapes}


@pytest.mark.parametrize("name", OPERATIONS)
def test_botocore_reads_the_same_operation(official_model: ServiceModel, name: str) -> None:
    ours, official = OUR_MODEL.operation_model(name), official_model.operation_model(name)
    assert operation_facts(ours) == operation_facts(official)
