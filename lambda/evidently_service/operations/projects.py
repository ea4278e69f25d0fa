"""Operations on projects."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from evidently_service.documents import projects as documents
from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.errors import ConflictError, NotFoundError
from evidently_service.domain.quotas import QuotaCode, exceeded
from evidently_service.domain.resources import Kind, Project
from evidently_service.operations import lists, owners
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change
from evidently_service.operations.result import Result
from evidently_service.storage import items, keys, writes
from evidently_service.storage.transaction import ConditionsFailedError, Put, Write

_COUNTER = "projectCount"


def create_project(call: Call) -> Result:
    """CreateProject; returns the existing project if the caller is an owner."""
    found = owners.look_up_before_create(call, ResourceRef(Kind.PROJECT, call.given["name"]), items.project_from)
    ruling = owners.acquire(call, found)
    if found.resource is not None:
        return owners.succeeded(call, _response(call, found.owned(found.resource, ruling.ownership)))
    project = documents.new_project(call.given, call.now, call.deliveries.log_groups)
    project = replace(project, ownership=ruling.ownership)
    arn = call.arns.project(project.name)
    put = Put(items.project_item(project))
    try:
        owners.write_new(call, found, put, writes.count_in_account(_COUNTER, call.quotas.projects))
    except ConditionsFailedError as error:
        if error.failed(put):
            raise ConflictError.duplicate(Kind.PROJECT, arn) from None
        raise exceeded(QuotaCode.PROJECTS, call.quotas.projects, Kind.PROJECT, arn) from None
    return owners.succeeded(call, _response(call, project))


def get_project(call: Call) -> Mapping[str, Any]:
    """GetProject."""
    return _response(call, _require(call, _look_up(call)))


def list_projects(call: Call) -> Mapping[str, Any]:
    """ListProjects."""
    found, token = lists.page(call, lists.projects())
    projects = [documents.project_document(items.project_from(item), call.arns) for item in found]
    return {"projects": projects, "nextToken": token}


def update_project(call: Call) -> Result:
    """UpdateProject."""
    return _update(call, lambda project: documents.updated_project(project, call.given, call.now))


def update_project_data_delivery(call: Call) -> Result:
    """UpdateProjectDataDelivery: other sandboxes read the new setting within a minute."""
    groups = call.deliveries.log_groups
    result = _update(call, lambda project: documents.redelivered_project(project, call.given, call.now, groups))
    call.deliveries.forget(call.project)
    return result


def delete_project(call: Call) -> Mapping[str, Any] | Result:
    """DeleteProject: refused while it has features or launches."""
    if call.caller is not None:
        return owners.release(call, call.caller, _look_up(call), _delete)
    arn = call.arns.project(call.project)
    delete = writes.delete_empty_project(call.project)
    try:
        call.store.write(delete, writes.uncount_in_account(_COUNTER))
    except ConditionsFailedError as error:
        if error.absent(delete):
            raise NotFoundError.missing(Kind.PROJECT, arn) from None
        raise _in_use(call) from None
    return {}


def require_project(call: Call) -> None:
    """Check that the project of a request exists.

    Raises:
        NotFoundError: it does not.

    """
    if call.store.read(keys.project_key(call.project)) is None:
        raise NotFoundError.missing(Kind.PROJECT, call.arns.project(call.project))


def _look_up(call: Call) -> owners.Found[Project]:
    return owners.look_up(call, owners.Record(ResourceRef(Kind.PROJECT, call.project)), items.project_from)


def _require(call: Call, found: owners.Found[Project]) -> Project:
    if found.resource is None:
        raise NotFoundError.missing(Kind.PROJECT, call.arns.project(call.project))
    return found.resource


def _update(call: Call, updated: Callable[[Project], Project]) -> Result:
    found = _look_up(call)
    before, ruling = _require(call, found), owners.update(call, found)
    after = replace(updated(before), ownership=ruling.ownership)
    write_change(call, before, after, unchanged=found.remembering(ruling.note, call.now))
    return owners.succeeded(call, _response(call, after))


def _delete(call: Call, project: Project) -> tuple[list[Write], list[Write]]:
    if project.features or project.launches:
        raise _in_use(call)
    delete = writes.if_unchanged(writes.delete_empty_project(project.name), project)
    return [delete], [writes.uncount_in_account(_COUNTER)]


def _in_use(call: Call) -> ConflictError:
    # The sentence is AWS's own.
    return ConflictError.of("Project has sub-resources", Kind.PROJECT, call.arns.project(call.project))


def _response(call: Call, project: Project) -> Mapping[str, Any]:
    return {"project": documents.project_document(project, call.arns)}
