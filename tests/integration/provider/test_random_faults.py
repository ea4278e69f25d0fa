"""The promises of ownership hold, whatever CloudFormation, Lambda, the network and others do.

Random walks, each the same in every run; RANDOM_WALKS=500 takes more of them. Two stacks with two resources each share
a few launches, or managed resources. Every request may meet faults of the API, lose its response, arrive twice, or
arrive again at any later time. docs/ownership.md has the promises and the exempt weaknesses; the test observes from
outside who started and stopped what.
"""

import os
from dataclasses import dataclass, field
from random import Random

import pytest

from evidently_provider.ownership.identity import Mark, PhysicalId
from helpers.cloudformation_model import STACKS, CloudFormation, Key, Resource
from helpers.in_process_aws import dynamodb_in_process
from helpers.managed_events import KINDS
from helpers.provider_harness import Harness
from helpers.random_faults import DELIVERIES, FAULTS, NO_FAULT, Faults
from helpers.random_subjects import START_LAUNCH, Desired, Subjects
from helpers.service import Service
from helpers.service_table import make_table

WALKS = int(os.environ.get("RANDOM_WALKS", "2"))
STEPS = 25
SUBJECTS = [(START_LAUNCH, True), (START_LAUNCH, False), *((kind, True) for kind in KINDS)]
RESOURCES = [Key(stack, logical_id) for stack in STACKS for logical_id in "AB"]
ON_DELETE = ["CANCEL", "CANCEL", "COMPLETE", "KEEP_RUNNING"]
LOST = Faults(("response lost",) * 12)  # longer than the retries: the outcome stays unknown
CREATES = [*["accepted"] * 4, "no rollback", "fails later", "given up", "overtaken"]
CHANGES = ["delete", *["commit"] * 3, "roll back, update first", "roll back, delete first"]


