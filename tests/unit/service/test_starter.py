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
