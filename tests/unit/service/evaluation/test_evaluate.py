"""From a feature, its launches and an entity to a variation: the order of the rules, reasons and details."""

import json
from typing import Any

import pytest

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.errors import UnknownSegmentError
from evidently_service.evaluation.evaluate import Evaluation, Plan, Reason, compile_plan
from evidently_service.evaluation.pattern import compile_pattern
from evidently_service.evaluation.split import Split
from helpers.evaluation import DAY, NOON, feature, launch, override, step

PATTERNS = {
    "vip": compile_pattern('{"tier": ["gold"]}'),
    "mobile": compile_pattern('{"device": [{"prefix": "mobile"}]}'),
    "guests": compile_pattern('{"email": [{"exists": false}]}'),
}
GOLD = parse_context('{"tier": "gold", "device": "desktop", "email": "a@b"}')
ALL = {"all": 100_000}
DEFAULT = Evaluation("off", {"stringValue": "off"}, Reason.DEFAULT, "{}")


def plan(of: dict[str, Any], *launches: dict[str, Any]) -> Plan:
    return compile_plan(of, launches, PATTERNS)


def variation(of: Plan, entity: str = "ann", context: Any = None, now: float = NOON) -> str:
    return of.evaluate(entity, context or {}, now).variation


def test_a_feature_without_launches_gives_the_default() -> None:
    assert plan(feature("off", "on")).evaluate("ann", {}, NOON) == DEFAULT


def test_a_launch_gives_its_groups_variation_and_says_so() -> None:
    result = plan(feature("off", "on"), launch("november", {"all": "on"}, step(ALL))).evaluate("ann", {}, NOON)
    assert result == Evaluation(
        "on", {"stringValue": "on"}, Reason.LAUNCH_RULE_MATCH, '{"group":"all","launch":"november"}'
    )


def test_an_entity_override_beats_the_launch() -> None:
    overridden = feature("off", "on", "blue", entityOverrides={"ann": "blue", "bob": "off"})
    of = plan(overridden, launch("november", {"all": "on"}, step(ALL)))
    assert of.evaluate("ann", {}, NOON) == Evaluation(
        "blue", {"stringValue": "blue"}, Reason.ENTITY_OVERRIDES_MATCH, "{}"
    )
    assert of.evaluate("bob", {}, NOON).reason is Reason.ENTITY_OVERRIDES_MATCH
    assert variation(of, "Ann") == "on"


def test_the_default_variation_strategy_beats_everything() -> None:
    default_only = feature("off", "on", entityOverrides={"ann": "on"}, evaluationStrategy="DEFAULT_VARIATION")
    of = plan(default_only, launch("november", {"all": "on"}, step(ALL)))
    assert of.evaluate("ann", {}, NOON) == DEFAULT
    assert of.evaluate("bob", {}, NOON) == DEFAULT


def test_the_default_variation_need_not_be_the_first() -> None:
    assert variation(plan(feature("off", "on", defaultVariation="on"))) == "on"


def test_the_unassigned_rest_gets_the_default() -> None:
    result = plan(feature("off", "on"), launch("november", {"all": "on"}, step({"all": 0}))).evaluate("ann", {}, NOON)
    assert result == DEFAULT


def test_a_group_that_a_step_does_not_weigh_gets_nobody() -> None:
    of = plan(feature("off", "on", "blue"), launch("november", {"b": "blue", "all": "on"}, step(ALL)))
    assert variation(of) == "on"
    # Not one bucket is left; a sample of entities would not show one.
    assert of.launches[0].schedule.steps[0].split.ends == (0, 100_000)


def test_bucket_ranges_follow_the_launchs_order_of_groups() -> None:
    groups = {"a": "off", "b": "on"}
    one = plan(feature("off", "on"), launch("november", groups, step({"a": 50_000, "b": 50_000})))
    other = plan(feature("off", "on"), launch("november", groups, step({"b": 50_000, "a": 50_000})))
    entities = [f"user-{number}" for number in range(50)]
    assert [variation(one, each) for each in entities] == [variation(other, each) for each in entities]


