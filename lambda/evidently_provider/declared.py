"""`Custom::EvidentlyProject`, `…Feature`, `…Segment` and `…Launch`: what is declared is made, changed, and deleted.

A thing is held by the resources that made it, each by a tag of its own, which comes with the Create in one call: so a
retry knows what its first attempt made, a construct that moves within its stack takes its thing along, and nothing is
deleted that another resource holds, or that none of the stack's made. Whatever is asked, the thing is looked at and
made what it is wanted to be now, whatever it was meant to be before: a rollback is one more change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import evidently_contract as contract
from evidently_provider.answer import Answer, Status
from evidently_provider.deadline import TimeIsUpError
from evidently_provider.definitions import Document, changes
from evidently_provider.errors import NotFoundError, ProviderError, RefusedError, UnreachableError
from evidently_provider.identity import ADOPTED, NOT_CREATED, NOT_STARTED
from evidently_provider.job import Job
from evidently_provider.launch import iso_time
from evidently_provider.letting_go import let_go
from evidently_provider.properties import Wanted, thing_named, wanted
from evidently_provider.thing import Kind, Thing
from evidently_provider.work import Work, holders_of, is_holder


def create(kind: Kind, job: Job) -> Answer:
    """Make the thing."""
    job.progress.failure_id = f"{NOT_CREATED}{job.request.request_id}"
    work = Work.on(job)
    return _Making(work, wanted(kind, job.request.properties, work.api.check_name)).make()


def update(kind: Kind, job: Job) -> Answer:
    """Make the thing what it is wanted to be now, or another one, if it is named otherwise.

    Whether it is the same is told by the physical id alone: after a failed Update CloudFormation sends the properties
    reversed, with the id that it had before.
    """
    work = Work.on(job)
    making = _Making(work, wanted(kind, job.request.properties, work.api.check_name))
    same = Thing.from_arn(job.request.physical_id.removesuffix(ADOPTED)) == making.want.thing
    return making.change() if same else making.make()


def delete(kind: Kind, job: Job) -> Answer:
    """Delete the thing, if this resource holds it and no other does."""
    given = job.request.physical_id
    done = Answer(Status.SUCCESS, given)
    if given.startswith((NOT_CREATED, NOT_STARTED)) or given.endswith(ADOPTED):
        job.log.step("left_alone", found="not made by this stack")
        return done
    thing = Thing.from_arn(given)
    if thing is not None:
        let_go(Work.on(job), thing)
        return done
    # CloudFormation made the id up, as a Create never answered; nothing here can fail its Delete.
    try:
        work = Work.on(job)
        let_go(work, thing_named(kind, job.request.properties, work.api.check_name))
    except (ProviderError, TimeIsUpError) as error:
        job.log.step("left_alone", level="WARNING", error=type(error).__name__)
    return done


def actions(kind: Kind) -> tuple[Callable[[Job], Answer], ...]:
    """Return what Create, Update and Delete of a kind do."""
    return tuple(partial(action, kind) for action in (create, update, delete))


@dataclass(slots=True)
class _Making:
    """A Create or an Update on its way.

    Args:
        work: What it asks the API with.
        want: What is wanted.
        took: Whether this request has taken hold of the thing, or may have.

    """

    work: Work
    want: Wanted
    took: bool = False

    def make(self) -> Answer:
        """Make a thing that this resource had nothing of before; what fails is undone, by the Delete that follows it.

        After a failed Update no such Delete comes: CloudFormation goes back to what it had.
        """
        try:
            document, adopted = self._made()
        except (ProviderError, TimeIsUpError):
            if self.took and not self._is_create:
                self._undo()
            raise
        return self._answer(document, adopted=adopted)

    def change(self) -> Answer:
        """Make the thing that this resource has what it is wanted to be; one that has gone meanwhile is made anew."""
        try:
            document = self.work.get(self.want.thing)
        except NotFoundError:
            self.work.log("gone", self.want.thing)
            return self.make()
        adopted = self.work.job.request.physical_id.endswith(ADOPTED)
        return self._answer(self._converged(document), adopted=adopted)

    @property
    def _is_create(self) -> bool:
        return not self.work.job.request.physical_id

    def _made(self) -> tuple[Document, bool]:
        """The thing, and whether it was adopted."""
        try:
            document = self.work.patience.call(self._create_once)
        except RefusedError as refused:
            if not refused.conflict:
                raise
            return self._found(refused)
        self.work.log("created", self.want.thing)
        return document, False

    def _create_once(self) -> Document:
        """One Create; its way there is noted before it is gone, so that any end of this function can tell."""
        thing, holder = self.want.thing, self.work.holder
        names = {"name": thing.name, **({"project": thing.project} if thing.project else {})}
        tags = {**self.want.tags, holder.key: holder.stack}
        before = (self.took, self.work.job.progress.failure_id)
        self._take()
        try:
            return self.work.api.document(
                thing, thing.kind.operation("Create"), thing.kind.value, **names, **self.want.definition, tags=tags
            )
        except ProviderError as error:
            if not (isinstance(error, UnreachableError) and error.unknown_outcome):
                self.took, self.work.job.progress.failure_id = before
            raise

    def _found(self, refused: RefusedError) -> tuple[Document, bool]:
        """What was there already: ours from an earlier try, the stack's, a stranger's that will do; or a refusal."""
        thing, holder = self.want.thing, self.work.holder
        try:
            document = self.work.get(thing)
        except NotFoundError:
            raise refused from None  # something else stood in the way
        holders = holders_of(document)
        if holder.key in holders:
            if self._is_create:
                self._take()
            return self._converged(document), False
        if holder.stack in holders.values():
            self._take()
            self.work.ask(thing, "TagResource", resourceArn=document["arn"], tags={holder.key: holder.stack})
            return self._converged(document), False
        if self.want.adopt:
            self.work.log("adopted", thing)
            return self._converged(document), True
        raise RefusedError(
            f"The {thing} is there already, and this stack did not make it. "
            "Give it another name, or let the stack take it with adopt_existing=True."
        )

    def _converged(self, document: Document) -> Document:
        """Make the thing what it is wanted to be: as few calls as it takes, none where it is so; holders' tags stay."""
        work, thing = self.work, self.want.thing
        there = {key: value for key, value in document.get("tags", {}).items() if not is_holder(key)}
        for each in changes(thing, document, self.want.definition):
            call = partial(work.api.document, thing, each.operation, thing.kind.value)
            document = work.patience.call(partial(call, **thing.address, **each.arguments))
        if put := {key: value for key, value in self.want.tags.items() if there.get(key) != value}:
            work.ask(thing, "TagResource", resourceArn=document["arn"], tags=put)
        if removed := sorted(there.keys() - self.want.tags.keys()):
            work.ask(thing, "UntagResource", resourceArn=document["arn"], tagKeys=removed)
        return document

    def _take(self) -> None:
        """Note that the thing is ours from now on, as far as a failure has to tell."""
        self.took = True
        if self._is_create:
            request = self.work.job.request
            self.work.job.progress.failure_id = self.want.thing.arn_beside(request.stack_id)

    def _undo(self) -> None:
        try:
            let_go(self.work, self.want.thing)
        except (ProviderError, TimeIsUpError) as error:
            self.work.log("not_undone", self.want.thing, "ERROR", error=type(error).__name__)

    def _answer(self, document: Document, *, adopted: bool) -> Answer:
        arn: str = document["arn"]
        data: Mapping[str, str] = {
            contract.ATTRIBUTE_ARN: arn,
            contract.ATTRIBUTE_NAME: self.want.thing.name,
            contract.ATTRIBUTE_STATUS: document.get("status") or "",
            contract.ATTRIBUTE_CREATED_TIME: iso_time(document.get("createdTime")),
            contract.ATTRIBUTE_LAST_UPDATED_TIME: iso_time(document.get("lastUpdatedTime")),
        }
        return Answer(Status.SUCCESS, f"{arn}{ADOPTED}" if adopted else arn, data=data)
