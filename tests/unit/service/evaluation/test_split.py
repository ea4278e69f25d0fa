"""The split: shares follow the weights, and a group that grows keeps its entities."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidently_service.evaluation.split import BUCKETS, Split

WEIGHTS = st.lists(st.integers(0, BUCKETS), min_size=1, max_size=5)
ENTITIES = [f"user-{number}" for number in range(400)]


def split(*weights: int, salt: str = "salt") -> Split:
    return Split.of(salt, [(f"group-{number}", weight) for number, weight in enumerate(weights)])


def members(by: Split, group: str, met: int = 0) -> set[str]:
    return {entity for entity in ENTITIES if by.group_of(entity, met) == group}


@st.composite
def growths(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    """Return weights of five groups before and after one grows at the expense of others or of the unassigned."""
    cuts = sorted(draw(st.lists(st.integers(0, BUCKETS), min_size=5, max_size=5)))
    shares = [upper - lower for lower, upper in pairwise([0, *cuts, BUCKETS])]  # the sixth is unassigned
    grown = draw(st.integers(0, 4))
    left = [draw(st.integers(0, share)) for share in shares]
    left[grown] = BUCKETS - sum(share for index, share in enumerate(left) if index != grown)
    return shares[:5], left[:5], grown


@settings(deadline=None)
@given(growths())
def test_no_entity_leaves_a_group_that_only_grows(change: tuple[list[int], list[int], int]) -> None:
    before, after, grown = change
    assert members(split(*before), f"group-{grown}") <= members(split(*after), f"group-{grown}")


@settings(deadline=None)
@given(WEIGHTS, WEIGHTS, st.integers(0, BUCKETS))
def test_no_entity_leaves_the_first_group_unless_it_shrinks(before: list[int], after: list[int], more: int) -> None:
    grown = split(before[0] + more, *after[1:])
    assert members(split(*before), "group-0") <= members(grown, "group-0")


@pytest.mark.parametrize("entity", ENTITIES[:20])
def test_the_end_of_a_groups_range_belongs_to_the_next_group(entity: str) -> None:
    bucket = split().bucket_of(entity, 0)
    assert split(bucket, BUCKETS).group_of(entity, 0) == "group-1"
    assert split(bucket + 1, BUCKETS).group_of(entity, 0) == "group-0"


@settings(deadline=None)
@given(WEIGHTS, st.text(max_size=512))
def test_an_entity_is_in_the_group_whose_range_has_its_bucket(weights: list[int], entity: str) -> None:
    by = split(*weights)
    bucket = by.bucket_of(entity, 0)
    assert 0 <= bucket < BUCKETS
    group = by.group_of(entity, 0)
    if group is None:
        assert sum(weights) <= bucket
    else:
        index = int(group.removeprefix("group-"))
        assert sum(weights[:index]) <= bucket < sum(weights[: index + 1])


def test_weights_over_the_total_are_cut_at_the_last_bucket() -> None:
    by = split(60_000, 60_000, 60_000)
    assert {by.group_of(entity, 0) for entity in ENTITIES} == {"group-0", "group-1"}
    assert members(by, "group-0") == members(split(60_000), "group-0")


def test_a_group_without_weight_gets_nobody_and_a_full_one_everybody() -> None:
    by = split(0, BUCKETS, 0)
    assert {by.group_of(entity, 0) for entity in ENTITIES} == {"group-1"}


def test_without_weights_every_entity_is_unassigned() -> None:
    assert {split(0, 0).group_of(entity, 0) for entity in ENTITIES} == {None}
    assert {split().group_of(entity, 0) for entity in ENTITIES} == {None}


@pytest.mark.parametrize(("salt", "met"), [("pepper", 0), ("salt", 1), ("salt", 6)])
def test_another_salt_or_number_of_splits_met_splits_independently(salt: str, met: int) -> None:
    half = members(split(50_000), "group-0")
    other_half = members(split(50_000, salt=salt), "group-0", met)
    # 400 entities: 100 are expected in both halves; 35 away from that is four standard deviations.
    assert 65 < len(half & other_half) < 135


def test_an_entity_id_that_is_half_a_surrogate_pair_is_split_too() -> None:
    assert split(BUCKETS).group_of("\ud83d", 0) == "group-0"
