"""The properties of AWS::Evidently, as CloudFormation sends them, become the API's request, or are refused by path."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.managed.definition import UNKNOWN, Desired, Reader
from evidently_provider.ownership.references import Kind, ResourceRef
from helpers.managed_events import properties_of
from helpers.model import request_shape

NAMES = {"project": "shop", "feature": "banner", "segment": "nordic", "launch": "november"}
FEATURE = {"Variations": [{"VariationName": "on", "BooleanValue": "true"}]}
LAUNCH: dict[str, Any] = {
    "Groups": [{"GroupName": "all", "Feature": "banner", "Variation": "on"}],
    "ScheduledSplitsConfig": [{"StartTime": "2026-11-02T09:00:00Z", "GroupWeights": []}],
}
SEGMENT = {"Pattern": '{"country": ["NO"]}'}


def reader(kind: str) -> Reader:
    within = "shop" if kind in {"feature", "launch"} else ""
    return Reader(ResourceRef(Kind(kind), NAMES[kind], within), request_shape(f"Create{kind.capitalize()}"))


def desired(kind: str, properties: dict[str, Any]) -> Desired:
    return reader(kind).desired({"ServiceToken": "arn", "Name": NAMES[kind], "SchemaVersion": "2", **properties})


def refusal(kind: str, properties: dict[str, Any]) -> str:
    with pytest.raises(InvalidPropertyError) as refused:
        desired(kind, properties)
    return str(refused.value)


def test_every_property_of_a_feature_is_a_member_in_its_type() -> None:
    found = desired(
        "feature",
        {
            "Description": "Colours",
            "DefaultVariation": "a",
            "EvaluationStrategy": "ALL_RULES",
            "EntityOverrides": [{"EntityId": "anna", "Variation": "b"}],
            "Variations": [
                {"VariationName": "a", "BooleanValue": "false"},
                {"VariationName": "b", "LongValue": "-9007199254740991"},
                {"VariationName": "c", "DoubleValue": "2.5E3"},
                {"VariationName": "d", "StringValue": ""},
            ],
            "Tags": [{"Key": "team", "Value": "web"}],
        },
    )
    assert found.definition == {
        "description": "Colours",
        "defaultVariation": "a",
        "evaluationStrategy": "ALL_RULES",
        "entityOverrides": {"anna": "b"},
        "variations": [
            {"name": "a", "value": {"boolValue": False}},
            {"name": "b", "value": {"longValue": -9007199254740991}},
            {"name": "c", "value": {"doubleValue": 2500.0}},
            {"name": "d", "value": {"stringValue": ""}},
        ],
    }
    assert found.tags == {"team": "web"}


def test_every_property_of_a_launch_is_a_member_in_its_type() -> None:
    weights = [{"GroupName": "all", "SplitWeight": "12.5e3"}]
    step = {
        "StartTime": "2026-11-02T10:00:00+01:00",
        "GroupWeights": weights,
        "SegmentOverrides": [{"Segment": "nordic", "EvaluationOrder": "1", "Weights": weights}],
    }
    monitor = {"MetricName": "m", "EntityIdKey": "id", "ValueKey": "v", "EventPattern": "{}", "UnitLabel": "USD"}
    groups = [{**LAUNCH["Groups"][0], "Description": "All"}]
    found = desired(
        "launch",
        {
            "Description": "d",
            "RandomizationSalt": "s",
            "Groups": groups,
            "MetricMonitors": [monitor],
            "ScheduledSplitsConfig": [step],
        },
    )
    (given,) = found.definition["scheduledSplitsConfig"]["steps"]
    assert given["startTime"] == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert given["groupWeights"] == {"all": 12_500}
    assert given["segmentOverrides"] == [{"segment": "nordic", "evaluationOrder": 1, "weights": {"all": 12_500}}]
    assert found.definition["groups"] == [{"name": "all", "feature": "banner", "variation": "on", "description": "All"}]
    assert found.definition["metricMonitors"] == [
        {
            "metricDefinition": {
                "name": "m",
                "entityIdKey": "id",
                "valueKey": "v",
                "eventPattern": "{}",
                "unitLabel": "USD",
            }
        }
    ]
    assert (found.definition["description"], found.definition["randomizationSalt"]) == ("d", "s")


def test_the_properties_of_a_project_and_of_a_segment_are_members() -> None:
    found = desired("project", {"Description": "d", "DataDelivery": {"LogGroup": "/shop/events"}})
    assert found.definition == {
        "description": "d",
        "dataDelivery": {"cloudWatchLogs": {"logGroup": "/shop/events"}},
    }
    assert desired("segment", SEGMENT).definition == {"pattern": '{"country": ["NO"]}'}


def test_types_that_a_deployer_has_not_made_strings_of_are_the_same() -> None:
    variations = [{"VariationName": "on", "BooleanValue": True}, {"VariationName": "off", "LongValue": 3}]
    assert [each["value"] for each in desired("feature", {"Variations": variations}).definition["variations"]] == [
        {"boolValue": True},
        {"longValue": 3},
    ]


def test_a_feature_may_be_named_by_its_arn_as_in_aws_own_resource() -> None:
    arn = "arn:aws:evidently:eu-north-1:123456789012:project/shop/feature/banner"
    found = desired("launch", {**LAUNCH, "Groups": [{**LAUNCH["Groups"][0], "Feature": arn}]})
    assert found.definition["groups"][0]["feature"] == "banner"


def variation(**value: Any) -> dict[str, Any]:
    return {"Variations": [{"VariationName": "on", **value}]}


def step(**properties: Any) -> dict[str, Any]:
    given = {"StartTime": "2026-11-02T09:00:00Z", "GroupWeights": [], **properties}
    return {**LAUNCH, "ScheduledSplitsConfig": [{name: it for name, it in given.items() if it is not None}]}


OF_ANOTHER = "arn:aws:evidently:eu-north-1:123456789012:project/other/feature/banner"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("feature", variation(BooleanValue="yes"), "Variations[0].BooleanValue is 'yes'; it must be true or false."),
    ("feature", variation(LongValue="1.5"), "Variations[0].LongValue is '1.5'; it must be a whole number."),
    ("feature", variation(LongValue="1_0"), "Variations[0].LongValue is '1_0'; it must be a whole number."),
    ("feature", variation(LongValue=" 1"), "Variations[0].LongValue is ' 1'; it must be a whole number."),
    ("feature", variation(LongValue="9e999"), "Variations[0].LongValue is '9e999'; it must be -9007199254740991 to"),
    ("feature", variation(DoubleValue="nan"), "Variations[0].DoubleValue is 'nan'; it must be a finite number."),
    ("feature", variation(DoubleValue="1e999"), "Variations[0].DoubleValue is '1e999'; it must be a finite number."),
    ("feature", variation(StringValue="x" * 513), f"Variations[0].StringValue is '{'x' * 299}…; it must be 0 to 512"),
    ("feature", variation(StringValue=["x"]), "Variations[0].StringValue is ['x']; it must be a text, a number or"),
    ("feature", variation(), "Variations[0] is {'VariationName': 'on'}; it must be an object with exactly one of"),
    ("feature", variation(LongValue="1", BooleanValue="true"), "exactly one of BooleanValue, DoubleValue, LongValue,"),
    ("feature", variation(IntValue="1"), "Variations[0].IntValue is '1'; it must be absent: the properties there are"),
    ("feature", {"Variations": [{"BooleanValue": "true"}]}, "Variations[0].VariationName is missing; it must be given"),
    ("feature", {"Variations": "on"}, "Variations is 'on'; it must be a list."),
    ("feature", {"Variations": {"on": "true"}}, "Variations is {'on': 'true'}; it must be a list."),
    ("feature", {"Variations": ["on"]}, "Variations[0] is 'on'; it must be an object."),
    ("feature", {"Variations": []}, "Variations is []; it must be 1 to 5 entries."),
    ("feature", {}, "Variations is missing; it must be given."),
    ("feature", {**FEATURE, "EvaluationStrategy": "NONE"}, "'NONE'; it must be one of ALL_RULES, DEFAULT_VARIATION."),
    ("feature", {**FEATURE, "Colour": "red"}, "Colour is 'red'; it must be absent: the properties there are"),
    (
        "feature",
        {**FEATURE, "EntityOverrides": [{"EntityId": "anna", "Variation": "on"}] * 2},
        "EntityOverrides[1] is {'EntityId': 'anna', 'Variation': 'on'}; it must be the only one of its key",
    ),
    ("feature", {**FEATURE, "EntityOverrides": [{"EntityId": "anna"}]}, "EntityOverrides[0].Variation is missing"),
    ("feature", {**FEATURE, "EntityOverrides": [{"Id": "anna"}]}, "EntityOverrides[0].Id is 'anna'; it must be absent"),
    ("feature", {**FEATURE, "Tags": [{"Key": "aws:x", "Value": "y"}]}, "Tags[0].Key is 'aws:x'; it must be a text"),
    ("feature", {**FEATURE, "Tags": [{"Key": "a"}]}, "Tags[0].Value is missing; it must be given."),
    ("feature", {**FEATURE, "Definition": "{}"}, "Definition is '{}'; it must be absent: the properties there are"),
    ("feature", {**FEATURE, "Tags": [{"Key": f"t{it}", "Value": ""} for it in range(51)]}, "must be 0 to 50 entries."),
    ("launch", {"Groups": LAUNCH["Groups"]}, "ScheduledSplitsConfig is missing; it must be given."),
    ("launch", step(StartTime="0001-01-01T00:00:00+14:00"), "'0001-01-01T00:00:00+14:00'; it must be a time"),
    ("launch", step(StartTime="9999-12-31T23:59:59-14:00"), "'9999-12-31T23:59:59-14:00'; it must be a time"),
    ("launch", step(StartTime="2026-11-02"), "ScheduledSplitsConfig[0].StartTime is '2026-11-02'; it must be a time"),
    ("launch", step(StartTime="2026-11-02T09:00:00"), "StartTime is '2026-11-02T09:00:00'; it must be a time"),
    ("launch", step(StartTime="soon"), "ScheduledSplitsConfig[0].StartTime is 'soon'; it must be a time"),
    ("launch", step(StartTime=None), "ScheduledSplitsConfig[0].StartTime is missing; it must be given."),
    ("launch", step(GroupWeights=None), "ScheduledSplitsConfig[0].GroupWeights is missing; it must be given."),
    (
        "launch",
        step(GroupWeights=[{"GroupName": "all", "SplitWeight": "100001"}]),
        "ScheduledSplitsConfig[0].GroupWeights[0].SplitWeight is '100001'; it must be 0 to 100000.",
    ),
    ("launch", {"Groups": [{"GroupName": "all", "Feature": "banner"}]}, "Groups[0].Variation is missing"),
    (
        "launch",
        {"Groups": [{**LAUNCH["Groups"][0], "Feature": OF_ANOTHER}]},
        f"Groups[0].Feature is '{OF_ANOTHER}'; it must be the name or the ARN of a feature of project 'shop'.",
    ),
    (
        "launch",
        {**LAUNCH, "ExecutionStatus": {"Status": "START"}},
        "no counterpart. Leave it out, and start",
    ),
    (
        "project",
        {"DataDelivery": {"S3": {"BucketName": "b"}}},
        "DataDelivery.S3 is {'BucketName': 'b'}; it must",
    ),
    ("project", {"AppConfigResource": {"ApplicationId": "a"}}, "AppConfigResource is {'ApplicationId': 'a'}; it must"),
    ("project", {"DataDelivery": "logs"}, "DataDelivery is 'logs'; it must be an object."),
    ("segment", {}, "Pattern is missing; it must be given."),
]


@pytest.mark.parametrize(("kind", "properties", "sentence"), REFUSED)
def test_what_does_not_fit_is_refused_with_its_path_its_value_and_the_rule(
    kind: str, properties: dict[str, Any], sentence: str
) -> None:
    assert sentence in refusal(kind, properties)


NO_DEFINITIONS: list[tuple[str, dict[str, Any], str]] = [
    ("feature", {"Definition": "{'no': 'json'}"}, "Definition is \"{'no': 'json'}\"; it must be the text of a JSON"),
    ("feature", {"Definition": "[]"}, "Definition is '[]'; it must be the text of a JSON object"),
    (
        "feature",
        {"Definition": '{"variations":"on"}'},
        "it must be the text of a JSON object with the members of a Create",
    ),
    (
        "launch",
        {"Definition": '{"groups":[{"name":"all"}]}'},
        "it must be the text of a JSON object with the members of",
    ),
    (
        "launch",
        {
            "Definition": '{"groups":[{"name":"all","feature":"banner","variation":"on"}],'
            '"scheduledSplitsConfig":{"steps":[{"startTime":"1637000000","groupWeights":{}}]}}'
        },
        "Definition is '1637000000'; it must be a time in ISO 8601",
    ),
    ("project", {"Definition": "{}", "Tags": [{"Key": "team", "Value": "web"}]}, "'web'}]; it must be an object."),
]


@pytest.mark.parametrize(("kind", "properties", "sentence"), NO_DEFINITIONS)
def test_a_definition_of_version_1_that_is_none_is_refused_and_tells_nothing_later(
    kind: str, properties: dict[str, Any], sentence: str
) -> None:
    given = {"SchemaVersion": "1", **properties}
    assert sentence in refusal(kind, given)
    assert reader(kind).desired_before(given).unknown >= {"description", "tags"}


@pytest.mark.parametrize("text", ["two\nlines", "a\u2028b", "\t", "Å"])
def test_a_text_without_a_rule_may_have_any_characters(text: str) -> None:
    overrides = [{"EntityId": text, "Variation": "on"}]
    found = desired("feature", {**FEATURE, "Description": text, "EntityOverrides": overrides}).definition
    assert (found["description"], found["entityOverrides"]) == (text, {text: "on"})


def test_a_definition_of_version_1_is_still_served() -> None:
    text = '{"variations":[{"name":"on","value":{"boolValue":true}}]}'
    found = desired("feature", {"SchemaVersion": "1", "Definition": text, "Tags": {"team": "web"}})
    assert found.definition == desired("feature", FEATURE).definition
    assert found.tags == {"team": "web"}


@pytest.mark.parametrize(
    ("properties", "unknown"),
    [
        ({"Variations": "x", "Description": "d"}, {"variations"}),
        ({"Variations": [{"BooleanValue": "true"}], "Description": "d"}, {"variations"}),
        ({**FEATURE, "Tags": "x", "Description": "d"}, {"tags"}),
        ({**FEATURE, "Colour": "red", "Description": "d"}, set()),
        ({"Description": "d"}, set()),
    ],
)
def test_an_earlier_request_tells_what_its_valid_properties_were(properties: dict[str, Any], unknown: set[str]) -> None:
    found = reader("feature").desired_before(properties)
    assert found.definition["description"] == "d"
    assert found.unknown == unknown


def test_an_earlier_list_with_an_invalid_entry_tells_its_other_entries() -> None:
    off, on = {"VariationName": "off", "BooleanValue": "no"}, {"VariationName": "on", "BooleanValue": "true"}
    found = reader("feature").desired_before(
        {
            "Variations": [off, on],
            "EntityOverrides": [{"EntityId": "anna", "Variation": "a b"}, {"EntityId": "bert", "Variation": "on"}],
            "Tags": [{"Key": "team"}, {"Key": "stage", "Value": "beta"}],
        }
    )
    assert not found.unknown
    assert found.definition == {
        "variations": [{"name": "off", "value": UNKNOWN}, {"name": "on", "value": {"boolValue": True}}],
        "entityOverrides": {"anna": UNKNOWN, "bert": "on"},
    }
    assert found.tags == {"team": UNKNOWN, "stage": "beta"}


def test_an_earlier_list_that_was_too_long_tells_its_entries() -> None:
    names = [f"v{number}" for number in range(6)]
    variations = [{"VariationName": name, "BooleanValue": "true"} for name in names]
    found = reader("feature").desired_before({"Variations": variations})
    assert [each["name"] for each in found.definition["variations"]] == names


def test_an_earlier_definition_that_is_no_json_tells_nothing() -> None:
    assert reader("project").desired_before({"Definition": "{"}).unknown >= {"description", "dataDelivery", "tags"}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
VALUES = st.one_of(
    st.builds(lambda value: {"stringValue": value}, TEXTS),
    st.builds(lambda value: {"boolValue": value}, st.booleans()),
    st.builds(lambda value: {"longValue": value}, st.integers(-(2**53) + 1, 2**53 - 1)),
    st.builds(lambda value: {"doubleValue": value}, st.floats(allow_nan=False, allow_infinity=False)),
)


@given(st.lists(VALUES, min_size=1, max_size=5), st.dictionaries(st.text("abcÅ\"\\${}'\t ", min_size=1), st.just("v0")))
def test_every_text_and_number_arrives_as_it_was_written(values: list[Any], overrides: dict[str, str]) -> None:
    definition: dict[str, Any] = {
        "variations": [{"name": f"v{number}", "value": value} for number, value in enumerate(values)],
        **({"entityOverrides": overrides} if overrides else {}),
    }
    assert desired("feature", properties_of("feature", definition)).definition == definition


def test_no_property_of_the_table_is_of_another_name_than_a_common_one() -> None:
    common = {contract.PROPERTY_NAME, contract.PROPERTY_PROJECT, contract.PROPERTY_ON_DELETE}
    for fields in contract.PROPERTIES.values():
        assert not fields.keys() & common
