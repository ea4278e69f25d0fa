"""Launches, through a real boto3 client: responses in each state, and the forms of the documents."""

from datetime import UTC, datetime
from typing import Any

import pytest

from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import refused
from helpers.service import NOON, ON_AND_OFF, PROJECT_ARN, Service

LAUNCH_ARN = f"{PROJECT_ARN}/launch/november"
SEGMENT_ARN = "arn:aws:evidently:eu-north-1:123456789012:segment/vip"
NAMES = {"project": "petfood", "launch": "november"}
LATER = NOON + 3_600_000


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def put_into(service: Service, state: str) -> Any:
    """Bring the launch into a state; return a client."""
    evidently = service.with_launch()
    if state != "CREATED":
        evidently.start_launch(**NAMES)
    if state in {"COMPLETED", "CANCELLED"}:
        evidently.stop_launch(**NAMES, desiredState=state)
    return evidently


def test_a_created_launch_comes_back_in_the_response_form(service: Service) -> None:
    evidently = service.with_launch(
        description="more treats",
        tags={"team": "food"},
        groups=[
            {"name": "V1", "feature": "upsell", "variation": "on", "description": "with"},
            {"name": "V2", "feature": "upsell", "variation": "off"},
        ],
        scheduledSplitsConfig={"steps": [{"startTime": 1_600_000_000, "groupWeights": {"V1": 10_000, "V2": 0}}]},
        metricMonitors=[{"metricDefinition": {"name": "n", "entityIdKey": "u", "valueKey": "v", "eventPattern": "{}"}}],
    )
    launch = evidently.get_launch(**NAMES)["launch"]
    assert launch == {
        "arn": LAUNCH_ARN,
        "name": "november",
        "project": PROJECT_ARN,
        "status": "CREATED",
        "type": "aws.evidently.splits",
        "createdTime": moment(NOON),
        "lastUpdatedTime": moment(NOON),
        "description": "more treats",
        "tags": {"team": "food"},
        "randomizationSalt": "november",
        "groups": [
            {"name": "V1", "featureVariations": {"upsell": "on"}, "description": "with"},
            {"name": "V2", "featureVariations": {"upsell": "off"}},
        ],
        "scheduledSplitsDefinition": {
            "steps": [
                {
                    "startTime": moment(1_600_000_000_000),
                    "groupWeights": {"V1": 10_000, "V2": 0},
                    "segmentOverrides": [],
                }
            ]
        },
        "metricMonitors": [
            {"metricDefinition": {"name": "n", "entityIdKey": "u", "valueKey": "v", "eventPattern": "{}"}}
        ],
    }


def test_a_started_launch_runs_since_the_call_even_before_its_first_step(service: Service) -> None:
    step = {"startTime": 2_000_000_000, "groupWeights": {"all": 100_000}}
    evidently = service.with_launch(scheduledSplitsConfig={"steps": [step]})
    service.now = LATER
    response = evidently.start_launch(**NAMES)["launch"]
    assert response["status"] == "RUNNING"
    assert response["execution"] == {"startedTime": moment(LATER)}
    assert response["lastUpdatedTime"] == moment(LATER)
    assert response["createdTime"] == moment(NOON)
    assert response == evidently.get_launch(**NAMES)["launch"]


def test_a_launch_without_a_schedule_starts(service: Service) -> None:
    assert service.with_launch().start_launch(**NAMES)["launch"]["status"] == "RUNNING"


@pytest.mark.parametrize("state", ["COMPLETED", "CANCELLED"])
def test_a_stopped_launch_shows_state_reason_and_end(service: Service, state: str) -> None:
    evidently = put_into(service, "RUNNING")
    service.now = LATER
    stopped = evidently.stop_launch(**NAMES, desiredState=state, reason="sold out")
    launch = evidently.get_launch(**NAMES)["launch"]
    assert stopped["endedTime"] == moment(LATER)
    assert launch["status"] == state
    assert launch["statusReason"] == "sold out"
    assert launch["execution"] == {"startedTime": moment(NOON), "endedTime": moment(LATER)}


def test_a_stop_without_a_desired_state_completes_the_launch_and_leaves_no_reason(service: Service) -> None:
    evidently = put_into(service, "RUNNING")
    evidently.stop_launch(**NAMES)
    launch = evidently.get_launch(**NAMES)["launch"]
    assert launch["status"] == "COMPLETED"
    assert "statusReason" not in launch


@pytest.mark.parametrize("state", ["RUNNING", "COMPLETED", "CANCELLED"])
def test_a_launch_starts_once(service: Service, state: str) -> None:
    evidently = put_into(service, state)
    response = refused(evidently.start_launch, **NAMES)
    assert (response["status"], response["code"]) == (409, "ConflictException")
    assert (response["resourceType"], response["resourceId"]) == ("launch", LAUNCH_ARN)
    assert evidently.get_launch(**NAMES)["launch"]["status"] == state


