"""The operations of the service: a table entry and a function each.

A function takes a `Call` and returns the members of the output shape, in a `Result` if ownership has an outcome. After
a conflict with another write it runs again from its start (see `contention`), so it writes at most once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from evidently_service.domain.ownership import Action
from evidently_service.operations import (
    evaluation,
    events,
    experiments,
    features,
    launch_runs,
    launches,
    projects,
    segments,
    tags,
)
from evidently_service.operations.call import Call
from evidently_service.operations.result import Result

Operation = Callable[[Call], Mapping[str, Any] | Result]

OFFERED: Final[Mapping[str, Operation]] = {
    "CreateProject": projects.create_project,
    "GetProject": projects.get_project,
    "ListProjects": projects.list_projects,
    "UpdateProject": projects.update_project,
    "UpdateProjectDataDelivery": projects.update_project_data_delivery,
    "DeleteProject": projects.delete_project,
    "CreateFeature": features.create_feature,
    "GetFeature": features.get_feature,
    "ListFeatures": features.list_features,
    "UpdateFeature": features.update_feature,
    "DeleteFeature": features.delete_feature,
    "CreateLaunch": launches.create_launch,
    "GetLaunch": launches.get_launch,
    "ListLaunches": launches.list_launches,
    "UpdateLaunch": launches.update_launch,
    "DeleteLaunch": launches.delete_launch,
    "StartLaunch": launch_runs.start_launch,
    "StopLaunch": launch_runs.stop_launch,
    "ListExperiments": experiments.list_experiments,
    "CreateSegment": segments.create_segment,
    "GetSegment": segments.get_segment,
    "ListSegments": segments.list_segments,
    "ListSegmentReferences": segments.list_segment_references,
    "DeleteSegment": segments.delete_segment,
    "TestSegmentPattern": evaluation.test_segment_pattern,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "ListTagsForResource": tags.list_tags_for_resource,
    "EvaluateFeature": evaluation.evaluate_feature,
    "BatchEvaluateFeature": evaluation.batch_evaluate_feature,
    "PutProjectEvents": events.put_project_events,
}

_ACQUIRES: Final = frozenset({Action.ACQUIRE_NEW, Action.ACQUIRE})
_UPDATES: Final = frozenset({Action.UPDATE})
_RELEASES: Final = frozenset({Action.RELEASE, Action.LEAVE})

ALL_ACTIONS: Final = frozenset(Action)
# The actions that each operation accepts from a caller with an owner header; reads accept any, without effect.
ACTIONS: Final[Mapping[str, frozenset[Action]]] = {
    **dict.fromkeys(["CreateProject", "CreateFeature", "CreateLaunch", "CreateSegment", "StartLaunch"], _ACQUIRES),
    **dict.fromkeys(["UpdateProject", "UpdateProjectDataDelivery", "UpdateFeature", "UpdateLaunch"], _UPDATES),
    **dict.fromkeys(["TagResource", "UntagResource"], _UPDATES),
    **dict.fromkeys(["DeleteProject", "DeleteFeature", "DeleteLaunch", "DeleteSegment", "StopLaunch"], _RELEASES),
}
