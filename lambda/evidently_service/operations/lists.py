"""Lists: which items each one is made of, and its pages.

A token says where the next page begins and of which list it is; what it looks like is nobody's business. So a page
costs what it returns, however long the list is, and one that is changed meanwhile skips or repeats nothing else.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from evidently_service.domain.errors import Problem, ValidationError
from evidently_service.operations.call import Call
from evidently_service.storage.keys import Item, text
from evidently_service.storage.store import NOTHING_LEFT_OUT, Filter, Span

# Before and after every character of a name.
_FIRST = "!"
_LAST = "~"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the API.

    Args:
        name: What it lists; with the span and the filter, what makes it another list than all others.
        span: The items that it is made of.
        size: How many things a page has, where the request doesn't say.
        left_out: What of the span is not in the list.

    """

    name: str
    span: Span
    size: int
    left_out: Filter = NOTHING_LEFT_OUT

    @property
    def identity(self) -> str:
        """What a token is bound to."""
        return f"{self.name} {self.span.partition} {json.dumps(self.left_out.values)}"


def evaluation_of(project: str, feature: str) -> Span:
    """Return what an evaluation reads: a feature, and then what runs on it."""
    return Span(f"project#{project}", f"feature#{feature}", f"feature#{feature}#{_LAST}")


def projects() -> Listing:
    """All projects, by name."""
    return Listing("projects", Span("projects", _FIRST, _LAST), size=50)


def features(project: str) -> Listing:
    """The features of a project, by name; what runs on them lies between and is passed over."""
    left_out = Filter("attribute_exists(variations)")
    return Listing("features", Span(f"project#{project}", "feature#", f"feature#{_LAST}"), size=100, left_out=left_out)


def launches(project: str, status: str | None) -> Listing:
    """The launches of a project, or those in one state, by name."""
    span = Span(f"project#{project}", "launch#", f"launch#{_LAST}")
    if status is None:
        return Listing("launches", span, size=100)
    return Listing(
        "launches",
        span,
        size=100,
        left_out=Filter("#status = :status", {":status": text(status)}, {"#status": "status"}),
    )


def segments() -> Listing:
    """All segments, by name."""
    return Listing("segments", Span("segments", _FIRST, _LAST), size=50)


def references(segment: str) -> Listing:
    """What refers to a segment, by project and launch."""
    return Listing("references", Span(f"segment#{segment}", "launch#", f"launch#{_LAST}"), size=50)


def page(call: Call, listing: Listing) -> tuple[list[Item], str | None]:
    """Return the page that a request asks for, and the token of the next one, None where this is the last.

    Raises:
        ValidationError: a token that is not of this list.

    """
    after = _place(call.given["nextToken"], listing) if "nextToken" in call.given else None
    most = call.given.get("maxResults", listing.size)
    found, last = call.store.page(listing.span, after, most, listing.left_out)
    return found, _token(last, listing) if last is not None else None


def _token(place: str, listing: Listing) -> str:
    return base64.urlsafe_b64encode(json.dumps([listing.identity, place]).encode()).decode()


def _place(token: str, listing: Listing) -> str:
    try:
        match json.loads(base64.b64decode(token, altchars=b"-_", validate=True)):
            case [listing.identity, str(place)] if listing.span.first <= place <= listing.span.last:
                return place
    except (binascii.Error, ValueError, RecursionError):
        pass
    rule = "is not a token of this list; take it from the answer before, with the same arguments, or leave it out"
    raise ValidationError.of([Problem("nextToken", rule)])
