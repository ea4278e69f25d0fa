"""Assignments never change: compared with golden files, and with the code in docs/evaluation.md.

The buckets in golden_buckets.json come from sha256sum, not from the code under test, and the groups in
golden_answers.json from these buckets and the documentation. Nobody ever regenerates the files: users have these
assignments in their data.
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
VECTOR: Final = re.compile(r"^\| ([\d ]+) \| `(.*?)` \| (\d) \| `(.*?)` \|$", re.MULTILINE)
NAMES: Final = st.text(max_size=20)  # halves of surrogate pairs too


@pytest.fixture(scope="module")
def documented_group_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str | None]:
    """Return `group_of` of the documentation, after the documentation's own asserts."""
    [snippet] = SNIPPET.findall((ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8"))
    script = tmp_path_factory.mktemp("docs") / "snippet.py"
    script.write_text(snippet, encoding="utf-8")
    function: Callable[..., str | None] = runpy.run_path(str(script))["group_of"]
    return function


@pytest.mark.parametrize(("salt", "met", "entity", "bucket"), BUCKETS, ids=map(str, range(len(BUCKETS))))
def test_an_entitys_bucket_never_changes(salt: str, met: int, entity: str, bucket: int) -> None:
    assert Split.of(salt, []).bucket_of(entity, met) == bucket


def test_no_two_golden_inputs_share_their_bytes() -> None:
    assert len({bucket for *_, bucket in BUCKETS}) == len({tuple(inputs) for *inputs, _ in BUCKETS}) == len(BUCKETS)


@pytest.mark.parametrize("golden", EVALUATIONS["answers"], ids=lambda golden: golden["case"])
def test_an_entitys_group_never_changes(golden: dict[str, Any]) -> None:
    patterns = {name: compile_pattern(text) for name, text in EVALUATIONS["patterns"].items()}
    plan = compile_plan(EVALUATIONS["feature"], EVALUATIONS["launches"], patterns)
    found = []
    for number in range(40):
        result = plan.evaluate(f"user-{number}", parse_context(golden["context"]), golden["now"])
        found.append(json.loads(result.details).get("group") or SIGNS[result.reason])
    assert " ".join(found) == golden["groups"]


def test_the_documented_buckets_are_golden_ones() -> None:
    vectors = VECTOR.findall((ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8"))
    documented = [[salt, int(met), entity, int(bucket.replace(" ", ""))] for bucket, salt, met, entity in vectors]
    assert len(documented) == 6
    assert [vector for vector in documented if vector not in BUCKETS] == []


@settings(deadline=None)
@given(NAMES, NAMES, st.integers(0, 6), st.lists(st.integers(0, 100_000), max_size=5))
def test_the_documented_lines_reproduce_every_assignment(
    documented_group_of: Callable[..., str | None], entity: str, salt: str, met: int, weights: list[int]
) -> None:
    by_group = {f"group-{number}": weight for number, weight in enumerate(weights)}
    found = Split.of(salt, by_group.items()).group_of(entity, met)
    assert documented_group_of(entity, salt, by_group, met) == found
