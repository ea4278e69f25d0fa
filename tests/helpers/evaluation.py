"""Features and launches in the API's response form, as far as an evaluation reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

DAY = 86_400
NOON = 1_793_491_200  # seconds
SEGMENT_ARN = "arn:aws:evidently:eu-north-1:123456789012:segment/"


def feature(*variations: str, **members: Any) -> dict[str, Any]:
    """Feature `upsell`; the first variation is the default, and a variation's value is its name."""
    return {
        "name": "upsell",
        "variations": [{"name": name, "value": {"stringValue": name}} for name in variations],
        "defaultVariation": variations[0],
        "evaluationStrategy": "ALL_RULES",
        **members,
    }


def launch(name: str, groups: Mapping[str, str], *steps: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A running launch of `upsell`, since a day before noon; `groups` says which variation each serves."""
    return {
        "name": name,
        "groups": [{"name": group, "featureVariations": {"upsell": variation}} for group, variation in groups.items()],
        "scheduledSplitsDefinition": {"steps": list(steps)},
        "randomizationSalt": name,
        "execution": {"startedTime": NOON - DAY},
        **members,
    }


def step(
    weights: Mapping[str, int], overrides: Sequence[Mapping[str, Any]] = (), *, start: float = NOON - DAY
) -> dict[str, Any]:
    """A step that began a day before noon."""
    return {"startTime": start, "groupWeights": dict(weights), "segmentOverrides": list(overrides)}


def override(order: int, segment: str, weights: Mapping[str, int]) -> dict[str, Any]:
    """A segment override."""
    return {"segment": SEGMENT_ARN + segment, "evaluationOrder": order, "weights": dict(weights)}