@pytest.mark.parametrize("state", ["CREATED", "COMPLETED", "CANCELLED"])
def test_only_a_running_launch_stops(service: Service, state: str) -> None:
    evidently = put_into(service, state)
    response = refused(evidently.stop_launch, **NAMES)
    assert (response["status"], response["code"]) == (400, "ValidationException")
    assert response["Error"]["Message"] == "Launch cannot be cancelled from current status"
    assert evidently.get_launch(**NAMES)["launch"]["status"] == state


@pytest.mark.parametrize("state", ["CREATED", "COMPLETED", "CANCELLED"])
def test_a_launch_that_does_not_run_can_be_deleted_and_recreated(service: Service, state: str) -> None:
    evidently = put_into(service, state)
    evidently.delete_launch(**NAMES)
    assert refused(evidently.get_launch, **NAMES)["status"] == 404
    assert service.with_launch().get_launch(**NAMES)["launch"]["status"] == "CREATED"


def test_a_running_launch_is_not_deleted(service: Service) -> None:
    evidently = put_into(service, "RUNNING")
    response = refused(evidently.delete_launch, **NAMES)
    assert (response["status"], response["code"], response["resourceId"]) == (409, "ConflictException", LAUNCH_ARN)
    assert evidently.get_launch(**NAMES)["launch"]["status"] == "RUNNING"


def test_a_launch_name_is_unique_in_its_project(service: Service) -> None:
    evidently = service.with_launch()
    response = refused(service.with_launch)
    assert (response["status"], response["resourceType"], response["resourceId"]) == (409, "launch", LAUNCH_ARN)
    assert evidently.get_project(project="petfood")["project"]["launchCount"] == 1


@pytest.mark.parametrize("operation", ["get_launch", "start_launch", "stop_launch", "delete_launch"])
def test_a_missing_launch_is_named_in_a_404(service: Service, operation: str) -> None:
    evidently = service.with_launch("december")
    response = refused(getattr(evidently, operation), **NAMES)
    assert (response["status"], response["code"]) == (404, "ResourceNotFoundException")
    assert response["Error"]["Message"] == f"Launch with arn '{LAUNCH_ARN}' does not exist."
    assert (response["resourceType"], response["resourceId"]) == ("launch", LAUNCH_ARN)


@pytest.mark.parametrize("operation", ["get_launch", "start_launch", "stop_launch", "delete_launch"])
def test_a_missing_project_differs_from_a_missing_launch(service: Service, operation: str) -> None:
    response = refused(getattr(service.client(), operation), **NAMES)
    assert response["Error"]["Message"] == f"Project with arn '{PROJECT_ARN}' does not exist."
    assert (response["resourceType"], response["resourceId"]) == ("project", PROJECT_ARN)


def test_a_launch_needs_its_project(service: Service) -> None:
    groups = [{"name": "all", "feature": "upsell", "variation": "on"}]
    response = refused(service.client().create_launch, project="petfood", name="november", groups=groups)
    assert (response["status"], response["resourceType"]) == (404, "project")


def test_create_accepts_unknown_features_as_aws_did(service: Service) -> None:
    evidently = service.with_launch(
        randomizationSalt="with spaces",
        groups=[
            {"name": "a", "feature": "nowhere", "variation": "on"},
            {"name": "b", "feature": "upsell", "variation": "nothing"},
        ],
        scheduledSplitsConfig={
            "steps": [
                {"startTime": 1, "groupWeights": {"a": 0, "b": 0}},
                {"startTime": 2, "groupWeights": {"a": 100_000, "b": 100_000}},
            ]
        },
    )
    assert evidently.get_launch(**NAMES)["launch"]["randomizationSalt"] == "with spaces"


def test_a_start_names_every_group_whose_feature_or_variation_is_missing(service: Service) -> None:
    evidently = service.with_launch(
        groups=[
            {"name": "a", "feature": "nowhere", "variation": "on"},
            {"name": "b", "feature": "upsell", "variation": "nothing"},
            {"name": "c", "feature": "upsell", "variation": "on"},
        ]
    )
    response = refused(evidently.start_launch, **NAMES)
    assert (response["status"], response["code"], response["reason"]) == (
        400,
        "ValidationException",
        "fieldValidationFailed",
    )
    assert [field["name"] for field in response["fieldList"]] == ["groups[0]", "groups[1]"]
    assert "'nowhere'" in response["fieldList"][0]["message"]
    assert "'nothing'" in response["fieldList"][1]["message"]
    assert evidently.get_launch(**NAMES)["launch"]["status"] == "CREATED"
    assert evidently.get_project(project="petfood")["project"]["activeLaunchCount"] == 0


@pytest.mark.parametrize("where", ["groupWeights", "segmentOverrides"])
def test_a_weight_for_an_unknown_group_has_aws_own_message(service: Service, where: str) -> None:
    step: dict[str, Any] = {"startTime": 1, "groupWeights": {"all": 1}}
    if where == "groupWeights":
        step["groupWeights"] = {"other": 1}
    else:
        step["segmentOverrides"] = [{"segment": "s", "evaluationOrder": 1, "weights": {"other": 1}}]
    response = refused(service.with_launch, scheduledSplitsConfig={"steps": [step]})
    assert (response["status"], response["code"]) == (400, "ValidationException")
    assert response["fieldList"] == [
        {"name": "scheduledSplitsConfig", "message": "Launch groups name in steps not present in groups"}
    ]


