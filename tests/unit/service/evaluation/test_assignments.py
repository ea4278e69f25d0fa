"""Assignments never change: compared with golden files, and with the code in docs/evaluation.md.

The buckets in golden_buckets.json come from sha256sum, not from the code under test. Nobody ever regenerates the files:
users have these assignments in their data.
"""

import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.evaluate import Reason, compile_plan
from evidently_service.evaluation.pattern import compile_pattern
from evidently_service.evaluation.split import Split
from helpers.rooms import ROOT

HERE: Final = Path(__file__).parent
BUCKETS: Final = json.loads((HERE / "golden_buckets.json").read_text(encoding="utf-8"))
EVALUATIONS: Final = json.loads((HERE / "golden_answers.json").read_text(encoding="utf-8"))
SIGNS: Final = {Reason.DEFAULT: "-", Reason.ENTITY_OVERRIDES_MATCH: "!"}  # in place of a group's name
SNIPPET: Final = re.compile(r"```python\n(.*?)```", re.DOTALL)
NAMES: Final = st.text(st.characters(codec="utf-8"), max_size=20)


@pytest.fixture(scope="module")
def documented_group_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str | None]:
    """Return `group_of` of the documentation, after the documentation's own asserts."""
    [snippet] = SNIPPET.findall((ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8"))
    script = tmp_path_factory.mktemp("docs") / "snippet.py"
    script.write_text(snippet, encoding="utf-8")
    function: Callable[..., str | None] = runpy.run_path(str(script))["group_of"]
    return function


@pytest.mark.parametrize(("salt", "segment", "entity", "bucket"), BUCKETS, ids=map(str, range(len(BUCKETS))))
def test_an_entitys_bucket_never_changes(salt: str, segment: str, entity: str, bucket: int) -> None:
    assert Split.of(salt, segment, []).bucket_of(entity) == bucket


@pytest.mark.parametrize("golden", EVALUATIONS["answers"], ids=lambda golden: golden["case"])
def test_an_entitys_group_never_changes(golden: dict[str, Any]) -> None:
    patterns = {name: compile_pattern(text) for name, text in EVALUATIONS["patterns"].items()}
    plan = compile_plan(EVALUATIONS["feature"], EVALUATIONS["launches"], patterns)
    found = []
    for number in range(40):
        result = plan.evaluate(f"user-{number}", parse_context(golden["context"]), golden["now"])
        found.append(json.loads(result.details).get("group") or SIGNS[result.reason])
    assert " ".join(found) == golden["groups"]


@settings(deadline=None)
@given(NAMES, NAMES, NAMES, st.lists(st.integers(0, 100_000), max_size=5))
def test_the_documented_lines_reproduce_every_assignment(
    documented_group_of: Callable[..., str | None], entity: str, salt: str, segment: str, weights: list[int]
) -> None:
    by_group = {f"group-{number}": weight for number, weight in enumerate(weights)}
    found = Split.of(salt, segment, by_group.items()).group_of(entity)
    assert documented_group_of(entity, salt, by_group, segment) == found
