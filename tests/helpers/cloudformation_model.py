"""A model of CloudFormation, Lambda and the network around the provider, with an observer of every start and stop.

The provider and the Evidently API are the real ones; the model is between them, and injects the faults.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import chain, repeat
from typing import Any, Final
from uuid import uuid4

import evidently_contract as contract
from evidently_provider.ownership.identity import Mark, PhysicalId
from evidently_provider.runtime.response import ResponseNotSentError
from helpers.provider_harness import NOW, SECRET, Called, Harness, join_workers, presigned
from helpers.provider_service import respond
from helpers.random_faults import NO_FAULT, REFUSALS, SLOW_SECONDS, Faults
from helpers.random_subjects import START_LAUNCH, Desired, Subjects
from helpers.scripted_server import RESET, Received, Reply

STACKS: Final = {
    name: f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{name}/0a1b2c3d" for name in ("shop", "depot")
}
KEEP: Final = {contract.ON_DELETE_KEEP_RUNNING, contract.ON_DELETE_KEEP}
_MOST_BYTES: Final = 4096
_SECONDS_BETWEEN_REQUESTS: Final = 60


@dataclass(frozen=True, slots=True)
class Key:
    """A resource of a stack."""

    stack: str
    logical_id: str


@dataclass(slots=True, eq=False)
class Run:
    """One incarnation of a subject: a launch's run, or a managed resource's existence.

    Args:
        by: The resource that began it; None if a person did.
        left: Whether its stack has left it, and the API has received the leave.

    """

    by: Key | None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a stack after the last accepted response.

    Args:
        physical_id: Its id.
        desired: Its desired state.
        run: The run that the response says the stack owns, None if it says so of none.

    """

    physical_id: str
    desired: Desired
    run: Run | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of CloudFormation; Lambda may retry it at any time."""

    key: Key
    desired: Desired
    event: Mapping[str, Any]
    at: int


@dataclass(slots=True)
class CloudFormation:
    """Sends requests, and checks what they start and stop.

    Args:
        harness: The provider between its servers.
        subjects: The launches or managed resources that the requests are about.
        keeps_rules: Whether the API gets the owner header and responds that it keeps the rules of ownership.
        resources: The existing resources of all stacks.
        failed: The resources whose Create FAILED without a rollback.
        runs: The active runs, by name.
        exempt: The names that met a weakening of the promises, as docs/ownership.md lists them.

    """

    harness: Harness
    subjects: Subjects
    keeps_rules: bool
    resources: dict[Key, Resource] = field(default_factory=dict)
    failed: dict[Key, Resource] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    exempt: set[str] = field(default_factory=set)
    sent: list[Sent] = field(default_factory=list)
    adopted: set[tuple[Key, str]] = field(default_factory=set)
    _faults: Iterator[str] = field(default_factory=lambda: repeat(""))
    _now: int = NOW

    def __post_init__(self) -> None:
        self.harness.api.headers = {}
        self.harness.api.received = []
        self.harness.api.respond = self._respond

    def by_hand(self, operation: str, name: str) -> None:
        """Call an operation as a person."""
        self.subjects.by_hand(operation, name)
        self._observe(None, "")

    def create(self, key: Key, desired: Desired, faults: Faults) -> dict[str, Any]:
        """Return the response to a Create."""
        return self._request("Create", key, desired, faults=faults)

    def create_and_give_up(self, key: Key, desired: Desired, faults: Faults) -> None:
        """Send a Create whose response is lost for good, then the Delete with an id that CloudFormation makes up."""
        sent = self._new("Create", key, desired)
        self._faults = faults.per_call()
        for _ in range(3):
            self._invoke(sent, "lost")
        self.delete(key, f"{key.stack}-{key.logical_id}-1A2B3C4D5E6F7", desired)

    def overtake(self, key: Key, desired: Desired) -> None:
        """Invoke the function for a Create only after the Delete that undoes it."""
        sent = self._new("Create", key, desired)
        self.delete(key, f"{key.stack}-{key.logical_id}-1A2B3C4D5E6F7", desired)
        self._invoke(sent, "accepted")

    def update(self, key: Key, given: str, old: Desired, new: Desired, faults: Faults) -> dict[str, Any]:
        """Return the response to an Update."""
        return self._request("Update", key, new, given, old=old, faults=faults)

    def delete(self, key: Key, physical_id: str, desired: Desired, faults: Faults = NO_FAULT) -> bool:
        """Send a Delete, of a resource that `resources` no longer has; return whether it succeeded."""
        before, active = len(self.harness.api.received), self.subjects.active
        response = self._request("Delete", key, desired, physical_id, faults=faults)
        may_fail = PhysicalId.parse(physical_id).owns and desired.on_delete not in KEEP and faults.calls
        assert response["Status"] == "SUCCESS" or may_fail, (
            "a Delete fails only if a run that it can't stop may be active"
        )
        received = any(Called.of(each).owner.get("action") == "leave" for each in self.harness.api.received[before:])
        names = {each.desired.name for other, each in self.resources.items() if other.stack == key.stack}
        run = self.runs.get(desired.name)
        if run and received and not faults.calls and self.keeps_rules and desired.name not in names:
            run.left = True
        if desired.on_delete in KEEP:
            assert active == self.subjects.active, "a Delete that keeps stops nothing"
            self.exempt.add(desired.name)
        return bool(response["Status"] == "SUCCESS")

    def retry(self, sent: Sent) -> None:
        """Retry a request, as Lambda may at any time; CloudFormation ignores the response."""
        if (sent.key, sent.desired.name) in self.adopted:
            self.exempt.add(sent.desired.name)  # W7
        self._faults = repeat("")
        self._invoke(sent, "accepted")

    def accept(self, key: Key, desired: Desired, response: Mapping[str, Any]) -> None:
        """Record a resource after a response with SUCCESS."""
        physical_id, run = response["PhysicalResourceId"], self.runs.get(desired.name)
        if self.subjects.kind == START_LAUNCH:
            owned = response["Data"]["StartedBy"] == "stack" and response["Data"]["LaunchStatus"] == "RUNNING"
            assert not owned or run, "a launch that the response calls RUNNING runs"
        else:
            owned = PhysicalId.parse(physical_id).mark is Mark.OWNED and _stack_of(run) == key.stack
        if owned and desired.name not in self.exempt:
            assert _stack_of(run) == key.stack, "the stack started what the response says it owns"
        self.resources[key] = Resource(physical_id, desired, run if owned else None)

    def check_still_active(self, before: set[str]) -> None:
        """Check that every subject active before a rollback is active after it."""
        assert before - self.exempt <= self.subjects.active

    def check_orphans(self) -> None:
        """Check that a run that a stack began is active only while a resource of the stack names it."""
        existing = [*self.resources.items(), *self.failed.items()]
        named = {(key.stack, resource.desired.name) for key, resource in existing}
        for name, run in self.runs.items():
            if run.by and not run.left and name not in self.exempt:
                assert (run.by.stack, name) in named, f"{name} is an orphan"

    def _new(
        self, request_type: str, key: Key, desired: Desired, physical_id: str = "", old: Desired | None = None
    ) -> Sent:
        self._now += _SECONDS_BETWEEN_REQUESTS
        found = self.subjects.event(request_type, physical_id, desired, old)
        identity = {"StackId": STACKS[key.stack], "LogicalResourceId": key.logical_id, "RequestId": str(uuid4())}
        url = presigned(self.harness.cloudformation.url, self._now)
        self.sent.append(Sent(key, desired, {**found, **identity, "ResponseURL": url}, self._now))
        return self.sent[-1]

    def _request(
        self,
        request_type: str,
        key: Key,
        desired: Desired,
        physical_id: str = "",
        *,
        old: Desired | None = None,
        faults: Faults,
    ) -> dict[str, Any]:
        sent = self._new(request_type, key, desired, physical_id, old)
        self._faults = faults.per_call()
        response, log = self._invoke(sent, faults.delivery)
        if response is None:
            self._faults = repeat("")
            response, log = self._invoke(sent, "accepted")
        assert response is not None, "an invocation that succeeds has responded"
        if any(line["step"] == "release_failed" for line in log):
            self._note_unreleased(request_type, desired, response)
        if faults.twice and self.keeps_rules and not faults.calls:
            again, _ = self._invoke(sent, "accepted")
            assert again == response, "a duplicate has the response of the first delivery"
        return response

    def _note_unreleased(self, request_type: str, desired: Desired, response: Mapping[str, Any]) -> None:
        """Note W3, which the log shows: a Delete of a resource that was never acquired succeeds, whatever is active."""
        if request_type == "Delete" and response["Status"] == "SUCCESS":
            self.exempt.add(desired.name)

    def _invoke(self, sent: Sent, delivery: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """Return the accepted response, None without one, and the log of one invocation."""
        self.subjects.service.now, self.harness.clock.wall = self._now * 1000, self._now
        url, calls = self.harness.cloudformation, self.harness.api.received
        at_the_response: list[int] = []
        ok = Reply(200, before=lambda: at_the_response.append(len(calls)))
        plan: Iterable[Reply] = {
            "accepted": repeat(ok),
            "accepted late": chain([Reply(503), RESET], repeat(ok)),
            "lost": repeat(Reply(503)),
        }[delivery]
        url.received.clear()
        url.plan(then=plan)
        written, responded = StringIO(), True
        with redirect_stdout(written):
            try:
                self.harness.invoke_unchanged(sent.event)
            except ResponseNotSentError:
                responded = False
            join_workers()
        assert SECRET not in written.getvalue(), "a secret was logged"
        log = [json.loads(line) for line in written.getvalue().splitlines()]
        if not responded:
            assert delivery == "lost"
            return None, log
        assert at_the_response == [len(calls)], "one response is accepted, and the API is not called after it"
        return self._checked(sent, url.received[-1].body), log

    def _checked(self, sent: Sent, body: bytes) -> dict[str, Any]:
        assert len(body) <= _MOST_BYTES
        response: dict[str, Any] = json.loads(body)
        physical_id, given = response["PhysicalResourceId"], sent.event.get("PhysicalResourceId")
        assert physical_id
        if given and (response["Status"] == "FAILED" or sent.event["RequestType"] == "Delete"):
            assert physical_id == given, "a failed Update and a Delete return the id of their request"
        assert response["Status"] == "SUCCESS" or response["Reason"]
        if PhysicalId.parse(physical_id).mark is Mark.ADOPTED:
            self.adopted.add((sent.key, sent.desired.name))
        return response

    def _respond(self, request: Received) -> Reply:
        """Return the API's response, or the fault instead of it."""
        fault = next(self._faults)
        if fault in REFUSALS:
            return REFUSALS[fault]
        if fault == "slow":
            self.harness.clock.seconds += SLOW_SECONDS
        owner = Called.of(request).owner
        if not self.keeps_rules:
            headers = {name: value for name, value in request.headers.items() if name != contract.OWNER_HEADER}
            request = replace(request, headers=headers)
        reply = respond(self.subjects.service, request)
        if not self.keeps_rules:
            reply = replace(reply, headers={**reply.headers, contract.OWNERSHIP_HEADER: ""})
        if owner:
            (stack,) = [name for name, stack_id in STACKS.items() if stack_id == owner["stack"]]
            self._observe(Key(stack, owner["resource"]), owner["action"])
        return RESET if fault == "response lost" else reply

    def _observe(self, by: Key | None, action: str) -> None:
        """Record what began and what ended; a stack's resource may end only a run of its stack."""
        active = self.subjects.active
        for name in active - self.runs.keys():
            assert by is None or action.startswith("acquire")
            self.runs[name] = Run(by)
        for name in self.runs.keys() - active:
            run = self.runs.pop(name)
            if by is None:
                continue
            assert action == "release"
            assert _stack_of(run) == by.stack, f"{name} was started by somebody else"
            assert not run.left, f"the stack has left {name}"
            for key, resource in self.resources.items():
                assert resource.run is not run or name in self.exempt, f"{name} is {key}'s, by a response that it got"


def _stack_of(run: Run | None) -> str | None:
    return run.by.stack if run and run.by else None
