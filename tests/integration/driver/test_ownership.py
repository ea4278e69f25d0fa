"""Ownership beyond sequences of requests: endpoints, SDKs, late calls, forged headers, a launch with two owners.

All other cases are sequences: test_sequences.py.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnParameter

import evidently_contract as contract
from cdk_evidently import EvidentlyEndpoint, EvidentlyProvider, StartLaunch
from helpers.driven_launches import Launches
from helpers.driver.driver import PROVIDER_TIMEOUT_SECONDS, Driver
from helpers.driver.events import made_up_id
from helpers.driver.faults import faults
from helpers.driver.functions import Function
from helpers.driver.gateway import Gateway
from helpers.driver.web import HttpRequest
from helpers.evidently_api import evidently_client
from helpers.rooms import LAMBDA
from helpers.sequences import GROUPS, Creates
from helpers.service import ON_AND_OFF
from helpers.service_table import dynamodb_client, make_table
from helpers.synth import new_stack, synthesized
from local_aws.server import LocalAws

NOVEMBER = "november"
KEEP = contract.ON_DELETE_KEEP_RUNNING


@pytest.fixture(scope="module")
def another_table(local_aws: LocalAws) -> str:
    return make_table(dynamodb_client(local_aws.url))


class Another:
    """A second Evidently API, with a launch of the same name."""

    def __init__(self, driver: Driver, local_aws: LocalAws, table: str, project: str) -> None:
        environment = {"AWS_ENDPOINT_URL": local_aws.url, contract.ENV_TABLE_NAME: table}
        function = Function("another-service", contract.SERVICE_HANDLER, environment, 29.0)
        self.gateway: Gateway = driver.loop.run(_gateway(driver, function))
        self.evidently: Any = evidently_client(lambda event, _: dict(driver.loop.run(self.gateway.invoke(event))))
        self.project = project
        self.evidently.create_project(name=project)
        self.evidently.create_feature(project=project, name="upsell", variations=ON_AND_OFF)
        self.evidently.create_launch(project=project, name=NOVEMBER, groups=GROUPS)

    def status(self) -> str:
        return str(self.evidently.get_launch(project=self.project, launch=NOVEMBER)["launch"]["status"])


async def _gateway(driver: Driver, function: Function) -> Gateway:
    return Gateway(driver.clock, driver.lambda_, function, driver.log, passes_headers=True)


@pytest.fixture
def another(driver: Driver, launches: Launches, local_aws: LocalAws, another_table: str) -> Any:
    found = Another(driver, local_aws, another_table, launches.project)
    yield found
    found.gateway.close()


def _at(url: str) -> EvidentlyEndpoint:
    return EvidentlyEndpoint.from_url(url, signing_name="execute-api", api_id="abcde12345")


def test_another_endpoint_of_an_explicit_provider_releases_the_launch_at_the_old_one(
    driver: Driver, launches: Launches, another: Another
) -> None:
    def template(url: str) -> dict[str, Any]:
        found = new_stack()
        provider = EvidentlyProvider(found, "Provider", endpoint=_at(url))
        StartLaunch(found, "Start", project=launches.project, launch=NOVEMBER, provider=provider)
        return synthesized(found)

    stack = driver.stack("shop")
    assert stack.deploy(template(driver.api.url)) == "CREATE_COMPLETE"
    assert stack.deploy(template(another.gateway.url)) == "UPDATE_COMPLETE"
    assert (launches.status(), another.status()) == ("CANCELLED", "RUNNING")
    assert stack.delete() == "DELETE_COMPLETE"
    assert another.status() == "CANCELLED"


def test_another_value_of_a_parameter_with_the_url_fails_and_the_rollback_passes(
    driver: Driver, launches: Launches, another: Another
) -> None:
    found = new_stack()
    url = CfnParameter(found, "Url").value_as_string
    provider = EvidentlyProvider(found, "Provider", endpoint=_at(url))
    StartLaunch(found, "Start", project=launches.project, launch=NOVEMBER, provider=provider)
    template = synthesized(found)
    first, second = {"Url": driver.api.url}, {"Url": another.gateway.url}

    stack = driver.stack("shop")
    assert stack.deploy(template, parameters=first) == "CREATE_COMPLETE"
    assert stack.deploy(template, parameters=second) == "UPDATE_ROLLBACK_COMPLETE"
    failed = next(each.responses[0] for each in stack.requests if each.responses[0].status == "FAILED")
    assert "another EvidentlyProvider" in failed.reason
    assert (launches.status(), another.status()) == ("RUNNING", "CREATED")
    assert stack.deploy(template, parameters=second, disable_rollback=True) == "UPDATE_FAILED"
    assert stack.delete() == "DELETE_FAILED", "the function calls the other API, so this Delete would forget the launch"
    assert stack.deploy(template, parameters=first) == "UPDATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert (launches.status(), another.status()) == ("CANCELLED", "CREATED")


IDS = ["not-started:1700000000", "ADOPTED", "MADE-UP"]


@pytest.fixture
def broken_sdk(tmp_path: Path) -> Path:
    """Return the provider's asset with a botocore that fails to import."""
    shutil.copytree(LAMBDA, tmp_path / "lambda", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("botocore", "boto3"):
        (tmp_path / "lambda" / f"{name}.py").write_text("raise ImportError('planted')\n", encoding="utf-8")
    return tmp_path / "lambda"


@pytest.mark.parametrize("given", IDS)
def test_deletes_with_nothing_to_undo_succeed_without_an_sdk(
    driver: Driver, launches: Launches, broken_sdk: Path, given: str
) -> None:
    function = _provider(driver, "without-sdk", code=broken_sdk)
    physical_id = {"ADOPTED": f"{_arn(launches)}#adopted", "MADE-UP": "shop-Start-0A1B"}.get(given, given)
    response = launches.send("Delete", physical_id=physical_id, function=function).response()
    assert (response.status, response.physical_id) == ("SUCCESS", physical_id)


def test_a_delete_with_something_to_undo_fails_without_an_sdk(
    driver: Driver, launches: Launches, broken_sdk: Path
) -> None:
    function = _provider(driver, "without-sdk", code=broken_sdk)
    assert launches.send("Create", function=function).response().physical_id.startswith("not-started:")
    response = launches.send("Delete", physical_id=_arn(launches), function=function).response()
    assert (response.status, response.physical_id) == ("FAILED", _arn(launches))
    assert "ImportError" in response.reason


def test_a_request_that_a_frozen_sandbox_sends_on_thawing_has_no_effect(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create", faults("stalled"))
    failed = create.response()
    assert failed.status == "FAILED"
    driver.wait(1)
    create.thaw()
    driver.until(lambda: bool(create.calls))
    assert (create.calls[0].method, create.calls[0].status) == ("POST", 409)
    assert launches.status() == "CREATED"
    assert launches.send("Delete", physical_id=failed.physical_id).response().status == "SUCCESS"
    assert launches.status() == "CREATED"


def _late(driver: Driver, launches: Launches) -> None:
    """Send a start whose effect comes after its request has ended."""
    launches.send("Create", faults("late")).end()
    driver.wait(PROVIDER_TIMEOUT_SECONDS)


def test_a_call_that_arrives_after_its_not_after_has_no_effect(driver: Driver, launches: Launches) -> None:
    _late(driver, launches)
    assert driver.apply_late() == 409
    assert launches.status() == "CREATED"


YEAR_33658 = 1_000_000_000_000


@pytest.mark.parametrize("action", ["release", "leave"])
def test_a_stop_dated_far_ahead_is_refused_and_the_stack_starts_its_launch(
    driver: Driver, launches: Launches, action: str
) -> None:
    stack_id = driver.request("Create", driver.provider(), properties={}).stack_id
    assert _forged(driver, launches, "cancel", action, stack_id, requested_at=YEAR_33658) == 400
    assert launches.send("Create").response().status == "SUCCESS"


def test_the_owners_of_a_launch_are_bounded_and_its_own_delete_never_fails(driver: Driver, launches: Launches) -> None:
    create = launches.send("Create")
    assert create.response().status == "SUCCESS"
    statuses = [
        _forged(driver, launches, "start", "acquire", create.request.stack_id, resource=f"Forged{number}")
        for number in range(contract.MAX_OWNERS)
    ]
    assert statuses == [200] * (contract.MAX_OWNERS - 1) + [409]
    delete = launches.send("Delete", physical_id=create.response().physical_id)
    assert delete.response().status == "SUCCESS"
    assert launches.status() == "RUNNING", "whoever may start launches of the account may own them: IAM's business"
    assert '"step": "left"' in driver.story()


def test_a_kept_launch_survives_the_rollback_of_an_undated_request(launches: Launches) -> None:
    created = launches.send("Create", on_delete=KEEP, dated=False).response()
    launches.send("Delete", on_delete=KEEP, dated=False, physical_id=created.physical_id).end()
    adopted = launches.send("Create", dated=False).response()
    assert adopted.data["StartedBy"] == "adopted"
    assert launches.send("Delete", dated=False, physical_id=adopted.physical_id).response().status == "SUCCESS"
    assert launches.status() == "RUNNING"


def test_a_duplicate_of_an_earlier_update_keeps_its_successors_changes(driver: Driver) -> None:
    subject = Creates(driver, "feature")

    def properties(description: str) -> dict[str, Any]:
        return {**subject.properties(NOVEMBER), "Description": description}

    def send(kind: str, description: str, old: str = "", physical_id: str | None = None) -> Any:
        request = driver.request(
            kind,
            driver.provider(),
            resource_type=subject.resource_type,
            properties=properties(description),
            old_properties=properties(old) if old else None,
            physical_id=physical_id,
        )
        return driver.send(request)

    physical_id = send("Create", "one").response().physical_id
    first = send("Update", "two", "one", physical_id)
    first.end()
    assert send("Update", "three", "two", physical_id).response().status == "SUCCESS"
    driver.wait(60)
    assert driver.send(first.request).response().status == "SUCCESS", "its successor has been done"
    found = subject.evidently.get_feature(project=subject.prefix, feature=f"{subject.prefix}-{NOVEMBER}")["feature"]
    assert found["description"] == "three"


@pytest.mark.parametrize("run_owner", ["shop", "depot"])
def test_the_delete_of_a_launch_stops_its_run_whoever_started_it(driver: Driver, run_owner: str) -> None:
    subject = Creates(driver, "launch")
    create = driver.request(
        "Create",
        driver.provider(),
        logical_id="Managed",
        resource_type=subject.resource_type,
        properties=subject.properties(NOVEMBER),
    )
    managed = driver.send(create).response()
    name = f"{subject.prefix}-{NOVEMBER}"
    start = {"Project": subject.prefix, "Launch": name, "OnDelete": "CANCEL"}
    started = driver.send(driver.request("Create", driver.provider(), stack=run_owner, properties=start)).response()
    assert started.data["StartedBy"] == "stack"

    delete = driver.request(
        "Delete",
        driver.provider(),
        logical_id="Managed",
        resource_type=subject.resource_type,
        properties=create.properties,
        physical_id=managed.physical_id,
    )
    assert driver.send(delete).response().status == "SUCCESS"
    assert subject.status(NOVEMBER) == "ABSENT"
    late = driver.request(
        "Delete", driver.provider(), stack=run_owner, properties=start, physical_id=started.physical_id
    )
    assert driver.send(late).response().status == "SUCCESS"
    project = subject.evidently.get_project(project=subject.prefix)["project"]
    assert (project["launchCount"], project["activeLaunchCount"]) == (0, 0)


@pytest.mark.parametrize("given", ["made-up", "not-started:1700000000", "#failed:1700000000", "KEEP"])
def test_on_an_api_without_ownership_nothing_unproven_is_stopped(
    driver: Driver, launches: Launches, given: str
) -> None:
    provider = driver.provider(driver.stand_in)
    launches.evidently.start_launch(project=launches.project, launch=NOVEMBER)
    stack_id = driver.request("Create", provider, properties={}).stack_id
    physical_id = {
        "made-up": made_up_id(stack_id, "Start"),
        "#failed:1700000000": f"{_arn(launches)}#failed:1700000000",
        "KEEP": _arn(launches),
    }.get(given, given)
    on_delete = KEEP if given == "KEEP" else contract.ON_DELETE_CANCEL
    delete = launches.send("Delete", physical_id=physical_id, on_delete=on_delete, function=provider)
    assert delete.response().status == "SUCCESS"
    assert launches.status() == "RUNNING"
    assert all(call.method == "GET" for call in delete.calls)


def test_managed_resources_are_refused_on_an_api_without_ownership(driver: Driver) -> None:
    subject = Creates(driver, "feature")
    properties = subject.properties(NOVEMBER)
    request = driver.request(
        "Create",
        driver.provider(driver.stand_in),
        resource_type=subject.resource_type,
        properties=properties,
    )
    response = driver.send(request).response()
    assert (response.status, "keeps no owners" in response.reason) == ("FAILED", True)
    assert subject.status(NOVEMBER) == "ABSENT"


def _provider(driver: Driver, name: str, **options: Any) -> Function:
    environment = {
        contract.ENV_ENDPOINT_URL: driver.api.url,
        contract.ENV_SIGNING_NAME: contract.SIGNING_NAME_EXECUTE_API,
    }
    return Function(name, contract.PROVIDER_HANDLER, environment, PROVIDER_TIMEOUT_SECONDS, **options)


def _arn(launches: Launches) -> str:
    return f"arn:aws:evidently:eu-north-1:123456789012:project/{launches.project}/launch/{NOVEMBER}"


def _forged(
    driver: Driver,
    launches: Launches,
    verb: str,
    action: str,
    stack_id: str,
    *,
    resource: str = "Start",
    requested_at: int | None = None,
) -> int:
    """Return the HTTP status of a start or stop with a forged owner."""
    dated = [] if requested_at is None else [f"requested-at=@{requested_at}"]
    header = ", ".join([f'stack="{stack_id}"', f'resource="{resource}"', f"action={action}", *dated])
    path = f"/projects/{launches.project}/launches/{NOVEMBER}/{verb}"
    headers = {contract.OWNER_HEADER: header, "content-type": "application/json"}
    request = HttpRequest("POST", path, headers, b'{"desiredState": "CANCELLED"}' if verb == "cancel" else b"{}")
    return driver.loop.run(driver.api.apply(request)).status or 0