@dataclass(slots=True)
class Walk:
    """One walk.

    Args:
        aws: CloudFormation and everything around it.
        random: the source of all choices.
        names: names of the launches, or managed resources, so far.

    """

    aws: CloudFormation
    random: Random
    names: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Take one step."""
        match self.random.choices(["deploy", "deliver again", "by hand"], [14, 4, 3])[0]:
            case "deploy":
                self.deploy()
            case "deliver again" if self.aws.sent and self.aws.keeps_rules:
                self.aws.retry(self.random.choice(self.aws.sent[-10:]))
            case _ if self.names:
                self.aws.by_hand(self.random.choice(["start", "stop", "delete"]), self.random.choice(self.names[-3:]))

    def deploy(self) -> None:
        """Create, update or delete a resource through CloudFormation."""
        key = self.random.choice([*RESOURCES, *self.aws.resources])
        old = self.aws.resources.get(key)
        if key in self.aws.failed:
            self.create_again(key, self.aws.failed[key])
            return
        if old is None:
            self.create(key, Desired(self.name(), self.random.choice(ON_DELETE)))
            return
        change = self.random.choice(CHANGES)
        if change == "delete":
            self.delete(key)
            return
        name = old.desired.name if self.random.random() < 1 / 3 else self.name()
        self.update(key, old, Desired(name, self.random.choice(ON_DELETE)), change)

    def name(self) -> str:
        """Return a new name or one of the latest, as ended launches are of little interest."""
        if not self.names or self.random.random() < 1 / 3:
            self.names.append(f"name-{len(self.names)}")
            self.aws.subjects.make(self.names[-1])
            return self.names[-1]
        return self.random.choice(self.names[-3:])

    def faults(self) -> Faults:
        """Return the faults of a request, most often none."""
        chance = self.random.random()
        if chance < 1 / 2:
            return NO_FAULT
        if chance < 2 / 3:
            return LOST
        delivery, twice = self.random.choice(DELIVERIES), self.random.random() < 1 / 2
        if chance < 3 / 4:
            return Faults(delivery=delivery, twice=twice)
        calls = tuple(self.random.choices(FAULTS, k=self.random.randint(1, 4)))
        if self.random.random() < 1 / 2:
            calls = (calls[0],) * 12  # longer than the retries; later calls of the request have no fault
        return Faults(calls, last=twice, delivery=delivery)

    def create(self, key: Key, desired: Desired) -> None:
        """Create a resource, or fail and roll back in one of several ways."""
        before = self.aws.subjects.active
        match self.random.choice(CREATES):
            case "given up":
                self.aws.create_and_give_up(key, desired, self.faults())
            case "overtaken":
                self.aws.overtake(key, desired)
            case end:
                response = self.aws.create(key, desired, self.faults())
                if response["Status"] == "SUCCESS" and end != "fails later":
                    self.aws.accept(key, desired, response)
                    return
                failed = Resource(response["PhysicalResourceId"], desired, None)
                if end == "no rollback":
                    self.aws.failed[key] = failed
                    return
                if not self.aws.delete(key, failed.physical_id, desired, self.faults()):
                    assert self.aws.delete(key, failed.physical_id, desired)  # after ROLLBACK_FAILED
        self.aws.check_still_active(before)

    def create_again(self, key: Key, failed: Resource) -> None:
        """Create a resource again after --disable-rollback; CloudFormation deletes the failed one first, or last."""
        desired, delete_first = (
            Desired(failed.desired.name, self.random.choice(ON_DELETE)),
            self.random.random() < 1 / 2,
        )
        del self.aws.failed[key]
        if delete_first:
            assert self.aws.delete(key, failed.physical_id, failed.desired)
        response = self.aws.create(key, desired, NO_FAULT)
        if response["Status"] == "SUCCESS":
            self.aws.accept(key, desired, response)
            if PhysicalId.parse(response["PhysicalResourceId"]).mark is Mark.ADOPTED:
                self.aws.exempt.add(desired.name)  # W6: the failed one's launch has no owner left
        else:
            assert self.aws.delete(key, response["PhysicalResourceId"], desired)
        if not delete_first:
            assert self.aws.delete(key, failed.physical_id, failed.desired)

    def update(self, key: Key, old: Resource, new: Desired, end: str) -> None:
        """Update a resource, then clean up, or roll back in either order."""
        before = self.aws.subjects.active
        response = self.aws.update(key, old.physical_id, old.desired, new, self.faults())
        new_id = response["PhysicalResourceId"]
        replaced = response["Status"] == "SUCCESS" and new_id != old.physical_id
        if response["Status"] == "SUCCESS" and end == "commit":
            self.aws.accept(key, new, response)
            if replaced and not self.aws.delete(key, old.physical_id, old.desired, self.faults()):
                self.aws.exempt.add(old.desired.name)  # W2: CloudFormation gives up a failed clean-up
            return
        if replaced and end == "roll back, delete first":
            assert self.aws.delete(key, new_id, new)
        given = new_id if replaced and self.random.random() < 1 / 2 else old.physical_id
        back = self.aws.update(key, given, new, old.desired, self.faults())
        if back["Status"] == "FAILED":
            back = self.aws.update(key, given, new, old.desired, NO_FAULT)  # continue-update-rollback
        if back["Status"] == "SUCCESS":
            self.aws.accept(key, old.desired, back)
        else:  # continue-update-rollback --resources-to-skip
            assert given != old.physical_id, "W9: nothing else keeps a stack from going back"
        if replaced and end != "roll back, delete first" and self.aws.resources[key].physical_id != new_id:
            assert self.aws.delete(key, new_id, new)
        self.aws.check_still_active(before)

    def delete(self, key: Key) -> None:
        """Delete a resource; after DELETE_FAILED it exists, and may be deleted again."""
        resource = self.aws.resources.pop(key)
        if not self.aws.delete(key, resource.physical_id, resource.desired, self.faults()):
            self.aws.resources[key] = resource


@pytest.mark.parametrize(("kind", "keeps_rules"), SUBJECTS)
@pytest.mark.parametrize("seed", range(WALKS))
def test_ownership_invariants_under_random_faults(harness: Harness, seed: int, kind: str, *, keeps_rules: bool) -> None:
    dynamodb = dynamodb_in_process()
    aws = CloudFormation(harness, Subjects(Service(dynamodb, make_table(dynamodb)), kind), keeps_rules)
    walk = Walk(aws, Random(f"{seed} {kind} {keeps_rules}"))  # noqa: S311 - no secret
    for _ in range(STEPS):
        walk.step()
        if keeps_rules:  # without the rules, an unproven launch is left running
            aws.check_orphans()
