"""The operations that are offered: a table entry and a function each.

A function takes a `Call` and returns the members of the output shape. It may be run again from its start where another
write came between (see `contention`), so it writes at most once.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from evidently_service.call import Call
from evidently_service.operations import evaluation, features, launches, projects, segments

Operation = Callable[[Call], Mapping[str, Any]]

OFFERED: Final[Mapping[str, Operation]] = {
    "CreateProject": projects.create_project,
    "GetProject": projects.get_project,
    "DeleteProject": projects.delete_project,
    "CreateFeature": features.create_feature,
    "GetFeature": features.get_feature,
    "DeleteFeature": features.delete_feature,
    "CreateLaunch": launches.create_launch,
    "GetLaunch": launches.get_launch,
    "DeleteLaunch": launches.delete_launch,
    "StartLaunch": launches.start_launch,
    "StopLaunch": launches.stop_launch,
    "CreateSegment": segments.create_segment,
    "GetSegment": segments.get_segment,
    "DeleteSegment": segments.delete_segment,
    "TestSegmentPattern": evaluation.test_segment_pattern,
    "EvaluateFeature": evaluation.evaluate_feature,
    "BatchEvaluateFeature": evaluation.batch_evaluate_feature,
}
