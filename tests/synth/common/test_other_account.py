"""A use from another account, and an argument of another account, can't work: errors at synth, as far as it knows."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_evidently import (
    ConflictingSettingsError,
    EvidentlyEndpoint,
    EvidentlyProvider,
    EvidentlyService,
    InvalidArgumentError,
)
from helpers.managed_constructs import FACTORIES
from helpers.synth import URL, new_app, resources, start_launch

ACCOUNT, OTHER, REGION = "123456789012", "210987654321", "eu-west-1"


def stack(app: App, name: str, account: str | None = ACCOUNT, region: str | None = REGION) -> Stack:
    return Stack(app, name, env=Environment(account=account, region=region))


def own_service(scope: Stack) -> Any:
    return EvidentlyService(scope, "Evidently")


def imported_service(scope: Stack) -> Any:
    return EvidentlyService.from_api_id(scope, "Evidently", "abc", region=REGION)


def start(scope: Stack, service: Any) -> None:
    start_launch(scope, endpoint=service.endpoint)


def provide(scope: Stack, service: Any) -> None:
    EvidentlyProvider(scope, "Provider", endpoint=service.endpoint)


def connect(scope: Stack, service: Any) -> None:
    code = lambda_.Code.from_inline("def handler(event, context): pass")
    service.connect(
        lambda_.Function(scope, "Shop", runtime=lambda_.Runtime.PYTHON_3_14, handler="index.handler", code=code)
    )


def manage(kind: str) -> Callable[[Stack, Any], None]:
    def make(scope: Stack, service: Any) -> None:
        FACTORIES[kind](scope, endpoint=service.endpoint)

    return make


USES = {"StartLaunch": start, "EvidentlyProvider": provide, "connect": connect, **{it: manage(it) for it in FACTORIES}}
EACH_USE = pytest.mark.parametrize("use", USES.values(), ids=USES)
EACH_SERVICE = pytest.mark.parametrize("service", [own_service, imported_service])


@EACH_SERVICE
@EACH_USE
def test_a_stack_of_another_account_that_uses_a_service_is_an_error(use: Any, service: Any) -> None:
    app = new_app()
    found = service(stack(app, "Service"))
    with pytest.raises(ConflictingSettingsError) as raised:
        use(stack(app, "Release", OTHER), found)
    message = str(raised.value)
    assert f"is in account {ACCOUNT} and 'Release" in message
    assert f"in account {OTHER}" in message
    assert "no principal of another account" in message
    assert message.endswith(
        ("that it serves, in the service's account.", "grant to it, and let the function assume it.")
    )


@EACH_SERVICE
@EACH_USE
@pytest.mark.parametrize(
    ("of_service", "of_release"), [(None, OTHER), (ACCOUNT, None), (None, None), (ACCOUNT, ACCOUNT)]
)
def test_a_stack_of_the_same_or_an_unknown_account_uses_a_service(
    use: Any, service: Any, of_service: str | None, of_release: str | None
) -> None:
    app = new_app()
    use(stack(app, "Release", of_release), service(stack(app, "Service", of_service)))


@EACH_USE
def test_a_stack_of_another_region_uses_an_imported_service_by_its_region_only(use: Any) -> None:
    app = new_app()
    without = EvidentlyService.from_api_id(stack(app, "Service"), "Evidently", "abc")
    with pytest.raises(ConflictingSettingsError, match=r"eu-west-1.*'Release.* in eu-north-1.* region"):
        use(stack(app, "Release", region="eu-north-1"), without)


@pytest.mark.parametrize("kind", ["StartLaunch", *FACTORIES])
@pytest.mark.parametrize(("account", "region"), [(OTHER, REGION), (ACCOUNT, "eu-north-1")])
def test_a_provider_of_another_account_or_region_is_an_error(kind: str, account: str, region: str) -> None:
    app = new_app()
    provider = EvidentlyProvider(stack(app, "Provider"), "It", endpoint=EvidentlyEndpoint.from_url(URL))
    make: Any = start_launch if kind == "StartLaunch" else FACTORIES[kind]
    scope = stack(app, "Release", account, region)
    with pytest.raises(ConflictingSettingsError, match=f"'Provider/It' is in account {ACCOUNT}, Region {REGION}"):
        make(scope, **({} if kind == "StartLaunch" else {"endpoint": None}), provider=provider)


def foreign_role(scope: Stack) -> dict[str, Any]:
    return {"role": iam.Role.from_role_arn(scope, "Role", f"arn:aws:iam::{OTHER}:role/it")}


def foreign_table(scope: Stack) -> dict[str, Any]:
    arn = f"arn:aws:dynamodb:{REGION}:{OTHER}:table/it"
    return {"table": dynamodb.TableV2.from_table_arn(scope, "Table", arn)}


def foreign_table_of_old(scope: Stack) -> dict[str, Any]:
    """CDK says that this is in the scope's account."""
    arn = f"arn:aws:dynamodb:{REGION}:{OTHER}:table/it"
    return {"table": dynamodb.Table.from_table_arn(scope, "Table", arn)}


