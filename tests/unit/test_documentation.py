"""The tests that the documentation names are there, and so are the reasons that it explains."""

import ast
import re

import pytest

from helpers.rooms import LAMBDA, ROOT

_NAMED = re.compile(r"`((?:unit|synth|deploy)/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("page", ["docs/behaviour.md", "docs/security.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    named = _NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_every_reason_that_the_runbook_explains_is_one_that_is_given() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| ", page.split("## Lines worth an eye")[0], re.MULTILINE)
    said = [
        node.value
        for path in LAMBDA.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    pieces = [
        piece.strip()
        for row in rows
        for reason in re.findall(r"`([^`]+)`", row)
        # What stands for something: dots, statuses, what is in brackets.
        for piece in re.split(r"…|\(.*\)|\b[A-Z]{3,}\b|\d+", reason)
        if len(piece.strip()) > len("of")
    ]
    assert len(pieces) > len(rows)
    assert [piece for piece in pieces if not any(piece in text for text in said)] == []
