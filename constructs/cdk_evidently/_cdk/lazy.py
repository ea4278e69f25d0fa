"""Tokens and validations from plain functions, for values that are known only once the app is complete."""

from collections.abc import Callable
from typing import Any

import jsii
from aws_cdk import IAnyProducer, INumberProducer, IResolvable, IResolveContext, IStringProducer, Lazy
from constructs import IValidation


def lazy_any(produce: Callable[[], Any]) -> IResolvable:
    """Return a token for any value, computed at each resolution."""
    return Lazy.uncached_any(_AnyValue(produce))


def lazy_number(produce: Callable[[], int]) -> float:
    """Return a token for a number, computed at each resolution."""
    return Lazy.uncached_number(_NumberValue(produce))


def lazy_text(produce: Callable[[IResolveContext], str]) -> str:
    """Return a token for a text, computed at each resolution from its context."""
    return Lazy.uncached_string(_TextValue(produce))


def before_synthesis(action: Callable[[], None]) -> IValidation:
    """Return a validation that runs an action and finds no problems.

    CDK runs validations once references are final and before it writes templates, which is when the action is due.
    """

    def act() -> list[str]:
        action()
        return []

    return _Validation(act)


def validation(find: Callable[[], list[str]]) -> IValidation:
    """Return a validation whose problems a function finds; CDK calls it after aspects."""
    return _Validation(find)


@jsii.implements(IAnyProducer)
class _AnyValue:
    def __init__(self, produce: Callable[[], Any]) -> None:
        self._produce = produce

    def produce(self, context: IResolveContext) -> Any:  # noqa: ARG002, jsii's signature
        return self._produce()


@jsii.implements(INumberProducer)
class _NumberValue:
    def __init__(self, produce: Callable[[], int]) -> None:
        self._produce = produce

    def produce(self, context: IResolveContext) -> int:  # noqa: ARG002, jsii's signature
        return self._produce()


@jsii.implements(IStringProducer)
class _TextValue:
    def __init__(self, produce: Callable[[IResolveContext], str]) -> None:
        self._produce = produce

    def produce(self, context: IResolveContext) -> str:
        return self._produce(context)


@jsii.implements(IValidation)
class _Validation:
    def __init__(self, find: Callable[[], list[str]]) -> None:
        self._find = find

    def validate(self) -> list[str]:
        return self._find()
