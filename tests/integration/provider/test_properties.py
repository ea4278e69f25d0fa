"""Properties of a StartLaunch: strings of any version, some of them known only at deploy time."""

from typing import Any

import pytest

import evidently_contract as contract
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.properties import check_arns, check_names, keeps, launch_ref, on_delete, timeout_seconds
from helpers.launch_replies import PROJECT_ARN, launch_arn, shows
from helpers.provider_harness import NOT_STARTED, Harness, event

OTHER_PROJECT = launch_arn().replace("petfood", "toys")


@pytest.mark.parametrize("project", ["petfood", PROJECT_ARN], ids=["name", "arn"])
@pytest.mark.parametrize("launch", ["november", launch_arn()], ids=["name", "arn"])
def test_a_launch_is_named_by_name_or_arn(project: str, launch: str) -> None:
    assert launch_ref({"Project": project, "Launch": launch}) == ResourceRef(Kind.LAUNCH, "november", "petfood")


def test_names_are_checked_by_the_shapes_of_the_model() -> None:
    checked: list[tuple[str, ...]] = []

    check_names(launch_ref({"Project": PROJECT_ARN, "Launch": launch_arn()}), "Launch", lambda *it: checked.append(it))

    assert checked == [("Project", "petfood", "ProjectName"), ("Launch", "november", "LaunchName")]


@pytest.mark.parametrize(
    ("properties", "name", "value"),
    [
        ({"Project": None}, "Project", None),
        ({"Launch": None}, "Launch", None),
        ({"Project": ""}, "Project", ""),
        ({"Launch": ["november"]}, "Launch", ["november"]),
        ({"Project": "arn:aws:s3:::bucket"}, "Project", "arn:aws:s3:::bucket"),
        ({"Project": launch_arn()}, "Project", launch_arn()),
        ({"Launch": PROJECT_ARN}, "Launch", PROJECT_ARN),
        ({"Launch": OTHER_PROJECT}, "Launch", OTHER_PROJECT),
        ({"Launch": "two words"}, "Launch", "two words"),
        ({"Launch": "november\n"}, "Launch", "november\n"),
        ({"Launch": "a/b"}, "Launch", "a/b"),
        ({"Launch": "n" * 128}, "Launch", "n" * 128),
        ({"Project": "p" * 128}, "Project", "p" * 128),
    ],
)
@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_an_invalid_property_fails_with_name_value_and_rule_before_any_call(
    either: Harness, request_type: str, properties: dict[str, Any], name: str, value: object
) -> None:
    response = either.send(event(request_type, **properties))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", NOT_STARTED)
    shown = "missing" if value is None else repr(value)
    assert response["Reason"].startswith(f"{name} is {shown}; it must be ")
    assert either.calls == []


def test_a_launch_of_another_project_is_refused_with_the_expected_project() -> None:
    with pytest.raises(InvalidPropertyError, match="petfood"):
        launch_ref({"Project": "petfood", "Launch": OTHER_PROJECT})


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("120", 120.0), ("0", 0.0), ("1.5", 1.5), ("-5", 0.0), ("nan", 0.0), ("soon", 120.0), (["1"], 120.0), (90, 90.0)],
)
def test_an_invalid_timeout_becomes_a_valid_number_of_seconds(given: object, seconds: float) -> None:
    assert timeout_seconds({"TimeoutSeconds": given}) == seconds


def test_a_payload_without_a_timeout_has_the_default() -> None:
    assert timeout_seconds({}) == 120.0


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [
        ("CANCEL", False),
        ("COMPLETE", False),
        ("DELETE", False),
        ("KEEP_RUNNING", True),
        ("KEEP", True),
        ("cancel", True),
        (["CANCEL"], True),
    ],
)
def test_a_delete_with_an_unknown_on_delete_keeps_the_resource(given: object, *, is_kept: bool) -> None:
    assert keeps({"OnDelete": given}) is is_kept


def test_a_payload_without_an_on_delete_cancels() -> None:
    assert on_delete({}) == "CANCEL"
    assert not keeps({})


@pytest.mark.parametrize("name", ["Project", "Launch"])
@pytest.mark.parametrize(
    "arn",
    [
        launch_arn().replace("123456789012", "210987654321"),
        launch_arn().replace("eu-north-1", "us-east-1"),
        "arn:aws:evidently:::project/petfood/launch/november",
        "arn:aws",
    ],
)
def test_an_arn_of_another_account_or_region_is_refused(name: str, arn: str) -> None:
    with pytest.raises(
        InvalidPropertyError, match=f"{name} is .* must be of Region eu-north-1 and account 123456789012"
    ):
        check_arns({name: arn}, "123456789012", "eu-north-1")


@pytest.mark.parametrize("value", [launch_arn(), PROJECT_ARN, "november", "", None, 7])
def test_names_and_arns_of_the_own_account_and_region_are_accepted(value: object) -> None:
    check_arns({"Project": value, "Launch": value}, "123456789012", "eu-north-1")


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_a_launch_of_another_account_is_refused_before_any_call(either: Harness, request_type: str) -> None:
    response = either.send(event(request_type, Launch=launch_arn().replace("123456789012", "210987654321")))

    assert (response["Status"], response["PhysicalResourceId"]) == ("FAILED", NOT_STARTED)
    assert "account 123456789012" in response["Reason"]
    assert either.calls == []


def test_the_region_of_an_arn_is_the_apis_not_the_functions(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(contract.ENV_SIGNING_REGION, "us-west-2")
    harness.api.plan(shows("RUNNING"))

    response = harness.send(event("Create", Launch=launch_arn().replace("eu-north-1", "us-west-2")))

    assert response["Status"] == "SUCCESS"


@pytest.mark.parametrize("triggers", [{"Launch": "arn:aws:s3:::bucket"}, [{"Feature": OTHER_PROJECT}]])
def test_triggers_may_be_anything(triggers: object) -> None:
    check_arns({"Triggers": triggers}, "210987654321", "eu-west-1")


def test_an_on_delete_that_a_start_launch_cannot_have_fails_before_any_call(harness: Harness) -> None:
    response = harness.send(event("Create", OnDelete="Cancel"))

    assert response["Status"] == "FAILED"
    assert "OnDelete is 'Cancel'; it must be one of CANCEL, COMPLETE, KEEP_RUNNING." in response["Reason"]
    assert harness.calls == []
