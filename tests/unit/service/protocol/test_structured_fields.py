"""Dictionaries of RFC 9651: the examples of the RFC, and texts that it forbids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidently_service.protocol.structured_fields import (
    UnreadableFieldError,
    date_in,
    read_dictionary,
    string_in,
    token_in,
)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", {}),
        ("   ", {}),
        ('en="Applepie", da=:w4ZibGV0w6ZydGU=:', {"en": '"Applepie"', "da": ":w4ZibGV0w6ZydGU=:"}),
        ("a=?0, b, c; foo=bar", {"a": "?0", "b": "", "c": ""}),
        ("rating=1.5, feelings=(joy sadness)", {"rating": "1.5", "feelings": ""}),
        ("a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", {"a": "", "b": "3", "c": "4", "d": ""}),
        ("a=1,b=2;x=1;y=2", {"a": "1", "b": "2"}),
        ("a=1 \t,\t b=2", {"a": "1", "b": "2"}),
        ('a=("foo";a=1;b=2);lvl=5, b=( ), c=(  1  )', {"a": "", "b": "", "c": ""}),
        ("a=@1659578233, b=@-1", {"a": "@1659578233", "b": "@-1"}),
        ('a=%"This is intended for display to %c3%bcsers."', {"a": '%"This is intended for display to %c3%bcsers."'}),
        ("a=1, b=2, a=3", {"a": "3", "b": "2"}),
        ("*k-1_.x=*t/:%'", {"*k-1_.x": "*t/:%'"}),
        ("a=-999999999999999, b=-999999999999.999", {"a": "-999999999999999", "b": "-999999999999.999"}),
        (r'a="x\"\\y, b=2"', {"a": r'"x\"\\y, b=2"'}),
    ],
)
def test_a_dictionary_is_read_member_by_member(text: str, members: dict[str, str]) -> None:
    assert read_dictionary(text) == members


@pytest.mark.parametrize(
    "text",
    [
        "a=1,",
        ",a=1",
        "a=1,,b=2",
        "a=1 b=2",
        "\ta=1",
        "A=1",
        "a= 1",
        "a =1",
        "a=1 ;x",
        "a=1;X",
        "a=",
        "a=é",
        'a="é"',
        'a="x',
        r'a="\x"',
        'a="\n"',
        "a=(1,2)",
        "a=(1",
        "a=((1))",
        "a=1.",
        "a=1.2345",
        "a=1234567890123456",
        "a=1234567890123.1",
        "a=@1.5",
        "a=@",
        "a=?2",
        "a=:x y:",
        'a=%"%C3"',
        "1a=1",
        "a=1\n",
    ],
)
def test_text_that_the_rfc_forbids_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableFieldError):
        read_dictionary(text)


@given(st.text(max_size=40) | st.text(alphabet='ab=,;() "\\@:?%1.-', max_size=40))
def test_any_text_is_read_or_unreadable(text: str) -> None:
    try:
        members = read_dictionary(text)
    except UnreadableFieldError:
        return
    assert all(value == "" or value.isascii() for value in members.values())


@pytest.mark.parametrize("text", ['"' * 1000, "a=(" + "1 " * 500, "a;" * 500, 'a="' + "\\" * 999, "a" * 1000 + "=("])
def test_no_text_takes_more_than_one_pass(text: str) -> None:
    with pytest.raises(UnreadableFieldError):
        read_dictionary(text)


def test_a_value_is_of_one_type() -> None:
    readers = (string_in, token_in, date_in)
    assert [read('"a\\"b"') for read in readers] == ['a"b', None, None]
    assert [read("a/b:c") for read in readers] == [None, "a/b:c", None]
    assert [read("@12") for read in readers] == [None, None, 12]
    for value in ("", "1", "?1", ":aa:", '%"a"'):
        assert [read(value) for read in readers] == [None, None, None]
