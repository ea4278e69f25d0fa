"""Updates of stacks: clean-ups, rollbacks in every order, and deploys without a rollback."""

import pytest

from helpers.driven_launches import Launches
from helpers.driven_shop import LOST, Shop, sent
from helpers.driver.changes import SiblingFails, Ways
from helpers.driver.faults import faults
from helpers.driver.stacks import Stack as DrivenStack


def test_a_replaced_id_is_deleted_with_the_old_properties_when_the_update_is_complete(
    shop: Shop, stack: DrivenStack, launches: Launches
) -> None:
    stack.deploy(shop.template(Start="november", Other="january"))
    assert stack.deploy(shop.template(Start="december")) == "UPDATE_COMPLETE"
    assert sent(stack)[2] == "update Start"
    assert set(sent(stack)[3:]) == {"cleanup Start", "cleanup Other"}
    create, cleanup = stack.request("create Start"), stack.request("cleanup Start")
    assert (cleanup.physical_id, cleanup.properties) == (create.responses[0].physical_id, create.properties)
    assert [launches.status(each) for each in ("november", "december", "january")] == [
        "CANCELLED",
        "RUNNING",
        "CANCELLED",
    ]


def test_a_failed_clean_up_is_not_retried(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    status = stack.deploy(shop.template(Start="december"), faults={"cleanup Start": LOST})
    assert (status, stack.request("cleanup Start").responses[0].status) == ("UPDATE_COMPLETE", "FAILED")
    stack.delete()
    assert sent(stack)[-1] == "delete Start"


@pytest.mark.parametrize(
    ("ways", "purposes"),
    [
        (Ways(replaced="update first"), ["rollback update Start", "rollback delete Start"]),
        (Ways(replaced="delete first"), ["rollback delete Start", "rollback update Start"]),
        (Ways(replaced="delete only"), ["rollback delete Start"]),
        (Ways(back_with_new_id=True), ["rollback update Start", "rollback delete Start"]),
    ],
)
def test_a_replacement_is_rolled_back_in_any_order(
    shop: Shop, stack: DrivenStack, ways: Ways, purposes: list[str]
) -> None:
    stack.deploy(shop.template(Start="november"))
    fails = SiblingFails("after", "Start")
    assert stack.deploy(shop.template(Start="december"), fails=fails, ways=ways) == "UPDATE_ROLLBACK_COMPLETE"
    create, update = stack.requests[:2]
    assert sent(stack)[2:] == purposes
    assert stack.request("rollback delete Start").physical_id == update.responses[0].physical_id
    if "rollback update Start" in purposes:
        back = stack.request("rollback update Start")
        assert (back.properties, back.old_properties) == (create.properties, update.properties)
        assert back.physical_id == (update if ways.back_with_new_id else create).responses[0].physical_id


def test_a_cancelled_update_is_rolled_back_with_the_id_from_before(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    fails = SiblingFails("before", "Start")
    assert stack.deploy(shop.template(Start="december"), fails=fails) == "UPDATE_ROLLBACK_COMPLETE"
    create, update, back = stack.requests
    assert back.purpose == "rollback update Start"
    assert back.physical_id == create.responses[0].physical_id
    assert (back.properties, back.old_properties) == (create.properties, update.properties)


def test_a_resource_created_by_an_update_is_deleted_by_its_rollback(
    shop: Shop, stack: DrivenStack, launches: Launches
) -> None:
    stack.deploy(shop.template(Start="november"))
    template = shop.template(Start="november", New="december", banner="More")
    status = stack.deploy(template, fails=SiblingFails("after", "New"))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert sent(stack)[-1] == "rollback delete New"
    assert (launches.status(), launches.status("december")) == ("RUNNING", "CANCELLED")
    assert list(stack.resources) == ["Start"]


def test_a_failed_rollback_of_an_update_can_continue_or_skip_the_resource(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    fails, lost = SiblingFails("after", "Start"), {"rollback update Start": LOST}
    changed = shop.template(Start="november", banner="More")
    assert stack.deploy(changed, fails=fails, faults=lost) == "UPDATE_ROLLBACK_FAILED"
    assert stack.continue_rollback(faults=lost) == "UPDATE_ROLLBACK_FAILED"
    assert stack.continue_rollback() == "UPDATE_ROLLBACK_COMPLETE"
    assert sent(stack).count("rollback update Start") == 3
    assert stack.deploy(changed, fails=fails, faults=lost) == "UPDATE_ROLLBACK_FAILED"
    assert stack.continue_rollback(skip=["Start"]) == "UPDATE_ROLLBACK_COMPLETE"
    assert sent(stack).count("rollback update Start") == 4


def test_a_replacement_whose_rollback_fails_is_deleted_once(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    fails, lost = SiblingFails("after", "Start"), {"rollback update Start": LOST}
    changed = shop.template(Start="december", banner="More")
    assert stack.deploy(changed, fails=fails, faults=lost) == "UPDATE_ROLLBACK_FAILED"
    assert stack.continue_rollback() == "UPDATE_ROLLBACK_COMPLETE"
    assert sent(stack).count("rollback delete Start") == 1


def test_a_stack_can_be_deleted_when_its_rollback_has_failed(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november", Other="january"))
    template = shop.template(Start="december", Other="january", New="december", banner="More")
    template["Resources"]["New"]["DependsOn"] = ["Start", "Other"]
    failing = {"create New": LOST, "rollback update Start": LOST}
    assert stack.deploy(template, faults=failing) == "UPDATE_ROLLBACK_FAILED"
    old, other, new, failed = (
        stack.request(each).responses[0].physical_id
        for each in ("create Start", "create Other", "update Start", "create New")
    )
    assert stack.delete() == "DELETE_COMPLETE"
    deleted = [each.physical_id for each in stack.requests if each.purpose.startswith("delete")]
    assert sorted(map(str, deleted)) == sorted([old, other, new, failed])


def test_a_failed_delete_can_be_retried_or_the_resource_retained(
    shop: Shop, stack: DrivenStack, launches: Launches
) -> None:
    stack.deploy(shop.template(Second="november", First="december"))
    assert stack.delete(faults={"delete Second": LOST}) == "DELETE_FAILED"
    assert sent(stack)[2:] == ["delete Second"], "what it depends on is not deleted before it"
    assert stack.delete(faults={"delete First": LOST}) == "DELETE_FAILED"
    assert stack.delete(retain=["First"]) == "DELETE_COMPLETE"
    assert sent(stack)[3:] == ["delete Second", "delete First"]
    assert (launches.status(), launches.status("december")) == ("CANCELLED", "RUNNING")


def test_a_failed_rollback_of_a_create_leaves_the_stack_to_be_deleted(shop: Shop, stack: DrivenStack) -> None:
    failing = {"create Start": [faults("response lost")], "rollback delete Start": LOST}
    assert stack.deploy(shop.template(Start="november"), faults=failing) == "ROLLBACK_FAILED"
    assert stack.delete() == "DELETE_COMPLETE"
    assert sent(stack) == ["create Start", "rollback delete Start", "delete Start"]
    assert stack.requests[-1].physical_id == stack.requests[0].responses[0].physical_id


def test_leftovers_of_a_deploy_without_rollback_are_deleted_with_the_stack(shop: Shop, stack: DrivenStack) -> None:
    template = shop.template(Start="november", Other="december")
    stack.deploy(template, faults={"create Start": LOST}, disable_rollback=True)
    assert stack.delete() == "DELETE_COMPLETE"
    assert sorted(sent(stack)[2:]) == ["delete Other", "delete Start"]


@pytest.mark.parametrize(
    ("ways", "purposes"),
    [
        (Ways(), ["create Start", "cleanup Start"]),
        (Ways(failed_creates_first=True), ["cleanup Start", "create Start"]),
    ],
)
def test_leftovers_of_a_deploy_without_rollback_are_deleted_by_the_next_one(
    shop: Shop, stack: DrivenStack, ways: Ways, purposes: list[str]
) -> None:
    template, lost = shop.template(Start="november"), {"create Start": LOST}
    assert stack.deploy(template, faults=lost, disable_rollback=True) == "CREATE_FAILED"
    assert sent(stack) == ["create Start"]
    assert stack.deploy(template, ways=ways) == "UPDATE_COMPLETE"
    assert sent(stack)[1:] == purposes
    assert stack.request("cleanup Start").physical_id == stack.requests[0].responses[0].physical_id


@pytest.mark.parametrize(
    ("ways", "old"), [(Ways(attempted_is_old=True), "december"), (Ways(attempted_is_old=False), "november")]
)
def test_after_a_failed_update_without_rollback_either_properties_may_be_the_old_ones(
    shop: Shop, stack: DrivenStack, ways: Ways, old: str
) -> None:
    stack.deploy(shop.template(Start="november"))
    lost, changed = {"update Start": LOST}, shop.template(Start="december")
    assert stack.deploy(changed, faults=lost, disable_rollback=True, ways=ways) == "UPDATE_FAILED"
    assert stack.deploy(shop.template(Start="january")) == "UPDATE_COMPLETE"
    last = stack.request("update Start")
    assert last.old_properties is not None
    assert last.old_properties["Launch"] == old
    assert last.physical_id == stack.requests[0].responses[0].physical_id
