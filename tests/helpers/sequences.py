"""Sequences of CloudFormation's requests, played through the driver with the real handlers, in the order of arrival.

A sequence has launches `november` and `december`. A StartLaunch starts them; a managed resource creates a resource of
that name. A launch that has not started, or has ended, then stands for a resource that does not exist.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Protocol

import evidently_contract as contract
from helpers.driver.driver import Driver
from helpers.driver.events import Request, Response, made_up_id
from helpers.driver.faults import faults
from helpers.evidently_api import ACCOUNT, REGION
from helpers.managed_events import SCHEDULE, properties_of
from helpers.service import ON_AND_OFF
from model.sequences import ByHand, Event, Invocation, LateCall, Sequence

_NUMBERS: Final = count(1)
_ENDED: Final = {"COMPLETED": "ENDED", "CANCELLED": "ENDED"}
_EXISTS: Final = {"RUNNING", "EXISTS"}
GROUPS: Final = [{"name": "all", "feature": "upsell", "variation": "on"}]
_DEFINITIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "project": {},
    "segment": {"pattern": '{"country": ["NO"]}'},
    "feature": {"variations": ON_AND_OFF},
    "launch": {"groups": GROUPS, "scheduledSplitsConfig": SCHEDULE},
}


class Subject(Protocol):
    """The resource type that a sequence is played with."""

    resource_type: str

    def properties(self, name: str, *, keep: bool = False, adopts: bool = False, definition: int = 0) -> dict[str, Any]:
        """Return the properties that name the resource."""

    def arn(self, name: str) -> str:
        """Return the ARN."""

    def status(self, name: str) -> str:
        """Return its state: ABSENT, CREATED, RUNNING, ENDED or EXISTS."""

    def by_hand(self, what: str, name: str) -> None:
        """Change it out of band."""

    def expected(self, end: str) -> str:
        """Return the expected end of this type for the end in the sequence."""

    def definition(self, name: str) -> int:
        """Return the number of the definition that it has."""


class Starts:
    """StartLaunch, and its launches."""

    resource_type = contract.START_LAUNCH_RESOURCE_TYPE

    def __init__(self, driver: Driver, names: list[str]) -> None:
        self.evidently = driver.evidently()
        self.project = f"sequence-{next(_NUMBERS)}"
        self.evidently.create_project(name=self.project)
        self.evidently.create_feature(project=self.project, name="upsell", variations=ON_AND_OFF)
        for name in names:
            self.by_hand("create", name)

    def properties(self, name: str, *, keep: bool = False, **_: Any) -> dict[str, Any]:
        return {
            contract.PROPERTY_PROJECT: self.project,
            contract.PROPERTY_LAUNCH: name,
            contract.PROPERTY_ON_DELETE: contract.ON_DELETE_KEEP_RUNNING if keep else contract.ON_DELETE_CANCEL,
        }

    def arn(self, name: str) -> str:
        return f"arn:aws:evidently:{REGION}:{ACCOUNT}:project/{self.project}/launch/{name}"

    def status(self, name: str) -> str:
        try:
            found: str = self.evidently.get_launch(project=self.project, launch=name)["launch"]["status"]
        except self.evidently.exceptions.ResourceNotFoundException:
            return "ABSENT"
        return _ENDED.get(found, found)

    def by_hand(self, what: str, name: str) -> None:
        if what == "create":
            self.evidently.create_launch(project=self.project, name=name, groups=GROUPS)
        else:
            getattr(self.evidently, f"{what}_launch")(project=self.project, launch=name)

    def expected(self, end: str) -> str:
        return end

    def definition(self, name: str) -> int:
        raise ValueError(f"{name} has no definition: a StartLaunch starts it")


class Creates:
    """The managed resources of one kind."""

    def __init__(self, driver: Driver, kind: str) -> None:
        self.kind = kind
        self.resource_type = f"Custom::Evidently{kind.capitalize()}"
        self.evidently = driver.evidently()
        self.prefix = f"sequence-{next(_NUMBERS)}"
        self.evidently.create_project(name=self.prefix)
        self.evidently.create_feature(project=self.prefix, name="upsell", variations=ON_AND_OFF)

    @property
    def is_in_project(self) -> bool:
        return self.kind in {"feature", "launch"}

    def properties(self, name: str, *, keep: bool = False, adopts: bool = False, definition: int = 0) -> dict[str, Any]:
        described = {"description": str(definition)} if definition else {}
        return {
            **({contract.PROPERTY_PROJECT: self.prefix} if self.is_in_project else {}),
            contract.PROPERTY_NAME: self._name(name),
            **properties_of(self.kind, {**_DEFINITIONS[self.kind], **described}),
            contract.PROPERTY_ON_DELETE: contract.ON_DELETE_KEEP if keep else contract.ON_DELETE_DELETE,
            contract.PROPERTY_ADOPT_EXISTING: "true" if adopts else "false",
        }

    def arn(self, name: str) -> str:
        within = f"project/{self.prefix}/" if self.is_in_project else ""
        return f"arn:aws:evidently:{REGION}:{ACCOUNT}:{within}{self.kind}/{self._name(name)}"

    def status(self, name: str) -> str:
        with suppress(self.evidently.exceptions.ResourceNotFoundException):
            self._shown(name)
            return "EXISTS"
        return "ABSENT"

    def by_hand(self, what: str, name: str) -> None:
        if what == "create":
            project = {"project": self.prefix} if self.is_in_project else {}
            getattr(self.evidently, f"create_{self.kind}")(name=self._name(name), **project, **_DEFINITIONS[self.kind])
        else:
            getattr(self.evidently, f"{what}_{self.kind}")(**self._address(name))

    def expected(self, end: str) -> str:
        return "EXISTS" if end in _EXISTS else "ABSENT"

    def definition(self, name: str) -> int:
        return int(self._shown(name).get("description") or 0)

    def _shown(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = getattr(self.evidently, f"get_{self.kind}")(**self._address(name))[self.kind]
        return found

    def _name(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def _address(self, name: str) -> dict[str, str]:
        return {self.kind: self._name(name), **({"project": self.prefix} if self.is_in_project else {})}


@dataclass(slots=True)
class Player:
    """One play of a sequence."""

    driver: Driver
    subject: Subject
    began: int
    responses: list[Response | None] = field(default_factory=list)
    _sent: dict[Invocation, Request] = field(default_factory=dict)

    def play(self, event: Event) -> None:
        """Play one event to its end."""
        self.driver.wait(max(0, self.began + event.arrives - self.driver.clock.now))
        match event:
            case ByHand():
                self.subject.by_hand(event.by_hand, plain(event.target))
            case LateCall():
                self.driver.apply_late()
            case Invocation():
                delivery = self.driver.send(self._request(event), faults(*event.calls, seconds=float("inf")))
                self.responses.append(delivery.end())

    def _request(self, event: Invocation) -> Request:
        """Return the request of an event; a second delivery has the same one."""
        identity = replace(event, arrives=0, calls=(), response="")
        if identity in self._sent and event.requested_at is not None:
            return self._sent[identity]
        at, made = event.requested_at, {"keep": event.keep, "adopts": event.adopts}
        self._sent[identity] = request = self.driver.request(
            event.type,
            self.driver.provider(),
            stack=event.stack.replace(", ", "-"),
            requested_at=None if at is None else self.began + at,
            dated=at is not None,
            logical_id=event.resource,
            resource_type=self.subject.resource_type,
            properties=self.subject.properties(plain(event.target), **made, definition=event.definition),
            old_properties=self.subject.properties(plain(event.old), **made) if event.old else None,
        )
        request.physical_id = self._physical_id(event, request)
        return request

    def _physical_id(self, event: Invocation, request: Request) -> str | None:
        match event.physical_id:
            case None:
                return None
            case int(index):
                response = self.responses[index]
                assert response is not None
                return response.physical_id
            case "made-up":
                return made_up_id(request.stack_id, request.logical_id)
            case text:
                return self.id_in(str(text))

    def id_in(self, text: str) -> str:
        """Return the physical id for its short form, with times since the beginning and plain names."""
        head, colon, time = text.partition(":")
        dated = f"{head}{colon}{self.began + int(time)}" if colon else head
        name, mark, rest = dated.partition("#")
        return dated if name.startswith("not-started") else f"{self.subject.arn(plain(name))}{mark}{rest}"


def plain(name: str) -> str:
    """Return a name that the API accepts."""
    return name.replace(" ", "-")


def play(driver: Driver, sequence: Sequence, make: Callable[[Driver, list[str]], Subject]) -> list[str]:
    """Play a sequence; return the differences from its expected end."""
    subject = make(driver, [plain(name) for name in sequence.end])
    player = Player(driver, subject, int(driver.clock.now) + 1)
    for event in sequence.events:
        player.play(event)
    wrong = [
        f"{name} is {subject.status(plain(name))}, not {subject.expected(end)}"
        for name, end in sequence.end.items()
        if subject.status(plain(name)) != subject.expected(end)
    ]
    for name, number in sequence.definitions.items():
        found = subject.definition(plain(name))
        wrong += [] if found == number else [f"{name} has definition {found}, not {number}"]
    for number, (required, response) in enumerate(zip(sequence.responses, player.responses, strict=True), 1):
        wrong += [f"response {number}: {each}" for each in _differs(player, required, response)]
    return wrong


def _differs(player: Player, required: str, response: Response | None) -> list[str]:
    if required == "-":
        return []
    if response is None:
        return [f"none, not {required}"]
    status, *more = required.split()
    found = [] if response.status == status else [f"{response.status}, not {status}"]
    if more and response.physical_id != player.id_in(more[0]):
        found.append(f"{response.physical_id}, not {more[0]}")
    started_by = response.data.get(contract.ATTRIBUTE_STARTED_BY)
    if more[1:] and started_by not in {None, more[1]}:
        found.append(f"started by {started_by}, not {more[1]}")
    return found
