"""Segments as documents of the API."""

from collections.abc import Mapping
from typing import Any

from evidently_service.documents.common import iso, kept, refuse, tag_problems
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import Problem, ValidationError
from evidently_service.domain.resources import Launch, Segment
from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import Pattern, compile_pattern


def new_segment(given: Mapping[str, Any], now: int) -> Segment:
    """Return the segment of a CreateSegment; the pattern keeps its text, white space included."""
    pattern_in(given)
    refuse(tag_problems(given.get("tags", {})))
    return Segment(given["name"], created=now, updated=now, body=kept(given, "pattern", "description", "tags"))


def pattern_in(given: Mapping[str, Any]) -> Pattern:
    """Return the segment pattern of a request.

    Raises:
        ValidationError: the pattern is malformed.

    """
    try:
        return compile_pattern(given["pattern"])
    except PatternError as error:
        where = f" at {error.place}" if error.place else ""
        raise ValidationError.of([Problem("pattern", f"is malformed{where}: it {error.rule}")]) from None


def segment_document(segment: Segment, arns: Arns) -> dict[str, Any]:
    """Return the API's Segment; its experiment count is always 0."""
    return {
        **segment.body,
        "tags": shown_tags(segment),
        "arn": arns.segment(segment.name),
        "name": segment.name,
        "createdTime": segment.created,
        "lastUpdatedTime": segment.updated,
        "launchCount": segment.launches,
        "experimentCount": 0,
    }


def reference_document(launch: Launch, arns: Arns) -> dict[str, Any]:
    """Return the API's RefResource for a launch that refers to a segment; its times are ISO 8601 strings."""
    times = {"startTime": launch.started, "endTime": launch.ended, "lastUpdatedOn": launch.updated}
    return {
        "name": launch.name,
        "type": "LAUNCH",
        "arn": arns.launch(launch.project, launch.name),
        "status": launch.status.value,
        **{name: iso(time) for name, time in times.items() if time is not None},
    }
