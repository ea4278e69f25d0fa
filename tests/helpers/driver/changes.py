"""Values of a stack operation: resources as CloudFormation knows them, steps, and the ways it may take."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.driver.faults import Faults
from helpers.driver.templates import Resource, Template


class StepFailedError(Exception):
    """A resource failed, by itself or by a test's choice."""


@dataclass(frozen=True, slots=True)
class SiblingFails:
    """A sibling fails, so that CloudFormation cancels a resource or rolls it back."""

    when: str  # `before` its response, which is then ignored; `during` its request; `after` its response
    logical_id: str
    seconds: float = 0.0  # for `during`: seconds after the request was sent


@dataclass(frozen=True, slots=True)
class Ways:
    """Which way CloudFormation takes where several were observed, or none is known."""

    # The rollback of a replacement: `update first`, then the Delete of the new id; `delete first`; `delete only`.
    replaced: str = "update first"
    back_with_new_id: bool = False  # whether the rollback's Update has the new id
    failed_creates_first: bool = False  # whether the next deploy deletes the leftovers of one without rollback first
    attempted_is_old: bool = True  # whether a failed Update's properties are the next one's old ones
    pace: float = 1.0  # seconds between an event and the next; with 0 all requests have one date


@dataclass(frozen=True, slots=True)
class Deploy:
    """The options of one deploy; see `Stack.start`."""

    template: Template
    parameters: Mapping[str, str] = field(default_factory=dict)
    fails: str | SiblingFails | None = None
    faults: Mapping[str, Sequence[Faults]] = field(default_factory=dict)
    ways: Ways = Ways()
    disable_rollback: bool = False


@dataclass(frozen=True, slots=True)
class Provided:
    """A custom resource as CloudFormation knows it."""

    resource: Resource
    properties: Mapping[str, Any]  # as sent
    physical_id: str | None = None  # None before its first response
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service_token(self) -> str:
        return str(self.properties["ServiceToken"])


@dataclass(eq=False, slots=True)
class Step:
    """One step of a deploy: a resource before and after."""

    before: Provided | None
    after: Provided  # with the accepted response's id, if any
    ok: bool = False
    is_undone: bool = False  # whether a rollback has deleted the replacement

    @property
    def replaces(self) -> bool:
        return self.ok and self.before is not None and self.before.physical_id != self.after.physical_id


async def in_order(graph: Mapping[str, frozenset[str]], act: Callable[[str], Awaitable[bool]]) -> bool:
    """Act on all resources, in parallel, each after its dependencies.

    A resource whose dependency failed is skipped; an exception cancels everything.

    Returns:
        Whether all of them succeeded.

    """
    ends = {name: asyncio.get_running_loop().create_future() for name in graph}

    async def one(name: str) -> None:
        before = [await ends[other] for other in graph[name] if other in ends]
        ends[name].set_result(all(before) and await act(name))

    async with asyncio.TaskGroup() as group:
        for name in graph:
            group.create_task(one(name))
    return all(end.result() for end in ends.values())
