"""The reasons that the runbook explains are reasons that are given."""

import ast
import re

from helpers.rooms import LAMBDA, ROOT


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
