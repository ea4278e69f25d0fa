"""A StartLaunch's properties: strings of any age, some of them known only at deploy time."""

from typing import Any

import pytest

from evidently_provider.decisions import LaunchStatus
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.identity import LaunchName
from evidently_provider.properties import launch_named, on_delete, timeout_seconds
from helpers.launch_replies import PROJECT_ARN, launch_arn
from helpers.provider_scene import MARKER, Scene, event

OTHER_PROJECT = launch_arn().replace("petfood", "toys")


def _fine(*_: str) -> None:
    """Every name is as the API wants it."""


@pytest.mark.parametrize("project", ["petfood", PROJECT_ARN], ids=["name", "arn"])
@pytest.mark.parametrize("launch", ["november", launch_arn()], ids=["name", "arn"])
def test_a_launch_is_named_by_name_or_arn(project: str, launch: str) -> None:
    assert launch_named({"Project": project, "Launch": launch}, _fine) == LaunchName("petfood", "november")


def test_names_are_held_against_the_shapes_of_the_model() -> None:
    checked = []

    launch_named({"Project": PROJECT_ARN, "Launch": launch_arn()}, lambda *check: checked.append(check))

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
def test_a_property_that_breaks_a_rule_fails_with_its_name_value_and_rule_before_any_call(
    either: Scene, request_type: str, properties: dict[str, Any], name: str, value: object
) -> None:
    answer = either.send(event(request_type, **properties))

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("FAILED", MARKER)
    assert answer["Reason"].startswith(f"{name} is {value!r}; it must be ")
    assert either.calls == []


def test_a_launch_of_another_project_is_told_which_project_it_should_be_of() -> None:
    with pytest.raises(InvalidPropertyError, match="petfood"):
        launch_named({"Project": "petfood", "Launch": OTHER_PROJECT}, _fine)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("120", 120.0), ("0", 0.0), ("1.5", 1.5), ("-5", 0.0), ("nan", 0.0), ("soon", 120.0), (["1"], 120.0), (90, 90.0)],
)
def test_a_timeout_is_a_number_of_seconds_whatever_came(given: object, seconds: float) -> None:
    assert timeout_seconds({"TimeoutSeconds": given}) == seconds


def test_a_payload_without_a_timeout_has_the_default() -> None:
    assert timeout_seconds({}) == 120.0


@pytest.mark.parametrize(
    ("properties", "status"),
    [
        ({"OnDelete": "CANCEL"}, LaunchStatus.CANCELLED),
        ({"OnDelete": "COMPLETE"}, LaunchStatus.COMPLETED),
        ({"OnDelete": "KEEP_RUNNING"}, None),
        ({"OnDelete": "cancel"}, None),
        ({"OnDelete": ["CANCEL"]}, None),
        ({}, LaunchStatus.CANCELLED),
    ],
)
def test_on_delete_is_what_a_launch_becomes(properties: dict[str, Any], status: LaunchStatus | None) -> None:
    assert on_delete(properties) is status
