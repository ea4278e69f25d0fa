"""The starter header: whose start it was, and who may stop."""

import json
from hashlib import sha256

import pytest
from botocore.exceptions import ClientError

from helpers.service import Service

NAMES = {"project": "petfood", "launch": "november"}
OURS = sha256(b"stack|StartNovember").hexdigest()
THEIRS = sha256(b"other|StartNovember").hexdigest()
START = "/projects/petfood/launches/november/start"


def test_a_start_repeated_by_its_starter_answers_the_running_launch(service: Service) -> None:
    service.with_launch()
    ours = service.client(starter=OURS)
    first = ours.start_launch(**NAMES)
    service.now += 60_000
    again = ours.start_launch(**NAMES)
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert again["launch"] == first["launch"]


@pytest.mark.parametrize("other", [THEIRS, None])
def test_a_start_by_someone_else_is_a_conflict(service: Service, other: str | None) -> None:
    service.with_launch()
    service.client(starter=OURS).start_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        service.client(starter=other).start_launch(**NAMES)


def test_a_start_without_a_starter_is_nobodys(service: Service) -> None:
    service.with_launch().start_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        service.client(starter=OURS).start_launch(**NAMES)


def test_a_start_after_the_end_is_a_conflict_for_its_starter_too(service: Service) -> None:
    service.with_launch()
    ours = service.client(starter=OURS)
    ours.start_launch(**NAMES)
    ours.stop_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        ours.start_launch(**NAMES)


@pytest.mark.parametrize("started_by", [OURS, None])
def test_a_stop_by_a_stranger_changes_nothing(service: Service, started_by: str | None) -> None:
    service.with_launch()
    owner = service.client(starter=started_by)
    started = owner.start_launch(**NAMES)["launch"]
    service.now += 60_000
    with pytest.raises(ClientError, match="ConflictException") as caught:
        service.client(starter=THEIRS).stop_launch(**NAMES)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert owner.get_launch(**NAMES)["launch"] == started
    assert owner.get_project(project="petfood")["project"]["activeLaunchCount"] == 1


@pytest.mark.parametrize("starter", [OURS, None])
def test_the_starter_and_a_caller_without_a_header_may_stop(service: Service, starter: str | None) -> None:
    service.with_launch()
    service.client(starter=OURS).start_launch(**NAMES)
    service.client(starter=starter).stop_launch(**NAMES, desiredState="CANCELLED")
    assert service.client().get_launch(**NAMES)["launch"]["status"] == "CANCELLED"


def test_a_strangers_stop_of_a_launch_that_does_not_run_is_what_aws_says(service: Service) -> None:
    service.with_launch()
    with pytest.raises(ClientError, match="cannot be cancelled from current status"):
        service.client(starter=THEIRS).stop_launch(**NAMES)


@pytest.mark.parametrize("header", ["", "x", OURS.upper(), OURS + "\n", OURS[:-1], f"{OURS},{OURS}", "é" * 64])
@pytest.mark.parametrize("path", [START, START.replace("/start", "/cancel")])
def test_a_malformed_starter_is_refused_before_anything_else(service: Service, path: str, header: str) -> None:
    answer = service.send("POST", path, headers={"X-Evidently-Starter": header})
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 400
    assert answer["headers"]["x-amzn-errortype"] == "ValidationException"
    assert body["fieldList"][0]["name"] == "x-evidently-starter"


def test_the_starter_is_in_no_answer(service: Service) -> None:
    service.with_launch()
    answer = service.send("POST", START, headers={"x-evidently-starter": OURS})
    assert answer["statusCode"] == 200
    assert OURS not in answer["body"]
    assert OURS not in service.send("GET", "/projects/petfood/launches/november")["body"]


SIBLING = sha256(b"stack|StartNovemberToo").hexdigest()
STACK = sha256(b"stack").hexdigest()
OTHER_STACK = sha256(b"other").hexdigest()


def test_a_resource_of_the_same_stack_joins_a_running_launch(service: Service) -> None:
    service.with_launch()
    first = service.client(starter=OURS, stack=STACK).start_launch(**NAMES)["launch"]
    service.now += 60_000
    assert service.client(starter=SIBLING, stack=STACK).start_launch(**NAMES)["launch"] == first


@pytest.mark.parametrize(("leaves", "stays"), [(OURS, SIBLING), (SIBLING, OURS)], ids=["clean-up", "rollback"])
def test_a_launch_that_two_resources_hold_runs_until_the_second_one_leaves(
    service: Service, leaves: str, stays: str
) -> None:
    service.with_launch()
    for starter in (OURS, SIBLING):
        service.client(starter=starter, stack=STACK).start_launch(**NAMES)

    for _ in range(2):  # a Delete that is sent again must not count twice
        with pytest.raises(ClientError, match="ConflictException"):
            service.client(starter=leaves, stack=STACK).stop_launch(**NAMES)
        assert service.client().get_launch(**NAMES)["launch"]["status"] == "RUNNING"

    service.client(starter=stays, stack=STACK).stop_launch(**NAMES, desiredState="CANCELLED")
    assert service.client().get_launch(**NAMES)["launch"]["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("first", "second"),
    [(STACK, OTHER_STACK), (STACK, None), (None, STACK), (None, None)],
    ids=["another stack", "no stack now", "no stack then", "no stack at all"],
)
def test_only_the_same_stack_joins(service: Service, first: str | None, second: str | None) -> None:
    service.with_launch()
    service.client(starter=OURS, stack=first).start_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        service.client(starter=SIBLING, stack=second).start_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        service.client(starter=SIBLING, stack=second).stop_launch(**NAMES)


