"""An Update writes what the declaration changed and keeps what others changed; without an earlier one it writes all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidently_provider.errors import RefusedError
from evidently_provider.managed.definition import UNKNOWN, Desired
from evidently_provider.managed.diff import Change, Diff, diff
from evidently_provider.ownership.references import Kind, ResourceRef

PROJECT = ResourceRef(Kind.PROJECT, "shop")
FEATURE = ResourceRef(Kind.FEATURE, "banner", "shop")
SEGMENT = ResourceRef(Kind.SEGMENT, "nordic")
LAUNCH = ResourceRef(Kind.LAUNCH, "november", "shop")
NOTHING = Diff([], [], {}, [])


def feature(*, tags: Mapping[str, str] | None = None, **members: Any) -> Desired:
    values = members.pop("values", {"on": True, "off": False})
    variations = [{"name": name, "value": {"boolValue": value}} for name, value in values.items()]
    return Desired({"variations": variations, **members}, tags or {})


def launch(*weights: int, **members: Any) -> Desired:
    groups = [{"name": "all", "feature": "banner", "variation": "on"}]
    steps = [
        {"startTime": datetime(2026, 11, 1 + day, tzinfo=UTC), "groupWeights": {"all": weight}}
        for day, weight in enumerate(weights)
    ]
    return Desired({"groups": groups, "scheduledSplitsConfig": {"steps": steps}, **members}, {})


def document(target: ResourceRef, desired: Desired) -> dict[str, Any]:
    """Return what the API shows of a resource that is as desired."""
    found = {**desired.definition, "tags": {**desired.tags, "aws:cloudformation:stack-name": "shop"}}
    if target.kind is Kind.LAUNCH:
        found["scheduledSplitsDefinition"] = found.pop("scheduledSplitsConfig")
        found["groups"] = [
            {"name": each["name"], "featureVariations": {each["feature"]: each["variation"]}}
            for each in found["groups"]
        ]
    return found


def test_nothing_changed_is_nothing_to_write() -> None:
    for target, desired in ((PROJECT, Desired({}, {})), (FEATURE, feature()), (LAUNCH, launch(1, 2))):
        for before in (None, desired):
            assert diff(target, document(target, desired), desired, before) == NOTHING


def test_a_variation_that_was_switched_off_by_hand_survives_a_deploy_that_adds_a_tag() -> None:
    by_hand = document(FEATURE, feature(values={"on": False, "off": False}))
    found = diff(FEATURE, by_hand, feature(tags={"team": "web"}), feature())
    assert found == Diff([], [], {"team": "web"}, ["variations.on"])


def test_a_create_or_an_adoption_writes_what_somebody_changed() -> None:
    by_hand = document(FEATURE, feature(values={"on": False, "off": False}, description="By hand"))
    found = diff(FEATURE, by_hand, feature(), None)
    put = [{"name": "on", "value": {"boolValue": True}}]
    assert found.changes == [Change("UpdateFeature", {"description": "", "addOrUpdateVariations": put})]
    assert not found.kept


def test_a_change_of_the_stack_is_written_over_a_change_by_hand_of_the_same_member_and_of_no_other() -> None:
    by_hand = document(FEATURE, feature(values={"on": False, "off": True}, entityOverrides={"anna": "off"}))
    before = feature(entityOverrides={"tester": "on"})
    found = diff(FEATURE, by_hand, feature(values={"on": True, "off": False, "new": True}), before)
    put = [{"name": "new", "value": {"boolValue": True}}]
    # Nobody changed `on` and `off` in the stack; the override of tester is gone from both sides.
    assert found.changes == [Change("UpdateFeature", {"addOrUpdateVariations": put})]
    assert found.kept == ["entityOverrides", "variations.off", "variations.on"]


def test_overrides_are_written_each_by_itself() -> None:
    before = feature(entityOverrides={"anna": "on", "bert": "on", "carl": "off"})
    by_hand = document(FEATURE, feature(entityOverrides={"anna": "on", "bert": "on", "carl": "off", "dora": "off"}))
    now = feature(entityOverrides={"bert": "off", "carl": "off", "emil": "on"})
    found = diff(FEATURE, by_hand, now, before)
    overrides = {"bert": "off", "carl": "off", "dora": "off", "emil": "on"}
    assert found.changes == [Change("UpdateFeature", {"entityOverrides": overrides})]
    assert found.kept == ["entityOverrides"]


def test_a_variation_that_leaves_the_declaration_is_removed_and_one_added_by_hand_stays() -> None:
    by_hand = document(FEATURE, feature(values={"on": True, "off": False, "extra": True}))
    found = diff(FEATURE, by_hand, feature(values={"on": True}), feature())
    assert found.changes == [Change("UpdateFeature", {"removeVariations": ["off"]})]
    assert found.kept == ["variations.extra"]


def test_an_override_and_a_default_by_hand_go_with_the_variation_that_the_stack_removes() -> None:
    full = feature(values={"off": False, "on": True, "new": True})
    by_hand = document(
        FEATURE, feature(values={"off": False, "on": True, "new": True}, entityOverrides={"anna": "new", "bert": "on"})
    )
    found = diff(FEATURE, {**by_hand, "defaultVariation": "new"}, feature(values={"off": False, "on": True}), full)
    arguments = {"removeVariations": ["new"], "entityOverrides": {"bert": "on"}, "defaultVariation": "off"}
    assert found.changes == [Change("UpdateFeature", arguments)]
    assert found.kept == ["entityOverrides"], "of bert"


def test_a_schedule_by_hand_goes_with_the_group_that_the_stack_removes() -> None:
    two = launch(1)
    more = {"name": "more", "feature": "banner", "variation": "off"}
    two = Desired({**two.definition, "groups": [*two.definition["groups"], more]}, {})
    (step,) = two.definition["scheduledSplitsConfig"]["steps"]
    overrides = [{"segment": "nordic", "evaluationOrder": 1, "weights": {"more": 5}}]
    for by_hand in ({"groupWeights": {"more": 5}}, {"segmentOverrides": overrides}):
        actual = document(LAUNCH, two) | {"scheduledSplitsDefinition": {"steps": [{**step, **by_hand}]}}
        found = diff(LAUNCH, actual, launch(1), two)
        assert found == Diff([Change("UpdateLaunch", dict(launch(1).definition))], [], {}, [])
    steps = [{**step, "groupWeights": {"all": 7}}]
    of_a_group_that_stays = document(LAUNCH, two) | {"scheduledSplitsDefinition": {"steps": steps}}
    assert diff(LAUNCH, of_a_group_that_stays, launch(1), two).kept == ["scheduledSplitsConfig"]


def test_an_empty_salt_is_a_salt() -> None:
    assert (
        diff(LAUNCH, document(LAUNCH, launch(1, randomizationSalt="")), launch(1, randomizationSalt=""), None)
        == NOTHING
    )
    found = diff(LAUNCH, document(LAUNCH, launch(1)), launch(1, randomizationSalt=""), launch(1))
    assert found.changes == [Change("UpdateLaunch", {"randomizationSalt": ""})]


def test_an_entry_whose_earlier_value_is_unknown_counts_as_changed_and_the_others_do_not() -> None:
    by_hand = document(FEATURE, feature(values={"off": True, "on": False, "new": True}, tags={"x": "y"}))
    values = [{"name": "off", "value": UNKNOWN}, {"name": "on", "value": {"boolValue": True}}]
    tags: Any = {"x": UNKNOWN}
    before = Desired({"variations": [*values, {"name": "new", "value": UNKNOWN}]}, tags)
    found = diff(FEATURE, by_hand, feature(values={"off": False, "on": True}), before)
    put = [{"name": "off", "value": {"boolValue": False}}]
    assert found.changes == [Change("UpdateFeature", {"addOrUpdateVariations": put, "removeVariations": ["new"]})]
    assert (found.kept, found.removed_tags) == (["variations.on"], ["x"])


def test_tags_are_written_each_by_itself_and_cloudformations_own_never() -> None:
    by_hand = document(FEATURE, feature(tags={"team": "app", "cost": "7", "by": "hand"}))
    found = diff(
        FEATURE, by_hand, feature(tags={"team": "web", "stage": "beta"}), feature(tags={"team": "web", "cost": "7"})
    )
    assert found == Diff([], ["cost"], {"stage": "beta"}, ["tags.by", "tags.team"])


def test_a_schedule_is_written_as_a_whole_and_only_if_it_changed() -> None:
    by_hand = document(LAUNCH, launch(0, 0))
    kept = diff(LAUNCH, by_hand, launch(1, 2, description="d"), launch(1, 2))
    assert kept == Diff([Change("UpdateLaunch", {"description": "d"})], [], {}, ["scheduledSplitsConfig"])
    found = diff(LAUNCH, by_hand, launch(1, 3), launch(1, 2))
    schedule = launch(1, 3).definition["scheduledSplitsConfig"]
    assert found.changes == [Change("UpdateLaunch", {"scheduledSplitsConfig": schedule})]


def test_spellings_of_one_schedule_are_no_difference() -> None:
    def schedule(weights: dict[str, int], segment: str, start: object) -> Desired:
        override = {"segment": segment, "evaluationOrder": 1, "weights": weights}
        step = {"startTime": start, "groupWeights": weights, "segmentOverrides": [override]}
        return Desired({**launch(1).definition, "scheduledSplitsConfig": {"steps": [step]}}, {})

    arn = "arn:aws:evidently:eu-north-1:123456789012:segment/nordic"
    shown = schedule({"all": 1, "other": 0}, arn, datetime(2026, 11, 2, 9, tzinfo=UTC))
    desired = schedule({"all": 1}, "nordic", "2026-11-02T10:00:00+01:00")
    assert diff(LAUNCH, document(LAUNCH, shown), desired, None) == NOTHING


def test_what_leaves_the_declaration_gets_the_apis_default() -> None:
    full = launch(1, description="d", randomizationSalt="s", metricMonitors=[{"metricDefinition": {"name": "m"}}])
    kept = {name: full.definition[name] for name in ("groups", "scheduledSplitsConfig")}
    bare = Desired(kept, {})
    found = diff(LAUNCH, document(LAUNCH, full), bare, full)
    assert found.changes == [
        Change("UpdateLaunch", {"description": "", "randomizationSalt": "november", "metricMonitors": []})
    ]


def test_a_projects_delivery_is_a_call_of_its_own() -> None:
    delivery = {"cloudWatchLogs": {"logGroup": "/shop/events"}}
    found = diff(PROJECT, {"description": ""}, Desired({"description": "d", "dataDelivery": delivery}, {}), None)
    assert found.changes == [
        Change("UpdateProject", {"description": "d"}),
        Change("UpdateProjectDataDelivery", delivery),
    ]


@pytest.mark.parametrize("before", [None, Desired({"pattern": "{}"}, {})])
def test_a_segments_pattern_cannot_be_written(before: Desired | None) -> None:
    with pytest.raises(RefusedError, match="another name"):
        diff(SEGMENT, {"pattern": "{}"}, Desired({"pattern": '{"a":[1]}'}, {}), before)


def test_a_member_whose_earlier_value_is_unknown_counts_as_changed() -> None:
    by_hand = document(FEATURE, feature(values={"on": False, "off": False}, description="By hand"))
    before = Desired({}, {}, frozenset({"variations"}))
    found = diff(FEATURE, by_hand, feature(defaultVariation="on"), before)
    assert found.kept == ["description"]
    assert found.changes[0].arguments["addOrUpdateVariations"] == [{"name": "on", "value": {"boolValue": True}}]


STATES = st.builds(
    lambda values, overrides, tags, description: feature(
        values=values, entityOverrides=overrides, tags=tags, description=description, defaultVariation=min(values)
    ),
    st.dictionaries(st.sampled_from("abcd"), st.booleans(), min_size=1),
    st.dictionaries(st.sampled_from(["anna", "bert"]), st.sampled_from("abcd")),
    st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from("xy")),
    st.sampled_from(["", "one", "two"]),
)


def members(desired: Desired) -> dict[tuple[str, str], Any]:
    definition = desired.definition
    return {
        ("description", ""): definition["description"],
        ("default", ""): definition["defaultVariation"],
        **{("variation", each["name"]): each["value"] for each in definition["variations"]},
        **{("override", it): name for it, name in definition["entityOverrides"].items()},
        **{("tag", key): value for key, value in desired.tags.items()},
    }


def applied(found: Diff, actual: Desired) -> Desired:
    """Return a feature after the calls of a diff, as the API carries them out."""
    definition = dict(actual.definition)
    values = {each["name"]: each["value"] for each in definition["variations"]}
    for change in found.changes:
        arguments = dict(change.arguments)
        values |= {each["name"]: each["value"] for each in arguments.pop("addOrUpdateVariations", [])}
        for name in arguments.pop("removeVariations", []):
            del values[name]
        definition |= arguments
    definition["variations"] = [{"name": name, "value": value} for name, value in values.items()]
    tags = {key: value for key, value in actual.tags.items() if key not in found.removed_tags}
    return Desired(definition, {**tags, **found.put_tags})


@given(STATES, STATES, STATES)
def test_each_member_ends_as_the_stack_has_it_where_the_stack_changed_it_and_as_it_was_elsewhere(
    actual: Desired, now: Desired, before: Desired
) -> None:
    found = diff(FEATURE, document(FEATURE, actual), now, before)
    was, want, then = members(actual), members(now), members(before)
    expected = {
        member: (want if want.get(member) != then.get(member) else was).get(member)
        for member in {**was, **want, **then}
    }
    # An override or a default by hand goes with its variation.
    gone = {it for it in was if it[0] == "variation" and expected[it] is None}
    expected |= {
        it: want.get(it) for it in was if it[0] in {"override", "default"} and ("variation", expected[it]) in gone
    }
    result = members(applied(found, actual))
    assert result == {member: value for member, value in expected.items() if value is not None}


@given(STATES, STATES)
def test_without_an_earlier_declaration_everything_ends_as_the_stack_has_it(actual: Desired, now: Desired) -> None:
    found = diff(FEATURE, document(FEATURE, actual), now, None)
    assert members(applied(found, actual)) == members(now)
