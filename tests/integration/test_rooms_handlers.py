"""The handlers run with what Lambda has: the standard library, boto3 and the dependencies of boto3."""

import ast
import importlib.util
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

import evidently_contract as contract
from helpers.rooms import LAMBDA

SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

FORBIDDEN = {"eval", "exec", "compile", "__import__", "subprocess", "pickle", "marshal", "shelve", "ctypes", "pty"}

EVERY_MODULE = """
import importlib, json, pkgutil
names = [module.name for module in pkgutil.walk_packages([lambda_folder])]
print(json.dumps([importlib.import_module(name).__name__ for name in names]))
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK and its dependencies, and no other package of the virtual environment."""
    folder = tmp_path_factory.mktemp("sdk")
    for name in SDK:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        file = Path(spec.origin)
        source = file.parent if file.name == "__init__.py" else file
        (folder / source.name).symlink_to(source)
    return folder


def run_in_lambda(sdk: Path, code: str) -> str:
    """Run code without site-packages (-S), user settings (-I) or a warning (-W error), and return what it prints."""
    start = f"import sys; lambda_folder = {str(LAMBDA)!r}; sys.path[:0] = [lambda_folder, {str(sdk)!r}]\n"
    done = subprocess.run(  # noqa: S603, the tests' own interpreter and code
        [sys.executable, "-I", "-S", "-W", "error", "-c", start + code],
        env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", contract.ENV_TABLE_NAME: "table"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_other_package_is_importable_in_lambda(sdk: Path) -> None:
    names = ("boto3", "aws_cdk", "constructs", "pytest")
    found = run_in_lambda(sdk, f"import importlib.util as u; print(*[name for name in {names} if u.find_spec(name)])")
    assert found.split() == ["boto3"]


def test_lambda_can_import_every_module(sdk: Path) -> None:
    imported = json.loads(run_in_lambda(sdk, EVERY_MODULE))
    expected = {
        ".".join(path.relative_to(LAMBDA).with_suffix("").parts).removesuffix(".__init__")
        for path in LAMBDA.rglob("*.py")
    }
    assert set(imported) == expected


@pytest.mark.parametrize("handler", [contract.PROVIDER_HANDLER, contract.SERVICE_HANDLER])
def test_lambda_finds_the_entry_point(sdk: Path, handler: str) -> None:
    module, _, function = handler.rpartition(".")
    code = f"import importlib; print(callable(getattr(importlib.import_module({module!r}), {function!r})))"
    assert run_in_lambda(sdk, code).split() == ["True"]


# The members of Lambda's context object that the handlers use.
CONTEXT = """
import types
context = types.SimpleNamespace(
    aws_request_id="11111111-2222-3333-4444-555555555555",
    function_name="the-function",
    log_group_name="the-log-group",
    log_stream_name="the-log-stream",
    invoked_function_arn="arn:aws:lambda:eu-west-1:111122223333:function:the-function",
    get_remaining_time_in_millis=lambda: 60_000,
)
"""


def test_the_service_responds_in_lambda(sdk: Path) -> None:
    """To a request that matches no operation, which needs no table."""
    event = {
        "version": "2.0",
        "rawPath": "/nowhere",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"accountId": "111122223333", "stage": "$default", "http": {"method": "GET"}},
        "isBase64Encoded": False,
    }
    code = f"""{CONTEXT}
import json
from evidently_service.handler import handler
print(json.dumps(handler({event!r}, context)))
"""
    response = json.loads(run_in_lambda(sdk, code))
    assert 400 <= response["statusCode"] < 500
    assert response["headers"]["x-amzn-errortype"]


class ResponseUrl(BaseHTTPRequestHandler):
    """CloudFormation's response URL: keeps the bodies of PUT requests."""

    received: ClassVar[list[dict[str, Any]]] = []

    def do_PUT(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write no access log to the test's output."""


def test_the_provider_responds_in_lambda(sdk: Path) -> None:
    """To the Delete of a launch that was never started, which needs no API."""
    with HTTPServer(("127.0.0.1", 0), ResponseUrl) as server:
        listener = Thread(target=server.serve_forever)
        listener.start()
        event = {
            "RequestType": "Delete",
            "ResponseURL": f"http://127.0.0.1:{server.server_port}/response",
            "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/release/1",
            "RequestId": "a-request",
            "LogicalResourceId": "Start",
            "PhysicalResourceId": "not-started:an-earlier-request",
            "ResourceType": contract.START_LAUNCH_RESOURCE_TYPE,
            "ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:the-function",
            "ResourceProperties": {
                contract.PROPERTY_SCHEMA_VERSION: contract.SCHEMA_VERSION,
                contract.PROPERTY_PROJECT: "petfood",
                contract.PROPERTY_LAUNCH: "upsell",
            },
        }
        code = f"{CONTEXT}\nfrom evidently_provider.handler import handler\nhandler({event!r}, context)\n"
        try:
            run_in_lambda(sdk, code)
        finally:
            server.shutdown()
            listener.join()
    (response,) = ResponseUrl.received
    assert response["Status"] == "SUCCESS"
    assert response["PhysicalResourceId"] == event["PhysicalResourceId"]


def test_no_handler_runs_a_shell_evaluates_text_or_unpickles() -> None:
    called = {
        (path.name, name)
        for path in LAMBDA.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _names(node)
    }
    assert {each for each in called if each[1] in FORBIDDEN} == set()


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [node.func.id] if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else []
