"""What grants on the service allow and deny: calls with the grantees' own credentials, with IAM enforced."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import product
from typing import Any, TypeAlias

import pytest
from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from botocore.exceptions import ClientError

from cdk_evidently import EvidentlyService, ServiceGrants
from helpers.deployment import PROJECT, Deployment
from local_aws.server import ACCOUNT, REGION

Calls: TypeAlias = Mapping[str, Mapping[str, Any]]

STACK = "Grants"
OTHER = "bookshop"
ARN = f"arn:aws:evidently:{REGION}:{ACCOUNT}:project/"
LAUNCH = "granted"

GRANTS: Mapping[str, Callable[[ServiceGrants, iam.IRole], object]] = {
    "Evaluate": lambda grants, role: grants.evaluate(role),
    "EvaluateProject": lambda grants, role: grants.evaluate(role, project=PROJECT),
    "Read": lambda grants, role: grants.read(role),
    "ReadProject": lambda grants, role: grants.read(role, project=PROJECT),
    "ReadLaunch": lambda grants, role: grants.read(role, project=PROJECT, launch=LAUNCH),
    "Manage": lambda grants, role: grants.manage(role),
    "ManageProject": lambda grants, role: grants.manage(role, project=PROJECT),
    "ManageLaunch": lambda grants, role: grants.manage(role, project=PROJECT, launch=LAUNCH),
    "StartLaunch": lambda grants, role: grants.start_launch(role),
    "StartLaunchProject": lambda grants, role: grants.start_launch(role, project=PROJECT),
    "StartLaunchLaunch": lambda grants, role: grants.start_launch(role, project=PROJECT, launch=LAUNCH),
}

VARIATIONS = [{"name": "on", "value": {"boolValue": True}}]
# Each operation with arguments that get as far as the API; whatever its response, only a 403 is a refusal. The names do
# not exist or the arguments are invalid, so no call changes anything and the order does not matter.
EVALUATE: Calls = {
    "batch_evaluate_feature": {"requests": [{"entityId": "me", "feature": "absent"}]},
    "evaluate_feature": {"feature": "absent", "entityId": "me"},
    "put_project_events": {"events": [{"timestamp": 0, "type": "aws.evidently.custom", "data": "{}"}]},
}
READ_IN_PROJECT: Calls = {
    "get_project": {},
    "get_feature": {"feature": "absent"},
    "list_features": {},
    "list_launches": {},
    "list_experiments": {},
}
READ_LAUNCH: Calls = {"get_launch": {}}
READ_OUTSIDE: Calls = {
    "list_projects": {},
    "list_segments": {},
    "get_segment": {"segment": "absent"},
    "list_segment_references": {"segment": "absent", "type": "FEATURE"},
    "test_segment_pattern": {"pattern": "{}", "payload": "{}"},
}
START: Calls = {"start_launch": {}, "stop_launch": {"desiredState": "CANCELLED"}}
CHANGE_IN_PROJECT: Calls = {
    "create_feature": {"name": "invalid name", "variations": VARIATIONS},
    "update_feature": {"feature": "absent"},
    "delete_feature": {"feature": "absent"},
    "create_launch": {"name": "invalid name", "groups": [{"name": "a", "feature": "absent", "variation": "on"}]},
    "update_project": {"description": "the same"},
    "update_project_data_delivery": {"s3Destination": {"bucket": "absent-bucket"}},
}
CHANGE_LAUNCH: Calls = {"update_launch": {}, "delete_launch": {}}
CHANGE_OUTSIDE: Calls = {
    "create_project": {"name": "invalid name"},
    "create_segment": {"name": "invalid name", "pattern": "{}"},
    "delete_segment": {"segment": "absent"},
}
TAGS: Calls = {
    "list_tags_for_resource": {},
    "tag_resource": {"tags": {}},
    "untag_resource": {"tagKeys": ["absent"]},
}


@dataclass(frozen=True, slots=True)
class Grantees:
    """Roles with one grant each, and a client of the API for each role."""

    clients: Mapping[str, Any]

    def refused(self, grant: str, operation: str, arguments: Mapping[str, Any]) -> bool:
        """Whether IAM refuses a grantee a call."""
        try:
            getattr(self.clients[grant], operation)(**arguments)
        except ClientError as error:
            return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.FORBIDDEN)
        return False

    def refused_of(self, grant: str, calls: Calls, **named: str) -> set[str]:
        """Return the operations that IAM refuses a grantee."""
        return {operation for operation, more in calls.items() if self.refused(grant, operation, {**more, **named})}


@pytest.fixture(scope="module")
def grantees(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grantees]:
    """One role per grant; the account's root may assume each."""

    def build(stack: Stack) -> None:
        service = EvidentlyService.from_api_id(stack, "Evidently", deployment.api_id)
        for name, give in GRANTS.items():
            role = iam.Role(stack, name, assumed_by=iam.AccountRootPrincipal())
            give(service.grants, role)
            CfnOutput(stack, f"{name}Arn", value=role.role_arn)

    outputs = deployment.deploy(STACK, build, tmp_path_factory.mktemp("grants") / "out")
    yield Grantees({it: deployment.evidently(**deployment.credentials(outputs[f"{it}Arn"])) for it in GRANTS})
    deployment.deployer.destroy(STACK)


def forms(project: str) -> tuple[str, str]:
    """Return a project's name and its ARN: an SDK takes either, and escapes the ARN in the path."""
    return project, f"{ARN}{project}"


PROJECT_FORMS = [*forms(PROJECT)]


