"""Each reason of a FAILED that the runbook explains is one that the provider gives."""

import ast
import re

from helpers.rooms import LAMBDA, ROOT


def test_every_reason_that_the_runbook_explains_stands_in_the_code() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| ", page.split("## Lines worth an eye")[0], re.MULTILINE)
    texts = [
        node.value
        for path in LAMBDA.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    pieces = [
        piece.strip()
        for row in rows
        for reason in re.findall(r"`([^`]+)`", row)
        # The runbook writes dots, a status or a number in brackets where the code inserts a value.
        for piece in re.split(r"…|\(.*\)|\b[A-Z]{3,}\b|\d+", reason)
        if len(piece.strip()) > len("of")
    ]
    assert len(pieces) > len(rows)
    assert [piece for piece in pieces if not any(piece in text for text in texts)] == []
