"""Features and launches in the API's response form, with the members that an evaluation reads."""

from collections.abc import Mapping, Sequence
from typing import Any

DAY = 86_400
NOON = 1_793_491_200  # seconds
SEGMENT_ARN = "arn:aws:evidently:eu-north-1:123456789012:segment/"


def feature(*variations: str, **members: Any) -> dict[str, Any]:
    """Return feature `upsell`; the first variation is the default, and a variation's value is its name."""
    return {
        "name": "upsell",
        "variations": [{"name": name, "value": {"stringValue": name}} for name in variations],
        "defaultVariation": variations[0],
        "evaluationStrategy": "ALL_RULES",
        **members,
    }


def launch(name: str, groups: Mapping[str, str], *steps: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """Return a launch of `upsell` that runs since a day before noon; `groups` has each group's variation."""
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
    """Return a step that started a day before noon."""
    return {"startTime": start, "groupWeights": dict(weights), "segmentOverrides": list(overrides)}


def override(order: int, segment: str, weights: Mapping[str, int]) -> dict[str, Any]:
    """Return a segment override."""
    return {"segment": SEGMENT_ARN + segment, "evaluationOrder": order, "weights": dict(weights)}
