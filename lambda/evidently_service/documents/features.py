"""Features as documents of the API."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from evidently_service.documents.common import kept, merged, name_problems, refuse, tag_problems
from evidently_service.documents.launches import LAUNCH_TYPE
from evidently_service.documents.owners import shown_tags
from evidently_service.domain.arns import Arns
from evidently_service.domain.errors import Problem
from evidently_service.domain.resources import Feature
from evidently_service.protocol.api_model import largest

_VALUE_TYPES = {"stringValue": "STRING", "longValue": "LONG", "doubleValue": "DOUBLE", "boolValue": "BOOLEAN"}
_MAX_OVERRIDE_BYTES = 40 * 1024
_OVERRIDE_OVERHEAD_BYTES = 6  # in JSON: four quotes, a colon and a comma
_PLAIN = ("description", "entityOverrides", "evaluationStrategy", "defaultVariation")


def new_feature(given: Mapping[str, Any], project: str, now: int) -> Feature:
    """Return the feature of a CreateFeature: its default is the first variation, unless the request names another."""
    variations = given["variations"]
    types = [_type(variation) for variation in variations]
    body = {
        "defaultVariation": variations[0]["name"],
        "evaluationStrategy": "ALL_RULES",
        **kept(given, *_PLAIN, "tags"),
        "variations": variations,
        "valueType": types[0],
    }
    if len(set(types)) > 1:
        refuse([Problem("variations", f"must have values of one type; found {', '.join(sorted(set(types)))}")])
    names = name_problems("variations", (variation["name"] for variation in variations))
    refuse([*names, *_reference_problems(body), *tag_problems(given.get("tags", {}))])
    return Feature(project, given["name"], created=now, updated=now, body=body, runs={})


def updated_feature(feature: Feature, given: Mapping[str, Any], now: int) -> Feature:
    """Return a feature after an UpdateFeature.

    A changed variation keeps its position, a new one comes last; removing an unknown one has no effect, as on AWS.
    The caller of this function checks whether a launch still serves a removed variation.
    """
    added = {variation["name"]: variation for variation in given.get("addOrUpdateVariations", [])}
    removed = set(given.get("removeVariations", []))
    before = {variation["name"]: variation for variation in feature.body["variations"]}
    after = {name: variation for name, variation in (before | added).items() if name not in removed}
    body = merged(feature.body, {**kept(given, *_PLAIN), "variations": list(after.values())})
    refuse(_change_problems(given, feature.body["valueType"], removed, len(after)))
    refuse(_reference_problems(body))
    return replace(feature, updated=now, body=body, version=feature.version + 1)


def feature_document(feature: Feature, arns: Arns) -> dict[str, Any]:
    """Return the API's Feature; its evaluation rules are the launches that run on it, the latest start first."""
    launches = sorted(feature.runs, key=lambda launch: (-feature.runs[launch], launch))
    return {
        "entityOverrides": {},
        **feature.body,
        "tags": shown_tags(feature),
        "arn": arns.feature(feature.project, feature.name),
        "name": feature.name,
        "project": arns.project(feature.project),
        "status": "AVAILABLE",
        "createdTime": feature.created,
        "lastUpdatedTime": feature.updated,
        "evaluationRules": [{"name": launch, "type": LAUNCH_TYPE} for launch in launches],
    }


def _type(variation: Mapping[str, Any]) -> str:
    return _VALUE_TYPES[next(iter(variation["value"]))]


def _change_problems(given: Mapping[str, Any], value_type: str, removed: set[str], left: int) -> Iterator[Problem]:
    field = "addOrUpdateVariations"
    added = given.get(field, [])
    yield from name_problems(field, (variation["name"] for variation in added))
    for name in sorted(removed & {variation["name"] for variation in added}):
        yield Problem("removeVariations", f"must not name a variation of {field}: '{name}'")
    if any(_type(variation) != value_type for variation in added):
        yield Problem(field, f"must have values of the feature's type, {value_type}")
    most = largest("VariationConfigsList")
    if not 1 <= left <= most:
        yield Problem(field if left else "removeVariations", f"must leave 1 to {most} variations, it leaves {left}")


def _reference_problems(body: Mapping[str, Any]) -> Iterator[Problem]:
    names = [variation["name"] for variation in body["variations"]]
    if body["defaultVariation"] not in names:
        yield Problem("defaultVariation", f"must be one of the variations: {', '.join(names)}")
    overrides = body.get("entityOverrides", {})
    if not set(overrides.values()) <= set(names):
        yield Problem("entityOverrides", f"must name variations of the feature: {', '.join(names)}")
    size = sum(len(f"{entity}{name}".encode()) + _OVERRIDE_OVERHEAD_BYTES for entity, name in overrides.items())
    if size > _MAX_OVERRIDE_BYTES:
        yield Problem("entityOverrides", f"must take at most {_MAX_OVERRIDE_BYTES} bytes in all, they take {size}")
