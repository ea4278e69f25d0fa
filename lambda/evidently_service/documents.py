"""The API's documents: what a create request becomes, and how a resource looks in a response.

The renames between the two are AWS's: `groups[].feature/variation` come back as `featureVariations`,
`scheduledSplitsConfig` as `scheduledSplitsDefinition`, names of projects and segments as ARNs. A weight key that is no
group, and every rule below that crosses members, is beyond what the model can say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evidently_service.arns import Place
from evidently_service.errors import Problem, ValidationError
from evidently_service.evaluation.errors import PatternError
from evidently_service.evaluation.pattern import Pattern, compile_pattern
from evidently_service.launch_states import LaunchStatus
from evidently_service.resources import Feature, Kind, Launch, Project, Segment

LAUNCH_TYPE = "aws.evidently.splits"
_VALUE_TYPES = {"stringValue": "STRING", "longValue": "LONG", "doubleValue": "DOUBLE", "boolValue": "BOOLEAN"}
_MAX_TAGS = 50
_MAX_OVERRIDE_BYTES = 40 * 1024
_OVERRIDE_OVERHEAD_BYTES = 6
_UNOFFERED = {
    "dataDelivery": "is not offered yet; leave it out",
    "appConfigResource": "is not offered: evaluation through AppConfig was a part of AWS's own service; leave it out",
}


def new_project(given: Mapping[str, Any], now: int) -> Project:
    """Return what CreateProject makes."""
    problems = [Problem(member, rule) for member, rule in _UNOFFERED.items() if member in given]
    _refuse([*problems, *_tag_problems(given)])
    return Project(given["name"], created=now, updated=now, body=_kept(given, "description", "tags"))


def project_document(project: Project, place: Place) -> dict[str, Any]:
    """Return a Project as the API shows it."""
    return {
        "tags": {},
        **project.body,
        "arn": place.project(project.name),
        "name": project.name,
        "status": "AVAILABLE",
        "createdTime": project.created,
        "lastUpdatedTime": project.updated,
        "featureCount": project.features,
        "launchCount": project.launches,
        "activeLaunchCount": project.active_launches,
        "experimentCount": 0,
        "activeExperimentCount": 0,
    }


def new_feature(given: Mapping[str, Any], project: str, now: int) -> Feature:
    """Return what CreateFeature makes: the first variation is the default one, unless the request says otherwise."""
    variations = given["variations"]
    types = [_VALUE_TYPES[next(iter(variation["value"]))] for variation in variations]
    body = {
        **_kept(given, "description", "tags", "entityOverrides"),
        "variations": variations,
        "valueType": types[0],
        "defaultVariation": given.get("defaultVariation", variations[0]["name"]),
        "evaluationStrategy": given.get("evaluationStrategy", "ALL_RULES"),
    }
    _refuse([*_variation_problems(variations, types), *_reference_problems(body), *_tag_problems(given)])
    return Feature(project, given["name"], created=now, updated=now, body=body, runs={})


def feature_document(feature: Feature, place: Place) -> dict[str, Any]:
    """Return a Feature as the API shows it; its rules are the launches that run on it, the latest start first."""
    launches = sorted(feature.runs, key=lambda launch: (-feature.runs[launch], launch))
    return {
        "tags": {},
        "entityOverrides": {},
        **feature.body,
        "arn": place.feature(feature.project, feature.name),
        "name": feature.name,
        "project": place.project(feature.project),
        "status": "AVAILABLE",
        "createdTime": feature.created,
        "lastUpdatedTime": feature.updated,
        "evaluationRules": [{"name": launch, "type": LAUNCH_TYPE} for launch in launches],
    }


def new_segment(given: Mapping[str, Any], now: int) -> Segment:
    """Return what CreateSegment makes; the pattern stays as it was sent, white space included."""
    pattern_in(given)
    _refuse(_tag_problems(given))
    return Segment(given["name"], created=now, updated=now, body=_kept(given, "pattern", "description", "tags"))


def pattern_in(given: Mapping[str, Any]) -> Pattern:
    """Return the segment pattern of a request.

    Raises:
        ValidationError: it is none.

    """
    try:
        return compile_pattern(given["pattern"])
    except PatternError as error:
        where = f" at {error.place}" if error.place else ""
        raise ValidationError.of([Problem("pattern", f"is malformed{where}: it {error.rule}")]) from None


def segment_document(segment: Segment, place: Place) -> dict[str, Any]:
    """Return a Segment as the API shows it."""
    return {
        "tags": {},
        **segment.body,
        "arn": place.segment(segment.name),
        "name": segment.name,
        "createdTime": segment.created,
        "lastUpdatedTime": segment.updated,
        "launchCount": segment.launches,
        "experimentCount": 0,
    }


def new_launch(given: Mapping[str, Any], project: str, now: int, place: Place) -> Launch:
    """Return what CreateLaunch makes: CREATED, with its own name for salt.

    Features, variations and the sums of weights are not looked at here, as AWS didn't; StartLaunch looks at the first
    two.
    """
    groups = [
        {**_kept(group, "name", "description"), "featureVariations": {group["feature"]: group["variation"]}}
        for group in given["groups"]
    ]
    names = {group["name"] for group in groups}
    splits = given.get("scheduledSplitsConfig")
    _refuse([*_group_problems(groups), *_weight_problems(splits, names), *_tag_problems(given)])
    body = {
        **_kept(given, "description", "tags", "metricMonitors"),
        "groups": groups,
        "randomizationSalt": given.get("randomizationSalt", given["name"]),
    }
    if splits is not None:
        body["scheduledSplitsDefinition"] = {"steps": [_stored_step(step, place) for step in splits["steps"]]}
    return Launch(project, given["name"], LaunchStatus.CREATED, created=now, updated=now, body=body)


def launch_document(launch: Launch, place: Place) -> dict[str, Any]:
    """Return a Launch as the API shows it: without `execution` until it was started, and never with who did."""
    document: dict[str, Any] = {
        "tags": {},
        "metricMonitors": [],
        **launch.body,
        "arn": place.launch(launch.project, launch.name),
        "name": launch.name,
        "project": place.project(launch.project),
        "status": launch.status.value,
        "statusReason": launch.reason,
        "type": LAUNCH_TYPE,
        "createdTime": launch.created,
        "lastUpdatedTime": launch.updated,
    }
    if launch.started is not None:
        document["execution"] = {"startedTime": launch.started, "endedTime": launch.ended}
    if "scheduledSplitsDefinition" in document:
        steps = [_shown_step(step, place) for step in document["scheduledSplitsDefinition"]["steps"]]
        document["scheduledSplitsDefinition"] = {"steps": steps}
    return document


def _stored_step(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    overrides = [
        {**override, "segment": place.name_of(Kind.SEGMENT, override["segment"])}
        for override in step.get("segmentOverrides", [])
    ]
    return {**step, "segmentOverrides": overrides}


def _shown_step(step: Mapping[str, Any], place: Place) -> dict[str, Any]:
    overrides = [{**override, "segment": place.segment(override["segment"])} for override in step["segmentOverrides"]]
    return {**step, "segmentOverrides": overrides}


def _kept(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise ValidationError.of(found)


def _tag_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    if len(given.get("tags", {})) > _MAX_TAGS:
        yield Problem("tags", f"must have at most {_MAX_TAGS} entries, it has {len(given['tags'])}")


def _variation_problems(variations: list[Any], types: list[str]) -> Iterator[Problem]:
    names = Counter(variation["name"] for variation in variations)
    for name in (name for name, count in names.items() if count > 1):
        yield Problem("variations", f"must have different names; '{name}' is there twice")
    if len(set(types)) > 1:
        yield Problem("variations", f"must have values of one type; found {', '.join(sorted(set(types)))}")


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


def _group_problems(groups: list[dict[str, Any]]) -> Iterator[Problem]:
    names = Counter(group["name"] for group in groups)
    for name in (name for name, count in names.items() if count > 1):
        yield Problem("groups", f"must have different names; '{name}' is there twice")


def _weight_problems(splits: Mapping[str, Any] | None, groups: set[str]) -> Iterator[Problem]:
    steps = splits["steps"] if splits else []
    weights = [step["groupWeights"] for step in steps]
    weights += [override["weights"] for step in steps for override in step.get("segmentOverrides", [])]
    if not groups.issuperset(name for each in weights for name in each):
        # The sentence is AWS's own.
        yield Problem("scheduledSplitsConfig", "Launch groups name in steps not present in groups")
