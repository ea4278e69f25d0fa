"""The owner header: its valid forms, its refusals before anything changes, and the header of every response."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidently_service.domain.quotas import Quotas
from evidently_service.operations import ACTIONS, OFFERED
from helpers.evidently_api import ACCOUNT, REGION, owner_header, stack_id
from helpers.service import NOON, Service

LAUNCH = "/projects/petfood/launches/november"
START, STOP = f"{LAUNCH}/start", f"{LAUNCH}/cancel"
JSON = {"content-type": "application/json"}
SECONDS = NOON // 1000
STACK, RESOURCE, ACTION = f'stack="{stack_id("shop")}"', 'resource="StartUpsell"', "action=acquire"
OWNER = f"{STACK}, {RESOURCE}, {ACTION}"
# Requests that acquire, update and release.
STARTS, STOPS, UPDATES = ("POST", START, b""), ("POST", STOP, b"{}"), ("PATCH", LAUNCH, b'{"description": "x"}')


def send(service: Service, request: tuple[str, str, bytes], header: str) -> dict[str, Any]:
    method, path, body = request
    return service.send(method, path, headers={"X-Evidently-Owner": header, **JSON}, body=body)


def refused(response: dict[str, Any]) -> list[str]:
    """Return the fields that a refusal names; check that its message has each."""
    body = json.loads(response["body"])
    assert (response["statusCode"], response["headers"]["x-amzn-errortype"]) == (400, "ValidationException")
    assert body["reason"] == "fieldValidationFailed"
    for field in body["fieldList"]:
        assert f"{field['name']} {field['message']}" in body["message"]
    return [field["name"] for field in body["fieldList"]]


def everything(service: Service) -> Any:
    """Return all items of the table."""
    return service.store.client.scan(TableName=service.table, ConsistentRead=True)["Items"]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("", ["stack", "resource", "action"]),
        (f"{STACK}, {RESOURCE}", ["action"]),
        (f"{STACK}, {ACTION}", ["resource"]),
        (f"{RESOURCE}, {ACTION}", ["stack"]),
        (f"{RESOURCE}, {ACTION}, stack=shop", ["stack"]),
        (f'{RESOURCE}, {ACTION}, stack="shop"', ["stack"]),
        (f'{RESOURCE}, {ACTION}, stack="{stack_id("shop")}/"', ["stack"]),
        (f"{RESOURCE}, {ACTION}, {STACK.replace('cloudformation', 'evidently')}", ["stack"]),
        (f"{RESOURCE}, {ACTION}, {STACK.replace(ACCOUNT, '210987654321')}", ["stack"]),
        (f"{RESOURCE}, {ACTION}, {STACK.replace('stack/shop', 'stack/shop#x')}", ["stack"]),
        (f"{RESOURCE}, {ACTION}, {STACK.replace('shop', 's' * 129)}", ["stack"]),
        (f"{STACK}, {ACTION}, resource=StartUpsell", ["resource"]),
        (f'{STACK}, {ACTION}, resource=""', ["resource"]),
        (f'{STACK}, {ACTION}, resource="Start-Upsell"', ["resource"]),
        (f'{STACK}, {ACTION}, resource="{"S" * 256}"', ["resource"]),
        (f'{STACK}, {RESOURCE}, action="acquire"', ["action"]),
        (f"{STACK}, {RESOURCE}, action=Acquire", ["action"]),
        (f"{STACK}, {RESOURCE}, action=steal", ["action"]),
        (f"{STACK}, {RESOURCE}, action", ["action"]),
        (f"{STACK}, {RESOURCE}, action=(acquire)", ["action"]),
        (f"{OWNER}, requested-at=1700000000", ["requested-at"]),
        (f'{OWNER}, requested-at="@1"', ["requested-at"]),
        (f"{OWNER}, requested-at", ["requested-at"]),
        (f"{OWNER}, not-after=1", ["not-after"]),
        (f"{OWNER}, not-after=?1", ["not-after"]),
        ('stack="x", resource="-", action=x, requested-at=x', ["stack", "resource", "action", "requested-at"]),
    ],
)
def test_an_invalid_member_is_named_and_nothing_changes(service: Service, header: str, fields: list[str]) -> None:
    service.with_launch()
    before = everything(service)
    assert refused(send(service, STARTS, header)) == [f"x-evidently-owner.{field}" for field in fields]
    assert everything(service) == before


@pytest.mark.parametrize(
    "header",
    [
        "x y",
        f"{OWNER},",
        f"{OWNER}; X",
        f"{OWNER} x=1",
        "é",
        f'{OWNER}, x="é"',
        f"{OWNER}, requested-at=@1.5",
        "a" * 1025,
    ],
)
def test_a_header_that_is_not_a_dictionary_or_too_long_is_refused(service: Service, header: str) -> None:
    service.with_launch()
    before = everything(service)
    for request in (STARTS, STOPS, UPDATES, ("GET", LAUNCH, b"")):
        assert refused(send(service, request, header)) == ["x-evidently-owner"]
    assert everything(service) == before


def test_a_header_of_the_greatest_length_is_read(service: Service) -> None:
    service.with_launch()
    longest = f"{OWNER}, x=".ljust(1024, "x")
    assert send(service, STARTS, longest)["statusCode"] == 200
    assert refused(send(service, STARTS, f"{longest}x")) == ["x-evidently-owner"]


@pytest.mark.parametrize(
    "header",
    [
        f'{OWNER}, x=1, y=(a b);z, colour=%"%c3%bc", since=@5',
        f"{STACK};a=1, {RESOURCE};b;c=?0, {ACTION};d=:aa:",
        f"{ACTION},{RESOURCE}\t,\t{STACK}",
        f'stack=1, action=steal, resource="-", {OWNER}',
        f"  {OWNER}  ",
    ],
    ids=["unknown members", "parameters", "order and space", "the last of a name counts", "space around"],
)
def test_members_of_a_newer_handler_have_no_effect(service: Service, header: str) -> None:
    service.with_launch()
    assert send(service, STARTS, header)["statusCode"] == 200
    again = send(service, STARTS, owner_header("acquire"))
    assert (again["statusCode"], again["headers"]["x-evidently-ownership"]) == (200, "rules=1, outcome=ok")


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [(STARTS, {"acquire-new", "acquire"}), (STOPS, {"release", "leave"}), (UPDATES, {"update"})],
    ids=["StartLaunch", "StopLaunch", "UpdateLaunch"],
)
def test_an_operation_accepts_its_own_actions_only(
    service: Service, request_: tuple[str, str, bytes], allowed: set[str]
) -> None:
    for action in ("acquire-new", "acquire", "update", "release", "leave"):
        service.with_launch(action)
        method, path, body = request_
        response = send(service, (method, path.replace("november", action), body), owner_header(action))
        if action in allowed:
            assert response["statusCode"] == 200
        else:
            assert refused(response) == ["x-evidently-owner.action"]


def test_exactly_the_operations_that_change_something_have_actions() -> None:
    changing = ("Create", "Update", "Delete", "Start", "Stop", "Tag", "Untag")
    assert set(ACTIONS) == {name for name in OFFERED if name.startswith(changing)}


@pytest.mark.parametrize(("ahead", "status"), [(300, 200), (301, 400)])
def test_a_request_from_the_future_is_refused(service: Service, ahead: int, status: int) -> None:
    service.with_launch()
    response = send(service, STARTS, owner_header("acquire", at=SECONDS + ahead))
    assert response["statusCode"] == status
    if status == 400:
        assert refused(response) == ["x-evidently-owner.requested-at"]


@pytest.mark.parametrize("action", ["acquire-new", "acquire", "update", "release", "leave"])
def test_a_read_accepts_any_action_without_effect(service: Service, action: str) -> None:
    service.with_launch().start_launch(project="petfood", launch="november")
    before = everything(service)
    header = owner_header(action, at=SECONDS, not_after=1)
    for path in (LAUNCH, "/projects", "/tags/arn:aws:evidently:eu-north-1:123456789012:project/petfood"):
        response = send(service, ("GET", path, b""), header)
        assert (response["statusCode"], response["headers"]["x-evidently-ownership"]) == (200, "rules=1")
    evaluation = ("POST", "/projects/petfood/evaluations/upsell", b'{"entityId": "anna"}')
    assert send(service, evaluation, header)["statusCode"] == 200
    assert refused(send(service, ("GET", LAUNCH, b""), header.replace(action, "steal"))) == ["x-evidently-owner.action"]
    assert everything(service) == before


FORMER = ["x-evidently-starter", "x-evidently-stack", "x-evidently-asked", "x-evidently-first"]


def test_headers_from_before_the_first_release_have_no_effect_and_are_logged(service: Service) -> None:
    service.with_launch().start_launch(project="petfood", launch="november")
    headers = {"X-Evidently-Starter": "a" * 64, "x-evidently-asked": "secret"}
    response = service.send("POST", STOP, headers={**headers, **JSON}, body=b"{}")
    assert (response["statusCode"], response["headers"]["x-evidently-ownership"]) == (200, "rules=1")
    (line,) = service.lines
    assert json.loads(line)["headers"] == ["x-evidently-starter", "x-evidently-asked"]
    assert json.loads(line)["level"] == "WARNING"
    assert "secret" not in line
    assert "a" * 64 not in line


@pytest.mark.parametrize("former", FORMER)
def test_an_owner_header_counts_beside_a_former_header(service: Service, former: str) -> None:
    service.with_launch()
    response = service.send("POST", START, headers={"x-evidently-owner": OWNER, former: "x"})
    assert response["headers"]["x-evidently-ownership"] == "rules=1, outcome=ok"
    assert len(service.lines) == 1


def test_a_request_without_former_headers_logs_nothing(service: Service) -> None:
    service.with_launch()
    send(service, STARTS, OWNER)
    send(service, STARTS, "x y")
    assert service.lines == []


def test_every_response_has_the_version_of_the_rules(service: Service) -> None:
    def ownership_of(method: str, path: str, **more: Any) -> tuple[int, str]:
        response = service.send(method, path, **more)
        return response["statusCode"], response["headers"]["x-evidently-ownership"]

    service.with_launch()
    assert ownership_of("GET", LAUNCH) == (200, "rules=1")
    assert ownership_of("POST", START) == (200, "rules=1")
    assert ownership_of("POST", START) == (409, "rules=1")
    assert ownership_of("GET", f"{LAUNCH}x") == (404, "rules=1")
    assert ownership_of("GET", "/nowhere") == (400, "rules=1")
    assert ownership_of("POST", START, headers={"x-evidently-owner": "x y"}) == (400, "rules=1")
    assert ownership_of("POST", "/projects", body=b"{") == (400, "rules=1")
    service.quotas = Quotas(projects=1)
    assert ownership_of("POST", "/projects", headers=JSON, body=b'{"name": "shoes"}') == (402, "rules=1")
    service.store.client.delete_table(TableName=service.table)
    assert ownership_of("GET", LAUNCH) == (503, "rules=1")


MEMBERS = st.sampled_from(
    [
        *(STACK, RESOURCE, ACTION, STACK.replace(ACCOUNT, "210987654321"), STACK.replace(REGION, "x y")),
        *(
            'stack="',
            'stack="\\\\"',
            "resource=7",
            'resource=""',
            "action=acquire-new",
            "action=release",
            "action=leave",
        ),
        *("action=update", "action=steal", "action", f"requested-at=@{SECONDS}", "requested-at=@-1.5", "not-after=@1"),
        *(
            f"not-after=@{SECONDS + 60}",
            "requested-at=@999999999999999",
            "requested-at=@1.5",
            "x=(1 2);y",
            "",
            "é",
            "=",
            ",",
        ),
    ]
)
HEADERS = st.one_of(
    st.text(max_size=60),
    st.tuples(st.just([STACK, RESOURCE, ACTION]), st.lists(MEMBERS | st.text(max_size=6), max_size=4))
    .map(lambda parts: parts[0] + parts[1])
    .flatmap(st.permutations)
    .map(", ".join),
    st.lists(MEMBERS, max_size=6).map(", ".join),
)
REQUESTS = st.sampled_from(
    [
        *(STARTS, STOPS, UPDATES, ("DELETE", LAUNCH, b""), ("DELETE", "/projects/petfood", b"")),
        ("POST", "/projects", b'{"name": "petfood"}'),
        ("POST", "/segments", b'{"name": "vip", "pattern": "{\\"a\\": [1]}"}'),
        ("POST", "/tags/arn:aws:evidently:eu-north-1:123456789012:project/petfood", b'{"tags": {"a": "b"}}'),
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS, header=HEADERS)
def test_no_header_causes_a_500_and_a_refused_one_changes_nothing(
    service: Service, request: tuple[str, str, bytes], header: str
) -> None:
    if service.send("GET", LAUNCH)["statusCode"] == 404:
        service.with_launch()
    before = everything(service)
    response = send(service, request, header)
    assert response["statusCode"] < 500
    assert response["headers"]["x-evidently-ownership"].startswith("rules=1")
    if response["statusCode"] != 200:
        # An acquire that finds another owner leaves the caller's note, and nothing else.
        noted = "outcome=running" in response["headers"]["x-evidently-ownership"]
        after = [item for item in everything(service) if not (noted and item["pk"]["S"].startswith("note#"))]
        assert after == [item for item in before if not (noted and item["pk"]["S"].startswith("note#"))]
