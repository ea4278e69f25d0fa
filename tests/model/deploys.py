"""The requests of CloudFormation's operations: a deploy, its clean-up, its rollback."""

from collections.abc import Iterable, Iterator

from model.configuration import Configuration
from model.state import MADE_UP, Done, Operation, OperationStatus, Resource, Step, Tag, Template, World


def deploy(configuration: Configuration, world: World, template: Template) -> World:
    """Return the world in which a deploy of a template begins."""
    present = {each.logical_id: each for each in world.resources}
    queue = []
    if configuration.deletes_failed_first:
        queue = [removal(Tag.CLEAN_UP, each) for each in world.failed]
        world = world._replace(failed=())
    for place, (logical_id, target, keep, definition) in enumerate(template):
        was = present.get(logical_id)
        if was is None:
            number = world.order + 1 + place
            queue.append(Step(Tag.CREATE, logical_id, number, "", target, keep, definition))
        else:
            ids = (was.incarnation, was.physical_id)
            queue.append(Step(Tag.UPDATE, logical_id, *ids, target, keep, definition, was.previous, was))
    operation = Operation(OperationStatus.FORWARD, template, tuple(queue))
    return world._replace(operation=operation, order=world.order + len(template))


def stack_delete(world: World) -> World:
    """Return the world in which the Delete of the stack begins."""
    queue = tuple(removal(Tag.STACK_DELETE, each) for each in (*world.resources, *world.failed))
    return world._replace(operation=Operation(OperationStatus.DELETING, (), queue))


def clean_up(configuration: Configuration, world: World, operation: Operation) -> World:
    """Return the world after all resources succeeded, with the Deletes of replaced and removed ones."""
    resources, queue = {each.logical_id: each for each in world.resources}, []
    for done in operation.done:
        was = resources.get(done.step.logical_id)
        resources[done.step.logical_id] = _deployed(done)
        if was is not None and was.physical_id != done.physical_id:
            # A new id may have the same target; then the resource still names it.
            named = (configuration.named(was.target, each) for each in (was.physical_id, done.physical_id))
            queue.append(removal(Tag.CLEAN_UP, was, before=was if len({*named}) == 1 else None))
    remaining = {each.logical_id for each in operation.template}
    queue += [removal(Tag.CLEAN_UP, each) for each in resources.values() if each.logical_id not in remaining]
    queue += [removal(Tag.CLEAN_UP, each) for each in world.failed]
    kept = sorted(each for each in resources.values() if each.logical_id in remaining)
    cleaning = Operation(OperationStatus.CLEANING_UP, operation.template, tuple(queue))
    return world._replace(resources=tuple(kept), failed=(), operation=cleaning)


def rollbacks(configuration: Configuration, done: Iterable[Done]) -> Iterator[tuple[Step, ...]]:
    """Return every way to roll a deploy back, the last step first.

    It is not known in which order CloudFormation rolls a replacement back, whether it sends an Update, and with which
    of the two ids.
    """
    plans: list[tuple[Step, ...]] = [()]
    for each in reversed(list(done)):
        plans = [(*plan, *way) for plan in plans for way in _ways_back(configuration, each)]
    yield from plans


def _ways_back(configuration: Configuration, done: Done) -> list[tuple[Step, ...]]:
    step, before = done.step, done.step.before
    gone = step._replace(tag=Tag.ROLLBACK_DELETE, physical_id=done.physical_id or MADE_UP, old=None, before=None)
    if before is None:
        return [(gone,)]
    ids = (before.incarnation, before.physical_id)
    back = Step(
        Tag.ROLLBACK_UPDATE,
        step.logical_id,
        *ids,
        before.target,
        before.keep,
        before.definition,
        old=step.target,
        before=before,
    )
    if not done.success or done.physical_id == before.physical_id:
        return [(back,)]
    ways: list[tuple[Step, ...]] = []
    if "original" in configuration.rollback_ids:
        ways += [(back, gone), (gone, back), (gone,)]
    if "new" in configuration.rollback_ids:
        ways += [(back._replace(physical_id=done.physical_id), gone)]
    return ways


def rolled_back(world: World, done: Iterable[Done], plan: Iterable[Step]) -> World:
    """Return the world in which a rollback begins; without an Update a target's definition is unknown."""
    updated = {each.logical_id for each in plan if each.tag is Tag.ROLLBACK_UPDATE}
    left = {(each.step.target, each.step.definition) for each in done if each.step.logical_id not in updated}
    resources = tuple(
        each._replace(definition=None) if any(each.target == at and each.definition != it for at, it in left) else each
        for each in world.resources
    )
    operation = world.operation
    return world._replace(
        resources=resources,
        operation=operation and Operation(OperationStatus.ROLLING_BACK, operation.template, tuple(plan)),
    )


def without_rollback(world: World, done: Iterable[Done]) -> World:
    """Return the world after `--disable-rollback`; replaced and failed resources are deleted later."""
    resources, failed = {each.logical_id: each for each in world.resources}, list(world.failed)
    for each in done:
        step, before = each.step, each.step.before
        if each.success:
            resources[step.logical_id] = _deployed(each)
            if before is not None and before.physical_id != each.physical_id:
                failed.append(before)
        elif before is None:
            failed.append(_deployed(each))
        else:
            resources[step.logical_id] = before._replace(
                previous=step.target, definition=before.definition if before.definition == step.definition else None
            )
    return world._replace(resources=tuple(sorted(resources.values())), failed=tuple(failed), operation=None)


def removal(tag: Tag, resource: Resource, before: Resource | None = None) -> Step:
    """Return the Delete of a resource."""
    ids = (resource.incarnation, resource.physical_id)
    return Step(
        tag, resource.logical_id, *ids, resource.target, resource.keep, resource.definition, old=None, before=before
    )


def _deployed(done: Done) -> Resource:
    step, physical_id = done.step, done.physical_id or MADE_UP
    ids = (step.incarnation, physical_id, step.target)
    return Resource(step.logical_id, *ids, step.keep, step.target, step.definition)
