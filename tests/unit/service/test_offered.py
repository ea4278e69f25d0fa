"""The table of operations in the documentation is true."""

import json
import re

from evidently_service.operations import OFFERED
from helpers.rooms import MODELS, ROOT

_ROW = re.compile(r"^\| (\w+) \| (yes|no) \|$", re.MULTILINE)


def test_the_documented_table_of_operations_is_that_of_the_model_and_of_the_service() -> None:
    model = json.loads((MODELS / "evidently" / "2021-02-01" / "service-2.json").read_text(encoding="utf-8"))
    rows = _ROW.findall((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    assert [operation for operation, _ in rows] == sorted(model["operations"])
    assert {operation for operation, offered in rows if offered == "yes"} == set(OFFERED)
