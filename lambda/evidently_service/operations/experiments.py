"""The one operation on experiments that has a true answer here: this API has none. Apps call it in health checks."""

from collections.abc import Mapping
from typing import Any

from evidently_service.operations import lists
from evidently_service.operations.call import Call
from evidently_service.operations.projects import require_project


def list_experiments(call: Call) -> Mapping[str, Any]:
    """ListExperiments: empty for every project, whatever the status."""
    lists.refuse_token(call)
    require_project(call)
    return {"experiments": []}
