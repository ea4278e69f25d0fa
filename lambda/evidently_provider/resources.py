"""From a resource type to what its Create, Update and Delete do, and from what they do to an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import evidently_contract as contract
from evidently_provider import declared, start_launch
from evidently_provider.answer import Answer, Status
from evidently_provider.deadline import TimeIsUpError
from evidently_provider.errors import ProviderError
from evidently_provider.job import Job
from evidently_provider.request import RequestType
from evidently_provider.thing import Kind

Action = Callable[[Job], Answer]


@dataclass(frozen=True, slots=True)
class Resource:
    """What a custom resource does."""

    create: Action
    update: Action
    delete: Action


_RESOURCES: Final[Mapping[str, Resource]] = {
    contract.START_LAUNCH_RESOURCE_TYPE: Resource(start_launch.create, start_launch.update, start_launch.delete),
    contract.PROJECT_RESOURCE_TYPE: Resource(*declared.actions(Kind.PROJECT)),
    contract.FEATURE_RESOURCE_TYPE: Resource(*declared.actions(Kind.FEATURE)),
    contract.SEGMENT_RESOURCE_TYPE: Resource(*declared.actions(Kind.SEGMENT)),
    contract.LAUNCH_RESOURCE_TYPE: Resource(*declared.actions(Kind.LAUNCH)),
}


def answer_for(job: Job) -> Answer:
    """Do what a request asks; a failure is an answer too."""
    request = job.request
    resource = _RESOURCES.get(request.resource_type)
    if resource is None:
        return _unknown(job)
    action = {
        RequestType.CREATE: resource.create,
        RequestType.UPDATE: resource.update,
        RequestType.DELETE: resource.delete,
    }[request.request_type]
    try:
        return action(job)
    except ProviderError as error:
        job.log.step("failed", level="ERROR", error=type(error).__name__)
        return Answer(Status.FAILED, job.progress.failure_id, str(error))
    except TimeIsUpError:
        job.log.step("out_of_time", level="ERROR")
        reason = "No time was left to call the Evidently API again. Deploy again; raise `timeout` if this repeats."
        return Answer(Status.FAILED, job.progress.failure_id, reason)


def _unknown(job: Job) -> Answer:
    """A type that this version does not know made nothing here, so that its Delete has nothing to undo."""
    request = job.request
    if request.request_type is RequestType.DELETE:
        return Answer(Status.SUCCESS, job.progress.failure_id)
    known = ", ".join(sorted(_RESOURCES))
    reason = f"ResourceType is '{request.resource_type}'; this provider knows {known}. Deploy the function anew."
    return Answer(Status.FAILED, job.progress.failure_id, reason)
