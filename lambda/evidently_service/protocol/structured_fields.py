"""Dictionaries of RFC 9651 (structured fields for HTTP), and the three types of value that the service reads.

An unknown member may have any value that the RFC allows, so the whole grammar is here. Its repetitions are possessive:
no header, however hostile, makes the regular expression backtrack.
"""

import re
from typing import Final

_KEY: Final = r"[a-z*][a-z0-9_.*-]*+"
_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*+"'
_TOKEN: Final = r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*+"  # noqa: S105 - the RFC's word, no password
_DATE: Final = r"@-?[0-9]{1,15}"
_NUMBER: Final = r"-?(?:[0-9]{1,12}\.[0-9]{1,3}|[0-9]{1,15})"
_BYTES_OR_BOOLEAN: Final = r":[A-Za-z0-9+/=]*+:|\?[01]"
_DISPLAY_STRING: Final = r'%"(?:[ !#$&-~]|%[0-9a-f]{2})*+"'
_BARE: Final = f"{_NUMBER}|{_STRING}|{_TOKEN}|{_BYTES_OR_BOOLEAN}|{_DATE}|{_DISPLAY_STRING}"
_PARAMETERS: Final = rf"(?:; *+{_KEY}(?:=(?:{_BARE}))?)*+"
_ITEM: Final = rf"(?:{_BARE}){_PARAMETERS}"
_INNER_LIST: Final = rf"\( *+(?:{_ITEM}(?: ++{_ITEM})*+ *+)?\){_PARAMETERS}"
_MEMBER: Final = re.compile(rf"({_KEY})(?:=(?:({_BARE}){_PARAMETERS}|{_INNER_LIST})|{_PARAMETERS})")
_COMMA: Final = re.compile(r"[ \t]*+,[ \t]*+")
_ESCAPED: Final = re.compile(r"\\(.)")


class UnreadableFieldError(ValueError):
    """The text is not a dictionary of RFC 9651."""


def read_dictionary(text: str) -> dict[str, str]:
    """Return the text of each member's value, by key; the last member of a key counts.

    The text excludes parameters. It is empty for a list, and for a key without a value, which means true.

    Raises:
        UnreadableFieldError: the text breaks the grammar.

    """
    found: dict[str, str] = {}
    text = text.strip(" ")
    position = 0
    while position < len(text):
        separator = _COMMA.match(text, position) if found else None
        if found and separator is None:
            raise UnreadableFieldError
        member = _MEMBER.match(text, separator.end() if separator else 0)
        if member is None:
            raise UnreadableFieldError
        found[member[1]] = member[2] or ""
        position = member.end()
    return found


def string_in(value: str) -> str | None:
    """Return the content of a string, None for a value of another type."""
    return _ESCAPED.sub(r"\1", value[1:-1]) if re.fullmatch(_STRING, value) else None


def token_in(value: str) -> str | None:
    """Return a token, None for a value of another type."""
    return value if re.fullmatch(_TOKEN, value) else None


def date_in(value: str) -> int | None:
    """Return a date in seconds since 1970, None for a value of another type."""
    return int(value[1:]) if re.fullmatch(_DATE, value) else None