def distant_table(scope: Stack) -> dict[str, Any]:
    arn = f"arn:aws:dynamodb:eu-north-1:{ACCOUNT}:table/it"
    return {"table": dynamodb.TableV2.from_table_arn(scope, "Table", arn)}


def foreign_group(scope: Stack, account: str = OTHER, region: str = REGION) -> logs.ILogGroup:
    return logs.LogGroup.from_log_group_arn(scope, "Events", f"arn:aws:logs:{region}:{account}:log-group:/it:*")


GIVEN = {
    "role": foreign_role,
    "table": foreign_table,
    "table of old": foreign_table_of_old,
    "table of another Region": distant_table,
    "data_delivery": lambda scope: {"data_delivery": [foreign_group(scope)]},
    "data_delivery of another Region": lambda scope: {"data_delivery": [foreign_group(scope, ACCOUNT, "eu-north-1")]},
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_a_service_takes_nothing_of_another_account_or_region(given: Any) -> None:
    scope = stack(new_app(), "Service")
    arguments = given(scope)
    (argument,) = arguments
    with pytest.raises(InvalidArgumentError, match=f"{argument} is 'Service/.* in the stack's (account|Region), "):
        EvidentlyService(scope, "Evidently", **arguments)


def test_a_provider_takes_no_role_of_another_account() -> None:
    scope = stack(new_app(), "Release")
    with pytest.raises(InvalidArgumentError, match=r"role is 'Release/Role.* in the stack's account, 123456789012"):
        EvidentlyProvider(scope, "Provider", endpoint=EvidentlyEndpoint.from_url(URL), **foreign_role(scope))


def test_a_project_takes_no_log_group_of_another_account() -> None:
    scope = stack(new_app(), "Release")
    with pytest.raises(InvalidArgumentError, match=r"data_delivery is 'Release/Events.* in the stack's account"):
        FACTORIES["Project"](scope, endpoint=EvidentlyEndpoint.from_url(URL), data_delivery=foreign_group(scope))


def test_what_is_given_may_be_of_an_unknown_account() -> None:
    scope = Stack(new_app(), "Service")
    given = {**foreign_role(scope), **foreign_table(scope), "data_delivery": [foreign_group(scope)]}
    EvidentlyService(scope, "Evidently", **given)
    assert resources(scope, "AWS::Lambda::Function")


def test_a_role_that_is_still_looked_up_is_not_judged() -> None:
    scope = stack(new_app(), "Service", OTHER)  # CDK's dummy is of another account
    role = iam.Role.from_lookup(scope, "Role", role_name="it")
    service = EvidentlyService(scope, "Evidently", role=role)
    EvidentlyProvider(scope, "Provider", endpoint=service.endpoint, role=role)
    service.grants.read(role)
