"""Lists: the items of each, and their pages.

A token holds its list and the sort key where the next page begins; clients treat it as opaque. So the cost of a page
does not depend on the length of the list, and a change between two pages affects the changed items only.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from evidently_service.domain.errors import Problem, ValidationError
from evidently_service.operations.call import Call
from evidently_service.storage.keys import Item, text
from evidently_service.storage.store import NO_FILTER, Filter, Span

# They sort before and after every character of a name.
_FIRST = "!"
_LAST = "~"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the API.

    Args:
        name: the list's name; name, span and filter together identify the list.
        span: the items of the list.
        size: the default maximum of items on a page, AWS's own.
        shown: the condition for an item of the span to be in the list.

    """

    name: str
    span: Span
    size: int
    shown: Filter = NO_FILTER

    @property
    def identity(self) -> str:
        """The part of a token that ties it to this list."""
        return f"{self.name} {self.span.partition} {json.dumps(self.shown.values)}"


def evaluation_of(project: str, feature: str) -> Span:
    """Return the span that an evaluation reads: a feature, then the runs on it."""
    return Span(f"project#{project}", f"feature#{feature}", f"feature#{feature}#{_LAST}")


def projects() -> Listing:
    """Return the list of all projects, by name."""
    return Listing("projects", Span("projects", _FIRST, _LAST), size=50)


def features(project: str) -> Listing:
    """Return the list of a project's features, by name; its span has their runs too, which the filter excludes."""
    shown = Filter("attribute_exists(variations)")
    return Listing("features", Span(f"project#{project}", "feature#", f"feature#{_LAST}"), size=100, shown=shown)


def launches(project: str, status: str | None) -> Listing:
    """Return the list of a project's launches, of all or of one status, by name."""
    span = Span(f"project#{project}", "launch#", f"launch#{_LAST}")
    if status is None:
        return Listing("launches", span, size=100)
    shown = Filter("#status = :status", {":status": text(status)}, {"#status": "status"})
    return Listing("launches", span, size=100, shown=shown)


def segments() -> Listing:
    """Return the list of all segments, by name."""
    return Listing("segments", Span("segments", _FIRST, _LAST), size=50)


def references(segment: str) -> Listing:
    """Return the list of launches that refer to a segment, by project and name."""
    return Listing("references", Span(f"segment#{segment}", "launch#", f"launch#{_LAST}"), size=50)


def page(call: Call, listing: Listing) -> tuple[list[Item], str | None]:
    """Return the page that a request names, and the token of the next page, None after the last.

    Raises:
        ValidationError: the request's token belongs to another list, or is no token.

    """
    after = _position(call.given["nextToken"], listing) if "nextToken" in call.given else None
    most = call.given.get("maxResults", listing.size)
    found, last = call.store.page(listing.span, after, most, listing.shown)
    return found, _token(last, listing) if last is not None else None


def refuse_token(call: Call) -> None:
    """Refuse a token for a list that is always empty: such a list never gave one out.

    Raises:
        ValidationError: the request has a token.

    """
    if "nextToken" in call.given:
        raise _no_token()


def _token(position: str, listing: Listing) -> str:
    return base64.urlsafe_b64encode(json.dumps([listing.identity, position]).encode()).decode()


def _position(token: str, listing: Listing) -> str:
    try:
        match json.loads(base64.b64decode(token, altchars=b"-_", validate=True)):
            case [listing.identity, str(position)] if listing.span.first <= position <= listing.span.last:
                return position
    except (binascii.Error, ValueError, RecursionError):
        pass
    raise _no_token()


def _no_token() -> ValidationError:
    rule = "is not a token of this list; use the previous response's token with the same arguments, or omit it"
    return ValidationError.of([Problem("nextToken", rule)])
