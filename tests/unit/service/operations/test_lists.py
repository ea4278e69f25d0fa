"""Lists: each resource once, by name, on pages of at most the given size."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.service import ON_AND_OFF, PROJECT_ARN, Service

NAMES = ["A", "a", "a-b", "a.b", "a_b", "b1", "b10", "b2"]
OVERRIDE = {"segment": "norway", "evaluationOrder": 1, "weights": {"all": 100_000}}
STEPS = {"steps": [{"startTime": 1, "groupWeights": {"all": 0}, "segmentOverrides": [OVERRIDE]}]}

Make = Callable[[Service, str], object]


def make_project(service: Service, name: str) -> None:
    service.client().create_project(name=name)


def make_feature(service: Service, name: str) -> None:
    service.with_launch(f"runs-on-{name}", groups=[{"name": "all", "feature": name, "variation": "on"}])
    service.client().create_feature(project="petfood", name=name, variations=ON_AND_OFF)
    service.client().start_launch(project="petfood", launch=f"runs-on-{name}")


def make_launch(service: Service, name: str) -> None:
    service.with_launch(name)


def make_segment(service: Service, name: str) -> None:
    service.client().create_segment(name=name, pattern='{"a": [1]}')


def make_reference(service: Service, name: str) -> None:
    if not service.client().list_segments()["segments"]:
        make_segment(service, "norway")
    service.with_launch(name, scheduledSplitsConfig=STEPS)


LISTS: dict[str, tuple[str, dict[str, str], Make, list[str]]] = {
    "list_projects": ("projects", {}, make_project, []),
    "list_features": ("features", {"project": "petfood"}, make_feature, ["upsell"]),
    "list_launches": ("launches", {"project": "petfood"}, make_launch, []),
    "list_segments": ("segments", {}, make_segment, []),
    "list_segment_references": ("referencedBy", {"segment": "norway", "type": "LAUNCH"}, make_reference, []),
}


def pages(evidently: Any, operation: str, **arguments: Any) -> list[list[str]]:
    """Return the names on each page."""
    paginator = evidently.get_paginator(operation)
    return [[each["name"] for each in page[LISTS[operation][0]]] for page in paginator.paginate(**arguments)]


@pytest.mark.parametrize("operation", LISTS)
def test_a_list_has_each_resource_once_by_name_on_pages_of_the_given_size(service: Service, operation: str) -> None:
    _, arguments, make, more = LISTS[operation]
    for name in reversed(NAMES):
        make(service, name)
    expected = sorted([*NAMES, *more])
    evidently = service.client()
    assert pages(evidently, operation, **arguments) == [expected]
    for size in (1, 3, 8, 9):
        found = pages(evidently, operation, **arguments, PaginationConfig={"PageSize": size})
        assert found == [expected[first : first + size] for first in range(0, len(expected), size)]


@pytest.mark.parametrize(
    ("operation", "size"),
    [("list_projects", 50), ("list_segments", 50), ("list_launches", 100), ("list_segment_references", 50)],
)
def test_a_page_has_aws_default_size_unless_the_request_has_one(service: Service, operation: str, size: int) -> None:
    service.quotas = type(service.quotas)(projects=200)
    _, arguments, make, _ = LISTS[operation]
    for number in range(size + 1):
        make(service, f"n{number:03}")
    assert [len(page) for page in pages(service.client(), operation, **arguments)] == [size, 1]


def test_an_empty_list_is_empty_and_has_no_next_page(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    response = evidently.list_features(project="petfood")
    assert (response["features"], "nextToken" in response) == ([], False)


def test_the_status_filter_finds_every_launch_in_that_state_and_no_other(service: Service) -> None:
    for number in range(9):
        evidently = service.with_launch(f"n{number}")
        if number % 3 == 0:
            evidently.start_launch(project="petfood", launch=f"n{number}")
    for size in (1, 2, 100):
        config = {"PageSize": size}
        running = pages(evidently, "list_launches", project="petfood", status="RUNNING", PaginationConfig=config)
        assert [name for page in running for name in page] == ["n0", "n3", "n6"]
    assert pages(evidently, "list_launches", project="petfood", status="CANCELLED") == [[]]


def test_listed_resources_have_the_models_members(service: Service) -> None:
    evidently = service.with_launch()
    evidently.start_launch(project="petfood", launch="november")
    (project,) = evidently.list_projects()["projects"]
    assert (project["featureCount"], project["launchCount"], project["activeLaunchCount"]) == (1, 1, 1)
    (feature,) = evidently.list_features(project="petfood")["features"]
    assert feature["evaluationRules"] == [{"name": "november", "type": "aws.evidently.splits"}]
    assert not {"variations", "valueType", "entityOverrides", "description"} & set(feature)
    assert evidently.list_launches(project="petfood")["launches"] == [
        evidently.get_launch(project="petfood", launch="november")["launch"]
    ]


def test_a_reference_has_the_launchs_status_and_times(service: Service) -> None:
    make_reference(service, "november")
    evidently = service.client()
    evidently.start_launch(project="petfood", launch="november")
    (found,) = evidently.list_segment_references(segment="norway", type="LAUNCH")["referencedBy"]
    assert found == {
        "name": "november",
        "type": "LAUNCH",
        "arn": "arn:aws:evidently:eu-north-1:123456789012:project/petfood/launch/november",
        "status": "RUNNING",
        "startTime": "2021-11-20T00:37:26.468Z",
        "lastUpdatedOn": "2021-11-20T00:37:26.468Z",
    }


def test_no_experiment_refers_to_a_segment(service: Service) -> None:
    make_reference(service, "november")
    assert service.client().list_segment_references(segment="norway", type="EXPERIMENT")["referencedBy"] == []


@pytest.mark.parametrize("arguments", [{}, {"maxResults": 1}, {"status": "RUNNING"}])
def test_a_project_has_no_experiments(service: Service, arguments: dict[str, Any]) -> None:
    response = service.with_launch().list_experiments(project="petfood", **arguments)
    assert (response["experiments"], "nextToken" in response) == ([], False)
    assert service.client().get_paginator("list_experiments").paginate(project=PROJECT_ARN).build_full_result() == {
        "experiments": []
    }


@pytest.mark.parametrize("query", ["maxResults=0", "maxResults=101", "status=none", "nextToken="])
def test_a_list_of_experiments_by_an_invalid_argument_is_refused(service: Service, query: str) -> None:
    service.with_launch()
    response = service.send("GET", "/projects/petfood/experiments", query=query)
    assert (response["statusCode"], f'"{query.partition("=")[0]}"' in response["body"]) == (400, True)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_features", {"project": "cars"}),
        ("list_launches", {"project": "cars"}),
        ("list_experiments", {"project": "cars"}),
        ("list_segment_references", {"segment": "cars", "type": "LAUNCH"}),
        ("list_segment_references", {"segment": "cars", "type": "EXPERIMENT"}),
    ],
)
def test_a_list_in_a_missing_resource_is_a_404(service: Service, operation: str, arguments: dict[str, str]) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(service.client(), operation)(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_token_is_valid_for_its_own_list_only(service: Service) -> None:
    for name in ("a", "b", "c"):
        make_launch(service, name)
        make_project(service, name)
        make_segment(service, name)
    evidently = service.client()
    token = evidently.list_launches(project="petfood", maxResults=1)["nextToken"]
    for operation, arguments in (
        ("list_projects", {}),
        ("list_segments", {}),
        ("list_features", {"project": "petfood"}),
        ("list_launches", {"project": "a"}),
        ("list_launches", {"project": "petfood", "status": "CREATED"}),
        ("list_experiments", {"project": "petfood"}),
        ("list_segment_references", {"segment": "a", "type": "LAUNCH"}),
        ("list_segment_references", {"segment": "a", "type": "EXPERIMENT"}),
    ):
        with pytest.raises(evidently.exceptions.ValidationException) as caught:
            getattr(evidently, operation)(**arguments, nextToken=token)
        assert [field["name"] for field in caught.value.response["fieldList"]] == ["nextToken"]
    assert len(evidently.list_launches(project="petfood", nextToken=token)["launches"]) == 2


@pytest.mark.parametrize("token", ["x", "????", "W10=", "bnVsbA==", "WyJwcm9qZWN0cyBwcm9qZWN0cyB7fSIsIDFd", "é"])
def test_an_invalid_token_is_a_400_that_names_the_field(service: Service, token: str) -> None:
    evidently = service.client()
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.list_projects(nextToken=token)
    assert [field["name"] for field in caught.value.response["fieldList"]] == ["nextToken"]


@pytest.mark.parametrize("size", [0, 51])
def test_a_page_size_out_of_the_models_range_is_refused(service: Service, size: int) -> None:
    response = service.send("GET", "/projects", query=f"maxResults={size}")
    assert (response["statusCode"], '"maxResults"' in response["body"]) == (400, True)


def test_large_resources_make_shorter_pages_and_none_is_lost(service: Service) -> None:
    text = "\u00e9" * 160
    monitors = [{"metricDefinition": {"name": "m" * 255, "entityIdKey": "e" * 256, "valueKey": "v" * 256}}] * 3
    groups = [{"name": f"g{n}", "feature": "upsell", "variation": "on", "description": text} for n in range(5)]
    step = {"startTime": 1, "groupWeights": {f"g{n}": 1 for n in range(5)}}
    tags = {f"{n:0128}": "\u00e9" * 256 for n in range(50)}
    for number in range(60):
        members = {"groups": groups, "metricMonitors": monitors, "scheduledSplitsConfig": {"steps": [step] * 6}}
        service.with_launch(f"n{number:03}", tags=tags, **members)
    found = pages(service.client(), "list_launches", project="petfood")
    assert len(found) > 1
    assert [name for page in found for name in page] == [f"n{number:03}" for number in range(60)]
