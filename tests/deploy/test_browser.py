"""A page calls the service with AWS's JavaScript client, in a real browser: what docs/use-it.md says of it, unchanged.

The stack is the documentation's, and so is the script; a test fills in what its deployment has: origin, URL and ids.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import Stack
from aws_cdk import aws_iam as iam

import cdk_evidently
from cdk_evidently import EvidentlyService
from helpers.chromium import Site, bundled, served_site, unpacked
from helpers.deployment import FEATURE, PROJECT, Deployment
from helpers.documented import snippet
from helpers.service import ON_AND_OFF

HEADING = "A page in a browser"
# The script of the documentation as a module, and what a test asks besides.
PROBES = """
const report = (found) => fetch("/report", { method: "POST", body: JSON.stringify(found) });
const failure = ({ name, message, $metadata }) => ({ name, message, requestId: $metadata?.requestId });
try {
  const { answer, evidently, EvaluateFeatureCommand, ListProjectsCommand } = await import("./app.js");
  const asked = { project: "petfood", feature: "none", entityId: "user-1" };
  await report({
    variation: answer.variation,
    value: answer.value,
    requestId: answer.$metadata.requestId,
    absent: await evidently.send(new EvaluateFeatureCommand(asked)).catch(failure),
    denied: await evidently.send(new ListProjectsCommand({})).catch(failure),
  });
} catch (error) {
  await report({ refused: failure(error) });
}
"""


@dataclass(frozen=True)
class Shop:
    """The documented stack, and sites on this machine.

    Args:
        site: at the origin that the stack allows.
        stranger: at another origin.
        api_id: the API's id.
        url: the API's URL.
        visitors: the id of the identity pool.
    """

    site: Site
    stranger: Site
    api_id: str
    url: str
    visitors: str


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("chromium"))


@pytest.fixture(scope="module")
def shop(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with ExitStack() as resources:
        site, stranger = (resources.enter_context(served_site()) for _ in range(2))

        def build(stack: Stack) -> None:
            code = snippet("use-it.md", HEADING, "python").replace("http://localhost:5173", site.origin)
            known: dict[str, Any] = {**vars(aws_cdk), **vars(cdk_evidently), "self": stack}
            exec(compile(code, "use-it.md", "exec"), known)  # noqa: S102, the project's own page
            role = known["visitors"].unauthenticated_role
            assert isinstance(role, iam.Role)
            # With this grant, the missing `allowed_origins` alone keeps the page from the other service.
            other = EvidentlyService.from_api_id(stack, "Other", deployment.api_id)
            other.grants.evaluate(role, project=PROJECT)

        outputs = deployment.deploy("Browsers", build, tmp_path_factory.mktemp("browsers"))
        resources.callback(deployment.deployer.destroy, "Browsers")
        apply_cors(deployment, "Browsers", outputs["ApiId"])
        mine = Deployment(deployment.local_aws, deployment.deployer, outputs["ApiId"])
        mine.evidently().create_project(name=PROJECT)
        mine.evidently().create_feature(project=PROJECT, name=FEATURE, variations=ON_AND_OFF)
        yield Shop(site, stranger, mine.api_id, mine.url(), outputs["VisitorsId"])


def apply_cors(deployment: Deployment, stack: str, api_id: str) -> None:
    """Give the API its template's CORS: MiniStack 1.5.33 keeps that in CloudFormation's spelling, and reads another."""
    gateway = deployment.local_aws.client("apigatewayv2")
    assert not gateway.get_api(ApiId=api_id)["CorsConfiguration"], "this MiniStack needs no help: remove it"
    template = deployment.deployer.cloudformation.get_template(StackName=stack)["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"].values()
    (api,) = (it for it in resources if it["Type"] == "AWS::ApiGatewayV2::Api")
    gateway.update_api(ApiId=api_id, CorsConfiguration=api["Properties"]["CorsConfiguration"])


Open = Callable[[Site, str], Any]


@pytest.fixture
def open_page(chromium: Path, shop: Shop, deployment: Deployment, tmp_path: Path) -> Open:
    """Opens a site's page with the documented script for a URL, and returns the report."""

    def open_page(site: Site, url: str) -> Any:
        code = snippet("use-it.md", HEADING, "js")
        local = f"clientConfig: {{ region, endpoint: {json.dumps(deployment.local_aws.url)} }}"
        for documented, own in (
            ("https://API_ID.execute-api.eu-west-1.amazonaws.com", url),
            ("VISITORS_ID", shop.visitors),
            ("clientConfig: { region }", local),
        ):
            assert documented in code
            code = code.replace(documented, own)
        exported = 'export { answer, evidently };\nexport * from "@aws-sdk/client-evidently";\n'
        site.script = bundled(tmp_path, {"app.js": code + exported, "main.js": PROBES})
        return site.visit(chromium, tmp_path)

    return open_page


@pytest.mark.promise
def test_a_page_of_an_allowed_origin_evaluates_with_credentials_of_a_visitor_and_reads_errors(
    open_page: Open, shop: Shop
) -> None:
    report = open_page(shop.site, shop.url)
    assert (report.get("refused"), report.get("variation"), report.get("value")) == (None, "on", {"boolValue": True})
    assert report["requestId"]
    absent = report["absent"]
    assert absent["name"] == "ResourceNotFoundException"
    assert "Feature does not exist" in absent["message"]
    assert absent["requestId"]
    assert "name" in report["denied"], "a visitor may evaluate, and list nothing"


def test_an_error_has_its_name_where_no_header_is_exposed(open_page: Open, shop: Shop, deployment: Deployment) -> None:
    gateway = deployment.local_aws.client("apigatewayv2")
    configured = gateway.get_api(ApiId=shop.api_id)["CorsConfiguration"]
    hidden = {name: value for name, value in configured.items() if name != "ExposeHeaders"}
    gateway.update_api(ApiId=shop.api_id, CorsConfiguration=hidden)
    try:
        report = open_page(shop.site, shop.url)
    finally:
        gateway.update_api(ApiId=shop.api_id, CorsConfiguration=configured)
    assert "requestId" not in report, "a header is visible"
    assert report["absent"]["name"] == "ResourceNotFoundException"


def test_a_page_of_another_origin_is_refused(open_page: Open, shop: Shop) -> None:
    assert open_page(shop.stranger, shop.url)["refused"]["message"] == "Failed to fetch"


def test_without_allowed_origins_a_page_is_refused(open_page: Open, shop: Shop, deployment: Deployment) -> None:
    assert open_page(shop.site, deployment.url())["refused"]["message"] == "Failed to fetch"
