"""CloudFormation: stacks that are created, updated, rolled back and deleted.

Resources whose dependencies are ready proceed in parallel. The first failure cancels those in progress: CloudFormation
ignores their responses, though their invocations continue. Nothing here depends on what the resources are.
"""

from collections.abc import Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from helpers.driver.changes import Deploy, Provided, SiblingFails, Step, StepFailedError, Ways, in_order
from helpers.driver.events import Request, as_strings, new_stack_id
from helpers.driver.faults import Faults
from helpers.driver.provisioning import Provisioning
from helpers.driver.templates import Scope, Template

if TYPE_CHECKING:
    import asyncio

    from helpers.driver.driver import Driver
    from helpers.driver.functions import Function

_NOT_THERE: Final = ("", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")


class Stack(Provisioning):
    """A stack, which may not exist yet."""

    def __init__(self, driver: "Driver", name: str) -> None:
        super().__init__(driver, name)
        self.status = ""
        self.outputs: dict[str, Any] = {}
        self._before = self._deploy
        self._left: list[Provided] = []  # leftovers of a deploy without rollback
        self._functions: dict[str, Function] = {}

    def deploy(self, document: Mapping[str, Any], **options: Any) -> str:
        """Create or update the stack; return its final status. Options as in `start`."""
        return self.end(self.start(document, **options))

    def start(
        self,
        document: Mapping[str, Any],
        *,
        parameters: Mapping[str, str] | None = None,
        fails: str | SiblingFails | None = None,
        faults: Mapping[str, Sequence[Faults]] | None = None,
        ways: Ways = Ways(),  # noqa: B008 - frozen
        disable_rollback: bool = False,
    ) -> "asyncio.Task[str]":
        """Begin a deploy, which continues while the test waits.

        Args:
            document: the synthesized template.
            parameters: values of its parameters; others have their defaults.
            fails: logical id of a resource that is not custom and fails in its turn; or a sibling.
            faults: the faults of each attempt, by the request's purpose, such as `create Start`.
            ways: which way CloudFormation takes.
            disable_rollback: whether a failed deploy is not rolled back.

        """
        deploy = Deploy(Template.of(document), parameters or {}, fails, faults or {}, ways, disable_rollback)
        failing = fails.logical_id if isinstance(fails, SiblingFails) else fails
        assert failing is None or deploy.template.resources[failing].is_custom is isinstance(fails, SiblingFails)
        return self._driver.spawn(self._deployed(deploy))

    def end(self, operation: "asyncio.Task[str]") -> str:
        """Wait for the end of an operation; return the stack's status."""
        self._driver.until(operation.done)
        return operation.result()

    def continue_rollback(
        self, *, skip: Collection[str] = (), faults: Mapping[str, Sequence[Faults]] | None = None
    ) -> str:
        """Continue a failed rollback; skipped resources count as rolled back."""
        self._deploy = replace(self._deploy, faults=faults or {})
        return self._run(self._rolled_back(skip))

    def delete(
        self,
        *,
        retain: Collection[str] = (),
        faults: Mapping[str, Sequence[Faults]] | None = None,
        ways: Ways = Ways(),  # noqa: B008 - frozen
    ) -> str:
        """Delete the stack without the retained resources; return its final status."""
        return self._run(self._deleted(retain, replace(self._deploy, faults=faults or {}, ways=ways)))

    def request(self, purpose: str) -> Request:
        """Return the last request with a purpose, such as `create Start`."""
        return [each for each in self.requests if each.purpose == purpose][-1]

    async def _deployed(self, deploy: Deploy) -> str:
        is_new = self.status in _NOT_THERE
        if is_new:
            self.stack_id, self.resources, self._left = new_stack_id(self.name), {}, []
        kind = "CREATE" if is_new else "UPDATE"
        self._begin(f"{kind}_IN_PROGRESS", deploy)
        if deploy.ways.failed_creates_first:
            await self._delete(self._take_left(), "cleanup")
        old, scope = dict(self.resources), self._scope(deploy)
        if failure := await self._provide(scope):
            self._driver.log(f"stack {self.name}: {failure}")
            if deploy.disable_rollback:
                return self._keep_failed(f"{kind}_FAILED")
            return await (self._create_rolled_back() if is_new else self._rolled_back())
        self.outputs = scope.outputs()
        removed = [old[name] for name in old if name not in deploy.template.resources]
        self.resources = {name: each for name, each in self.resources.items() if each not in removed}
        gone = [each.before for each in self._steps if each.replaces and each.before is not None]
        gone = [each for each in gone if each.resource.update_replace_policy != "Retain"]
        gone += [each for each in removed if each.resource.deletion_policy == "Delete"]
        await self._delete([*gone, *self._take_left()], "cleanup")
        return self._end(f"{kind}_COMPLETE")

    async def _create_rolled_back(self) -> str:
        self._status("ROLLBACK_IN_PROGRESS")
        there = [each.after for each in self._steps if each.after.resource.deletion_policy != "Retain"]
        gone = await self._delete(there, "rollback delete")
        self.resources, self._left = {}, [each for each in there if each not in gone]
        return self._status("ROLLBACK_FAILED") if self._left else self._end("ROLLBACK_COMPLETE")

    async def _rolled_back(self, skip: Collection[str] = ()) -> str:
        self._status("UPDATE_ROLLBACK_IN_PROGRESS")
        self._set_functions(self._scope(self._before))
        updates = {each.before.resource.logical_id: each for each in self._steps if each.before is not None}

        async def back(name: str) -> bool:
            ok = name in skip or await self._back(updates[name])
            if ok:
                self._steps.remove(updates[name])
            return ok

        if not await in_order({name: each.after.resource.after for name, each in updates.items()}, back):
            return self._status("UPDATE_ROLLBACK_FAILED")
        self._status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        created = [each.after for each in self._steps]
        self.resources = {name: each for name, each in self.resources.items() if each not in created}
        created = [each for each in created if each.resource.deletion_policy != "Retain"]
        await self._delete([*self._gone, *created], "rollback delete")
        self._deploy = self._before
        return self._end("UPDATE_ROLLBACK_COMPLETE")

    async def _deleted(self, retain: Collection[str], deploy: Deploy) -> str:
        if self.status == "UPDATE_ROLLBACK_FAILED":  # finish what that rollback left
            self._left += self._gone
            self._left += [each.after for each in self._steps if each.before is None and not each.ok]
            self._left += [each.before for each in self._steps if each.replaces and not each.is_undone and each.before]
        self._begin("DELETE_IN_PROGRESS", deploy)
        there = [each for each in self.resources.values() if each.resource.deletion_policy == "Delete"]
        there = [each for each in [*there, *self._left] if each.resource.logical_id not in retain]
        gone = await self._delete(there, "delete")
        self.resources = {name: each for name, each in self.resources.items() if each in there and each not in gone}
        self._left = [each for each in self._left if each in there and each not in gone]
        return self._status("DELETE_FAILED") if len(gone) < len(there) else self._end("DELETE_COMPLETE")

    async def _provide(self, scope: Scope) -> str:
        """Create and update the template's resources; return why that failed, None if it did not."""
        self._set_functions(scope)
        graph = {name: each.after for name, each in self._deploy.template.resources.items()}
        failures: Sequence[BaseException] = ()
        try:
            await in_order(graph, partial(self._provide_one, scope))
        except* StepFailedError as group:
            failures = group.exceptions
        return str(failures[0]) if failures else ""

    async def _provide_one(self, scope: Scope, name: str) -> bool:
        resource, before = self._deploy.template.resources[name], self.resources.get(name)
        if not resource.is_custom:
            if self._deploy.fails == name:
                raise StepFailedError(f"{name} failed")
            return True
        after = Provided(resource, as_strings(scope.resolve(resource.properties)))
        if before is None or before.properties != after.properties:
            if before is not None and before.service_token != after.service_token:
                raise StepFailedError(f"{name}: Modifying service token is not allowed.")
            after = await self._step(Step(before, after))
        else:
            after = replace(before, resource=resource)
        self.resources[name] = after
        scope.refs[name], scope.data[name] = str(after.physical_id), after.data
        return True

    def _keep_failed(self, status: str) -> str:
        for step in self._steps:
            before = step.before
            if before is None and not step.ok:
                self._left.append(step.after)
            elif before is not None and step.replaces:
                self._left.append(before)
            elif before is not None and not step.ok and self._deploy.ways.attempted_is_old:
                self.resources[before.resource.logical_id] = replace(before, properties=step.after.properties)
        return self._status(status)

    def _take_left(self) -> list[Provided]:
        left, self._left = self._left, []
        return left

    def _run(self, operation: Coroutine[Any, Any, str]) -> str:
        return self.end(self._driver.spawn(operation))

    def _scope(self, deploy: Deploy) -> Scope:
        return Scope(deploy.template, self.stack_id, deploy.parameters)

    def _set_functions(self, scope: Scope) -> None:
        for function in scope.functions():
            self._functions[function.arn] = self._driver.lambda_.put(function)

    def _begin(self, status: str, deploy: Deploy) -> None:
        self._before, self._deploy, self._steps, self._gone = self._deploy, deploy, [], []
        self._began = self._clock.now
        self._status(status)

    def _end(self, status: str) -> str:
        kept = {each.arn for each in self._scope(self._deploy).functions()} if self.resources else set()
        for arn in [arn for arn in self._functions if arn not in kept]:
            self._driver.lambda_.remove(self._functions.pop(arn))
        self._steps, self._gone = [], []
        return self._status(status)

    def _status(self, status: str) -> str:
        self.status = status
        self._driver.log(f"stack {self.name}: {status}")
        return status