def test_a_stack_does_not_join_what_nobody_says_to_have_started(service: Service) -> None:
    service.with_launch().start_launch(**NAMES)
    with pytest.raises(ClientError, match="ConflictException"):
        service.client(starter=OURS, stack=STACK).start_launch(**NAMES)


def test_a_malformed_stack_is_refused(service: Service) -> None:
    service.with_launch()
    answer = service.send("POST", START, headers={"x-evidently-starter": OURS, "x-evidently-stack": "mine"})
    assert answer["statusCode"] == 400
    assert [field["name"] for field in json.loads(answer["body"])["fieldList"]] == ["x-evidently-stack"]


def _stop_in_vain(service: Service, starter: str, asked: int, stack: str | None = None) -> None:
    with pytest.raises(ClientError):
        service.client(starter=starter, stack=stack, asked=asked).stop_launch(**NAMES)


def test_a_stop_withdraws_the_starts_of_its_starter_that_were_asked_for_before_it(service: Service) -> None:
    service.with_launch()
    before = service.client().get_launch(**NAMES)["launch"]
    _stop_in_vain(service, OURS, 2_000)
    assert service.client().get_launch(**NAMES)["launch"] == before
    for _ in range(2):  # a Create may be delivered twice
        with pytest.raises(ClientError, match="was deleted since"):
            service.client(starter=OURS, asked=1_999).start_launch(**NAMES)
    assert service.client(starter=OURS, asked=2_000).start_launch(**NAMES)["launch"]["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("starter", "asked"), [(THEIRS, 1_999), (OURS, None), (None, None)], ids=["another's", "at no time", "nobody's"]
)
def test_a_stop_withdraws_no_other_start(service: Service, starter: str | None, asked: int | None) -> None:
    service.with_launch()
    _stop_in_vain(service, OURS, 2_000)
    assert service.client(starter=starter, asked=asked).start_launch(**NAMES)["launch"]["status"] == "RUNNING"


@pytest.mark.parametrize("held_first", [False, True], ids=["a Create that comes late", "a Create that comes again"])
def test_a_resource_that_was_deleted_joins_no_sibling(service: Service, *, held_first: bool) -> None:
    service.with_launch()
    service.client(starter=OURS, stack=STACK, asked=1_000).start_launch(**NAMES)
    late = service.client(starter=SIBLING, stack=STACK, asked=2_000)
    if held_first:
        late.start_launch(**NAMES)
    _stop_in_vain(service, SIBLING, 3_000, STACK)
    with pytest.raises(ClientError, match="was deleted since"):
        late.start_launch(**NAMES)
    service.client(starter=OURS, stack=STACK, asked=4_000).stop_launch(**NAMES)
    assert service.client().get_launch(**NAMES)["launch"]["status"] == "COMPLETED"


def test_the_latest_twenty_withdrawals_are_remembered(service: Service) -> None:
    service.with_launch()
    starters = [sha256(str(number).encode()).hexdigest() for number in range(21)]
    for number, starter in enumerate(starters):
        _stop_in_vain(service, starter, 1_000 + number)
    for starter in starters[1:]:
        with pytest.raises(ClientError, match="was deleted since"):
            service.client(starter=starter, asked=1).start_launch(**NAMES)
    assert service.client(starter=starters[0], asked=1).start_launch(**NAMES)["launch"]["status"] == "RUNNING"


@pytest.mark.parametrize("header", ["", "soon", "-1", "1.5", "1" * 16])
def test_a_malformed_time_is_refused(service: Service, header: str) -> None:
    service.with_launch()
    answer = service.send("POST", START, headers={"x-evidently-starter": OURS, "x-evidently-asked": header})
    assert answer["statusCode"] == 400
    assert [field["name"] for field in json.loads(answer["body"])["fieldList"]] == ["x-evidently-asked"]


@pytest.mark.parametrize(
    ("asked", "first", "status"),
    [(1_000, True, 200), (2_000, False, 200), (2_000, True, 409), (None, True, 200)],
    ids=["a retry", "an update", "a new life", "no time"],
)
def test_a_starter_that_holds_nothing_does_not_get_back_what_it_let_run_on(
    service: Service, asked: int | None, status: int, *, first: bool
) -> None:
    service.with_launch()
    service.client(starter=OURS, stack=STACK, asked=1_000).start_launch(**NAMES)
    said = {"x-evidently-starter": OURS, "x-evidently-stack": STACK}
    said |= {} if asked is None else {"x-evidently-asked": str(asked)}
    said |= {"x-evidently-first": "true"} if first else {}
    assert service.send("POST", START, headers=said)["statusCode"] == status


def test_a_sibling_joins_for_the_first_time(service: Service) -> None:
    service.with_launch()
    service.client(starter=OURS, stack=STACK, asked=1_000).start_launch(**NAMES)
    said = {"x-evidently-starter": SIBLING, "x-evidently-stack": STACK}
    said |= {"x-evidently-asked": "2000", "x-evidently-first": "true"}
    for _ in range(2):
        assert service.send("POST", START, headers=said)["statusCode"] == 200
