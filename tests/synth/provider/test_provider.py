"""The provider: its function, its role and its log group."""

from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk.aws_lambda import LayerVersion

import evidently_contract as contract
from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, Triggers
from helpers.managed_constructs import TYPES, project
from helpers.synth import (
    START_LAUNCH,
    URL,
    flat,
    metadata,
    new_app,
    new_stack,
    only,
    resources,
    start_launch,
    statements,
)

LAYER = "arn:aws:lambda:eu-north-1:123456789012:layer:corp-ca:1"
ENDPOINT = EvidentlyEndpoint.from_url(URL)


def provider(stack: Stack, **settings: Any) -> EvidentlyProvider:
    return EvidentlyProvider(stack, "Provider", endpoint=ENDPOINT, **settings)


def test_the_function_is_small_on_arm_and_on_the_newest_python() -> None:
    stack = new_stack()
    start_launch(stack)
    properties = only(stack, "AWS::Lambda::Function")[1]["Properties"]
    assert properties["Architectures"] == ["arm64"]
    assert properties["Runtime"] == "python3.14"
    assert properties["MemorySize"] == 256
    assert properties["Handler"] == "evidently_provider.handler.handler"


def test_the_functions_timeout_is_the_longest_of_its_uses_plus_a_minute() -> None:
    stack = new_stack()
    start_launch(stack, "Short", launch="a", timeout=Duration.seconds(10))
    start_launch(stack, "Long", launch="b", timeout=Duration.minutes(3))
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["Timeout"] == 240


def test_a_use_changes_no_property_of_another_use() -> None:
    def templates(longest: Duration) -> dict[str, Any]:
        stack = new_stack()
        start_launch(stack, "Short", launch="a", timeout=Duration.seconds(10), triggers=Triggers.none())
        start_launch(stack, "Long", launch="b", timeout=longest)
        project(stack)
        return {name: it for name, it in resources(stack).items() if not name.startswith("StartLaunchpetfoodb")}

    short, long = (templates(Duration.seconds(seconds)) for seconds in (10, 780))
    assert [it["Type"] for name, it in short.items() if it != long[name]] == ["AWS::Lambda::Function"]


def test_cloudformation_waits_as_long_as_lambdas_retries_take_and_within_its_hour() -> None:
    stack = new_stack()
    start_launch(stack, timeout=Duration.minutes(13))
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["Timeout"] == 14 * 60
    assert only(stack, START_LAUNCH)[1]["Properties"]["ServiceTimeout"] == 14 * 60 * 3 + 180


def test_the_function_takes_a_proxy_and_a_layer_with_its_ca() -> None:
    stack = new_stack()
    function = provider(stack).function
    function.add_environment("HTTPS_PROXY", "http://proxy.corp:3128")
    function.add_environment("AWS_CA_BUNDLE", "/opt/corp.pem")
    function.add_layers(LayerVersion.from_layer_version_arn(stack, "Ca", LAYER))

    properties = only(stack, "AWS::Lambda::Function")[1]["Properties"]

    assert properties["Environment"]["Variables"] == {
        "HTTPS_PROXY": "http://proxy.corp:3128",
        "AWS_CA_BUNDLE": "/opt/corp.pem",
        contract.ENV_ENDPOINT_URL: URL,
        contract.ENV_SIGNING_NAME: contract.SIGNING_NAME_EVIDENTLY,
    }
    assert properties["Layers"] == [LAYER]


def test_a_provider_without_uses_has_the_default_timeout() -> None:
    stack = new_stack()
    provider(stack)
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["Timeout"] == 180
    assert set(statements(stack)) == {"Logs", "GetAndStop"}


def test_the_function_writes_to_a_log_group_with_a_retention() -> None:
    stack = new_stack()
    start_launch(stack)
    name, group = only(stack, "AWS::Logs::LogGroup")
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": name}}
    assert group["Properties"] == {"RetentionInDays": 90}
    assert group["DeletionPolicy"] == "Delete"
    assert statements(stack)["Logs"] == {
        "Sid": "Logs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [{"Fn::GetAtt": [name, "Arn"]}],
    }


def test_the_role_has_one_inline_policy_and_no_managed_policy() -> None:
    stack = new_stack()
    start_launch(stack)
    properties = only(stack, "AWS::IAM::Role")[1]["Properties"]
    assert set(properties) == {"AssumeRolePolicyDocument", "Policies"}
    assert len(properties["Policies"]) == 1


def test_settings_apply_to_the_function_and_its_log_group() -> None:
    stack = new_stack()
    created = provider(
        stack, log_retention=logs.RetentionDays.ONE_DAY, log_removal_policy=RemovalPolicy.RETAIN, memory_size=512
    )
    _, group = only(stack, "AWS::Logs::LogGroup")
    assert group["Properties"] == {"RetentionInDays": 1}
    assert group["DeletionPolicy"] == "Retain"
    assert only(stack, "AWS::Lambda::Function")[1]["Properties"]["MemorySize"] == 512
    assert (created.function.role, created.log_group.node.scope) == (created.role, created)


