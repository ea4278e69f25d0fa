"""Each row of the table of edits in docs/evaluation.md: random launches are edited, and who moves is counted."""

import re
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidently_api import refused
from helpers.launch_edits import EDITS
from helpers.random_launches import Moved, entities, moved, random_world
from helpers.rooms import ROOT
from helpers.service import Service

LAUNCH: Final = {"project": "petfood", "launch": "november"}
STEP: Final = {"startTime": 1, "groupWeights": {"all": 50_000}}
ROW: Final = re.compile(r"^\| (.+?) \| (.+?) \|$", re.MULTILINE)
REFUSED: Final[dict[str, Callable[[Any], object]]] = {
    "groups are added, removed, renamed or reordered, or get another variation; another salt": lambda evidently: (
        evidently.update_launch(**LAUNCH, groups=[{"name": "all", "feature": "upsell", "variation": "off"}])
    ),
    "the step in force is removed or put off, and no earlier one has begun": lambda evidently: evidently.update_launch(
        **LAUNCH, scheduledSplitsConfig={"steps": [{**STEP, "startTime": 2_000_000_000}]}
    ),
    "a variation that the launch serves is removed or renamed": lambda evidently: evidently.update_feature(
        project="petfood", feature="upsell", removeVariations=["on"], defaultVariation="off"
    ),
}


def documented() -> dict[str, str]:
    """Return who moves by edit, as the table says."""
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    section = text.partition("## What an edit moves")[2].partition("\n## ")[0]
    rows: list[tuple[str, str]] = ROW.findall(section)
    return dict(rows[1:])


def moved_by(edit: str, seed: int, count: int = 40) -> tuple[list[Moved], list[Moved]]:
    """Return who moves by an edit of a world at random, and who of them the table does not allow to."""
    random = Random(seed)  # noqa: S311 - no secret
    before, after, may_move = EDITS[edit](random, random_world(random))
    found = moved(before, after, entities(random, count))
    return found, [entry for entry in found if may_move is None or not may_move(entry)]


@pytest.mark.parametrize("edit", EDITS)
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_an_edit_moves_nobody_whom_the_table_does_not_name(edit: str, seed: int) -> None:
    assert moved_by(edit, seed)[1] == []


@pytest.mark.long
@pytest.mark.parametrize("edit", EDITS)
@settings(deadline=None, max_examples=500)
@given(seed=st.integers(0, 2**32))
def test_an_edit_moves_nobody_else_in_thousands_of_launches(edit: str, seed: int) -> None:
    assert moved_by(edit, seed)[1] == []


@pytest.mark.parametrize("edit", EDITS)
def test_the_table_says_nobody_where_nobody_moves(edit: str) -> None:
    someone_moves = any(moved_by(edit, seed)[0] for seed in range(40))
    says_nobody = re.match(r"nobody(\.|;|$)", documented()[edit]) is not None
    assert says_nobody is not someone_moves


@pytest.mark.parametrize("edit", REFUSED)
def test_what_the_table_says_is_refused_moves_nobody(service: Service, edit: str) -> None:
    evidently = service.with_launch(scheduledSplitsConfig={"steps": [STEP]})
    evidently.start_launch(**LAUNCH)
    requests = [{"feature": "upsell", "entityId": f"user-{number}"} for number in range(20)]
    before = evidently.batch_evaluate_feature(project="petfood", requests=requests)["results"]
    assert refused(partial(REFUSED[edit], evidently))["status"] == 409
    assert evidently.batch_evaluate_feature(project="petfood", requests=requests)["results"] == before
    assert documented()[edit].startswith("refused, 409")


def test_every_row_of_the_table_is_tested() -> None:
    assert sorted(documented()) == sorted([*EDITS, *REFUSED])