def test_two_groups_of_one_name_are_refused(service: Service) -> None:
    group = {"name": "all", "feature": "upsell", "variation": "on"}
    assert refused(service.with_launch, groups=[group, group])["fieldList"][0]["name"] == "groups"


@pytest.mark.parametrize("segment", ["vip", SEGMENT_ARN])
def test_a_launch_with_a_missing_segment_is_refused(service: Service, segment: str) -> None:
    override = {"segment": segment, "evaluationOrder": 1, "weights": {"all": 1}}
    step = {"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}
    response = refused(service.with_launch, scheduledSplitsConfig={"steps": [step]})
    assert (response["status"], response["resourceType"]) == (404, "segment")
    assert response["resourceId"] == SEGMENT_ARN


@pytest.mark.parametrize("segment", ["vip", SEGMENT_ARN])
def test_a_segment_comes_back_as_its_arn(service: Service, segment: str) -> None:
    service.client().create_segment(name="vip", pattern='{"vip": [true]}')
    override = {"segment": segment, "evaluationOrder": 1, "weights": {"all": 1}}
    step = {"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": [override]}
    evidently = service.with_launch(scheduledSplitsConfig={"steps": [step]})
    (shown,) = evidently.get_launch(**NAMES)["launch"]["scheduledSplitsDefinition"]["steps"]
    assert shown["segmentOverrides"] == [{**override, "segment": SEGMENT_ARN}]


def test_several_launches_run_on_one_feature_the_latest_first_in_its_rules(service: Service) -> None:
    evidently = service.with_launch()
    service.with_launch("december")
    evidently.start_launch(project="petfood", launch="november")
    service.now = LATER
    evidently.start_launch(project="petfood", launch="december")
    rules = evidently.get_feature(project="petfood", feature="upsell")["feature"]["evaluationRules"]
    assert rules == [
        {"name": "december", "type": "aws.evidently.splits"},
        {"name": "november", "type": "aws.evidently.splits"},
    ]
    evidently.stop_launch(project="petfood", launch="december")
    rules = evidently.get_feature(project="petfood", feature="upsell")["feature"]["evaluationRules"]
    assert [rule["name"] for rule in rules] == ["november"]


def test_counters_follow_the_life_of_launches(service: Service) -> None:
    evidently = service.with_launch()

    def counters() -> tuple[int, int]:
        project = evidently.get_project(project="petfood")["project"]
        return project["launchCount"], project["activeLaunchCount"]

    service.with_launch("december")
    assert counters() == (2, 0)
    evidently.start_launch(**NAMES)
    assert counters() == (2, 1)
    refused(evidently.start_launch, **NAMES)
    assert counters() == (2, 1)
    evidently.stop_launch(**NAMES)
    assert counters() == (2, 0)
    refused(evidently.stop_launch, **NAMES)
    assert counters() == (2, 0)
    evidently.delete_launch(**NAMES)
    assert counters() == (1, 0)


def test_a_stop_makes_room_in_the_running_quota(service: Service) -> None:
    service.quotas = Quotas(running_launches_per_project=1)
    evidently = service.with_launch()
    service.with_launch("december")
    evidently.start_launch(**NAMES)
    response = refused(evidently.start_launch, project="petfood", launch="december")
    assert (response["status"], response["code"]) == (402, "ServiceQuotaExceededException")
    assert (response["resourceType"], response["resourceId"]) == ("launch", f"{PROJECT_ARN}/launch/december")
    assert response["serviceCode"] == "evidently"
    assert response["quotaCode"]
    evidently.stop_launch(**NAMES)
    assert evidently.start_launch(project="petfood", launch="december")["launch"]["status"] == "RUNNING"


def test_the_launch_quota_counts_every_launch_that_is_not_deleted(service: Service) -> None:
    service.quotas = Quotas(launches_per_project=1)
    evidently = put_into(service, "COMPLETED")
    assert refused(service.with_launch, launch="december")["status"] == 402
    evidently.delete_launch(**NAMES)
    service.with_launch("december")


def test_a_launch_on_several_features_is_in_the_rules_of_each(service: Service) -> None:
    evidently = service.with_launch(
        groups=[
            {"name": "a", "feature": "upsell", "variation": "on"},
            {"name": "b", "feature": "banner", "variation": "off"},
        ]
    )
    evidently.create_feature(project="petfood", name="banner", variations=ON_AND_OFF)
    evidently.start_launch(**NAMES)
    for feature in ("upsell", "banner"):
        assert evidently.get_feature(project="petfood", feature=feature)["feature"]["evaluationRules"]
    evidently.stop_launch(**NAMES)
    for feature in ("upsell", "banner"):
        assert not evidently.get_feature(project="petfood", feature=feature)["feature"]["evaluationRules"]
