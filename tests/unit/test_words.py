"""The words that this repository does not use are found where they stand, and nowhere else."""

import pytest

from words.__main__ import findings, words

LISTED = words()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def let_go() -> None: ...", "name `let_go`: say release"),
        ("class LaunchHolder: ...", "name `holder`: say owner"),
        ("def stop(the_thing: str) -> None: ...", "name `thing`: say resource"),
        ("wanted = 1", "name `wanted`: say desired"),
        ("log.step('left_alone')", "step `left_alone`: say skipped"),
        ("raise ValueError('an endpoint that is none')", "text `that is none`: say is not a"),
        ("# What is declared is made.", "text `what is declared`: say the managed resources"),
    ],
)
def test_a_word_is_found_in(source: str, found: str) -> None:
    assert list(findings("lambda/module.py", source, LISTED)) == [f"lambda/module.py:1: {found}"]


@pytest.mark.parametrize(
    "source",
    [
        "library.let_go(thing=1)",  # another library's name
        "nothing = something = 1",  # a part of a word
        "assert status is None",
        "print('left_alone')",  # no log step
    ],
)
def test_another_word_is_not(source: str) -> None:
    assert list(findings("lambda/module.py", source, LISTED)) == []


def test_the_name_of_a_file_counts_and_docs_have_texts_only() -> None:
    assert list(findings("tests/test_holder.py", "", LISTED)) == ["tests/test_holder.py:0: name `holder`: say owner"]
    assert list(findings("docs/page.md", "a thing\nwhat is declared\n", LISTED)) == [
        "docs/page.md:2: text `what is declared`: say the managed resources"
    ]
