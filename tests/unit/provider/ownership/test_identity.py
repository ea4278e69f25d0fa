"""Physical ids, and the ARNs in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidently_provider.ownership.identity import Mark, PhysicalId, endpoint_digest
from evidently_provider.ownership.references import Kind, ResourceRef
from helpers.launch_replies import PROJECT_ARN, launch_arn
from helpers.provider_harness import STACK_ID

NOVEMBER = ResourceRef(Kind.LAUNCH, "november", "petfood")
NAMES = st.from_regex(r"\A[-a-zA-Z0-9._]{1,127}\Z")  # the model's pattern for names
REFS = st.one_of(
    st.builds(ResourceRef, st.sampled_from([Kind.PROJECT, Kind.SEGMENT]), NAMES),
    st.builds(ResourceRef, st.sampled_from([Kind.FEATURE, Kind.LAUNCH]), NAMES, NAMES),
)
INCARNATIONS = st.one_of(st.integers(0, 10**11).map(str), st.uuids().map(str))
ENDPOINTS = st.one_of(st.just(""), st.text(max_size=50).map(endpoint_digest))
ARNS = st.builds(lambda ref: ref.arn_beside(STACK_ID), REFS)
IDS = st.one_of(
    st.builds(PhysicalId, st.sampled_from([Mark.OWNED, Mark.ADOPTED]), ARNS, endpoint=ENDPOINTS),
    st.builds(PhysicalId, st.just(Mark.FAILED), ARNS, INCARNATIONS, ENDPOINTS),
    st.builds(PhysicalId, st.just(Mark.NOT_STARTED), incarnation=INCARNATIONS, endpoint=ENDPOINTS),
)


@given(IDS)
def test_a_physical_id_round_trips(physical_id: PhysicalId) -> None:
    assert PhysicalId.parse(physical_id.text) == physical_id


@given(st.one_of(st.text(), ARNS.flatmap(lambda arn: st.text().map(lambda end: arn + end))))
def test_any_text_round_trips_as_a_physical_id(text: str) -> None:
    assert PhysicalId.parse(text).text == text


@given(REFS)
def test_an_arn_names_the_resource_it_was_made_of(ref: ResourceRef) -> None:
    assert ResourceRef.from_arn(ref.arn_beside(STACK_ID)) == ref


@pytest.mark.parametrize(
    ("text", "mark", "target", "requested_at", "endpoint"),
    [
        (launch_arn(), Mark.OWNED, NOVEMBER, None, ""),
        (f"{launch_arn()}#adopted", Mark.ADOPTED, NOVEMBER, None, ""),
        (f"{launch_arn()}#failed:1637368600", Mark.FAILED, NOVEMBER, 1_637_368_600, ""),
        (f"{launch_arn()}#failed:11111111-2222", Mark.FAILED, NOVEMBER, None, ""),
        ("not-started:1637368600", Mark.NOT_STARTED, None, 1_637_368_600, ""),
        ("not-started:11111111-2222", Mark.NOT_STARTED, None, None, ""),
        (f"{launch_arn()}#at:0123abcd", Mark.OWNED, NOVEMBER, None, "0123abcd"),
        (f"{launch_arn()}#adopted#at:0123abcd", Mark.ADOPTED, NOVEMBER, None, "0123abcd"),
        (f"{launch_arn()}#failed:16#at:0123abcd", Mark.FAILED, NOVEMBER, 16, "0123abcd"),
        ("not-started:16#at:0123abcd", Mark.NOT_STARTED, None, 16, "0123abcd"),
        (
            "arn:aws-cn:evidently:cn-north-1:1:project/a/launch/b",
            Mark.OWNED,
            ResourceRef(Kind.LAUNCH, "b", "a"),
            None,
            "",
        ),
        (PROJECT_ARN, Mark.OWNED, ResourceRef(Kind.PROJECT, "petfood"), None, ""),
        (f"{PROJECT_ARN}/feature/upsell", Mark.OWNED, ResourceRef(Kind.FEATURE, "upsell", "petfood"), None, ""),
        ("arn:aws:evidently:eu-north-1:1:segment/norway", Mark.OWNED, ResourceRef(Kind.SEGMENT, "norway"), None, ""),
        ("", Mark.MADE_UP, None, None, ""),
        ("shop-StartUpsell-1A2B3C", Mark.MADE_UP, None, None, ""),
        ("2026/11/23/[$LATEST]0123456789abcdef", Mark.MADE_UP, None, None, ""),
        ("not-started:", Mark.MADE_UP, None, None, ""),
        ("#adopted", Mark.MADE_UP, None, None, ""),
        (f"{launch_arn()}#", Mark.MADE_UP, None, None, ""),
        (f"{launch_arn()}#failed:", Mark.MADE_UP, None, None, ""),
        (f"{launch_arn()}#adopted#adopted", Mark.MADE_UP, None, None, ""),
        (f"{launch_arn()}#adopted#failed:16", Mark.MADE_UP, None, None, ""),
        (f"{launch_arn()}/more", Mark.MADE_UP, None, None, ""),
        (f"{PROJECT_ARN}/experiment/november", Mark.MADE_UP, None, None, ""),
        ("arn:aws:evidently:eu-north-1:1:project//launch/b", Mark.MADE_UP, None, None, ""),
        ("arn:aws:s3:::project/a/launch/b", Mark.MADE_UP, None, None, ""),
    ],
)
def test_a_physical_id_says_who_owns_the_resource_and_since_when(
    text: str, mark: Mark, target: ResourceRef | None, requested_at: int | None, endpoint: str
) -> None:
    found = PhysicalId.parse(text)

    assert (found.mark, found.target, found.requested_at, found.endpoint) == (mark, target, requested_at, endpoint)
    assert found.owns is (mark in {Mark.OWNED, Mark.FAILED})


@pytest.mark.parametrize(
    ("stack_id", "arn"),
    [
        (STACK_ID, launch_arn()),
        (
            "arn:aws-us-gov:cloudformation:us-gov-west-1:999999999999:stack/a/b",
            "arn:aws-us-gov:evidently:us-gov-west-1:999999999999:project/petfood/launch/november",
        ),
        ("no-arn-at-all", "arn::evidently:::project/petfood/launch/november"),
    ],
)
def test_an_arn_is_derived_from_the_stacks(stack_id: str, arn: str) -> None:
    assert NOVEMBER.arn_beside(stack_id) == arn


def test_an_id_does_not_show_the_url_of_its_endpoint() -> None:
    assert endpoint_digest("https://a.example.com") != endpoint_digest("https://b.example.com")
    assert "example" not in endpoint_digest("https://a.example.com")
