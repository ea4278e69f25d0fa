"""docs/properties.md has every property of the managed resources, as the contract and the API's model have it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evidently_contract as contract
from helpers.model import request_shape

PAGE = (Path(__file__).parents[4] / "docs" / "properties.md").read_text(encoding="utf-8")
TYPES = {"string": "text", "long": "whole number", "double": "number", "boolean": "true or false", "timestamp": "time"}


def shape_at(shape: Any, member: str) -> Any:
    for part in member.split("."):
        shape = shape.members[part]
    return shape


def required(shape: Any, member: str) -> bool:
    first, _, rest = member.partition(".")
    return first in shape.required_members and (not rest or required(shape.members[first], rest))


def limits(shape: Any, unit: str = "") -> str:
    rules = shape.metadata
    size = f"{rules.get('min', 0)} to {rules['max']}{unit}" if "max" in rules else ""
    one_of = f"one of {', '.join(shape.enum)}" if getattr(shape, "enum", None) else ""
    pattern = rules.get("pattern", ".*")
    return ", ".join(each for each in (size, one_of, "" if pattern == ".*" else f"`{pattern}`") if each)


def rows(fields: Any, shape: Any, path: str = "", within: str = "") -> Iterator[tuple[str, str, str, str, str]]:
    for name, field in fields.items():
        place = f"{path}{name}"
        match field:
            case str(member):
                found = shape_at(shape, member)
                unit = " characters" if found.type_name == "string" else ""
                must = "yes" if required(shape, member) else ""
                yield place, TYPES[found.type_name], must, f"{within}{member}", limits(found, unit)
            case (member, item):
                found = shape_at(shape, member)
                must = "yes" if required(shape, member) or name in contract.REQUIRED else ""
                rule = f"0 to {contract.MAX_TAGS} entries" if name == contract.PROPERTY_TAGS else ""
                yield place, "list", must, f"{within}{member}", rule or limits(found, " entries")
                if found.type_name == "map":
                    for role, inner in ((contract.MAP_KEY, found.key), (contract.MAP_VALUE, found.value)):
                        (entry,) = (it for it, its_role in item.items() if its_role == role)
                        unit = " characters" if inner.type_name == "string" else ""
                        kind = "the key" if role == contract.MAP_KEY else "the value"
                        yield f"{place}[].{entry}", TYPES[inner.type_name], "yes", kind, limits(inner, unit)
                else:
                    yield from rows(item, found.member, f"{place}[].", f"{within}{member}[].")
            case _:
                yield from rows(field, shape, f"{place}.", within)


@pytest.mark.parametrize("kind", contract.PROPERTIES)
def test_the_table_of_a_resource_type_is_the_contract(kind: str) -> None:
    found = rows(contract.PROPERTIES[kind], request_shape(f"Create{kind.capitalize()}"))
    lines = [
        f"| `{name}` | {type_} | {must} | `{member}` | {rule.replace('|', chr(92) + '|')} |"
        for name, type_, must, member, rule in found
    ]
    table = "\n".join(line.replace("`the key`", "the key").replace("`the value`", "the value") for line in lines)
    title = f"## Custom::Evidently{kind.capitalize()}"
    section = PAGE.partition(f"{title}\n")[2].partition("\n## ")[0]
    assert table in section, f"the table under {title} has to be:\n{table}"


def test_the_page_is_of_this_version() -> None:
    assert f"**SchemaVersion {contract.SCHEMA_VERSION}**" in PAGE


@pytest.mark.parametrize("name", contract.NO_COUNTERPART)
def test_what_has_no_counterpart_is_named_with_the_way(name: str) -> None:
    assert f"| `{name}` | {contract.NO_COUNTERPART[name]} |" in PAGE


def test_every_common_property_is_there() -> None:
    common = [value for name, value in vars(contract).items() if name.startswith("PROPERTY_")]
    assert [name for name in [*common, "ServiceToken", "ServiceTimeout"] if f"`{name}`" not in PAGE] == []


def test_every_attribute_is_there() -> None:
    attributes = [value for name, value in vars(contract).items() if name.startswith("ATTRIBUTE_")]
    assert [name for name in attributes if f"`{name}`" not in PAGE] == []
