"""CloudFormation's operations on one resource: create, update, roll back, delete; and their requests."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.driver.changes import Deploy, Provided, SiblingFails, Step, StepFailedError, in_order
from helpers.driver.events import Request, Response, made_up_id, new_stack_id
from helpers.driver.templates import Template

if TYPE_CHECKING:
    from helpers.driver.driver import Driver


class Provisioning:
    """The resources of a stack, and the operations on each."""

    def __init__(self, driver: "Driver", name: str) -> None:
        self.name = name
        self.stack_id = new_stack_id(name)
        self.requests: list[Request] = []  # all that were sent, in order
        self.resources: dict[str, Provided] = {}
        self._driver = driver
        self._clock = driver.clock
        self._deploy = Deploy(Template.of({}))
        self._steps: list[Step] = []
        self._gone: list[Provided] = []  # ids to delete at the end of a rollback
        self._began = 0.0

    async def _step(self, step: Step) -> Provided:
        name, fails = step.after.resource.logical_id, self._deploy.fails
        when = fails.when if isinstance(fails, SiblingFails) and fails.logical_id == name else ""
        await self._clock.sleep(self._deploy.ways.pace)
        kind = "Create" if step.before is None else "Update"
        known = step.before.physical_id if step.before else None
        request = self._send(kind, f"{kind.lower()} {name}", step.after, known, step.before)
        self._steps.append(step)
        if isinstance(fails, SiblingFails) and when == "during":
            await self._clock.sleep(fails.seconds)
            raise StepFailedError(f"a sibling failed during {request.purpose}")
        response = await self._response(request)
        if when == "before":
            raise StepFailedError(f"a sibling failed before the response to {request.purpose}")
        if response is None:
            raise StepFailedError(f"{name}: no response in time")
        step.after = replace(step.after, physical_id=response.physical_id, data=response.data)
        step.ok = response.status == "SUCCESS"
        if not step.ok:
            raise StepFailedError(f"{name}: {response.reason}")
        self.resources[name] = step.after
        if when == "after":
            raise StepFailedError(f"a sibling failed after {request.purpose}")
        return step.after

    async def _back(self, step: Step) -> bool:
        """Roll an Update back; return whether that succeeded."""
        before, ways = step.before, self._deploy.ways
        assert before is not None
        name = before.resource.logical_id
        if step.replaces and not step.is_undone:
            step.is_undone = True
            if ways.replaced == "delete first":
                await self._delete([step.after], "rollback delete")
            else:
                self._gone.append(step.after)
        self.resources[name] = before
        if step.replaces and ways.replaced == "delete only":
            return True
        known = step.after if step.replaces and ways.back_with_new_id else before
        await self._clock.sleep(ways.pace)
        response = await self._response(
            self._send("Update", f"rollback update {name}", before, known.physical_id, step.after)
        )
        if response is None or response.status == "FAILED":
            return False
        if response.physical_id != known.physical_id and known is before:
            self._gone.append(before)
        self.resources[name] = replace(before, physical_id=response.physical_id, data=response.data)
        return True

    async def _delete(self, there: Collection[Provided], purpose: str) -> list[Provided]:
        """Delete resources, each before its dependencies; return those that are deleted."""
        numbered, gone = {str(number): each for number, each in enumerate(there)}, list[Provided]()
        graph = {
            number: frozenset(other for other, it in numbered.items() if each.resource.logical_id in it.resource.after)
            for number, each in numbered.items()
        }

        async def delete(number: str) -> bool:
            one = numbered[number]
            await self._clock.sleep(self._deploy.ways.pace)
            physical_id = one.physical_id or made_up_id(self.stack_id, one.resource.logical_id)
            response = await self._response(
                self._send("Delete", f"{purpose} {one.resource.logical_id}", one, physical_id, None)
            )
            if response is not None and response.status == "SUCCESS":
                gone.append(one)
            return one in gone

        await in_order(graph, delete)
        return gone

    def _send(
        self, kind: str, purpose: str, resource: Provided, physical_id: str | None, old: Provided | None
    ) -> Request:
        function = self._driver.lambda_.functions.get(resource.service_token)
        if function is None:
            raise StepFailedError(f"{purpose}: there is no function {resource.service_token}")
        self._driver.log(f"stack {self.name} sends {purpose} {physical_id or ''}")
        request = self._driver.request(
            kind,
            function,
            stack=self.stack_id,
            logical_id=resource.resource.logical_id,
            resource_type=resource.resource.type,
            properties=resource.properties,
            old_properties=old.properties if old else None,
            physical_id=physical_id,
            requested_at=self._clock.now if self._deploy.ways.pace else self._began,
            purpose=purpose,
        )
        self.requests.append(request)
        self._driver.send(request, *self._deploy.faults.get(purpose, ()))
        return request

    async def _response(self, request: Request) -> Response | None:
        """Return the response to a request, None if none arrives in time."""
        if await self._clock.within(float(request.properties.get("ServiceTimeout", 3600)), request.responded.wait()):
            return request.responses[0]
        self._driver.log(f"stack {self.name}: no response to {request.purpose} in time")
        return None