@pytest.mark.parametrize("project", [*forms(PROJECT), *forms(OTHER)])
@pytest.mark.parametrize("grant", ["Evaluate", "EvaluateProject"])
def test_evaluate_allows_evaluations_and_events_only(grantees: Grantees, grant: str, project: str) -> None:
    allowed = grant == "Evaluate" or project in PROJECT_FORMS
    assert grantees.refused_of(grant, EVALUATE, project=project) == (set() if allowed else set(EVALUATE))
    others = {**READ_IN_PROJECT, **CHANGE_IN_PROJECT}
    assert grantees.refused_of(grant, others, project=project) == set(others)


@pytest.mark.parametrize("project", [*forms(PROJECT), *forms(OTHER)])
@pytest.mark.parametrize("grant", ["Read", "ReadProject", "ReadLaunch"])
def test_read_allows_reads_only(grantees: Grantees, grant: str, project: str) -> None:
    allowed = grant == "Read" or (grant == "ReadProject" and project in PROJECT_FORMS)
    refused = set() if allowed else set(READ_IN_PROJECT)
    assert grantees.refused_of(grant, READ_IN_PROJECT, project=project) == refused
    others = {**CHANGE_IN_PROJECT, **EVALUATE}
    assert grantees.refused_of(grant, others, project=project) == set(others)


@pytest.mark.parametrize("project", [*forms(PROJECT), *forms(OTHER)])
@pytest.mark.parametrize("grant", ["Manage", "ManageProject", "ManageLaunch"])
def test_manage_allows_everything_but_evaluations(grantees: Grantees, grant: str, project: str) -> None:
    managed = {**READ_IN_PROJECT, **CHANGE_IN_PROJECT}
    allowed = grant == "Manage" or (grant == "ManageProject" and project in PROJECT_FORMS)
    assert grantees.refused_of(grant, managed, project=project) == (set() if allowed else set(managed))
    assert grantees.refused_of(grant, EVALUATE, project=project) == set(EVALUATE)


@pytest.mark.parametrize("project", [*forms(PROJECT), *forms(OTHER)])
@pytest.mark.parametrize("grant", ["StartLaunch", "StartLaunchProject", "StartLaunchLaunch"])
def test_start_launch_allows_nothing_else_in_a_project(grantees: Grantees, grant: str, project: str) -> None:
    others = {**READ_IN_PROJECT, **CHANGE_IN_PROJECT, **EVALUATE}
    assert grantees.refused_of(grant, others, project=project) == set(others)


@pytest.mark.parametrize(
    "grant",
    [
        ("Read", set(READ_LAUNCH)),
        ("Manage", {*READ_LAUNCH, *START, *CHANGE_LAUNCH}),
        ("StartLaunch", {*READ_LAUNCH, *START}),
    ],
)
@pytest.mark.parametrize("narrowed", ["", "Project", "Launch"])
@pytest.mark.parametrize(("project", "launch"), list(product([*forms(PROJECT), *forms(OTHER)], [LAUNCH, "another"])))
def test_a_grant_covers_the_launches_that_it_names(
    grantees: Grantees, grant: tuple[str, set[str]], narrowed: str, project: str, launch: str
) -> None:
    operations, allowed = grant
    calls = {**READ_LAUNCH, **START, **CHANGE_LAUNCH}
    covered = {
        "": True,
        "Project": project in PROJECT_FORMS,
        "Launch": project in PROJECT_FORMS and launch == LAUNCH,
    }[narrowed]
    refused = set(calls) - allowed if covered else set(calls)
    assert grantees.refused_of(f"{operations}{narrowed}", calls, project=project, launch=launch) == refused


@pytest.mark.parametrize("grant", ["Evaluate", "EvaluateProject"])
def test_evaluate_covers_no_launch(grantees: Grantees, grant: str) -> None:
    calls = {**READ_LAUNCH, **START, **CHANGE_LAUNCH}
    assert grantees.refused_of(grant, calls, project=PROJECT, launch=LAUNCH) == set(calls)


@pytest.mark.parametrize(
    ("grant", "allowed"),
    [
        (name, {"Read": set(READ_OUTSIDE), "Manage": {*READ_OUTSIDE, *CHANGE_OUTSIDE}}.get(name, set()))
        for name in GRANTS
    ],
)
def test_resources_outside_projects_need_a_grant_on_all(grantees: Grantees, grant: str, allowed: set[str]) -> None:
    calls = {**READ_OUTSIDE, **CHANGE_OUTSIDE}
    assert grantees.refused_of(grant, calls) == set(calls) - allowed


TAGGED = (f"{ARN}{PROJECT}", f"{ARN}{PROJECT}/feature/upsell", f"{ARN}{PROJECT}/launch/{LAUNCH}", f"{ARN}{OTHER}")
IN_PROJECT = set(TAGGED[:3])


@pytest.mark.parametrize(
    ("grant", "resources", "allowed"),
    [
        ("Evaluate", set(), set()),
        ("StartLaunch", set(), set()),
        ("Read", set(TAGGED), {"list_tags_for_resource"}),
        ("ReadProject", IN_PROJECT, {"list_tags_for_resource"}),
        ("ReadLaunch", {TAGGED[2]}, {"list_tags_for_resource"}),
        ("Manage", set(TAGGED), set(TAGS)),
        ("ManageProject", IN_PROJECT, set(TAGS)),
        ("ManageLaunch", {TAGGED[2]}, set(TAGS)),
    ],
)
def test_a_grant_covers_the_tags_of_its_resources(
    grantees: Grantees, grant: str, resources: set[str], allowed: set[str]
) -> None:
    for arn in TAGGED:
        refused = set(TAGS) - allowed if arn in resources else set(TAGS)
        assert grantees.refused_of(grant, TAGS, resourceArn=arn) == refused, arn
