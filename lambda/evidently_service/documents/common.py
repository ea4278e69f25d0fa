"""What the documents of all resources share."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import evidently_contract as contract
from evidently_service.domain.errors import Problem, ValidationError


def kept(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return those of the members that are there."""
    return {name: given[name] for name in names if name in given}


def merged(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with some members in the old ones' place; an empty description is how one is taken away."""
    found = {**body, **changes}
    return {name: value for name, value in found.items() if (name, value) != ("description", "")}


def refuse(problems: Iterable[Problem]) -> None:
    """Raise a ValidationError of all the problems, if there are any."""
    found = list(problems)
    if found:
        raise ValidationError.of(found)


def tag_problems(tags: Mapping[str, str]) -> Iterator[Problem]:
    """Find too many tags: the model has a rule for each, and none for their number."""
    if len(tags) > contract.MAX_TAGS:
        yield Problem("tags", f"must have at most {contract.MAX_TAGS} entries, there would be {len(tags)}")


def name_problems(field: str, names: Iterable[str]) -> Iterator[Problem]:
    """Find names that stand twice in a list where each is to be another."""
    for name in (name for name, count in Counter(names).items() if count > 1):
        yield Problem(field, f"must have different names; '{name}' is there twice")
