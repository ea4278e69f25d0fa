"""Projects and features, through a real boto3 client."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import refused
from helpers.service import NOON, ON_AND_OFF, PROJECT_ARN, Service

FEATURE_ARN = f"{PROJECT_ARN}/feature/upsell"
AT_NOON = datetime.fromtimestamp(NOON / 1000, UTC)


def test_a_new_project_is_empty_and_available(service: Service) -> None:
    evidently = service.client()
    made = evidently.create_project(name="petfood", description="all of it", tags={"team": "food"})["project"]
    assert made == {
        "arn": PROJECT_ARN,
        "name": "petfood",
        "status": "AVAILABLE",
        "description": "all of it",
        "tags": {"team": "food"},
        "createdTime": AT_NOON,
        "lastUpdatedTime": AT_NOON,
        "featureCount": 0,
        "launchCount": 0,
        "activeLaunchCount": 0,
        "experimentCount": 0,
        "activeExperimentCount": 0,
    }
    assert evidently.get_project(project="petfood")["project"] == made
    assert evidently.get_project(project=PROJECT_ARN)["project"] == made


def test_a_missing_project_is_named_in_a_404(service: Service) -> None:
    for operation in ("get_project", "delete_project"):
        response = refused(getattr(service.client(), operation), project="petfood")
        assert (response["status"], response["code"]) == (404, "ResourceNotFoundException")
        assert response["Error"]["Message"] == f"Project with arn '{PROJECT_ARN}' does not exist."
        assert (response["resourceType"], response["resourceId"]) == ("project", PROJECT_ARN)


@pytest.mark.parametrize(
    "arn",
    [
        PROJECT_ARN.replace("123456789012", "210987654321"),
        PROJECT_ARN.replace("eu-north-1", "eu-west-1"),
        PROJECT_ARN.replace(":aws:", ":aws-cn:"),
        PROJECT_ARN.replace(":evidently:", ":other:"),
    ],
)
def test_a_project_of_another_account_or_region_is_not_found_under_its_arn(service: Service, arn: str) -> None:
    evidently = service.with_launch()
    assert refused(evidently.get_project, project=arn)["resourceId"] == arn


def test_a_project_name_is_unique(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    response = refused(evidently.create_project, name="petfood")
    assert (response["status"], response["resourceType"], response["resourceId"]) == (409, "project", PROJECT_ARN)


@pytest.mark.parametrize("last", ["feature", "launch"])
def test_a_project_with_features_or_launches_is_not_deleted(service: Service, last: str) -> None:
    evidently = service.with_launch()
    deletes = {
        "feature": partial(evidently.delete_feature, project="petfood", feature="upsell"),
        "launch": partial(evidently.delete_launch, project="petfood", launch="november"),
    }
    delete_last = deletes.pop(last)
    for delete in deletes.values():
        delete()
    response = refused(evidently.delete_project, project="petfood")
    assert (response["status"], response["code"]) == (409, "ConflictException")
    assert response["Error"]["Message"] == "Project has sub-resources"
    assert (response["resourceType"], response["resourceId"]) == ("project", PROJECT_ARN)
    delete_last()
    evidently.delete_project(project="petfood")
    assert evidently.create_project(name="petfood")["project"]["featureCount"] == 0


def test_the_project_quota_makes_room_again_after_a_delete(service: Service) -> None:
    service.quotas = Quotas(projects=1)
    evidently = service.client()
    evidently.create_project(name="petfood")
    response = refused(evidently.create_project, name="cars")
    assert (response["status"], response["code"]) == (402, "ServiceQuotaExceededException")
    assert (response["resourceType"], response["serviceCode"]) == ("project", "evidently")
    assert refused(evidently.create_project, name="petfood")["status"] == 409
    evidently.delete_project(project="petfood")
    evidently.create_project(name="cars")


def test_evaluation_through_appconfig_is_refused_by_name(service: Service) -> None:
    response = refused(service.client().create_project, name="petfood", appConfigResource={"applicationId": "abcd"})
    assert (response["status"], response["reason"]) == (400, "fieldValidationFailed")
    assert [field["name"] for field in response["fieldList"]] == ["appConfigResource"]


def test_a_new_feature_has_aws_defaults(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    made = evidently.create_feature(project=PROJECT_ARN, name="upsell", variations=ON_AND_OFF)["feature"]
    assert made == {
        "arn": FEATURE_ARN,
        "name": "upsell",
        "project": PROJECT_ARN,
        "status": "AVAILABLE",
        "createdTime": AT_NOON,
        "lastUpdatedTime": AT_NOON,
        "variations": ON_AND_OFF,
        "valueType": "BOOLEAN",
        "defaultVariation": "on",
        "evaluationStrategy": "ALL_RULES",
        "evaluationRules": [],
        "entityOverrides": {},
        "tags": {},
    }
    assert evidently.get_feature(project="petfood", feature="upsell")["feature"] == made
    assert evidently.get_project(project="petfood")["project"]["featureCount"] == 1


@pytest.mark.parametrize(
    ("value", "value_type"),
    [
        ({"stringValue": ""}, "STRING"),
        ({"stringValue": "größe \u2028 🐶"}, "STRING"),
        ({"boolValue": False}, "BOOLEAN"),
        ({"longValue": 0}, "LONG"),
        ({"longValue": -(2**53) + 1}, "LONG"),
        ({"doubleValue": 0.1}, "DOUBLE"),
        ({"doubleValue": 1e300}, "DOUBLE"),
    ],
)
def test_a_value_keeps_its_type_and_text(service: Service, value: dict[str, Any], value_type: str) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    evidently.create_feature(project="petfood", name="upsell", variations=[{"name": "v", "value": value}])
    feature = evidently.get_feature(project="petfood", feature="upsell")["feature"]
    assert feature["variations"] == [{"name": "v", "value": value}]
    assert feature["valueType"] == value_type


def test_a_feature_keeps_its_members(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    given = {
        "description": "upsell box",
        "defaultVariation": "off",
        "evaluationStrategy": "DEFAULT_VARIATION",
        "entityOverrides": {"user 1": "on"},
        "tags": {"team": "food"},
    }
    evidently.create_feature(project="petfood", name="upsell", variations=ON_AND_OFF, **given)
    feature = evidently.get_feature(project="petfood", feature="upsell")["feature"]
    assert {name: feature[name] for name in given} == given


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"variations": [*ON_AND_OFF, {"name": "on", "value": {"boolValue": False}}]}, "variations"),
        ({"variations": [*ON_AND_OFF, {"name": "x", "value": {"longValue": 1}}]}, "variations"),
        ({"defaultVariation": "gone"}, "defaultVariation"),
        ({"entityOverrides": {"user": "gone"}}, "entityOverrides"),
        ({"entityOverrides": {f"{index:0>400}": "on" for index in range(101)}}, "entityOverrides"),
        ({"tags": {f"key{index}": "" for index in range(51)}}, "tags"),
    ],
)
def test_a_feature_that_contradicts_itself_is_refused(service: Service, members: dict[str, Any], field: str) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    given = {"project": "petfood", "name": "upsell", "variations": ON_AND_OFF, **members}
    response = refused(evidently.create_feature, **given)
    assert (response["status"], response["code"]) == (400, "ValidationException")
    assert [problem["name"] for problem in response["fieldList"]] == [field]


def test_forty_kilobytes_of_overrides_fit(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    overrides = {f"{index:0>392}": "on" for index in range(102)}
    evidently.create_feature(project="petfood", name="upsell", variations=ON_AND_OFF, entityOverrides=overrides)
    assert evidently.get_feature(project="petfood", feature="upsell")["feature"]["entityOverrides"] == overrides


def test_a_missing_feature_has_aws_own_message(service: Service) -> None:
    evidently = service.client()
    names = {"project": "petfood", "feature": "upsell"}
    response = refused(evidently.delete_feature, **names)
    assert response["Error"]["Message"] == f"Project with arn '{FEATURE_ARN}' does not exist."
    assert (response["status"], response["resourceType"], response["resourceId"]) == (404, "project", FEATURE_ARN)
    response = refused(evidently.get_feature, **names)
    assert (response["resourceType"], response["resourceId"]) == ("project", PROJECT_ARN)
    evidently.create_project(name="petfood")
    for operation in ("get_feature", "delete_feature"):
        response = refused(getattr(evidently, operation), **names)
        assert response["Error"]["Message"] == f"Feature with arn '{FEATURE_ARN}' does not exist."
        assert (response["status"], response["resourceType"], response["resourceId"]) == (404, "feature", FEATURE_ARN)


def test_a_feature_that_a_launch_runs_on_is_not_deleted(service: Service) -> None:
    evidently = service.with_launch()
    evidently.start_launch(project="petfood", launch="november")
    response = refused(evidently.delete_feature, project="petfood", feature="upsell")
    assert (response["status"], response["resourceType"], response["resourceId"]) == (409, "feature", FEATURE_ARN)
    evidently.stop_launch(project="petfood", launch="november")
    evidently.delete_feature(project="petfood", feature="upsell")
    assert evidently.get_project(project="petfood")["project"]["featureCount"] == 0


def test_a_feature_needs_its_project_and_a_unique_name(service: Service) -> None:
    evidently = service.client()
    feature = {"project": "petfood", "name": "upsell", "variations": ON_AND_OFF}
    assert refused(evidently.create_feature, **feature)["resourceId"] == PROJECT_ARN
    evidently.create_project(name="petfood")
    evidently.create_feature(**feature)
    assert refused(evidently.create_feature, **feature)["resourceId"] == FEATURE_ARN
    assert evidently.get_project(project="petfood")["project"]["featureCount"] == 1


def test_the_feature_quota_is_per_project(service: Service) -> None:
    service.quotas = Quotas(features_per_project=1)
    evidently = service.client()
    for project in ("petfood", "cars"):
        evidently.create_project(name=project)
        evidently.create_feature(project=project, name="upsell", variations=ON_AND_OFF)
    response = refused(evidently.create_feature, project="petfood", name="more", variations=ON_AND_OFF)
    assert (response["status"], response["resourceType"]) == (402, "feature")
