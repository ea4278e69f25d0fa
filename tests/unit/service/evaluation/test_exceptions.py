"""The exceptions from event-ruler that docs/evaluation.md lists: each example does what its row says."""

import re

import pytest

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import compile_pattern
from helpers.rooms import ROOT

DOCS = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\| (.+) \| `(.+)` \| `(.+)` \| (match|no match) \| (match|no match|refused) \|$", DOCS, re.MULTILINE
)


def outcome(pattern: str, context: str) -> str:
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return "refused"
    return "match" if compiled.matches(parse_context(context)) else "no match"


@pytest.mark.parametrize(("rule", "pattern", "context", "theirs", "ours"), ROWS, ids=[row[1] for row in ROWS])
def test_an_exception_is_as_its_row_in_the_docs_says(
    rule: str, pattern: str, context: str, theirs: str, ours: str
) -> None:
    assert outcome(pattern, context) == ours != theirs, rule


def test_every_row_is_read() -> None:
    table = DOCS.partition("| exception |")[2].partition("\n\n")[0]
    assert len(ROWS) == table.count("\n") - 1
