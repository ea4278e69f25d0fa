"""The routes that a grant on an EvidentlyService allows."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest
from aws_cdk import Fn, Stack
from aws_cdk import aws_iam as iam

from cdk_evidently import (
    ConflictingSettingsError,
    EvidentlyError,
    EvidentlyService,
    InvalidArgumentError,
    ServiceGrants,
)
from cdk_evidently._common.api_model import routes
from evidently_service.operations import OFFERED as SERVICE_OPERATIONS
from helpers.synth import flat, new_stack, only

PREFIX = "arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:abc/$default/"
ARN = "arn:<AWS::Partition>:evidently:<AWS::Region>:<AWS::AccountId>:project/petfood"
ESCAPED = ARN.replace("/", "%2F").replace(":", "%3A").replace("%3A%3A", "::")  # not within <AWS::Region>
PROJECT_FORMS = ("petfood", ARN, ESCAPED)
READ = ["GET/*", "POST/test-segment-pattern"]
CREATE = [
    "POST/projects/*/features",
    "POST/projects/*/launches",
    "POST/projects/*/launches/*/start",
    "POST/projects/*/launches/*/cancel",
]
MANAGE = [*READ, "PATCH/*", "DELETE/*", *CREATE, "POST/projects", "POST/segments", "POST/tags/*"]
EVALUATE = ["POST/projects/*/evaluations", "POST/projects/*/evaluations/*", "POST/events/projects/*"]
START = ["GET/projects/*/launches/*", "POST/projects/*/launches/*/start", "POST/projects/*/launches/*/cancel"]


def granted(give: Callable[[ServiceGrants, iam.IRole], object], **service: Any) -> list[str]:
    """The resources that a grant allows to invoke."""
    stack = new_stack()
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    give(EvidentlyService.from_api_id(stack, "Evidently", "abc", **service).grants, role)
    _, policy = only(stack, "AWS::IAM::Policy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    return [flat(it) for it in statement["Resource"]]


def paths(give: Callable[[ServiceGrants, iam.IRole], object]) -> set[str]:
    """The methods and paths that a grant allows to invoke."""
    found = granted(give)
    assert len(set(found)) == len(found)
    assert all(it.startswith(PREFIX) for it in found)
    return {it.removeprefix(PREFIX) for it in found}


def for_petfood(routes: list[str]) -> set[str]:
    """The routes with the project `petfood`, by name and by both forms of its ARN."""
    named = [it for it in routes if "projects/*" in it]
    return {it.replace("projects/*", f"projects/{form}", 1) for it in named for form in PROJECT_FORMS}


def tree(*methods: str) -> list[str]:
    return [f"{method}/projects/*{tail}" for method in methods for tail in ("", "/*")]


def tags_of(method: str, *arns: str) -> set[str]:
    return {f"{method}/tags/{arn}" for arn in arns}


@pytest.mark.parametrize(
    ("operations", "routes"),
    [("evaluate", EVALUATE), ("read", READ), ("manage", MANAGE), ("start_launch", START)],
)
def test_a_grant_allows_the_routes_of_its_operations(operations: str, routes: list[str]) -> None:
    assert paths(lambda grants, role: getattr(grants, operations)(role)) == set(routes)


@pytest.mark.parametrize(
    ("operations", "routes", "tags"),
    [
        ("evaluate", EVALUATE, ()),
        ("read", tree("GET"), ("GET",)),
        ("manage", [*tree("GET", "PATCH", "DELETE"), *CREATE], ("GET", "POST", "DELETE")),
        ("start_launch", START, ()),
    ],
)
def test_a_grant_for_a_project_allows_its_routes_by_name_and_arn_only(
    operations: str, routes: list[str], tags: tuple[str, ...]
) -> None:
    expected = for_petfood(routes)
    for method in tags:
        expected |= tags_of(method, ARN, f"{ARN}/*", ESCAPED, f"{ESCAPED}%2F*")
    assert paths(lambda grants, role: getattr(grants, operations)(role, project="petfood")) == expected


LAUNCH = ["GET/projects/*/launches/upsell"]
START_ONE = ["POST/projects/*/launches/upsell/start", "POST/projects/*/launches/upsell/cancel"]
CHANGE_ONE = ["PATCH/projects/*/launches/upsell", "DELETE/projects/*/launches/upsell"]


@pytest.mark.parametrize(
    ("operations", "routes", "tags"),
    [
        ("read", LAUNCH, ("GET",)),
        ("manage", LAUNCH + CHANGE_ONE + START_ONE, ("GET", "POST", "DELETE")),
        ("start_launch", LAUNCH + START_ONE, ()),
    ],
)
def test_a_grant_for_a_launch_allows_the_routes_of_that_launch_only(
    operations: str, routes: list[str], tags: tuple[str, ...]
) -> None:
    expected = for_petfood(routes)
    for method in tags:
        expected |= tags_of(method, f"{ARN}/launch/upsell", f"{ESCAPED}%2Flaunch%2Fupsell")
    found = paths(lambda grants, role: getattr(grants, operations)(role, project="petfood", launch="upsell"))
    assert found == expected


READING = {
    "GetFeature", "GetLaunch", "GetProject", "GetSegment", "ListExperiments", "ListFeatures", "ListLaunches",
    "ListProjects", "ListSegmentReferences", "ListSegments", "ListTagsForResource", "TestSegmentPattern",
}  # fmt: skip
EVALUATING = {"BatchEvaluateFeature", "EvaluateFeature", "PutProjectEvents"}
OFFERED = {it.operation: f"{it.method}{it.uri}" for it in routes() if it.operation in SERVICE_OPERATIONS}


@pytest.mark.parametrize(
    ("operations", "allowed"),
    [
        ("evaluate", EVALUATING),
        ("read", READING),
        ("manage", set(OFFERED) - EVALUATING),
        ("start_launch", {"StartLaunch", "StopLaunch", "GetLaunch"}),
    ],
)
def test_of_the_offered_operations_a_grant_allows_its_own_only(operations: str, allowed: set[str]) -> None:
    patterns = paths(lambda grants, role: getattr(grants, operations)(role))
    found = {it for it, path in OFFERED.items() if any(fnmatchcase(path, pattern) for pattern in patterns)}
    assert found == allowed


def test_the_largest_grant_fits_into_a_roles_policies() -> None:
    found = granted(lambda grants, role: grants.manage(role, project="p" * 64))
    room = 10_240
    assert sum(len(it.replace("<AWS::AccountId>", "1" * 12).replace("<AWS::Region>", "r" * 14)) for it in found) < room


def test_arns_of_project_and_launch_grant_the_same_as_names() -> None:
    arn = "arn:aws:evidently:eu-west-1:123456789012:project/petfood"
    assert granted(lambda grants, role: grants.read(role, project=arn)) == granted(
        lambda grants, role: grants.read(role, project="petfood")
    )
    assert granted(lambda grants, role: grants.start_launch(role, project=arn, launch=f"{arn}/launch/upsell")) == (
        granted(lambda grants, role: grants.start_launch(role, project="petfood", launch="upsell"))
    )


def test_a_token_for_a_project_is_in_every_route() -> None:
    found = granted(lambda grants, role: grants.evaluate(role, project=Fn.import_value("Project")))
    assert len(found) == 9
    assert all("Fn::ImportValue" in it for it in found)


def test_a_grant_has_the_services_region() -> None:
    found = granted(lambda grants, role: grants.evaluate(role, project="petfood"), region="eu-north-1")
    prefix = "arn:<AWS::Partition>:execute-api:eu-north-1:<AWS::AccountId>:abc/$default/"
    arn = "arn:<AWS::Partition>:evidently:eu-north-1:<AWS::AccountId>:project/petfood"
    assert f"{prefix}POST/projects/{arn}/evaluations" in found
    assert all(it.startswith(prefix) for it in found)


def test_a_grant_has_the_services_api_id() -> None:
    stack = new_stack()
    service = EvidentlyService(stack, "Evidently")
    grant = service.grants.start_launch(iam.Role(stack, "Caller", assumed_by=iam.AccountRootPrincipal()))
    assert grant.success
    api, _ = only(stack, "AWS::ApiGatewayV2::Api")
    _, policy = only(stack, "AWS::IAM::Policy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert all(f":<{api}>/$default/" in flat(it) for it in statement["Resource"])


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"project": "pet food"}, InvalidArgumentError, "project is 'pet food', and has to be a name of 1 to 127"),
        ({"project": ""}, InvalidArgumentError, "Give the project's name or its ARN"),
        ({"project": 7}, InvalidArgumentError, "a project's name, its ARN, or a construct for one"),
        ({"project": "petfood", "launch": "up/sell"}, InvalidArgumentError, "launch is 'up/sell'"),
        ({"launch": "upsell"}, ConflictingSettingsError, "launch is 'upsell' and project is None: .* Give the project"),
        (
            {"project": "other", "launch": "arn:aws:evidently:eu-west-1:123456789012:project/petfood/launch/upsell"},
            ConflictingSettingsError,
            "a launch of 'petfood'",
        ),
    ],
)
@pytest.mark.parametrize("operations", ["read", "manage", "start_launch"])
def test_an_invalid_project_or_launch_is_an_error(
    operations: str, arguments: dict[str, Any], error: type[EvidentlyError], sentence: str
) -> None:
    stack = Stack()
    grants = EvidentlyService.from_api_id(stack, "Evidently", "abc").grants
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    with pytest.raises(error, match=sentence):
        getattr(grants, operations)(role, **arguments)
