"""What a stack operation works with: resources as CloudFormation knows them, steps, and the ways it may take."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.driver.faults import Faults
from helpers.driver.templates import Resource, Template


class StepFailedError(Exception):
    """A resource could not be provided, or a test said so."""


@dataclass(frozen=True, slots=True)
class SiblingFails:
    """A sibling of a resource fails, so that this one is cancelled or rolled back."""

    when: str  # `before` its response is taken, which is ignored then; `during` its request; `after` its response
    logical_id: str
    seconds: float = 0.0  # for `during`: how long after the request was sent


@dataclass(frozen=True, slots=True)
class Ways:
    """Which way CloudFormation takes where it has been seen to take several, or nobody knows which."""

    # How a replacement is rolled back: `update first`, then the Delete of the new id; `delete first`; `delete only`.
    replaced: str = "update first"
    back_with_new_id: bool = False  # whether the Update back carries the new id
    failed_creates_first: bool = False  # whether what a deploy without rollback has left is deleted first, or last
    attempted_is_old: bool = True  # whether after a failed Update without rollback the next has its properties as old
    pace: float = 1.0  # seconds between an event and its consequence; with 0 all requests have the operation's date


@dataclass(frozen=True, slots=True)
class Deploy:
    """What one deploy is to be; see `Stack.deploy`."""

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
    properties: Mapping[str, Any]  # as they were sent
    physical_id: str | None = None  # None if it has not told one
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def service_token(self) -> str:
        return str(self.properties["ServiceToken"])


@dataclass(eq=False, slots=True)
class Step:
    """What a deploy has tried with one resource."""

    before: Provided | None
    after: Provided  # with the id of the response, if one was taken
    ok: bool = False
    is_undone: bool = False  # whether a rollback has seen to the id that replaced the one before

    @property
    def replaces(self) -> bool:
        return self.ok and self.before is not None and self.before.physical_id != self.after.physical_id


async def in_order(graph: Mapping[str, frozenset[str]], act: Callable[[str], Awaitable[bool]]) -> bool:
    """Act on everything, each after those that it has to wait for, and otherwise in parallel.

    What waits for something that did not go well is left out; an error cancels everything.

    Returns:
        Whether all of it went well.

    """
    ends = {name: asyncio.get_running_loop().create_future() for name in graph}

    async def one(name: str) -> None:
        before = [await ends[other] for other in graph[name] if other in ends]
        ends[name].set_result(all(before) and await act(name))

    async with asyncio.TaskGroup() as group:
        for name in graph:
            group.create_task(one(name))
    return all(end.result() for end in ends.values())
