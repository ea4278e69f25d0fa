"""Physical ids, ARNs and the starter."""

import hashlib

import pytest

from evidently_provider.identity import Hold, LaunchName, PhysicalId, Starter, adopted
from helpers.launch_replies import launch_arn
from helpers.provider_scene import STACK_ID

NOVEMBER = LaunchName("petfood", "november")


@pytest.mark.parametrize(
    ("text", "hold", "launch"),
    [
        (launch_arn(), Hold.STARTED, NOVEMBER),
        (f"{launch_arn()}#adopted", Hold.ADOPTED, NOVEMBER),
        ("not-started:11111111-2222-4333-8444-555555555555", Hold.NOTHING, None),
        ("not-started:", Hold.NOTHING, None),
        ("arn:aws-cn:evidently:cn-north-1:1:project/a/launch/b", Hold.STARTED, LaunchName("a", "b")),
        ("", Hold.UNKNOWN, None),
        ("shop-StartUpsell-1A2B3C", Hold.UNKNOWN, None),
        ("2026/11/23/[$LATEST]0123456789abcdef", Hold.UNKNOWN, None),
        ("#adopted", Hold.UNKNOWN, None),
        (f"{launch_arn()}#adopted#adopted", Hold.UNKNOWN, None),
        (f"{launch_arn()}#", Hold.UNKNOWN, None),
        (f"{launch_arn()}/more", Hold.UNKNOWN, None),
        ("arn:aws:evidently:eu-north-1:1:project/petfood", Hold.UNKNOWN, None),
        ("arn:aws:evidently:eu-north-1:1:project/petfood/feature/upsell", Hold.UNKNOWN, None),
        ("arn:aws:evidently:eu-north-1:1:project//launch/b", Hold.UNKNOWN, None),
        ("arn:aws:s3:::project/a/launch/b", Hold.UNKNOWN, None),
    ],
)
def test_a_physical_id_says_what_the_resource_holds(text: str, hold: Hold, launch: LaunchName | None) -> None:
    assert PhysicalId.parse(text) == PhysicalId(hold, launch)


def test_an_adopted_id_is_read_as_it_was_written() -> None:
    assert PhysicalId.parse(adopted(launch_arn())) == PhysicalId(Hold.ADOPTED, NOVEMBER)


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
def test_a_launchs_arn_can_be_told_from_the_stacks(stack_id: str, arn: str) -> None:
    assert NOVEMBER.arn_beside(stack_id) == arn


def test_an_arn_told_from_a_stack_names_the_launch() -> None:
    assert PhysicalId.parse(NOVEMBER.arn_beside(STACK_ID)) == PhysicalId(Hold.STARTED, NOVEMBER)


def test_a_starter_is_a_digest_of_stack_and_resource() -> None:
    starter = Starter.of("stack", "resource", 5)
    assert (starter.resource, starter.stack, starter.asked) == (
        hashlib.sha256(b"stack|resource").hexdigest(),
        hashlib.sha256(b"stack").hexdigest(),
        5,
    )
    assert Starter.of("sta", "ck|resource", 5).resource != Starter.of("stack|", "resource", 5).resource
