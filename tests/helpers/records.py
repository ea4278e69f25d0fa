"""Records of ownership of each kind: acquires and releases of an owner, and their outcomes."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from helpers.evidently_api import owner_header
from helpers.service import NOON, ON_AND_OFF, PROJECT_ARN, Service

T = TypeVar("T")

KINDS = ["run", "launch", "feature", "project", "segment"]
GROUPS = [{"name": "all", "feature": "upsell", "variation": "on"}]
CREATED = NOON // 1000 - 60  # when CloudFormation signed the Create, in seconds
DELETED = CREATED + 10


@dataclass(frozen=True)
class Record:
    """A record: the existence of a resource, or the run of a launch."""

    service: Service
    kind: str
    name: str = "november"

    def make(self) -> "Record":
        """Create the resources that the record needs; return the record."""
        if self.kind == "run":
            self.service.with_launch(self.name)
        else:
            with suppress(ClientError):
                self.service.with_launch("other")
        return self

    def acquire(self, action: str = "acquire-new", at: int | None = CREATED, **owner: Any) -> "partial[Any]":
        """Return a call like that of a Create."""
        return self._creation(self.service.client(owner=owner_header(action, at=at, **owner)))

    def release(self, action: str = "release", at: int | None = DELETED, **owner: Any) -> "partial[Any]":
        """Return a call like that of a Delete."""
        return self._deletion(self.service.client(owner=owner_header(action, at=at, **owner)))

    def by_hand(self) -> Any:
        """Start or create it without an owner header."""
        return self._creation(self.service.client())()

    def end_by_hand(self) -> Any:
        """Stop or delete it without an owner header."""
        return self._deletion(self.service.client())()

    def acquired(self, action: str = "acquire-new", at: int | None = CREATED, **owner: Any) -> str:
        """Acquire it; return the outcome."""
        return outcome_of(self.acquire(action, at, **owner))

    def released(self, action: str = "release", at: int | None = DELETED, **owner: Any) -> str:
        """Release it; return the outcome."""
        return outcome_of(self.release(action, at, **owner))

    def tagged(self, value: str, **owner: Any) -> str:
        """Set a tag, which is an update; return the outcome."""
        client = self.service.client(owner=owner_header("update", **owner))
        return outcome_of(partial(client.tag_resource, resourceArn=self.arn(), tags={"stage": value}))

    def owner(self) -> str | None:
        """Return the LogicalResourceId of the owner with the latest request, None without an owner."""
        if self.kind != "run":
            tags: dict[str, str] = self.service.client().list_tags_for_resource(resourceArn=self.arn())["tags"]
            return tags.get("aws:cloudformation:logical-id")
        named = re.search(r"started by (\w+) of", refusal_of(self.acquire("acquire", stack="stranger")))
        return named[1] if named else None

    def is_there(self) -> bool:
        """Whether the launch runs, or the resource exists."""
        evidently = self.service.client()
        kind = "launch" if self.kind == "run" else self.kind
        try:
            found = getattr(evidently, f"get_{kind}")(**self._names())[kind]
        except evidently.exceptions.ResourceNotFoundException:
            return False
        return self.kind != "run" or found["status"] == "RUNNING"

    def arn(self) -> str:
        """ARN of the resource."""
        kind = "launch" if self.kind == "run" else self.kind
        name = f"{kind}/{self.name}"
        return f"{PROJECT_ARN}/{name}" if kind in {"launch", "feature"} else f"{PROJECT_ARN.rpartition(':')[0]}:{name}"

    def _creation(self, client: Any) -> "partial[Any]":
        in_project = {"project": "petfood", "name": self.name}
        match self.kind:
            case "run":
                return partial(client.start_launch, project="petfood", launch=self.name)
            case "launch":
                return partial(client.create_launch, **in_project, groups=GROUPS)
            case "feature":
                return partial(client.create_feature, **in_project, variations=ON_AND_OFF)
            case "segment":
                return partial(client.create_segment, name=self.name, pattern='{"a": [1]}')
        return partial(client.create_project, name=self.name)

    def _deletion(self, client: Any) -> "partial[Any]":
        operation = "stop_launch" if self.kind == "run" else f"delete_{self.kind}"
        return partial(getattr(client, operation), **self._names())

    def _names(self) -> dict[str, str]:
        kind = "launch" if self.kind == "run" else self.kind
        return {"project": "petfood", kind: self.name} if kind in {"launch", "feature"} else {kind: self.name}


def refusal_of(call: Callable[[], Any]) -> str:
    """Return the message of a call's error."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    raise AssertionError("the call succeeded")


def outcome_of(call: Callable[[], Any]) -> str:
    """Return a call's outcome and owners from the ownership header; without an outcome the error code, or ""."""
    try:
        response = call()
    except ClientError as error:
        response = error.response
    rules, _, outcome = response["ResponseMetadata"]["HTTPHeaders"]["x-evidently-ownership"].partition(", outcome=")
    assert rules == "rules=1"
    return str(outcome or response.get("Error", {"Code": ""})["Code"])


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make calls in threads that start together; return their results in the order of the calls."""
    gate = Barrier(len(calls))

    def call_at_gate(call: Callable[[], T]) -> T:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call_at_gate, calls))
