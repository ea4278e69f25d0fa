"""The two headers of ownership, and the account whose stacks the provider serves."""

import pytest

import evidently_contract as contract
from evidently_provider.api.owner_header import Owner, Ownership, check_owner, ownership_in
from evidently_provider.errors import InvalidPropertyError
from evidently_provider.ownership.plan import Action
from evidently_service.domain import ownership as service
from evidently_service.protocol.owner_header import caller_in, ownership_header
from helpers.provider_harness import LOGICAL_ID, STACK_ID

OWNER = Owner(STACK_ID, LOGICAL_ID, not_after=1_637_368_765)


def test_the_owner_header_has_owner_action_requested_at_and_not_after() -> None:
    assert OWNER.header("acquire-new", 1_637_368_600) == (
        f'stack="{STACK_ID}", resource="StartUpsell", action=acquire-new, '
        "requested-at=@1637368600, not-after=@1637368765"
    )


def test_a_request_without_a_time_leaves_the_member_out() -> None:
    assert "requested-at" not in OWNER.header("release", None)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("requested_at", [None, 0, 1_637_368_600])
def test_the_service_parses_the_longest_owner_header(action: Action, requested_at: int | None) -> None:
    stack = f"arn:aws-us-gov:cloudformation:us-gov-east-1:123456789012:stack/{'s' * 128}/{STACK_ID.rpartition('/')[2]}"
    header = Owner(stack, "r" * 255, not_after=1_637_368_765).header(action, requested_at)

    caller = caller_in({contract.OWNER_HEADER: header}, list(service.Action), "123456789012", 1_637_368_600_000)

    assert caller == service.Caller(stack, "r" * 255, service.Action(action.value), requested_at, 1_637_368_765)


@pytest.mark.parametrize("outcome", list(service.Outcome))
def test_the_services_ownership_header_is_parsed(outcome: service.Outcome) -> None:
    header = {contract.OWNERSHIP_HEADER: ownership_header(outcome, ["A", "B"])}

    assert ownership_in(header) == Ownership(keeps_rules=True, outcome=outcome.value, owners=("A", "B"))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({}, Ownership(keeps_rules=False, outcome="", owners=())),
        ({"x-evidently-ownership": ""}, Ownership(keeps_rules=False, outcome="", owners=())),
        ({"x-evidently-ownership": "outcome=ok"}, Ownership(keeps_rules=False, outcome="ok", owners=())),
        ({"x-evidently-ownership": "rules=1"}, Ownership(keeps_rules=True, outcome="", owners=())),
        ({"x-evidently-ownership": "rules=2"}, Ownership(keeps_rules=True, outcome="", owners=())),
        (
            {"x-evidently-ownership": "rules=1, outcome=not-owner"},
            Ownership(keeps_rules=True, outcome="not-owner", owners=()),
        ),
        ({"x-evidently-ownership": "outcome=kept,rules=1"}, Ownership(keeps_rules=True, outcome="kept", owners=())),
        (
            {"x-evidently-ownership": 'rules=1, outcome=left, owners=("A" "B")'},
            Ownership(keeps_rules=True, outcome="left", owners=("A", "B")),
        ),
        ({"x-evidently-ownership": "rules=1, owners=()"}, Ownership(keeps_rules=True, outcome="", owners=())),
        ({"x-evidently-ownership": "norules=1, theoutcome=ok"}, Ownership(keeps_rules=False, outcome="", owners=())),
    ],
)
def test_the_ownership_header_says_whether_the_api_keeps_the_rules_and_the_outcome(
    header: dict[str, str], expected: Ownership
) -> None:
    assert ownership_in(header) == expected


def test_a_stack_of_the_functions_own_account_is_served() -> None:
    check_owner(STACK_ID, LOGICAL_ID, "123456789012")


@pytest.mark.parametrize(
    "stack_id",
    [
        STACK_ID.replace("123456789012", "210987654321"),
        STACK_ID + '", action=release, resource="',
        STACK_ID + "\n",
        "shop",
        "",
    ],
)
def test_a_stack_of_another_account_or_no_stack_is_refused_with_a_sentence(stack_id: str) -> None:
    with pytest.raises(
        InvalidPropertyError, match=r"StackId is .*; it must be the ARN of a stack of account 123456789012"
    ):
        check_owner(stack_id, LOGICAL_ID, "123456789012")