def test_the_schedule_decides_which_weights_count() -> None:
    of = plan(
        feature("off", "on", "blue"),
        launch(
            "november",
            {"a": "on", "b": "blue"},
            step({"b": 100_000}, start=NOON + DAY),
            step({"a": 100_000}, start=NOON),
        ),
    )
    assert [variation(of, now=now) for now in (NOON - 1, NOON, NOON + DAY)] == ["off", "on", "blue"]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ('{"tier": "gold", "email": "a@b"}', "gold"),
        ('{"tier": "gold", "device": "mobile-7", "email": "a@b"}', "gold"),
        ('{"device": "mobile-7", "email": "a@b"}', "mobile"),
        ('{"email": "a@b"}', "rest"),
        ("{}", "guest"),
    ],
)
def test_segment_overrides_apply_in_evaluation_order(context: str, expected: str) -> None:
    groups = {name: name for name in ("rest", "mobile", "gold", "guest")}
    overrides = [
        override(5, "mobile", {"mobile": 100_000}),
        override(-1, "vip", {"gold": 100_000}),
        override(9, "guests", {"guest": 100_000}),
    ]
    of = plan(feature(*groups), launch("november", groups, step({"rest": 100_000}, overrides)))
    assert variation(of, context=parse_context(context)) == expected


def test_overrides_of_equal_order_apply_as_listed() -> None:
    groups = {"a": "a", "b": "b"}
    overrides = [override(1, "vip", {"b": 100_000}), override(1, "guests", {"a": 100_000})]
    of = plan(feature(*groups), launch("november", groups, step({}, overrides)))
    assert variation(of, context=parse_context('{"tier": "gold"}')) == "b"


def test_the_next_rule_decides_for_entities_that_an_override_leaves_unassigned() -> None:
    groups = {"a": "a", "b": "b"}
    gold_guest = parse_context('{"tier": "gold"}')
    overrides = [override(1, "vip", {"a": 0}), override(2, "guests", {"b": 100_000})]
    of = plan(feature("off", *groups), launch("november", groups, step({"a": 100_000}, overrides)))
    assert variation(of, context=gold_guest) == "b"
    assert variation(of, context=GOLD) == "a"


def test_an_override_counts_as_a_split_met_only_by_whom_it_matches() -> None:
    groups = {"a": "a", "b": "b"}
    halves = {"a": 50_000, "b": 50_000}
    nobody = [override(1, "vip", {}), override(2, "mobile", {"a": 0}), override(3, "guests", {})]
    of = plan(feature("off", *groups), launch("november", groups, step(halves, nobody)))
    by = Split.of("november", halves.items())
    entities = [f"user-{number}" for number in range(50)]
    gold_guest, mobile_guest = (parse_context(text) for text in ('{"tier": "gold"}', '{"device": "mobile-7"}'))
    everything = parse_context('{"tier": "gold", "device": "mobile-7"}')
    nothing = parse_context('{"email": "a@b"}')
    for context, met in ((nothing, 0), (GOLD, 1), (gold_guest, 2), (mobile_guest, 2), (everything, 3)):
        found = [variation(of, each, context) for each in entities]
        assert found == [by.group_of(each, met) for each in entities], context
        assert set(found) == {"a", "b"}


def test_a_segments_name_moves_nobody() -> None:
    groups, shares = {"a": "a", "b": "b"}, {"a": 30_000, "b": 30_000}
    patterns = {"vip": PATTERNS["vip"], "vip-1a2b3c4d": compile_pattern('{ "tier":["gold"] }')}
    launches = [launch("november", groups, step({"a": 50_000}, [override(1, segment, shares)])) for segment in patterns]
    one, other = (compile_plan(feature("off", *groups), [each], patterns) for each in launches)
    entities = [f"user-{number}" for number in range(50)]
    assert [variation(one, each, GOLD) for each in entities] == [variation(other, each, GOLD) for each in entities]


def test_an_override_may_name_its_segment_or_give_its_arn() -> None:
    by_name = {"segment": "vip", "evaluationOrder": 1, "weights": {"a": 40_000}}
    by_arn = override(1, "vip", {"a": 40_000})
    one, other = (
        plan(feature("off", "on"), launch("november", {"a": "on"}, step({}, [each]))) for each in (by_name, by_arn)
    )
    entities = [f"user-{number}" for number in range(50)]
    found = [variation(one, each, GOLD) for each in entities]
    assert found == [variation(other, each, GOLD) for each in entities]
    assert set(found) == {"off", "on"}


