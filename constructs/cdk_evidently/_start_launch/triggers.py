"""`Triggers`: the changes at which an update of the stack calls StartLaunch again."""

import hashlib
import json
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from aws_cdk import Annotations, App, IResolvable, Stack, Stage, pipelines
from constructs import Construct

from cdk_evidently._cdk.lazy import before_synthesis, lazy_text
from cdk_evidently._cdk.tokens import is_known_at_deploy
from cdk_evidently._start_launch.stack_digest import StackDigest
from cdk_evidently.errors import InvalidArgumentError

WARNING_PIPELINE: Final = "cdk-evidently:everyDeployUpdatesPipeline"

TriggerValue = str | int | float | bool | IResolvable


class Triggers(ABC):
    """The changes at which an update calls StartLaunch again; use one of the class methods to choose.

    Another call is safe: a running launch keeps running, and one that has ended stays ended.
    """

    @classmethod
    def stack_changes(cls) -> "Triggers":
        """Call it at each deploy that changes the type or properties of a resource of the stack. The default.

        The same code gives the same template, so `cdk diff` is empty without a change. A nested stack counts as a
        resource of its parent; for a StartLaunch in it, only its own resources count. Property overrides, `Metadata`,
        `DependsOn` and the values of CloudFormation parameters do not count.
        """
        return _StackChanges()

    @classmethod
    def of(cls, values: Mapping[str, TriggerValue]) -> "Triggers":
        """Call it when one of these values changes.

        Args:
            values: at least one value, by a name for it. The template has a digest of each value, but tokens as they
                are: CloudFormation compares their values at the deploy.

        Raises:
            InvalidArgumentError: there is no value, or one is not a text, number, boolean or token.

        """
        return _Values.of_checked(values)

    @classmethod
    def every_deploy(cls) -> "Triggers":
        """Call it at every deploy: each synth gives another template, so that `cdk diff` is never empty.

        A pipeline that updates itself, such as that of CDK Pipelines, may then find a change in each run and start
        again, for ever. In a nested stack, in a Stage and in an app with such a pipeline this adds a warning.
        """
        return _EveryDeploy(uuid.uuid4().hex)

    @classmethod
    def none(cls) -> "Triggers":
        """Call it only when the properties of the StartLaunch change."""
        return _Never()

    @classmethod
    def checked(cls, triggers: object) -> "Triggers":
        """Return the triggers given, by default `stack_changes()`.

        Raises:
            InvalidArgumentError: the value is not a Triggers, such as a mapping.

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
    def render(self, scope: Construct) -> str | dict[str, object] | None:
        """Return the value of the custom resource's Triggers property, which CloudFormation compares; None for none.

        Args:
            scope: the StartLaunch, which gets the warnings.

        """


@dataclass(frozen=True, slots=True)
class _StackChanges(Triggers):
    def render(self, scope: Construct) -> str:
        return lazy_text(StackDigest.of(Stack.of(scope)).text)


@dataclass(frozen=True, slots=True)
class _Values(Triggers):
    values: Mapping[str, TriggerValue]

    @classmethod
    def of_checked(cls, values: Mapping[str, TriggerValue]) -> "_Values":
        if not values:
            raise InvalidArgumentError(
                "triggers", values, "a mapping with at least one value", "Name what to watch, or use Triggers.none()"
            )
        for name, value in values.items():
            if is_known_at_deploy(name):
                raise InvalidArgumentError("triggers", name, "a mapping with names known at synth", "Name it by a text")
            if not (is_known_at_deploy(value) or isinstance(value, str | int | float)):
                raise InvalidArgumentError(
                    f"triggers[{name!r}]", value, "a text, number, boolean or token", "Give json.dumps(…) of it"
                )
        return cls(dict(values))

    def render(self, scope: Construct) -> dict[str, object]:  # noqa: ARG002, for the signature
        # Digests keep long texts, and values that not every reader of the template may see, out of it.
        return {
            name: value if is_known_at_deploy(value) else hashlib.sha256(json.dumps(value).encode()).hexdigest()
            for name, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class _EveryDeploy(Triggers):
    nonce: str

    def render(self, scope: Construct) -> str:
        # At synth, because the pipeline may be created after the StartLaunch; once, because an app may synth again.
        scope.node.add_validation(before_synthesis(cache(lambda: _warn_of_pipelines(scope))))
        return self.nonce


@dataclass(frozen=True, slots=True)
class _Never(Triggers):
    def render(self, scope: Construct) -> None:
        """Return None: CloudFormation then compares the other properties."""


def _warn_of_pipelines(scope: Construct) -> None:
    if place := _pipeline_around(scope):
        Annotations.of(scope).add_warning_v2(
            WARNING_PIPELINE,
            f"Triggers.every_deploy() gives another template at each synth, and this StartLaunch is in {place}: a "
            "pipeline that updates itself may find a change in each run and start again, for ever. Use "
            "Triggers.of({…}) with the version of what you deploy, or acknowledge this warning if no pipeline does so.",
        )


def _pipeline_around(scope: Construct) -> str | None:
    # A pipeline contains the hash of a nested stack's template, and so another step for each.
    if Stack.of(scope).nested_stack_parent:
        return "a nested stack"
    stage = Stage.of(scope)
    if isinstance(stage, App):
        return _pipeline_in(stage)
    return f"the Stage {stage.node.path!r}" if stage else None


# Cached, because the search takes milliseconds and each StartLaunch needs it.
@cache
def _pipeline_in(app: App) -> str | None:
    created = (it for it in app.node.find_all() if isinstance(it, pipelines.PipelineBase))
    return next((f"an app with the pipeline {it.node.path!r}" for it in created), None)
