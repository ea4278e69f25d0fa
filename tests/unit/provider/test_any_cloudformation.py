"""Whatever CloudFormation, Lambda, the network and other hands do: what the provider promises stays true.

hypothesis makes the sequences. Two stacks with two resources each name a few launches; every request may meet faults of
the API, lose its answer, or come twice. `CloudFormation` checks each answer; the invariants are about launches.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import evidently_contract as contract
from helpers.cloudformation_model import (
    ALL_IS_WELL,
    DELIVERIES,
    FAULTS,
    STACKS,
    Asked,
    CloudFormation,
    Key,
    Trouble,
    held_launch,
)
from helpers.fake_clock import FakeClock
from helpers.provider_scene import Scene
from helpers.service import Service
from helpers.service_table import dynamodb_client, make_table
from local_aws.server import LocalAws

KEYS = st.builds(Key, st.sampled_from(["shop", "shop", "depot"]), st.sampled_from(["A", "A", "B"]))
KEEP = contract.ON_DELETE_KEEP_RUNNING
ON_DELETE = st.sampled_from([contract.ON_DELETE_CANCEL, contract.ON_DELETE_CANCEL, contract.ON_DELETE_COMPLETE, KEEP])
MIXED = st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4).map(tuple)
# Longer than anybody tries again; then all is well, for what is left to do.
LONG = st.builds(lambda fault: (fault,) * 12, st.sampled_from(FAULTS))
TROUBLES = st.one_of(
    st.just(ALL_IS_WELL),
    st.just(Trouble(("answer lost",) * 12)),  # ownership is at stake
    st.builds(Trouble, delivery=st.sampled_from(DELIVERIES), twice=st.booleans()),
    st.builds(Trouble, faults=st.one_of(MIXED, LONG), lasting=st.booleans(), delivery=st.sampled_from(DELIVERIES)),
)
INDEXES = st.integers(0, 3)
SAME = "the same"
LAUNCHES = st.sampled_from(["a new one", "a new one", 0, 1, 2])  # or the newest but so many


class Machine(RuleBasedStateMachine):
    """Two stacks, their launches, and everybody else."""

    local_aws: LocalAws
    scene: Scene
    knows_starter: bool

    def __init__(self) -> None:
        super().__init__()
        dynamodb = dynamodb_client(self.local_aws.url)
        self.service = Service(dynamodb, make_table(dynamodb))
        scene = Scene(self.scene.api, self.scene.cloudformation, FakeClock())
        self.cloudformation = CloudFormation(scene, self.service, self.knows_starter)
        scene.api.received = []
        scene.api.respond = self.cloudformation.serve
        self.resources: dict[Key, tuple[str, Asked]] = {}
        self.kept: set[str] = set()  # what was let go of with KEEP_RUNNING
        self.launches: list[str] = []

    @initialize()
    def make_launch(self) -> None:
        name = f"launch-{len(self.launches)}"
        self.service.with_launch(name)
        self.launches.append(name)

    def launch(self, which: str | int) -> str:
        """A new launch, which is CREATED, or one of the latest: what has ended is of little interest."""
        if isinstance(which, str):
            self.make_launch()
            return self.launches[-1]
        return self.launches[-1 - which % len(self.launches)]

    def existing(self, index: int) -> Key:
        """A resource that is there."""
        return list(self.resources)[index % len(self.resources)]

    @rule(key=KEYS, which=LAUNCHES, on_delete=ON_DELETE, trouble=TROUBLES, fails_later=st.booleans())
    def create(self, key: Key, which: str | int, on_delete: str, trouble: Trouble, *, fails_later: bool) -> None:
        if key in self.resources:
            return
        before, asked = self.cloudformation.running(), Asked(self.launch(which), on_delete)
        answer = self.cloudformation.request("Create", key, asked, trouble=trouble)
        if answer["Status"] == "SUCCESS" and not fails_later:
            self.resources[key] = (answer["PhysicalResourceId"], asked)
            return
        self.let_go(key, answer["PhysicalResourceId"], asked)
        self.check_nothing_changed(before, trouble, asked)

    @rule(key=KEYS, which=LAUNCHES, trouble=TROUBLES)
    def create_and_lose(self, key: Key, which: str | int, trouble: Trouble) -> None:
        if key not in self.resources:
            self.cloudformation.create_and_lose(key, Asked(self.launch(which)), trouble)

    @rule(key=KEYS, which=LAUNCHES, times=st.integers(1, 2))
    def overtake(self, key: Key, which: str | int, times: int) -> None:
        if key not in self.resources:
            self.cloudformation.overtake(key, Asked(self.launch(which)), times)

    @precondition(lambda self: self.resources)
    @rule(
        index=INDEXES,
        which=st.one_of(st.just(SAME), LAUNCHES),
        on_delete=ON_DELETE,
        trouble=TROUBLES,
        end=st.sampled_from(["commit", "roll back, update first", "roll back, delete first"]),
        back_trouble=TROUBLES,
    )
    def update(
        self, *, index: int, which: str | int, on_delete: str, trouble: Trouble, end: str, back_trouble: Trouble
    ) -> None:
        key, before = self.existing(index), self.cloudformation.running()
        old_id, old = self.resources[key]
        new = Asked(old.launch if which == SAME else self.launch(which), on_delete)
        answer = self.cloudformation.request("Update", key, new, old_id, trouble)
        new_id = answer["PhysicalResourceId"]
        replaced = answer["Status"] == "SUCCESS" and new_id != old_id
        if answer["Status"] == "SUCCESS" and end == "commit":
            self.resources[key] = (new_id, new)
            if replaced:
                self.let_go(key, old_id, old)
            return
        if replaced and end == "roll back, delete first":
            self.let_go(key, new_id, new)
        back = self.cloudformation.request("Update", key, old, old_id, back_trouble)
        if back["Status"] == "SUCCESS":
            self.resources[key] = (back["PhysicalResourceId"], old)
        if replaced and end != "roll back, delete first":
            self.let_go(key, new_id, new)
        if back_trouble.faults:
            return
        self.check_nothing_changed(before, trouble, new)
        if not trouble.faults:
            assert self.resources[key] == (old_id, old)

    @precondition(lambda self: self.resources)
    @rule(index=INDEXES, trouble=TROUBLES)
    def delete(self, index: int, trouble: Trouble) -> None:
        key = self.existing(index)
        physical_id, asked = self.resources.pop(key)
        if not self.let_go(key, physical_id, asked, trouble):
            self.resources[key] = (physical_id, asked)  # DELETE_FAILED: it may be asked again

    @rule(which=LAUNCHES, operation=st.sampled_from(["start_launch", "stop_launch", "delete_launch"]))
    def by_hand(self, which: str | int, operation: str) -> None:
        self.cloudformation.by_hand(operation, self.launch(which))

    def let_go(self, key: Key, physical_id: str, asked: Asked, trouble: Trouble = ALL_IS_WELL) -> bool:
        """A Delete; whether it succeeded."""
        answer = self.cloudformation.request("Delete", key, asked, physical_id, trouble)
        if asked.on_delete == KEEP:
            self.kept.add(held_launch(physical_id))
        return bool(answer["Status"] == "SUCCESS")

    def check_nothing_changed(self, before: set[str], trouble: Trouble, asked: Asked) -> None:
        """What ran before a rollback runs after it, and what did not does not, unless it is to be kept running."""
        if not trouble.faults and asked.on_delete != KEEP and (self.knows_starter or trouble.delivery != "lost"):
            assert self.cloudformation.running() == before

    @invariant()
    def no_resource_stops_what_its_stack_did_not_start(self) -> None:
        stack_of = {Key(stack, name).starter: stack for stack in STACKS for name in "AB"}
        for launch, stopper in self.cloudformation.stopped_by.items():
            assert stack_of.get(self.cloudformation.started_by[launch]) == stack_of[stopper]

    @invariant()
    def nothing_that_a_stack_started_is_left_running_without_it(self) -> None:
        if not self.knows_starter:
            return  # what can't be proven ours is left alone there
        held = {(key.stack, held_launch(physical_id)) for key, (physical_id, _) in self.resources.items()}
        stack_of = {Key(stack, name).starter: stack for stack in STACKS for name in "AB"}
        for launch in self.cloudformation.running() - self.kept - self.cloudformation.unsettled:
            stack = stack_of.get(self.cloudformation.started_by[launch])
            assert stack is None or (stack, launch) in held


@pytest.mark.parametrize("knows_starter", [True, False], ids=["an API that knows the starter", "one that does not"])
def test_whatever_happens_nothing_is_stopped_that_was_not_ours_and_nothing_of_ours_is_left(
    scene: Scene, local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, *, knows_starter: bool
) -> None:
    if not knows_starter:
        monkeypatch.setenv(contract.ENV_SIGNING_NAME, contract.SIGNING_NAME_EVIDENTLY)
    given: dict[str, Any] = {"scene": scene, "local_aws": local_aws, "knows_starter": knows_starter}
    for name, value in given.items():
        monkeypatch.setattr(Machine, name, value, raising=False)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # to shrink a failure takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
