"""Type checks of arguments, with errors as clear as those of jsii for CDK's own constructs."""

from typing import TypeVar

from cdk_evidently.errors import InvalidArgumentError

Kind = TypeVar("Kind")


def of_kind(argument: str, value: object, kind: type[Kind], way_out: str) -> Kind:
    """Return the value if it is an instance of this type.

    Raises:
        InvalidArgumentError: it is not.

    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise InvalidArgumentError(argument, value, f"{article} {kind.__name__}", way_out)
    return value
