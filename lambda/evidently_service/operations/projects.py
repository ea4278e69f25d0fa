"""Operations on projects."""

from collections.abc import Mapping
from typing import Any

from evidently_service import items, keys, lists, writes
from evidently_service.call import Call
from evidently_service.documents import projects as documents
from evidently_service.errors import ConflictError, NotFoundError
from evidently_service.operations.changes import write_change
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind, Project
from evidently_service.transaction import ConditionsFailedError, Put

_COUNTER = "projectCount"


def create_project(call: Call) -> Mapping[str, Any]:
    """CreateProject."""
    project = documents.new_project(call.given, call.now, call.deliveries.log_groups)
    arn = call.place.project(project.name)
    put = Put(items.project_item(project))
    try:
        call.store.write(put, writes.count_in_account(_COUNTER, call.quotas.projects))
    except ConditionsFailedError as error:
        if error.failed(put):
            raise ConflictError.duplicate(Kind.PROJECT, arn) from None
        raise exceeded(QuotaCode.PROJECTS, call.quotas.projects, Kind.PROJECT, arn) from None
    return _answer(call, project)


def get_project(call: Call) -> Mapping[str, Any]:
    """GetProject."""
    return _answer(call, _read(call))


def list_projects(call: Call) -> Mapping[str, Any]:
    """ListProjects."""
    found, token = lists.page(call, lists.projects())
    projects = [documents.project_document(items.project_from(item), call.place) for item in found]
    return {"projects": projects, "nextToken": token}


def update_project(call: Call) -> Mapping[str, Any]:
    """UpdateProject."""
    project = _read(call)
    return _changed(call, project, documents.updated_project(project, call.given, call.now))


def update_project_data_delivery(call: Call) -> Mapping[str, Any]:
    """UpdateProjectDataDelivery: other warm containers know of it within a minute."""
    project, groups = _read(call), call.deliveries.log_groups
    answer = _changed(call, project, documents.redelivered_project(project, call.given, call.now, groups))
    call.deliveries.forget(project.name)
    return answer


def delete_project(call: Call) -> Mapping[str, Any]:
    """DeleteProject: refused while it has features or launches."""
    arn = call.place.project(call.project)
    delete = writes.delete_empty_project(call.project)
    try:
        call.store.write(delete, writes.uncount_in_account(_COUNTER))
    except ConditionsFailedError as error:
        if error.absent(delete):
            raise NotFoundError.missing(Kind.PROJECT, arn) from None
        # The sentence is AWS's own.
        raise ConflictError.of("Project has sub-resources", Kind.PROJECT, arn) from None
    return {}


def require_project(call: Call) -> None:
    """Tell, where something in a project is missing, whether it is the project itself.

    Raises:
        NotFoundError: it is the project.

    """
    if call.store.read(keys.project_key(call.project)) is None:
        raise NotFoundError.missing(Kind.PROJECT, call.place.project(call.project))


def _read(call: Call) -> Project:
    item = call.store.read(keys.project_key(call.project))
    if item is None:
        raise NotFoundError.missing(Kind.PROJECT, call.place.project(call.project))
    return items.project_from(item)


def _changed(call: Call, before: Project, after: Project) -> Mapping[str, Any]:
    write_change(call, before, after)
    return _answer(call, after)


def _answer(call: Call, project: Project) -> Mapping[str, Any]:
    return {"project": documents.project_document(project, call.place)}
