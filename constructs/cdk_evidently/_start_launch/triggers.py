"""When an update of the stack calls StartLaunch again."""

import hashlib
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import IResolvable, Stack, Token

from cdk_evidently._cdk.lazy import lazy_text
from cdk_evidently._start_launch.stack_digest import StackDigest
from cdk_evidently.errors import InvalidArgumentError

TriggerValue = str | int | float | bool | IResolvable


class Triggers(ABC):
    """When an update calls StartLaunch again; one of the four that the class methods make.

    Calling it again is safe: a launch that runs stays as it is, and one that has ended stays ended.
    """

    @classmethod
    def stack_changes(cls) -> "Triggers":
        """At each deploy that changes a resource of the stack: its type or its properties. The default.

        A deploy without a change stays without one. The same code gives the same template. A nested stack counts as a
        resource of its parent, and has changes of its own. Not seen are property overrides, `Metadata`, `DependsOn`,
        and the values of CloudFormation parameters.
        """
        return _StackChanges()

    @classmethod
    def of(cls, values: Mapping[str, TriggerValue]) -> "Triggers":
        """When one of these values changes.

        Args:
            values: at least one, by a name that says what it is. The template holds a digest of each, except for
                tokens, which it holds as they are: what they turn out to be is compared at the deploy.

        Raises:
            InvalidArgumentError: there are none, or one is not a text, number, boolean or token.

        """
        return _Values.of_checked(values)

    @classmethod
    def every_deploy(cls) -> "Triggers":
        """At every deploy: the template differs with each synth, so that `cdk diff` is never empty."""
        return _EveryDeploy(uuid.uuid4().hex)

    @classmethod
    def none(cls) -> "Triggers":
        """Only when the StartLaunch itself changes."""
        return _Never()

    @classmethod
    def checked(cls, triggers: object) -> "Triggers":
        """Return the triggers given, by default `stack_changes()`.

        Raises:
            InvalidArgumentError: what is given is something else, such as a mapping.

        """
        match triggers:
            case None:
                return cls.stack_changes()
            case Triggers():
                return triggers
            case _:
                raise InvalidArgumentError(
                    "triggers", triggers, "a Triggers", "Give Triggers.of(…), or another of its class methods"
                )

    @abstractmethod
    def render(self, stack: Stack) -> str | dict[str, object] | None:
        """Return the custom resource's property, which CloudFormation compares; None to leave it out."""


@dataclass(frozen=True, slots=True)
class _StackChanges(Triggers):
    def render(self, stack: Stack) -> str:
        return lazy_text(StackDigest.of(stack).text)


@dataclass(frozen=True, slots=True)
class _Values(Triggers):
    values: Mapping[str, TriggerValue]

    @classmethod
    def of_checked(cls, values: Mapping[str, TriggerValue]) -> "_Values":
        if not values:
            raise InvalidArgumentError(
                "triggers", values, "of at least one value", "Name what to watch, or use Triggers.none()"
            )
        for name, value in values.items():
            if not (Token.is_unresolved(value) or isinstance(value, str | int | float)):
                raise InvalidArgumentError(
                    f"triggers[{name!r}]", value, "a text, number, boolean or token", "Give json.dumps(…) of it"
                )
        return cls(dict(values))

    def render(self, stack: Stack) -> dict[str, object]:  # noqa: ARG002, the stack is another trigger's business
        return {
            name: value if Token.is_unresolved(value) else hashlib.sha256(json.dumps(value).encode()).hexdigest()
            for name, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class _EveryDeploy(Triggers):
    nonce: str

    def render(self, stack: Stack) -> str:  # noqa: ARG002, the stack is another trigger's business
        return self.nonce


@dataclass(frozen=True, slots=True)
class _Never(Triggers):
    def render(self, stack: Stack) -> None:
        """Leave the property out."""
