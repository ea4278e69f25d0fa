"""Every golden sequence, played with the API's rules and the handler's plan alone."""

import pytest

from model.played import Play
from model.sequences import Sequence

_SEQUENCES = Sequence.load()


@pytest.mark.parametrize("sequence", _SEQUENCES, ids=lambda sequence: sequence.name)
def test_a_sequence_ends_as_expected(sequence: Sequence) -> None:
    play = Play(sequence)
    play.run()
    assert play.end == sequence.end
    assert [_is_as_required(*pair) for pair in zip(play.responses, sequence.responses, strict=True)] == [True] * len(
        play.responses
    ), play.responses
    if sequence.definitions:
        assert play.definitions == sequence.definitions


def _is_as_required(response: tuple[str, str, str], required: str) -> bool:
    words = tuple(required.split())
    return required == "-" or response[: len(words)] == words
