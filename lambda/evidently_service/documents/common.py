"""Helpers that the documents of all resources share."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import evidently_contract as contract
from evidently_service.domain.errors import Problem, ValidationError


def kept(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the named members that are present."""
    return {name: given[name] for name in names if name in given}


def merged(body: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with some members replaced; an empty description removes it."""
    found = {**body, **changes}
    return {name: value for name, value in found.items() if (name, value) != ("description", "")}


def iso(milliseconds: int) -> str:
    """Return a time as ISO 8601 text, to the millisecond."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one ValidationError for all problems, if there are any.

    Raises:
        ValidationError: there is at least one problem.

    """
    found = list(problems)
    if found:
        raise ValidationError.of(found)


def tag_problems(tags: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for too many tags: the model bounds each tag, but not their number."""
    if len(tags) > contract.MAX_TAGS:
        yield Problem("tags", f"must have at most {contract.MAX_TAGS} entries, there would be {len(tags)}")


def name_problems(field: str, names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each name that occurs more than once."""
    for name in (name for name, count in Counter(names).items() if count > 1):
        yield Problem(field, f"must have different names; '{name}' occurs more than once")
