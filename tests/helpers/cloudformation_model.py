"""A model of CloudFormation and the network around the provider: requests, retries, faults, and who did what.

The provider is the real one, and so is the Evidently API that it calls; what comes between them is the test's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from itertools import chain, repeat
from typing import Any, Final
from uuid import uuid4

import evidently_contract as contract
from evidently_provider.answer import NotDeliveredError
from evidently_provider.identity import ADOPTED, Starter
from helpers.launch_replies import launch_arn, refuses
from helpers.provider_scene import SECRET, Called, Scene, event, let_the_work_end
from helpers.provider_service import answer
from helpers.scripted_server import RESET, Received, Reply
from helpers.service import Service

STACKS: Final = {
    name: f"arn:aws:cloudformation:eu-north-1:123456789012:stack/{name}/0a1b2c3d" for name in ("shop", "depot")
}
MOST_BYTES: Final = 4096
_HEADERS: Final = {contract.STARTER_HEADER, contract.STACK_HEADER, contract.ASKED_HEADER, contract.FIRST_HEADER}
_SECONDS_BETWEEN_REQUESTS: Final = 60
_SLOW_SECONDS: Final = 9.0

# What may become of a call of the API. After the last two the API has done what it was asked.
REFUSALS: Final = {
    "throttled": refuses(429, "ThrottlingException"),
    "broken": refuses(500, "InternalServerException"),
    "unavailable": Reply(503),
    "forbidden": refuses(403, "AccessDeniedException"),
    "reset": RESET,
}
FAULTS: Final = (*REFUSALS, "answer lost", "slow")
# What may become of an answer to CloudFormation: taken, taken at the third try, or never; then Lambda tries again.
DELIVERIES: Final = ("taken", "taken late", "lost")


@dataclass(frozen=True, slots=True)
class Key:
    """A resource of a stack."""

    stack: str
    logical_id: str

    @property
    def starter(self) -> str:
        """What it is to the API."""
        return Starter.of(STACKS[self.stack], self.logical_id, 0).resource


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request names.

    Args:
        launch: The launch's name.
        on_delete: What a Delete does.

    """

    launch: str
    on_delete: str = contract.ON_DELETE_CANCEL


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one request.

    Args:
        faults: What becomes of its calls of the API, one after the other.
        lasting: Whether the last of them lasts until the request is over.
        delivery: What becomes of its answer.
        twice: Whether it is delivered once more after it was answered.

    """

    faults: tuple[str, ...] = ()
    lasting: bool = False
    delivery: str = "taken"
    twice: bool = False

    def per_call(self) -> Iterator[str]:
        """What becomes of each call."""
        after = self.faults[-1] if self.lasting and self.faults else ""
        return chain(self.faults, repeat(after))


ALL_IS_WELL: Final = Trouble()


@dataclass(slots=True)
class CloudFormation:
    """Sends requests, and keeps what they lead to.

    Args:
        scene: The provider between its servers.
        service: The Evidently API.
        knows_starter: Whether the API is told who starts and stops.

    """

    scene: Scene
    service: Service
    knows_starter: bool
    started_by: dict[str, str] = field(default_factory=dict)
    stopped_by: dict[str, str] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    _faults: Iterator[str] = field(default_factory=lambda: repeat(""))
    _now: int = 1_700_000_000

    def request(
        self, kind: str, key: Key, asked: Asked, physical_id: str = "", trouble: Trouble = ALL_IS_WELL
    ) -> dict[str, Any]:
        """The answer to a request, after as many deliveries as it takes."""
        document = self._event(kind, key, asked, physical_id)
        found, log = self._until_answered(document, trouble)
        if found["PhysicalResourceId"].endswith(ADOPTED) and not physical_id:
            said = {line["provable"] for line in log if line["step"] == "adopted"}
            assert said == {self.knows_starter}, "an adoption is in the log, with whether it could be proven"
        if trouble.faults and _gave_up(kind, found, log):
            self.unsettled.add(asked.launch)
        if trouble.twice and self.knows_starter and not trouble.faults:
            again, _ = self._until_answered(document, ALL_IS_WELL)
            assert again == found, "a duplicate is answered as the first was"
        return found

    def create_and_lose(self, key: Key, asked: Asked, trouble: Trouble) -> None:
        """A Create that is never answered, then the Delete with an id that CloudFormation makes up."""
        document = self._event("Create", key, asked)
        self._faults = trouble.per_call()
        for _ in range(3):
            self._invoke(document, "lost")
        self._delete_made_up(key, asked)

    def overtake(self, key: Key, asked: Asked, times: int) -> None:
        """A Create that comes after the Delete that undoes it, and comes again."""
        create = self._event("Create", key, asked)
        self._delete_made_up(key, asked)
        for _ in range(times):
            self._invoke(create, "taken")

    def _delete_made_up(self, key: Key, asked: Asked) -> None:
        made_up = f"{key.stack}-{key.logical_id}-1A2B3C4D5E6F7"
        assert self.request("Delete", key, asked, made_up)["PhysicalResourceId"] == made_up

    def by_hand(self, operation: str, launch: str) -> None:
        """Somebody else starts, stops or deletes a launch, if the API lets them."""
        client = self.service.client()
        arguments = {"desiredState": "COMPLETED"} if operation == "stop_launch" else {}
        with suppress(client.exceptions.ClientError):
            getattr(client, operation)(project="petfood", launch=launch, **arguments)
            if operation == "start_launch":
                self.started_by[launch] = "by hand"

    def running(self) -> set[str]:
        """The launches that run."""
        listed = self.service.client().list_launches(project="petfood", status="RUNNING")["launches"]
        return {launch["name"] for launch in listed}

    def _event(self, kind: str, key: Key, asked: Asked, physical_id: str = "") -> dict[str, Any]:
        self._now += _SECONDS_BETWEEN_REQUESTS
        self.service.now = self._now * 1000
        self.scene.clock.wall = self._now
        signed = datetime.fromtimestamp(self._now, UTC).strftime("%Y%m%dT%H%M%SZ")
        return {
            **event(kind, physical_id, Launch=asked.launch, OnDelete=asked.on_delete),
            "StackId": STACKS[key.stack],
            "LogicalResourceId": key.logical_id,
            "RequestId": str(uuid4()),
            "ResponseURL": f"{self.scene.cloudformation.url}/?X-Amz-Date={signed}&X-Amz-Signature={SECRET}",
        }

    def _until_answered(
        self, document: Mapping[str, Any], trouble: Trouble
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        self._faults = trouble.per_call()
        found, log = self._invoke(document, trouble.delivery)
        if found is None:
            self._faults = repeat("")
            found, more = self._invoke(document, "taken")
            log += more
        assert found is not None, "an invocation that ends well has answered"
        return found, log

    def _invoke(self, document: Mapping[str, Any], delivery: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """One invocation: its answer, None if none was taken, and its log."""
        answers, calls = self.scene.cloudformation, self.scene.api.received
        at_the_answer: list[int] = []
        ok = Reply(200, before=lambda: at_the_answer.append(len(calls)))
        plan: Iterable[Reply] = {
            "taken": repeat(ok),
            "taken late": chain([Reply(503), RESET], repeat(ok)),
            "lost": repeat(Reply(503)),
        }[delivery]
        answers.received.clear()
        answers.plan(then=plan)
        log = StringIO()
        with redirect_stdout(log):
            try:
                self.scene.deliver_as_it_is(document)
                delivered = True
            except NotDeliveredError:
                delivered = False
            let_the_work_end()
        assert SECRET not in log.getvalue(), "a secret was logged"
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        if not delivered:
            assert delivery == "lost"
            return None, lines
        assert len(at_the_answer) == 1, "exactly one answer is taken"
        assert at_the_answer == [len(calls)], "the API is not called after the answer"
        return self._checked(document, answers.received[-1].body), lines

    def _checked(self, document: Mapping[str, Any], body: bytes) -> dict[str, Any]:
        assert len(body) <= MOST_BYTES
        found: dict[str, Any] = json.loads(body)
        assert found["PhysicalResourceId"]
        given = document.get("PhysicalResourceId")
        if given and (found["Status"] == "FAILED" or document["RequestType"] == "Delete"):
            assert found["PhysicalResourceId"] == given, "a failed Update and a Delete give back the id they were given"
        assert found["Status"] == "SUCCESS" or found["Reason"]
        return found

    def serve(self, request: Received) -> Reply:
        """What the API answers, or what the network makes of it."""
        fault = next(self._faults)
        if fault in REFUSALS:
            return REFUSALS[fault]
        if fault == "slow":
            self.scene.clock.seconds += _SLOW_SECONDS
        reply = self._served(request)
        return RESET if fault == "answer lost" else reply

    def _served(self, request: Received) -> Reply:
        """What the API answers; whose start or stop it was is noted, whether the API is told or not."""
        called, starter = Called.of(request), request.headers.get(contract.STARTER_HEADER, "")
        headers = request.headers
        if not self.knows_starter:
            headers = {name: value for name, value in headers.items() if name not in _HEADERS}
        asked = Received(request.method, request.path, headers, request.body)
        if called.operation == "GetLaunch":
            return answer(self.service, asked)
        before = self.running()
        reply = answer(self.service, asked)
        after = self.running()
        if called.launch in after - before:
            self.started_by[called.launch] = starter
        if called.launch in before - after:
            self.stopped_by[called.launch] = starter
        return reply


def _gave_up(kind: str, found: Mapping[str, Any], log: Iterable[Mapping[str, Any]]) -> bool:
    """Whether faults kept a request from what it had to do, and its answer or its log says so."""
    steps = {line["step"] for line in log if line["level"] != "INFO"}
    if kind == "Delete":
        return found["Status"] == "FAILED" or bool(steps)
    # The Delete that follows a failed Create does what is left to do; after a failed Update none comes.
    return kind == "Update" and bool(steps & {"not_undone", "out_of_time"})


def held_launch(physical_id: str) -> str:
    """The launch that a resource with this id started, "" if it started none."""
    arn, _, name = physical_id.rpartition("/")
    return name if physical_id == launch_arn(name) and arn else ""
