"""The README's table of operations is true."""

import json
import re

from evidently_service.operations import OFFERED
from helpers.rooms import MODELS, ROOT

_ROW = re.compile(r"^\| (?:[\w ]+) \| ([\w, `]+) \| (yes|no) \|$", re.MULTILINE)


def test_the_readme_says_of_each_operation_of_the_model_whether_it_is_offered() -> None:
    model = json.loads((MODELS / "evidently" / "2021-02-01" / "service-2.json").read_text(encoding="utf-8"))
    rows = _ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    said = {name: offered for names, offered in rows for name in re.findall(r"`(\w+)`", names)}
    assert sorted(said) == sorted(model["operations"])
    assert {name for name, offered in said.items() if offered == "yes"} == set(OFFERED)
