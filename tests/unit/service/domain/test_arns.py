"""A name and its ARN name the same resource; an ARN of another account, Region or partition names none."""

import pytest

from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import NotFoundError
from evidently_service.domain.resources import Kind

HERE = Arns("aws", "eu-north-1", "123456789012")


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
        Arns("aws", "eu-north-1", "210987654321").project("petfood"),
        Arns("aws", "eu-west-1", "123456789012").project("petfood"),
        Arns("aws-cn", "eu-north-1", "123456789012").project("petfood"),
    ],
)
def test_any_other_arn_is_not_found(reference: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        HERE.name_of(Kind.PROJECT, reference)
    assert caught.value.members["resourceId"] == reference