def test_a_segment_without_a_pattern_is_an_error_that_names_it() -> None:
    unknown = launch("november", {"a": "on"}, step({}, [override(1, "typo", {"a": 1})]))
    with pytest.raises(UnknownSegmentError, match="launch november uses segment typo"):
        plan(feature("off", "on"), unknown)


def test_the_latest_start_decides_for_unassigned_entities_too() -> None:
    early = launch("zoo", {"all": "on"}, step(ALL), execution={"startedTime": NOON - DAY})
    late = launch("ant", {"all": "blue"}, step({"all": 50_000}), execution={"startedTime": NOON - 1})
    for given in ([early, late], [late, early]):
        of = plan(feature("off", "on", "blue"), *given)
        assert {variation(of, f"user-{number}") for number in range(50)} == {"blue", "off"}


def test_when_the_later_launch_stops_the_earlier_one_applies_again() -> None:
    early = launch("early", {"all": "on"}, step(ALL))
    late = launch("late", {"all": "blue"}, step(ALL), execution={"startedTime": NOON})
    assert variation(plan(feature("off", "on", "blue"), early, late)) == "blue"
    assert variation(plan(feature("off", "on", "blue"), early)) == "on"


def test_an_earlier_launch_decides_until_the_first_step_of_the_latest() -> None:
    early = launch("early", {"all": "on"}, step(ALL))
    late = launch("late", {"all": "blue"}, step(ALL, start=NOON), execution={"startedTime": NOON - 1})
    of = plan(feature("off", "on", "blue"), early, late)
    assert [variation(of, now=NOON - 1), variation(of, now=NOON)] == ["on", "blue"]


def test_a_launch_without_a_schedule_never_decides() -> None:
    early = launch("early", {"all": "on"}, step(ALL))
    bare = launch("late", {"all": "blue"}, execution={"startedTime": NOON})
    del bare["scheduledSplitsDefinition"]
    assert variation(plan(feature("off", "on", "blue"), early, bare)) == "on"


def test_of_launches_started_at_the_same_moment_the_first_by_name_decides() -> None:
    one, other = (launch(name, {"all": value}, step(ALL)) for name, value in (("ant", "on"), ("zoo", "blue")))
    assert variation(plan(feature("off", "on", "blue"), one, other)) == "on"
    assert variation(plan(feature("off", "on", "blue"), other, one)) == "on"


def test_a_launch_of_other_features_has_no_effect() -> None:
    early = launch("early", {"all": "on"}, step(ALL))
    other = launch("late", {}, step(ALL), execution={"startedTime": NOON})
    other["groups"] = [{"name": "all", "featureVariations": {"basket": "blue"}}]
    assert variation(plan(feature("off", "on", "blue"), early, other)) == "on"


def test_a_group_of_another_feature_gets_the_default_without_further_rules() -> None:
    mixed = launch("november", {"mine": "on"}, step({"mine": 100_000}, [override(1, "vip", {"theirs": 100_000})]))
    mixed["groups"].append({"name": "theirs", "featureVariations": {"basket": "on"}})
    of = plan(feature("off", "on"), mixed)
    assert of.evaluate("ann", GOLD, NOON) == DEFAULT
    assert variation(of) == "on"


def test_a_group_with_a_missing_variation_gets_the_default() -> None:
    of = plan(feature("off", "on"), launch("november", {"all": "gone"}, step(ALL)))
    assert of.evaluate("ann", {}, NOON) == DEFAULT


def test_an_entity_override_to_a_missing_variation_has_no_effect() -> None:
    of = plan(feature("off", "on", entityOverrides={"ann": "gone"}), launch("november", {"all": "on"}, step(ALL)))
    assert variation(of) == "on"


def test_details_are_json_for_any_names() -> None:
    of = plan(feature("off", "on"), launch('a"b', {"c\\d": "on"}, step({"c\\d": 100_000})))
    assert json.loads(of.evaluate("ann", {}, NOON).details) == {"group": "c\\d", "launch": 'a"b'}


def test_a_launch_with_another_launchs_salt_has_the_same_audience() -> None:
    split = step({"all": 30_000})
    one, other = (
        plan(feature("off", "on"), launch(name, {"all": "on"}, split, randomizationSalt="s")) for name in ("ant", "zoo")
    )
    entities = [f"user-{number}" for number in range(50)]
    assert [variation(one, each) for each in entities] == [variation(other, each) for each in entities]
