"""Which principals a grant on an EvidentlyService reaches: a policy, or an error that names the way."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Environment, Fn, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from cdk_evidently import EvidentlyService, InvalidArgumentError
from helpers.synth import metadata, new_app, synthesized

ACCOUNT, OTHER = "123456789012", "210987654321"
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")
OPERATIONS = pytest.mark.parametrize("operations", ["evaluate", "read", "manage", "start_launch"])
Grantee = Callable[[Stack], iam.IGrantable]


def release(account: str | None = ACCOUNT, region: str = "eu-west-1", app: Any = None) -> Stack:
    return Stack(app or new_app(), f"Release{account}", env=Environment(account=account, region=region))


def grants_in(stack: Stack) -> Any:
    return EvidentlyService.from_api_id(stack, "Evidently", "abc").grants


def new_role(scope: Stack) -> iam.Role:
    return iam.Role(scope, "Role", assumed_by=LAMBDA)


def role_arn(account: str) -> str:
    return f"arn:aws:iam::{account}:role/shop"


def function(stack: Stack, **arguments: Any) -> lambda_.Function:
    code = lambda_.Code.from_inline("def handler(event, context): pass")
    runtime = lambda_.Runtime.PYTHON_3_14
    return lambda_.Function(stack, "Shop", runtime=runtime, handler="index.handler", code=code, **arguments)


# Each gets a policy.
REACHED: dict[str, Grantee] = {
    "role": new_role,
    "imported role": lambda stack: iam.Role.from_role_arn(stack, "Role", role_arn(ACCOUNT)),
    "role by name": lambda stack: iam.Role.from_role_name(stack, "Role", "shop"),
    "role by a token": lambda stack: iam.Role.from_role_arn(stack, "Role", Fn.import_value("Role")),
    "lazy role": lambda stack: function(stack, role=iam.LazyRole(stack, "Role", assumed_by=LAMBDA)),
    "user": lambda stack: iam.User(stack, "User"),
    "imported user": lambda stack: iam.User.from_user_name(stack, "User", "shop"),
    "group": lambda stack: iam.Group(stack, "Group"),
    "function": function,
    "role with conditions": lambda stack: iam.PrincipalWithConditions(new_role(stack), {"Bool": {"a": "true"}}),
    "role with session tags": lambda stack: iam.SessionTagsPrincipal(new_role(stack)),
    "policy": lambda stack: iam.Policy(stack, "Policy", roles=[new_role(stack)]),
    "managed policy": lambda stack: iam.ManagedPolicy(stack, "Policy"),
}

# The user asked CDK to leave these alone, or synth does not know them: no policy, and no error.
LEFT_ALONE: dict[str, Grantee] = {
    "immutable role": lambda stack: iam.Role.from_role_arn(stack, "Role", role_arn(ACCOUNT), mutable=False),
    "role without updates": lambda stack: new_role(stack).without_policy_updates(),
    "imported function": lambda stack: lambda_.Function.from_function_arn(
        stack, "Shop", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:shop"
    ),
}

# No policy can reach these.
NO_POLICY: dict[str, Grantee] = {
    "arn": lambda _: iam.ArnPrincipal(role_arn(ACCOUNT)),
    "account": lambda _: iam.AccountPrincipal(ACCOUNT),
    "root": lambda _: iam.AccountRootPrincipal(),
    "service": lambda _: LAMBDA,
    "any": lambda _: iam.AnyPrincipal(),
    "star": lambda _: iam.StarPrincipal(),
    "organization": lambda _: iam.OrganizationPrincipal("o-1234567890"),
    "canonical user": lambda _: iam.CanonicalUserPrincipal("1234"),
    "federated": lambda _: iam.FederatedPrincipal("cognito-identity.amazonaws.com", {}),
    "web identity": lambda _: iam.WebIdentityPrincipal("accounts.google.com"),
    "composite": lambda stack: iam.CompositePrincipal(new_role(stack), LAMBDA),
    "arn with conditions": lambda _: iam.PrincipalWithConditions(iam.ArnPrincipal(role_arn(ACCOUNT)), {}),
    "service with session tags": lambda _: iam.SessionTagsPrincipal(LAMBDA),
    "role whose grants go to resources": lambda stack: new_role(stack).without_policy_updates(
        add_grants_to_resources=True
    ),
}

OTHER_ACCOUNT: dict[str, Grantee] = {
    "imported role": lambda stack: iam.Role.from_role_arn(stack, "Role", role_arn(OTHER)),
    "immutable role": lambda stack: iam.Role.from_role_arn(stack, "Role", role_arn(OTHER), mutable=False),
    "imported user": lambda stack: iam.User.from_user_arn(stack, "User", f"arn:aws:iam::{OTHER}:user/shop"),
    "imported function": lambda stack: lambda_.Function.from_function_arn(
        stack, "Shop", f"arn:aws:lambda:eu-west-1:{OTHER}:function:shop"
    ),
    "role of a stack": lambda stack: new_role(release(OTHER, app=stack.node.root)),
    "function of a stack": lambda stack: function(release(OTHER, app=stack.node.root)),
    "managed policy of a stack": lambda stack: iam.ManagedPolicy(release(OTHER, app=stack.node.root), "Policy"),
    "role with conditions": lambda stack: iam.PrincipalWithConditions(
        iam.Role.from_role_arn(stack, "Role", role_arn(OTHER)), {}
    ),
}


def cases(table: dict[str, Grantee]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("make", table.values(), ids=table)


def policies(stack: Stack) -> int:
    found = synthesized(stack).get("Resources", {}).values()
    return sum("execute-api:Invoke" in str(it) for it in found)


@cases(REACHED)
def test_a_principal_with_policies_gets_one(make: Grantee) -> None:
    stack = release()
    grants_in(stack).evaluate(make(stack))
    assert policies(stack) == 1


@cases(LEFT_ALONE)
def test_a_principal_that_the_user_manages_gets_no_policy_and_no_error(make: Grantee) -> None:
    stack = release()
    assert grants_in(stack).evaluate(make(stack)).success
    assert policies(stack) == 0


@OPERATIONS
@cases(NO_POLICY)
def test_a_principal_without_policies_is_an_error_that_names_the_way(make: Grantee, operations: str) -> None:
    stack = release()
    with pytest.raises(InvalidArgumentError) as raised:
        getattr(grants_in(stack), operations)(make(stack))
    message = str(raised.value)
    assert message.startswith("grantee is ")
    assert " object at 0x" not in message
    assert "an HTTP API has no resource policy" in message
    assert message.endswith("Create a role in the service's account, grant to it, and let others assume it.")


@OPERATIONS
@cases(OTHER_ACCOUNT)
def test_a_principal_of_another_account_is_an_error_that_names_both(make: Grantee, operations: str) -> None:
    stack = release()
    with pytest.raises(InvalidArgumentError) as raised:
        getattr(grants_in(stack), operations)(make(stack))
    message = str(raised.value)
    assert f"of account {OTHER}" in message
    assert f"of the service's account, {ACCOUNT}" in message
    assert message.endswith("Create a role in the service's account, grant to it, and let others assume it.")


def test_a_principal_is_accepted_where_synth_knows_no_account() -> None:
    stack = Stack(new_app(), "Release")
    grants = grants_in(stack)
    grants.evaluate(iam.Role.from_role_arn(stack, "Role", role_arn(OTHER)))
    assert policies(stack) == 1


def test_a_principal_that_cdk_does_not_know_stays_a_warning() -> None:
    app = new_app()
    stack = release(app=app)
    grants_in(stack).evaluate(iam.UnknownPrincipal(resource=stack))
    assert any("execute-api:Invoke" in it for messages in metadata(app, "aws:cdk:warning").values() for it in messages)


@pytest.mark.parametrize("wrong", ["arn:aws:iam::123456789012:role/shop", None, 7])
def test_a_value_that_is_no_principal_is_an_error(wrong: Any) -> None:
    with pytest.raises(InvalidArgumentError, match=r"grantee is .* has to be a principal"):
        grants_in(release()).evaluate(wrong)


@pytest.mark.parametrize("argument", ["project", "launch"])
def test_an_arn_of_another_account_is_an_error(argument: str) -> None:
    stack = release()
    arn = f"arn:aws:evidently:eu-west-1:{OTHER}:project/petfood"
    given = {"project": arn} if argument == "project" else {"project": "petfood", "launch": f"{arn}/launch/upsell"}
    with pytest.raises(InvalidArgumentError, match=f"{argument} is '{arn}.* has to be in the .* account, {ACCOUNT}"):
        grants_in(stack).read(new_role(stack), **given)


def test_a_grant_names_the_region_of_the_stack_that_imports_the_service() -> None:
    app = new_app()
    grants = grants_in(release(app=app))
    other = Stack(app, "Other", env=Environment(account=ACCOUNT, region="eu-north-1"))
    grants.evaluate(new_role(other), project="petfood")
    assert ":eu-west-1:" in str(synthesized(other))
    assert "AWS::Region" not in str(synthesized(other)["Resources"])
