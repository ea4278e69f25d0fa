"""The Evidently API's client: the only module that calls out.

botocore with the model beside this package, signed for the endpoint's service name. One call is one attempt;
api/retry.py decides on another. Every outcome that is not a response of the model becomes one of errors.py.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final
from urllib.parse import urlsplit

import botocore.session
from botocore import xform_name
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserError

import evidently_contract as contract
from evidently_provider.api.owner_header import Ownership, ownership_in
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
from evidently_provider.runtime.log import Log
from evidently_provider.runtime.response import is_loopback

_MODELS: Final = Path(__file__).resolve().parents[2] / contract.MODELS_FOLDER
_CONFLICT: Final = "ConflictException"
# Functions of botocore, urllib3, http.client and ssl that end before a request is sent: they read a proxy's URL,
# connect, have a proxy open a tunnel, read a CA bundle, and agree on TLS.
_BEFORE_SENDING: Final = frozenset(
    {"_get_connection_manager", "_new_conn", "_tunnel", "ssl_wrap_socket", "do_handshake"}
)


@dataclass(slots=True)
class Evidently:
    """The client of one request.

    Args:
        client: botocore's `evidently` client.
        signing_name: the service name in signatures.
        log: the request's log; each call writes a step.
        ownership: the ownership header of the last response.

    """

    client: Any
    signing_name: str
    log: Log
    ownership: Ownership = field(default=Ownership(keeps_rules=False, outcome="", owners=()), init=False)
    _owner: str = field(default="", init=False)

    @classmethod
    def connect(
        cls, environment: Mapping[str, str], *, connect_seconds: float, read_seconds: float, log: Log
    ) -> "Evidently":
        """Create the client for the endpoint in the function's environment.

        Raises:
            WrongEndpointError: the endpoint is not a URL, or is plain http to another machine.

        """
        signing_name = environment.get(contract.ENV_SIGNING_NAME, contract.SIGNING_NAME_EVIDENTLY)
        session = botocore.session.Session()
        session.register_component("data_loader", _loader())
        config = Config(
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            retries={"total_max_attempts": 1},
            # Plain http is for this machine only, and would not be through a proxy. None: as the environment says.
            proxies={} if environment.get(contract.ENV_ENDPOINT_URL, "").lower().startswith("http:") else None,
        )
        try:
            client = session.create_client(
                contract.API_NAME,
                api_version=contract.API_VERSION,
                region_name=environment.get(contract.ENV_SIGNING_REGION) or environment.get("AWS_REGION"),
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            raise WrongEndpointError(f"No client can be created for the endpoint ({type(error).__name__}).") from error
        endpoint = urlsplit(client.meta.endpoint_url)
        if endpoint.scheme != "https" and not is_loopback(endpoint.hostname or ""):
            raise WrongEndpointError(
                f"The endpoint {client.meta.endpoint_url} is not https; plain http is for this machine itself only."
            )
        found = cls(client, signing_name, log)
        client.meta.events.register("before-sign.evidently", found._before_sign)
        return found

    @property
    def url(self) -> str:
        """URL of the API."""
        return str(self.client.meta.endpoint_url)

    def document(
        self, subject: object, operation: str, member: str, owner: str = "", **arguments: Any
    ) -> Mapping[str, Any]:
        """Call an operation, as `call` does; return the document in one member of its response."""
        found = self.call(subject, operation, owner, **arguments).get(member)
        if not (isinstance(found, Mapping) and isinstance(found.get("arn"), str)):
            raise self.wrong_endpoint(operation, f"200 without a {member} in it")
        return found

    def check_name(self, property_name: str, name: str, shape_name: str) -> None:
        """Check a name by a shape of the API's model.

        Raises:
            InvalidPropertyError: the API would refuse the name.

        """
        rules = self.client.meta.service_model.shape_for(shape_name).metadata
        if not (rules["min"] <= len(name) <= rules["max"] and re.fullmatch(rules["pattern"], name)):
            rule = f"a name of {rules['min']} to {rules['max']} characters that matches {rules['pattern']}"
            raise InvalidPropertyError(property_name, name, rule, "Correct the name in the stack")

    def request_shape(self, operation: str) -> Any:
        """Return the shape of an operation's request in the API's model."""
        return self.client.meta.service_model.operation_model(operation).input_shape

    def call(self, subject: object, operation: str, owner: str = "", **arguments: Any) -> Mapping[str, Any]:
        """Call an operation once; return its response.

        Args:
            subject: the resource, as the log and errors name it.
            operation: the operation's name in the model.
            owner: the owner header, "" for none.
            arguments: the members of the request.

        Raises:
            ProviderError: the call failed; the subclass says how.

        """
        self.log.step("call", operation=operation, subject=str(subject))
        self._owner = owner
        try:
            return self._send(operation, arguments)
        except ClientError as error:
            raise self._refusal(error, subject, operation) from error
        except (HTTPClientError, BotocoreConnectionError) as error:
            cause = type(error).__name__
            sentence = f"{operation}: the endpoint {self.url} does not respond ({cause}). Is the API deployed?"
            raise UnreachableError(sentence, unknown_outcome=not _is_unsent(error)) from error
        except (ResponseParserError, AttributeError, TypeError, ValueError) as error:
            # botocore's parser checks no shapes, and fails in any of these ways on JSON of another one.
            raise self.wrong_endpoint(operation, "something that is not in the API's model") from error
        except BotoCoreError as error:
            raise FinalError(f"{operation} could not be sent to {self.url}: {error}") from error

    def wrong_endpoint(self, operation: str, response: str) -> WrongEndpointError:
        """Return the error for a response that is not the API's."""
        return WrongEndpointError(f"{operation}: {self.url} returned {response}: the endpoint is wrong or down.")

    def _send(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            found: dict[str, Any] = getattr(self.client, xform_name(operation))(**arguments)
        except ClientError as error:
            self.ownership = ownership_in(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}))
            raise
        self.ownership = ownership_in(found.pop("ResponseMetadata", {}).get("HTTPHeaders", {}))
        return found

    def _before_sign(self, request: AWSRequest, **_: Any) -> None:
        """Add the service name and the owner header before botocore signs, so that the signature covers both."""
        request.context.setdefault("signing", {})["signing_name"] = self.signing_name
        if self._owner:
            request.headers[contract.OWNER_HEADER] = self._owner

    def _refusal(self, error: ClientError, subject: object, operation: str) -> ProviderError:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(error.response.get("Error", {}).get("Code", ""))
        message = str(error.response.get("Error", {}).get("Message", ""))
        modelled = code in self.client.meta.service_model.shape_names
        prefix = f"{operation} of {subject} at {self.url} returned {status} {code if modelled else ''}".rstrip()
        sentence = f"{prefix}: {message}"
        match status:
            case 404 if modelled and operation.startswith("Create"):
                return NotFoundError(f"{sentence} Create that first.")
            case 404 if modelled:
                return NotFoundError(f"{message or 'Not found.'} There is no {subject} at {self.url}: create it first.")
            case 400 | 409 if modelled:
                return RefusedError(sentence, conflict=code == _CONFLICT, outcome=self.ownership.outcome)
            case 402:
                return FinalError(f"{sentence} Make room or have the quota raised, then deploy again.")
            case 403:
                reason = f"{sentence} Does the provider's role have the permission, and does the endpoint allow it?"
                return UnreachableError(reason, unknown_outcome=False)
            case 429:
                return ThrottledError(f"{sentence} The API kept throttling requests until the timeout.")
            case _ if status >= 500:  # noqa: PLR2004 - HTTP
                return UnreachableError(sentence, unknown_outcome=True)
            case _:
                return self.wrong_endpoint(operation, f"{status} that is not of the Evidently API")


def _is_unsent(error: Exception) -> bool:
    """Whether a call failed before its request was sent; otherwise the API may have received it.

    The stack trace tells, and the class of the SDK's error does not: behind a proxy it is the same for a lost response
    as for a proxy out of reach, and the same for a reset handshake as for a reset connection.
    """
    return any(
        frame.f_code.co_name in _BEFORE_SENDING for each in _chain(error) for frame, _ in walk_tb(each.__traceback__)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@cache
def _loader() -> Loader:
    """Return the loader of the models, once per sandbox: loading is most of what a client costs."""
    return Loader(extra_search_paths=[str(_MODELS)])
