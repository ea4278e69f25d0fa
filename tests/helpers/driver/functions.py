"""Lambda functions, their sandboxes and their invocations, as values."""

import asyncio
import json
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.driver.clock import Clock
from helpers.driver.faults import Fault, Faults, Plan
from helpers.driver.sandbox import Sandbox
from helpers.evidently_api import ACCOUNT, REGION
from helpers.rooms import LAMBDA

if TYPE_CHECKING:
    from helpers.driver.events import Response
    from helpers.driver.web import Door


class End(StrEnum):
    """How an invocation ended."""

    RETURNED = "returned"
    RAISED = "raised"
    DIED = "died"
    TIMED_OUT = "timed out"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an API, as its gateway received it."""

    at: float  # seconds since 1970
    method: str
    path: str
    fault: Fault
    status: int | None  # None for a reset


@dataclass(eq=False, slots=True)
class Invocation:
    """One invocation; all attempts of an event have the same request id."""

    request_id: str
    payload: bytes
    plan: Plan
    calls: list[Call] = field(default_factory=list)
    responses: list["Response"] = field(default_factory=list)
    result: Any = None
    end: End | None = None
    sandbox: "FunctionSandbox | None" = None
    began: float = 0.0
    ended: float = 0.0

    @classmethod
    def of(cls, event: Any, request_id: str, faults: Faults) -> "Invocation":
        """Return an invocation that has not begun."""
        return cls(request_id, json.dumps(event).encode(), Plan(faults))


@dataclass(slots=True)
class Function:
    """A function; an equal one may use its sandboxes."""

    name: str
    handler: str
    environment: Mapping[str, str]
    timeout: float  # seconds
    code: Path = LAMBDA  # the folder of its asset
    is_gone: bool = field(default=False, init=False, compare=False)
    idle: deque["FunctionSandbox"] = field(default_factory=deque, init=False, compare=False)

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    def full_environment(self, runtime_api: str) -> dict[str, str]:
        """Return its environment variables and those that Lambda adds."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "LAMBDA_TASK_ROOT": str(self.code),
            **self.environment,
        }


class FunctionSandbox(Sandbox):
    """A sandbox and its invocations."""

    function: Function
    invocation: Invocation | None = None  # kept after its end: a thread may outlive it
    api: "Door | None" = None  # to its function's API

    def __init__(self, function: Function, name: str, clock: Clock, log: Callable[[str], None]) -> None:
        super().__init__(name, clock, log)
        self.function = function
        self.inbox: asyncio.Queue[Invocation | None] = asyncio.Queue()  # None when it is dead
        self.ready = asyncio.get_running_loop().create_future()  # set when it asks for an invocation
        self.done = asyncio.Event()  # set when its invocation ends
