"""ARNs: names and ARNs are the same thing's names, and another place's ARN is nothing of ours."""

import pytest

from evidently_service.domain.arns import Place
from evidently_service.domain.errors import NotFoundError
from evidently_service.domain.resources import Kind

HERE = Place("aws", "eu-north-1", "123456789012")


def test_a_name_and_its_arn_name_the_same() -> None:
    assert HERE.name_of(Kind.PROJECT, "petfood") == "petfood"
    assert HERE.name_of(Kind.PROJECT, HERE.project("petfood")) == "petfood"
    assert HERE.name_of(Kind.SEGMENT, HERE.segment("vip")) == "vip"


@pytest.mark.parametrize(
    "reference",
    [
        HERE.segment("petfood"),
        HERE.feature("petfood", "upsell"),
        HERE.project("petfood\n"),
        HERE.project(""),
        Place("aws", "eu-north-1", "210987654321").project("petfood"),
        Place("aws", "eu-west-1", "123456789012").project("petfood"),
        Place("aws-cn", "eu-north-1", "123456789012").project("petfood"),
    ],
)
def test_any_other_arn_is_not_found(reference: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        HERE.name_of(Kind.PROJECT, reference)
    assert caught.value.members["resourceId"] == reference
