"""Tags of all resources that have an ARN: added, removed, listed."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.evidently_api import ACCOUNT, REGION
from helpers.service import PROJECT_ARN, Service

SEGMENT_ARN = f"arn:aws:evidently:{REGION}:{ACCOUNT}:segment/norway"
ARNS = [PROJECT_ARN, f"{PROJECT_ARN}/feature/upsell", f"{PROJECT_ARN}/launch/november", SEGMENT_ARN]


@pytest.fixture
def evidently(service: Service) -> Any:
    """Create one resource of each kind; return a client."""
    service.client().create_segment(name="norway", pattern='{"a": [1]}')
    return service.with_launch()


def shown(evidently: Any, arn: str) -> Any:
    """Return the resource as its Get operation shows it."""
    match arn.rpartition(":")[2].split("/"):
        case ["segment", name]:
            return evidently.get_segment(segment=name)["segment"]
        case ["project", name]:
            return evidently.get_project(project=name)["project"]
        case ["project", project, kind, name]:
            return getattr(evidently, f"get_{kind}")(project=project, **{kind: name})[kind]


@pytest.mark.parametrize("arn", ARNS)
def test_tags_are_added_replaced_and_removed(evidently: Any, service: Service, arn: str) -> None:
    before = shown(evidently, arn)
    service.now += 60_000
    evidently.tag_resource(resourceArn=arn, tags={"team": "food", "stage": "test"})
    evidently.tag_resource(resourceArn=arn, tags={"stage": "live"})
    assert evidently.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "food", "stage": "live"}
    assert shown(evidently, arn) == {**before, "tags": {"team": "food", "stage": "live"}}

    evidently.untag_resource(resourceArn=arn, tagKeys=["team", "never-was"])
    assert evidently.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "live"}


def test_a_running_launch_may_be_tagged_and_an_update_leaves_its_tags(evidently: Any) -> None:
    names = {"project": "petfood", "launch": "november"}
    evidently.start_launch(**names)
    evidently.tag_resource(resourceArn=ARNS[2], tags={"team": "food"})
    assert evidently.update_launch(**names, description="x")["launch"]["tags"] == {"team": "food"}
    evidently.stop_launch(**names)
    evidently.untag_resource(resourceArn=ARNS[2], tagKeys=["team"])
    assert evidently.list_tags_for_resource(resourceArn=ARNS[2])["tags"] == {}


@pytest.mark.parametrize(
    "arn",
    [
        f"{PROJECT_ARN}x",
        f"{PROJECT_ARN}/feature/x",
        f"{PROJECT_ARN}/launch/x",
        f"{PROJECT_ARN}/experiment/november",
        f"{SEGMENT_ARN}x",
        PROJECT_ARN.replace(ACCOUNT, "210987654321"),
        "arn:aws:s3:::bucket",
    ],
)
def test_a_resource_of_another_api_has_no_tags(evidently: Any, arn: str) -> None:
    for operation, more in (
        ("tag_resource", {"tags": {"a": "b"}}),
        ("untag_resource", {"tagKeys": ["a"]}),
        ("list_tags_for_resource", {}),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(evidently, operation)(resourceArn=arn, **more)
        response: Any = caught.value.response
        assert (response["Error"]["Code"], response["resourceId"]) == ("ResourceNotFoundException", arn)


def test_the_fiftieth_tag_is_the_last(evidently: Any) -> None:
    evidently.tag_resource(resourceArn=SEGMENT_ARN, tags={f"k{number}": "" for number in range(50)})
    evidently.tag_resource(resourceArn=SEGMENT_ARN, tags={"k0": "again"})
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.tag_resource(resourceArn=SEGMENT_ARN, tags={"k50": ""})
    assert [field["name"] for field in caught.value.response["fieldList"]] == ["tags"]


@pytest.mark.parametrize("key", ["aws:mine", "with space", "k" * 129])
def test_a_tag_key_that_the_model_forbids_is_refused(evidently: Any, key: str) -> None:
    with pytest.raises(evidently.exceptions.ValidationException):
        evidently.tag_resource(resourceArn=SEGMENT_ARN, tags={key: "x"})
