"""The endpoint rules that botocore reads: without them it uses its legacy routing, which it may drop at any time.

Each client is created in a process without that routing, from the environment alone.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from helpers.rooms import LAMBDA, MODELS

SIGNING = LAMBDA / "signing" / "execute-api"
URL = "https://evidently.example.com/base"

# botocore without its legacy routing: a service without endpoint rules is an error, and the resolver of
# `endpoints.json` knows no Region. Prints the URL of a request and the service name in its signature.
SCRIPT = """
import json, re, sys
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver
from botocore.session import Session

find = Loader.load_service_model

def find_or_fail(loader, service, type_name, api_version=None):
    try:
        return find(loader, service, type_name, api_version)
    except UnknownServiceError:
        sys.exit(f"no {type_name} of {service}")

Loader.load_service_model = find_or_fail
EndpointResolver.construct_endpoint = lambda *_, **__: None

class Sent(Exception):
    pass

def stop(request, **_):
    raise Sent(request)

def sign_as(name):
    def before_sign(request, **_):
        request.context.setdefault("signing", {})["signing_name"] = name
    return before_sign

client = Session().create_client("evidently", region_name=sys.argv[1])
client.meta.events.register("before-send.evidently", stop)
if len(sys.argv) > 2:
    client.meta.events.register("before-sign.evidently", sign_as(sys.argv[2]))
try:
    client.start_launch(project="petfood", launch="upsell")
except Sent as sent:
    (request,) = sent.args
    scope = re.search(r"Credential=test/[0-9]{8}/([^,]*)", request.headers["Authorization"].decode())[1]
    print(json.dumps({"url": request.url, "scope": scope}))
"""


def run(*arguments: str, **environment: Any) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    given = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CONFIG_FILE": os.devnull}
    return subprocess.run(  # noqa: S603 - a program of the tests
        [sys.executable, "-c", SCRIPT, *arguments],
        env={**kept, **given, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
    )


def sent(*arguments: str, **environment: Any) -> tuple[str, str]:
    done = run(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["url"].removesuffix("/projects/petfood/launches/upsell/start"), found["scope"]


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-west-1", "https://evidently.eu-west-1.amazonaws.com"),
        ("cn-north-1", "https://evidently.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_awss_own_endpoint_needs_no_legacy_routing(region: str, url: str) -> None:
    assert sent(region, AWS_DATA_PATH=MODELS) == (url, f"{region}/evidently/aws4_request")


def test_an_endpoint_url_needs_no_legacy_routing() -> None:
    """A FIPS setting in the environment changes nothing: it applies to AWS's own endpoints."""
    environment = {"AWS_DATA_PATH": MODELS, "AWS_ENDPOINT_URL_EVIDENTLY": URL, "AWS_USE_FIPS_ENDPOINT": "true"}
    assert sent("eu-west-1", **environment) == (URL, "eu-west-1/evidently/aws4_request")


def test_a_hook_still_decides_what_a_request_is_signed_as() -> None:
    environment = {"AWS_DATA_PATH": MODELS, "AWS_ENDPOINT_URL_EVIDENTLY": URL}
    assert sent("eu-west-1", "execute-api", **environment) == (URL, "eu-west-1/execute-api/aws4_request")


def test_the_rules_that_sign_for_execute_api_win_where_their_folder_comes_first() -> None:
    environment = {"AWS_DATA_PATH": f"{SIGNING}{os.pathsep}{MODELS}", "AWS_ENDPOINT_URL_EVIDENTLY": URL}
    assert sent("eu-west-1", **environment) == (URL, "eu-west-1/execute-api/aws4_request")


def test_the_process_has_no_legacy_routing(tmp_path: Any) -> None:
    """The model without its endpoint rules, as earlier releases had it, fails there."""
    folder = tmp_path / "evidently" / "2021-02-01"
    folder.mkdir(parents=True)
    model = MODELS / "evidently" / "2021-02-01" / "service-2.json"
    (folder / "service-2.json").write_bytes(model.read_bytes())
    done = run("eu-west-1", AWS_DATA_PATH=tmp_path)
    assert (done.returncode, done.stderr) == (1, "no endpoint-rule-set-1 of evidently\n")
