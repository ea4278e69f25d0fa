"""What can be wrong with the material of an evaluation; an evaluation itself never fails.

EvaluationError
├── UnreadableTextError    a text is not JSON
├── ContextError           an evaluation context can't be used
├── PatternError           a segment pattern is malformed
└── UnknownSegmentError    a launch uses a segment whose pattern was not handed over
"""


class EvaluationError(ValueError):
    """Any failure this package raises on purpose."""


class UnreadableTextError(EvaluationError):
    """The text is not one JSON value; the message is the end of a sentence that starts with what the text is for."""


class ContextError(EvaluationError):
    """An evaluation context that can't be used; the message is the rest of a sentence that starts with its field."""


class PatternError(EvaluationError):
    """A malformed segment pattern.

    Args:
        place: Where it breaks a rule, such as `Browser[0].numeric`; "" for the pattern as a whole.
        rule: The rule, as the rest of a sentence that starts with the place.

    """

    def __init__(self, place: str, rule: str) -> None:
        super().__init__(f"{place or 'the pattern'} {rule}")
        self.place = place
        self.rule = rule


class UnknownSegmentError(EvaluationError):
    """A launch uses a segment whose pattern was not handed over."""