def test_a_function_in_a_vpc_may_create_network_interfaces() -> None:
    stack = new_stack()
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    provider(stack, vpc=vpc, vpc_subnets=ec2.SubnetSelection(), security_groups=[group])
    (function,) = [it for it in resources(stack, "AWS::Lambda::Function").values() if "VpcConfig" in it["Properties"]]
    assert len(function["Properties"]["VpcConfig"]["SecurityGroupIds"]) == 1
    network = statements(stack, "ProviderEndpoint")["Network"]
    assert "ec2:CreateNetworkInterface" in network["Action"]
    assert network["Resource"] == ["*"]


def test_a_function_without_a_vpc_may_not_create_network_interfaces() -> None:
    stack = new_stack()
    start_launch(stack)
    assert set(statements(stack)) == {"Logs", "Start", "GetAndStop"}


def imported_role(stack: Stack) -> iam.IRole:
    return iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/provider")


def new_role(stack: Stack) -> iam.IRole:
    return iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


@pytest.mark.parametrize("role", [imported_role, new_role], ids=["imported", "new"])
def test_the_function_and_the_launch_depend_on_the_policy_of_a_given_role(role: Any) -> None:
    stack = new_stack()
    start_launch(stack, provider=provider(stack, role=role(stack)))
    name, policy = only(stack, "AWS::IAM::Policy")
    sids = [it["Sid"] for it in policy["Properties"]["PolicyDocument"]["Statement"]]
    assert sids == ["Logs", "Start", "GetAndStop"]
    assert len(policy["Properties"]["Roles"]) == 1
    assert name in only(stack, START_LAUNCH)[1]["DependsOn"]
    assert name in only(stack, "AWS::Lambda::Function")[1]["DependsOn"]


def test_an_immutable_role_gets_no_policy() -> None:
    stack = new_stack()
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/provider", mutable=False)
    created = provider(stack, role=role)
    start_launch(stack, provider=created)
    project(stack, endpoint=None, provider=created)
    assert sorted(it["Type"] for it in resources(stack).values()) == [
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        TYPES["Project"],
        START_LAUNCH,
    ]


def test_a_providers_default_endpoint_is_awss() -> None:
    assert EvidentlyProvider(new_stack(), "Provider").endpoint.is_aws


def test_the_role_may_start_exactly_the_launches_named() -> None:
    stack = new_stack()
    start_launch(stack, "Second", launch="b")
    start_launch(stack, "First", launch="a")
    start = statements(stack)["Start"]
    assert start["Action"] == ["evidently:StartLaunch"]
    prefix = "arn:<AWS::Partition>:evidently:<AWS::Region>:<AWS::AccountId>:project/petfood/launch"
    assert [flat(it) for it in start["Resource"]] == [f"{prefix}/a", f"{prefix}/b"]


def test_the_role_may_get_and_stop_every_launch_of_its_endpoint() -> None:
    stack = new_stack()
    start_launch(stack)
    allowed = statements(stack)["GetAndStop"]
    assert allowed["Action"] == ["evidently:GetLaunch", "evidently:StopLaunch"]
    assert [flat(it) for it in allowed["Resource"]] == [
        "arn:<AWS::Partition>:evidently:<AWS::Region>:<AWS::AccountId>:project/*/launch/*"
    ]


def test_a_service_is_permitted_by_its_routes() -> None:
    stack = new_stack()
    start_launch(stack, endpoint=EvidentlyEndpoint.from_url(URL, signing_name="execute-api", api_id="abc"))
    prefix = "arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:abc/$default"
    allowed = {sid: [flat(it) for it in found["Resource"]] for sid, found in statements(stack).items()}
    assert allowed["Start"] == [f"{prefix}/POST/projects/petfood/launches/upsell/start"]
    assert allowed["GetAndStop"] == [
        f"{prefix}/GET/projects/*/launches/*",
        f"{prefix}/POST/projects/*/launches/*/cancel",
    ]
    assert {tuple(it["Action"]) for sid, it in statements(stack).items() if sid != "Logs"} == {("execute-api:Invoke",)}


def broadened(launches: int, projects: int) -> tuple[list[str], dict[str, list[str]]]:
    app = new_app()
    stack = new_stack(app=app)
    for number in range(launches):
        project = f"project-{number % projects}-".ljust(127, "p")
        start_launch(stack, f"Start{number}", project=project, launch=f"launch-{number}-".ljust(127, "l"))
    return [flat(it) for it in statements(stack)["Start"]["Resource"]], metadata(app, "aws:cdk:warning")


def test_launches_that_fit_are_permitted_one_by_one() -> None:
    started, warnings = broadened(25, 1)
    assert len(started) == 25
    assert warnings == {}


def test_launches_that_do_not_fit_are_permitted_by_project_with_a_warning() -> None:
    started, warnings = broadened(40, 2)
    assert [it[-10:] for it in started] == ["p/launch/*", "p/launch/*"]
    ((message,),) = warnings.values()
    assert "[ack: cdk-evidently:startPermissionBroadened]" in message
    assert "40 launches named one by one would not fit into the 10240 characters" in message
    assert "may start every launch of the projects named" in message


def test_projects_that_do_not_fit_are_permitted_by_endpoint_with_a_warning() -> None:
    started, warnings = broadened(60, 60)
    assert [it.partition(":project/")[2] for it in started] == ["*/launch/*"]
    ((message,),) = warnings.values()
    assert "may start every launch." in message
