"""Segments: creation, reads, and protection while a launch refers to them."""

from typing import Any

import pytest

from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import ACCOUNT, REGION
from helpers.service import Service
from helpers.service_table import make_table

ARN = f"arn:aws:evidently:{REGION}:{ACCOUNT}:segment/norway"
PATTERN = '{ "country":\n ["no"] }'


def norway(service: Service) -> Any:
    """Create the segment; return a client."""
    evidently = service.client()
    evidently.create_segment(name="norway", pattern=PATTERN, description="Norwegians", tags={"team": "north"})
    return evidently


def refer(service: Service, launch: str, segment: str = "norway") -> Any:
    """Create a launch that refers to the segment in two steps; return a client."""
    override = {"segment": segment, "evaluationOrder": 1, "weights": {"all": 100_000}}
    steps = [
        {"startTime": when, "groupWeights": {"all": 0}, "segmentOverrides": [override]}
        for when in (1_600_000_000, 1_600_000_060)
    ]
    return service.with_launch(launch, scheduledSplitsConfig={"steps": steps})


@pytest.mark.parametrize("reference", ["norway", ARN])
def test_a_segment_keeps_its_members(service: Service, reference: str) -> None:
    segment = norway(service).get_segment(segment=reference)["segment"]
    assert (segment["arn"], segment["name"], segment["pattern"]) == (ARN, "norway", PATTERN)
    assert (segment["description"], segment["tags"]) == ("Norwegians", {"team": "north"})
    assert (segment["launchCount"], segment["experimentCount"]) == (0, 0)


def test_a_segment_counts_the_launches_that_refer_to_it_once_each(service: Service) -> None:
    evidently = norway(service)
    refer(service, "november")
    refer(service, "december", ARN)
    assert evidently.get_segment(segment="norway")["segment"]["launchCount"] == 2

    evidently.delete_launch(project="petfood", launch="november")
    assert evidently.get_segment(segment="norway")["segment"]["launchCount"] == 1


def test_a_segment_in_use_is_not_deleted(service: Service) -> None:
    evidently = norway(service)
    refer(service, "november")
    with pytest.raises(evidently.exceptions.ConflictException, match="used by launches"):
        evidently.delete_segment(segment="norway")

    evidently.delete_launch(project="petfood", launch="november")
    evidently.delete_segment(segment="norway")
    with pytest.raises(evidently.exceptions.ResourceNotFoundException):
        evidently.get_segment(segment="norway")
    norway(service)  # the name is unused again


def test_a_failed_create_of_a_launch_leaves_no_reference(service: Service) -> None:
    evidently = norway(service)
    refer(service, "november")
    with pytest.raises(evidently.exceptions.ConflictException):
        refer(service, "november")
    assert evidently.get_segment(segment="norway")["segment"]["launchCount"] == 1


def test_a_name_in_use_is_a_conflict(service: Service) -> None:
    evidently = norway(service)
    with pytest.raises(evidently.exceptions.ConflictException, match="already exists"):
        evidently.create_segment(name="norway", pattern=PATTERN)


@pytest.mark.parametrize("operation", ["get_segment", "delete_segment"])
def test_a_missing_segment_is_a_404(service: Service, operation: str) -> None:
    evidently = service.client()
    with pytest.raises(evidently.exceptions.ResourceNotFoundException, match=f"Segment with arn '{ARN}'"):
        getattr(evidently, operation)(segment="norway")


def test_a_malformed_pattern_is_refused_and_the_field_named(service: Service) -> None:
    evidently = service.client()
    with pytest.raises(evidently.exceptions.ValidationException) as caught:
        evidently.create_segment(name="norway", pattern='{"country": [{"near": "no"}]}')
    assert [field["name"] for field in caught.value.response["fieldList"]] == ["pattern"]


def test_a_delete_makes_room_in_the_segment_quota(dynamodb: Any) -> None:
    service = Service(dynamodb, make_table(dynamodb), Quotas.read('{"segments": 1}'))
    evidently = norway(service)
    with pytest.raises(evidently.exceptions.ServiceQuotaExceededException, match="quota of 1 segments"):
        evidently.create_segment(name="sweden", pattern='{"country": ["se"]}')
    evidently.delete_segment(segment="norway")
    evidently.create_segment(name="sweden", pattern='{"country": ["se"]}')


def test_quotas_default_to_those_of_aws() -> None:
    assert Quotas.read(None) == Quotas()
    assert Quotas.read('{"projects": 2}') == Quotas(projects=2)
