"""Operations that create, read, update and delete launches; `launch_runs` starts and stops them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from evidently_service.documents import launches as documents
from evidently_service.documents import schedules
from evidently_service.documents.common import iso
from evidently_service.domain.arns import ResourceRef
from evidently_service.domain.errors import ConflictError, ContendedError, NotFoundError, Problem, ValidationError
from evidently_service.domain.launch_states import LaunchStatus
from evidently_service.domain.quotas import QuotaCode, exceeded
from evidently_service.domain.resources import Kind, Launch, Segment
from evidently_service.operations import lists, owners
from evidently_service.operations.call import Call
from evidently_service.operations.changes import write_change, write_if_unchanged
from evidently_service.operations.projects import require_project
from evidently_service.operations.result import Result
from evidently_service.storage import items, keys, writes
from evidently_service.storage.transaction import ConditionsFailedError, Put, Write

RUNNING_COUNTER: Final = "activeLaunchCount"
_COUNTER: Final = "launchCount"
# A segment takes two of a transaction's hundred writes; the launch, the caller's note and five features take seven.
_MOST_SEGMENTS_CHANGED: Final = 46


def create_launch(call: Call) -> Result:
    """CreateLaunch; returns the existing launch if the caller is an owner."""
    found = owners.look_up_before_create(
        call, ResourceRef(Kind.LAUNCH, call.given["name"], call.project), items.launch_from
    )
    ruling = owners.acquire(call, found)
    if found.resource is not None:
        return owners.succeeded(call, launch_response(call, found.owned(found.resource, ruling.ownership)))
    new = documents.new_launch(call.given, call.project, call.now, call.arns)
    segments = _segments(call, new.segments()) if new.segments() else []
    patterns = {segment.name: segment.pattern for segment in segments}
    launch = replace(new, patterns=patterns, ownership=ruling.ownership)
    arn, limit = call.arns.launch(launch.project, launch.name), call.quotas.launches_per_project
    put = Put(items.launch_item(launch))
    count = writes.count_in_project(launch.project, _COUNTER, limit)
    references = [write for segment in segments for write in writes.refer_to_segment(segment, launch)]
    try:
        owners.write_new(call, found, put, count, *references)
    except ConditionsFailedError as error:
        if error.absent(count):
            raise NotFoundError.missing(Kind.PROJECT, call.arns.project(launch.project)) from None
        if error.failed(put):
            raise ConflictError.duplicate(Kind.LAUNCH, arn) from None
        if any(error.failed(reference) for reference in references):
            raise ContendedError("a segment changed after it was read") from None
        raise exceeded(QuotaCode.LAUNCHES_PER_PROJECT, limit, Kind.LAUNCH, arn) from None
    return owners.succeeded(call, launch_response(call, launch))


def get_launch(call: Call) -> Mapping[str, Any]:
    """GetLaunch."""
    return launch_response(call, read_launch(call))


def list_launches(call: Call) -> Mapping[str, Any]:
    """ListLaunches."""
    found, token = lists.page(call, lists.launches(call.project, call.given.get("status")))
    if not found:
        require_project(call)
    launches = [documents.launch_document(items.launch_from(item), call.arns) for item in found]
    return {"launches": launches, "nextToken": token}


def update_launch(call: Call) -> Result:
    """UpdateLaunch: a running launch keeps its groups, its salt and a step in force, so that nobody is moved unseen."""
    found = owners.look_up(call, owners.Record(launch_named(call)), items.launch_from)
    if found.resource is None:
        raise launch_missing(call)
    before, ruling = found.resource, owners.update(call, found)
    if before.status.is_stopped:
        raise ConflictError.of(f"Launch is {before.status.value} and cannot be changed.", Kind.LAUNCH, launch_arn(call))
    after = documents.updated_launch(before, call.given, call.now, call.arns)
    running = before.status is LaunchStatus.RUNNING
    if running:
        _refuse_to_move(call, before, after)
    added = sorted(set(after.segments()) - set(before.segments()))
    removed = sorted(set(before.segments()) - set(after.segments()))
    if len(added) + len(removed) > _MOST_SEGMENTS_CHANGED:
        rule = f"must not add and remove more than {_MOST_SEGMENTS_CHANGED} segments at once; update in two steps"
        raise ValidationError.of([Problem("scheduledSplitsConfig", rule)])
    segments = _segments(call, added) if added else []
    patterns = {**before.patterns, **{segment.name: segment.pattern for segment in segments}}
    patterns = {name: patterns[name] for name in after.segments()}
    after = replace(after, patterns=patterns, ownership=ruling.ownership)
    changes: list[Write] = [write for segment in segments for write in writes.refer_to_segment(segment, after)]
    changes += [write for name in removed for write in writes.release_segment(name, after)]
    changes += [writes.change_run(after, feature) for feature in after.feature_variations() if running]
    try:
        write_change(call, before, after, *changes, unchanged=found.remembering(ruling.note, call.now))
    except ConditionsFailedError:
        raise ContendedError("a segment changed after it was read") from None
    return owners.succeeded(call, launch_response(call, after))


def delete_launch(call: Call) -> Mapping[str, Any] | Result:
    """DeleteLaunch: refused while it runs. The release of its last owner stops it first, whoever owns the run."""
    if call.caller is not None:
        found = owners.look_up(call, owners.Record(launch_named(call)), items.launch_from)
        return owners.release(call, call.caller, found, _delete)
    launch = read_launch(call)
    if launch.status is LaunchStatus.RUNNING:
        message = "Launch cannot be deleted while it is running; stop it first."
        raise ConflictError.of(message, Kind.LAUNCH, launch_arn(call))
    delete, more = _delete(call, launch)
    write_if_unchanged(call, delete, *more)
    return {}


def read_launch(call: Call) -> Launch:
    """Return the launch that a request names.

    Raises:
        NotFoundError: the launch or its project does not exist.

    """
    item = call.store.read(keys.launch_key(call.project, call.given["launch"]))
    if item is None:
        raise launch_missing(call)
    return items.launch_from(item)


def launch_missing(call: Call) -> NotFoundError:
    """Return the error of an unknown launch.

    Raises:
        NotFoundError: the project does not exist either.

    """
    require_project(call)
    return NotFoundError.missing(Kind.LAUNCH, launch_arn(call))


def launch_named(call: Call) -> ResourceRef:
    """Return the reference to the launch that a request names."""
    return ResourceRef(Kind.LAUNCH, call.given["launch"], call.project)


def launch_arn(call: Call) -> str:
    """ARN of the launch that a request names."""
    return call.arns.launch(call.project, call.given["launch"])


def launch_response(call: Call, launch: Launch) -> Mapping[str, Any]:
    """Return the output that shows a launch."""
    return {"launch": documents.launch_document(launch, call.arns)}


def _delete(_: Call, launch: Launch) -> tuple[list[Write], list[Write]]:
    """Return the writes that delete a launch; a transaction has one write for each item, so both counters share one."""
    runs = launch.status is LaunchStatus.RUNNING
    uncount = writes.uncount_in_project(launch.project, _COUNTER, *([RUNNING_COUNTER] if runs else []))
    releases = [write for name in launch.segments() for write in writes.release_segment(name, launch)]
    return [writes.delete_launch(launch)], [uncount, *releases, *(writes.end_everywhere(launch) if runs else [])]


def _refuse_to_move(call: Call, before: Launch, after: Launch) -> None:
    """Refuse an update of a running launch that assigns entities again, or leaves no step in force."""
    if frozen := documents.frozen_changes(before, after):
        message = f"Launch is running: its {' and '.join(frozen)} cannot be changed; create a new launch instead."
        raise ConflictError.of(message, Kind.LAUNCH, launch_arn(call))
    lost = schedules.loses_step(before, after, call.now)
    # A rollback of a stack goes back to a schedule of before. To refuse that would end in UPDATE_ROLLBACK_FAILED.
    if lost is not None and (call.caller is None or not schedules.goes_back(before, after, call.now)):
        message = (
            f"Launch is running: the step of {iso(lost['startTime'])} is in force, and this update would leave none. "
            "Keep a step that has begun; to give its groups to nobody, give them weight 0."
        )
        raise ConflictError.of(message, Kind.LAUNCH, launch_arn(call))


def _segments(call: Call, names: Sequence[str]) -> list[Segment]:
    """Return the segments with these names, reading the launch's project in the same round trip."""
    project, *found = call.store.read_all([keys.project_key(call.project), *map(keys.segment_key, names)])
    if project is None:
        raise NotFoundError.missing(Kind.PROJECT, call.arns.project(call.project))
    for name, item in zip(names, found, strict=True):
        if item is None:
            raise NotFoundError.missing(Kind.SEGMENT, call.arns.segment(name))
    return [items.segment_from(item) for item in found if item]
