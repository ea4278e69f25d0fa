"""The Evidently API's client: the one place that calls out.

botocore with the model that lies beside this package, signed for the endpoint's service name, with the starter header.
One call is one attempt: what is tried again, and how long, is decided elsewhere. Every outcome that is not an answer
as the model has it becomes one of our errors.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as BotocoreConnectionError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError

import evidently_contract as contract
from evidently_provider.answer import is_loopback
from evidently_provider.decisions import LaunchStatus
from evidently_provider.errors import (
    FinalError,
    InvalidPropertyError,
    NotFoundError,
    ProviderError,
    RefusedError,
    ThrottledError,
    UnreachableError,
    WrongEndpointError,
)
from evidently_provider.identity import LaunchName, Starter
from evidently_provider.launch import Launch
from evidently_provider.log import Log

_MODELS: Final = Path(__file__).resolve().parents[1] / contract.MODELS_FOLDER
_CONFLICT: Final = "ConflictException"
_UNTRUSTED: Final = "CERTIFICATE_VERIFY_FAILED"  # OpenSSL's name for it
_STARTER_OPERATIONS: Final = {"StartLaunch", "StopLaunch"}


@dataclass(frozen=True, slots=True)
class Evidently:
    """The Evidently API of one request.

    Args:
        client: botocore's `evidently` client.
        knows_starter: Whether the API keeps the starter with a launch, so that a start can be proven and a stop is
            exact. Only an `EvidentlyService` does, and only that is signed for `execute-api`.
        log: Where each call leaves a line.

    """

    client: Any
    knows_starter: bool
    log: Log

    @classmethod
    def connect(
        cls,
        environment: Mapping[str, str],
        starter: Starter | None,
        *,
        connect_seconds: float,
        read_seconds: float,
        log: Log,
    ) -> "Evidently":
        """The API that the function's environment names; without a starter, a stop is for whoever started the launch.

        Raises:
            WrongEndpointError: plain http to another machine, or a URL that is none.

        """
        signing_name = environment.get(contract.ENV_SIGNING_NAME, contract.SIGNING_NAME_EVIDENTLY)
        session = botocore.session.Session()
        session.register_component("data_loader", _files())
        config = Config(
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            retries={"total_max_attempts": 1},
        )
        try:
            client = session.create_client(
                contract.API_NAME,
                api_version=contract.API_VERSION,
                region_name=environment.get(contract.ENV_SIGNING_REGION) or environment.get("AWS_REGION"),
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            raise WrongEndpointError(f"No client can be made for the endpoint ({type(error).__name__}).") from error
        endpoint = urlsplit(client.meta.endpoint_url)
        if endpoint.scheme != "https" and not is_loopback(endpoint.hostname or ""):
            raise WrongEndpointError(
                f"The endpoint {client.meta.endpoint_url} is not https; plain http is for this machine itself only."
            )
        client.meta.events.register("before-sign.evidently", _signing(signing_name, starter))
        return cls(client, knows_starter=signing_name == contract.SIGNING_NAME_EXECUTE_API, log=log)

    @property
    def url(self) -> str:
        """Where the API answers."""
        return str(self.client.meta.endpoint_url)

    def start(self, launch: LaunchName) -> Launch:
        """StartLaunch."""
        return self._launch(launch, "StartLaunch")

    def hold_nothing(self) -> None:
        """Say from now on that the resource holds nothing of the launch that it starts."""

        def say(request: AWSRequest, **_: Any) -> None:
            request.headers[contract.FIRST_HEADER] = "true"

        self.client.meta.events.register("before-sign.evidently.StartLaunch", say)

    def get(self, launch: LaunchName) -> Launch:
        """GetLaunch."""
        return self._launch(launch, "GetLaunch")

    def stop(self, launch: LaunchName, desired_state: LaunchStatus, reason: str) -> None:
        """StopLaunch; for good."""
        names = {"project": launch.project, "launch": launch.launch}
        answer = self.call(launch, "StopLaunch", **names, desiredState=desired_state.value, reason=reason)
        if "endedTime" not in answer:
            raise self._wrong("StopLaunch", "200 without the time of the launch's end")

    def document(self, subject: object, operation: str, member: str, **arguments: Any) -> Mapping[str, Any]:
        """What an operation answers in its one member."""
        answer = self.call(subject, operation, **arguments)
        found = answer.get(member)
        if not (isinstance(found, Mapping) and isinstance(found.get("arn"), str)):
            raise self._wrong(operation, f"200 without a {member} in it")
        return found

    def check_name(self, property_name: str, name: str, shape_name: str) -> None:
        """Hold a name against the API model.

        Raises:
            InvalidPropertyError: the API would not take it.

        """
        rules = self.client.meta.service_model.shape_for(shape_name).metadata
        if not (rules["min"] <= len(name) <= rules["max"] and re.fullmatch(rules["pattern"], name)):
            rule = f"a name of {rules['min']} to {rules['max']} characters that matches {rules['pattern']}"
            raise InvalidPropertyError(property_name, name, rule, "Correct the name in the stack")

    def _launch(self, launch: LaunchName, operation: str) -> Launch:
        document = self.document(launch, operation, "launch", project=launch.project, launch=launch.launch)
        try:
            return Launch.shown(document)
        except (KeyError, ValueError) as error:
            raise self._wrong(operation, "200 without a launch in it") from error

    def call(self, subject: object, operation: str, **arguments: Any) -> Mapping[str, Any]:
        """What an operation answers; `subject` is what it is about, as the log and an error name it."""
        self.log.step("call", operation=operation, subject=str(subject))
        try:
            return self._send(operation, arguments)
        except ClientError as error:
            raise self._refusal(error, subject, operation) from error
        except (HTTPClientError, BotocoreConnectionError) as error:
            # These end before a request has left; after any other the API may have done what it was asked.
            unsent = isinstance(error, EndpointConnectionError | ConnectTimeoutError) or _UNTRUSTED in str(error)
            sentence = f"{operation}: the endpoint {self.url} does not answer ({type(error).__name__}). Is it there?"
            raise UnreachableError(sentence, unknown_outcome=not unsent) from error
        except (ResponseParserError, AttributeError, TypeError, ValueError) as error:
            # botocore's parser checks no shape, and trips over JSON of another one.
            raise self._wrong(operation, "something that is not as the API's model has it") from error
        except BotoCoreError as error:
            raise FinalError(f"{operation} could not be sent to {self.url}: {error}") from error

    def _send(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = getattr(self.client, xform_name(operation))(**arguments)
        return answer

    def _refusal(self, error: ClientError, subject: object, operation: str) -> ProviderError:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(error.response.get("Error", {}).get("Code", ""))
        message = str(error.response.get("Error", {}).get("Message", ""))
        modelled = code in self.client.meta.service_model.shape_names
        said = f"{operation} of {subject} at {self.url} answered {status} {code if modelled else ''}".rstrip()
        sentence = f"{said}: {message}"
        match status:
            case 404 if modelled and operation.startswith("Create"):
                return NotFoundError(f"{sentence} Create that first.")
            case 404 if modelled:
                return NotFoundError(f"{message or 'Not found.'} There is no {subject} at {self.url}: create it first.")
            case 400 | 409 if modelled:
                return RefusedError(sentence, conflict=code == _CONFLICT)
            case 402:
                return FinalError(f"{sentence} Stop other launches or have the quota raised, then deploy again.")
            case 403:
                reason = f"{sentence} Does the provider's role have the permission, and does the endpoint allow it?"
                return UnreachableError(reason, unknown_outcome=False)
            case 429:
                return ThrottledError(f"{sentence} The API was asked too much until the timeout was over.")
            case _ if status >= 500:  # noqa: PLR2004 - HTTP
                return UnreachableError(sentence, unknown_outcome=True)
            case _:
                return self._wrong(operation, f"{status} that is not of the Evidently API")

    def _wrong(self, operation: str, answer: str) -> WrongEndpointError:
        return WrongEndpointError(f"{operation}: {self.url} answered {answer}: the endpoint is wrong or down.")


@cache
def _files() -> Loader:
    """Read what describes the API once: it is most of what a client costs, and a function serves many requests."""
    return Loader(extra_search_paths=[str(_MODELS)])


def _signing(signing_name: str, starter: Starter | None) -> Callable[..., None]:
    """A hook that gives requests the endpoint's service name and the starter, if any, before they are signed."""

    def before_sign(request: AWSRequest, operation_name: str, **_: Any) -> None:
        request.context.setdefault("signing", {})["signing_name"] = signing_name
        if starter is not None and operation_name in _STARTER_OPERATIONS:
            request.headers[contract.STARTER_HEADER] = starter.resource
            request.headers[contract.STACK_HEADER] = starter.stack
            request.headers[contract.ASKED_HEADER] = str(starter.asked)

    return before_sign
