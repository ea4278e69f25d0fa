"""Operations on projects."""

from collections.abc import Mapping
from typing import Any

from evidently_service import documents, items, writes
from evidently_service.call import Call
from evidently_service.errors import ConflictError, NotFoundError
from evidently_service.quotas import QuotaCode, exceeded
from evidently_service.resources import Kind
from evidently_service.store import ConditionsFailedError, Put

_COUNTER = "projectCount"


def create_project(call: Call) -> Mapping[str, Any]:
    """CreateProject."""
    project = documents.new_project(call.given, call.now)
    arn = call.place.project(project.name)
    put = Put(items.project_item(project))
    try:
        call.store.write(put, writes.count_in_account(_COUNTER, call.quotas.projects))
    except ConditionsFailedError as error:
        if error.failed(put):
            raise ConflictError.duplicate(Kind.PROJECT, arn) from None
        raise exceeded(QuotaCode.PROJECTS, call.quotas.projects, Kind.PROJECT, arn) from None
    return {"project": documents.project_document(project, call.place)}


def get_project(call: Call) -> Mapping[str, Any]:
    """GetProject."""
    item = call.store.read(items.project_key(call.project))
    if item is None:
        raise NotFoundError.missing(Kind.PROJECT, call.place.project(call.project))
    return {"project": documents.project_document(items.project_from(item), call.place)}


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
    if call.store.read(items.project_key(call.project)) is None:
        raise NotFoundError.missing(Kind.PROJECT, call.place.project(call.project))
