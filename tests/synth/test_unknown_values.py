"""What is not known yet is not judged: every argument with every kind of value that comes later."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Final, TypeGuard

import pytest
from aws_cdk import CfnResource, Stack
from constructs import Construct, IConstruct

import cdk_evidently
from cdk_evidently import EvidentlyError
from helpers.argument_rows import (
    KNOWN_NUMBER_ROWS,
    KNOWN_RESOLVABLE_ROWS,
    KNOWN_ROWS,
    NUMBER_OR_RESOLVABLE_ROWS,
    NUMBER_ROWS,
    RESOLVABLE_ROWS,
    TEXT_ROWS,
    TRIGGER_ROWS,
    Make,
    Row,
)
from helpers.synth import new_app, resources
from helpers.unknown_values import LOOKUPS, NUMBERS, PLACE, RESOLVABLES, TEXTS, is_at

Kind = Callable[[Stack], Any]

# Arguments that are constructs, enums, or values whose arguments are in the table too, by name.
_NO_VALUES: Final = """
    scope construct_id constructs stack endpoint provider vpc vpc_subnets security_groups role table function grantee
    log_retention log_removal_policy removal_policy on_delete evaluation_strategy period statistic quotas throttle
    metrics triggers variations groups steps overrides metric_monitors dependencies
"""
# What others make for the caller, or call.
_MADE: Final = (
    "EvidentlyEndpoint(",
    "ProviderMetrics(",
    "ServiceGrants(",
    "ServiceMetrics(",
    "Triggers(",
    "Variation(",
    "EvidentlyProvider.serve(",
    "EvidentlyProvider.serve_launch(",
)


def test_no_argument_is_missing_from_the_table() -> None:
    tables: tuple[Mapping[str, object], ...] = (
        TEXT_ROWS,
        TRIGGER_ROWS,
        NUMBER_ROWS,
        NUMBER_OR_RESOLVABLE_ROWS,
        RESOLVABLE_ROWS,
        KNOWN_ROWS,
        KNOWN_NUMBER_ROWS,
        KNOWN_RESOLVABLE_ROWS,
    )
    listed = {name for table in tables for name in table}
    missing = [
        f"{call}{parameter})"
        for call, parameter in _arguments()
        if parameter not in _NO_VALUES.split() and not call.startswith(_MADE) and f"{call}{parameter})" not in listed
    ]
    assert missing == []


@pytest.mark.parametrize("kind", [*TEXTS, *LOOKUPS])
def test_a_text_that_is_not_known_yet_is_not_judged(kind: str) -> None:
    assert _wrong({**TEXTS, **LOOKUPS}[kind], TEXT_ROWS) == {}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_the_deploy_knows_is_a_trigger_as_it_is(kind: str) -> None:
    if kind != "a lazy text":
        assert _wrong(TEXTS[kind], TRIGGER_ROWS) == {}


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_number_that_is_not_known_yet_is_not_judged(kind: str) -> None:
    assert _wrong(NUMBERS[kind], {**NUMBER_ROWS, **NUMBER_OR_RESOLVABLE_ROWS}) == {}


@pytest.mark.parametrize("kind", RESOLVABLES)
def test_a_resolvable_value_is_not_judged(kind: str) -> None:
    assert _wrong(RESOLVABLES[kind], {**NUMBER_OR_RESOLVABLE_ROWS, **RESOLVABLE_ROWS}) == {}


@pytest.mark.parametrize("kind", TEXTS)
def test_an_error_says_that_synth_needs_to_know_a_text(kind: str) -> None:
    assert _unsaid(TEXTS[kind], KNOWN_ROWS) == []


@pytest.mark.parametrize("kind", LOOKUPS)
def test_a_lookup_is_made_even_where_synth_needs_the_value(kind: str) -> None:
    _, scopes, errors = _made(LOOKUPS[kind], {name: make for name, (make, _) in KNOWN_ROWS.items()})
    assert errors == {}
    assert resources(Stack.of(next(iter(scopes.values()))))


@pytest.mark.parametrize("kind", NUMBERS)
def test_an_error_says_that_synth_needs_to_know_a_number(kind: str) -> None:
    assert _unsaid(NUMBERS[kind], KNOWN_NUMBER_ROWS) == []


@pytest.mark.parametrize("kind", RESOLVABLES)
def test_an_error_says_that_synth_needs_to_know_a_boolean(kind: str) -> None:
    assert _unsaid(RESOLVABLES[kind], KNOWN_RESOLVABLE_ROWS) == []


def _arguments() -> Iterator[tuple[str, str]]:
    """Yield every parameter of the public API with its call, such as `Launch.from_launch_arn(`."""
    for name in cdk_evidently.__all__:
        found = getattr(cdk_evidently, name)
        if inspect.isclass(found) and (issubclass(found, (Enum, Exception)) or getattr(found, "_is_protocol", False)):
            continue
        calls = {name: found.__init__ if inspect.isclass(found) else found}
        for member, defined in inspect.getmembers_static(found) if inspect.isclass(found) else ():
            ours = any(member in vars(base) for base in found.__mro__ if base.__module__.startswith("cdk_evidently"))
            if ours and member[0] != "_" and (callable(defined) or isinstance(defined, (classmethod, staticmethod))):
                calls[f"{name}.{member}"] = getattr(found, member)
        for call, function in calls.items():
            yield from ((f"{call}(", each) for each in inspect.signature(function).parameters if each != "self")


def _made(kind: Kind, makes: Mapping[str, Make]) -> tuple[Any, dict[str, Construct], dict[str, str]]:
    """Make all constructs in one stack; return the value, the constructs' scopes, and the errors, by argument."""
    stack = Stack(new_app(), "Shop", env=PLACE)
    value = kind(stack)
    scopes = {name: Construct(stack, f"row{number}") for number, name in enumerate(makes)}
    errors = {}
    for name, make in makes.items():
        try:
            make(scopes[name], value)
        except EvidentlyError as error:
            errors[name] = str(error)
    return value, scopes, errors


def _wrong(kind: Kind, rows: Mapping[str, Row]) -> dict[str, str]:
    """Return the arguments that did not pass, with the error, or with the resource that lacks the value."""
    value, scopes, wrong = _made(kind, {name: row.make for name, row in rows.items()})
    for name in set(rows) - set(wrong):
        stack = Stack.of(scopes[name])
        found = resources(stack)
        own = [found.get(stack.resolve(it.logical_id)) for it in scopes[name].node.find_all() if _is(it, rows[name])]
        if not is_at(own, stack.resolve(value)):
            wrong[name] = str(own)
    return wrong


def _is(construct: IConstruct, row: Row) -> TypeGuard[CfnResource]:
    return isinstance(construct, CfnResource) and construct.cfn_resource_type == row.type


def _unsaid(kind: Kind, rows: Mapping[str, tuple[Make, str]]) -> list[str]:
    _, _, errors = _made(kind, {name: make for name, (make, _) in rows.items()})
    return [name for name, (_, rule) in rows.items() if rule not in errors.get(name, "")]
