"""Stacks of synthesized templates: CloudFormation's requests, their order, and how it acts on the responses."""

from typing import Any

import pytest
from aws_cdk import CfnOutput
from aws_cdk import aws_ssm as ssm

import evidently_contract as contract
from cdk_evidently import EvidentlyEndpoint, StartLaunch
from helpers.driven_launches import Launches
from helpers.driver.changes import SiblingFails, Ways
from helpers.driver.driver import Driver
from helpers.driver.faults import Faults, faults
from helpers.driver.functions import End
from helpers.driver.stacks import Stack as DrivenStack
from helpers.synth import new_stack, synthesized

LOST = [faults("lost")]


class Shop:
    """Templates with StartLaunch resources, by logical id."""

    def __init__(self, driver: Driver, launches: Launches) -> None:
        self._driver = driver
        self._launches = launches

    def template(self, *, banner: str = "Treats", provider: str = "Provider", **starts: str) -> dict[str, Any]:
        """Return a template.

        Args:
            banner: text in the template; another one changes every StartLaunch.
            provider: logical id of the function.
            starts: the launch of each StartLaunch; `Second` waits for `First`, all others for nothing.

        """
        variables = {
            contract.ENV_ENDPOINT_URL: self._driver.api.url,
            contract.ENV_SIGNING_NAME: contract.SIGNING_NAME_EXECUTE_API,
        }
        function = {"Handler": contract.PROVIDER_HANDLER, "Timeout": 180, "Environment": {"Variables": variables}}
        resources: dict[str, Any] = {
            provider: {"Type": "AWS::Lambda::Function", "Properties": function},
            "Banner": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": banner}},
        }
        for logical_id, launch in starts.items():
            properties = {"ServiceToken": {"Fn::GetAtt": [provider, "Arn"]}, **self._launches.properties(launch)}
            resources[logical_id] = {
                "Type": contract.START_LAUNCH_RESOURCE_TYPE,
                "Properties": {**properties, "Triggers": banner, "ServiceTimeout": 1000},
            }
        if {"First", "Second"} <= starts.keys():
            resources["Second"]["DependsOn"] = ["First"]
        return {"Resources": resources}


@pytest.fixture
def shop(driver: Driver, launches: Launches) -> Shop:
    for name in ("december", "january"):
        launches.make(name)
    return Shop(driver, launches)


@pytest.fixture
def stack(driver: Driver) -> DrivenStack:
    return driver.stack("shop")


def sent(stack: DrivenStack) -> list[str]:
    return [each.purpose for each in stack.requests]


def test_a_synthesized_stack_is_created_updated_and_deleted(
    driver: Driver, launches: Launches, stack: DrivenStack
) -> None:
    def build(banner: str) -> dict[str, Any]:
        found = new_stack()
        endpoint = EvidentlyEndpoint.from_url(driver.api.url, signing_name="execute-api", api_id="abcde12345")
        start = StartLaunch(found, "Start", project=launches.project, launch="november", endpoint=endpoint)
        start.execute_after(ssm.StringParameter(found, "Banner", string_value=banner))
        CfnOutput(found, "Status", value=start.launch_status)
        CfnOutput(found, "Sentence", value=f"{start.launch_name} by {start.started_by} in {found.region}")
        return synthesized(found)

    assert stack.deploy(build("Treats")) == "CREATE_COMPLETE"
    assert stack.outputs == {"Status": "RUNNING", "Sentence": "november by stack in eu-north-1"}
    assert stack.deploy(build("More treats")) == "UPDATE_COMPLETE"
    assert stack.deploy(build("More treats")) == "UPDATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert [each.kind for each in stack.requests] == ["Create", "Update", "Delete"], "nothing to update, nothing sent"
    assert launches.status() == "CANCELLED"
    create, update, delete = stack.requests
    assert update.physical_id == delete.physical_id == create.responses[0].physical_id
    assert update.old_properties == create.properties
    assert all(isinstance(value, str) for value in create.properties.values())


def test_independent_resources_are_created_in_parallel(shop: Shop, stack: DrivenStack, launches: Launches) -> None:
    slow = [faults("slow", seconds=5)]
    template = shop.template(A="november", B="december")
    assert stack.deploy(template, faults={"create A": slow, "create B": slow}) == "CREATE_COMPLETE"
    for each in stack.requests:
        each.deliveries[0].end()
    a, b = (each.deliveries[0].tries[0] for each in stack.requests)
    assert a.began < b.ended
    assert b.began < a.ended
    assert a.sandbox is not b.sandbox
    assert stack.requests[0].requested_at == stack.requests[1].requested_at
    assert [launches.status(each) for each in ("november", "december")] == ["RUNNING"] * 2


def test_a_dependent_resource_is_created_after_and_deleted_before_its_dependency(
    shop: Shop, stack: DrivenStack
) -> None:
    stack.deploy(shop.template(Second="november", First="december"))
    first, second = stack.requests
    assert (first.purpose, second.purpose) == ("create First", "create Second")
    assert second.requested_at is not None
    assert second.requested_at > first.responses[0].at
    stack.delete()
    assert sent(stack)[2:] == ["delete Second", "delete First"]


def test_a_failed_create_is_followed_by_a_delete_with_its_id(shop: Shop, stack: DrivenStack) -> None:
    assert stack.deploy(shop.template(Start="november"), faults={"create Start": LOST}) == "ROLLBACK_COMPLETE"
    create, delete = stack.requests
    assert create.responses[0].status == "FAILED"
    assert delete.physical_id == create.responses[0].physical_id
    assert delete.properties == create.properties
    old_id = stack.stack_id
    assert stack.deploy(shop.template(Start="december")) == "CREATE_COMPLETE"
    assert stack.stack_id != old_id


def test_a_cancelled_create_is_deleted_by_a_made_up_id_while_it_still_runs(shop: Shop, stack: DrivenStack) -> None:
    status = stack.deploy(
        shop.template(Start="november"),
        fails=SiblingFails("during", "Start", seconds=2),
        faults={"create Start": [faults("slow", seconds=9)]},
    )
    assert status == "ROLLBACK_COMPLETE"
    create, delete = stack.requests
    assert delete.physical_id is not None
    assert delete.physical_id.startswith("shop-Start-")
    assert not create.responses, "it still runs"
    (delivery,) = create.deliveries
    finished = delivery.response()
    assert finished.at > delete.responses[0].at
    assert delivery.tries[0].end is End.RETURNED


def test_a_response_after_a_sibling_failed_is_ignored(shop: Shop, stack: DrivenStack) -> None:
    fails = SiblingFails("before", "Start")
    assert stack.deploy(shop.template(Start="november"), fails=fails) == "ROLLBACK_COMPLETE"
    create, delete = stack.requests
    assert create.responses[0].status == "SUCCESS"
    assert delete.physical_id is not None
    assert delete.physical_id.startswith("shop-Start-")


def test_a_sibling_that_fails_later_rolls_the_resource_back(shop: Shop, stack: DrivenStack, launches: Launches) -> None:
    fails = SiblingFails("after", "Start")
    assert stack.deploy(shop.template(Start="november"), fails=fails) == "ROLLBACK_COMPLETE"
    assert stack.requests[1].physical_id == stack.requests[0].responses[0].physical_id
    assert launches.status() == "CANCELLED"


def test_a_resource_that_is_not_custom_can_fail_in_its_turn(shop: Shop, stack: DrivenStack) -> None:
    template = shop.template(Start="november")
    template["Resources"]["Banner"]["DependsOn"] = "Start"
    assert stack.deploy(template, fails="Banner") == "ROLLBACK_COMPLETE"
    assert sent(stack) == ["create Start", "rollback delete Start"]


def test_a_failure_cancels_resources_in_progress(shop: Shop, stack: DrivenStack) -> None:
    template = shop.template(Slow="november", Broken="december", Later="january")
    template["Resources"]["Later"]["DependsOn"] = "Slow"
    slow = [faults("slow", seconds=60)]
    status = stack.deploy(template, faults={"create Slow": slow, "create Broken": [faults("forbidden")]})
    assert status == "ROLLBACK_COMPLETE"
    assert set(sent(stack)) == {"create Slow", "create Broken", "rollback delete Slow", "rollback delete Broken"}


def test_a_create_without_a_response_in_time_fails(driver: Driver, shop: Shop, stack: DrivenStack) -> None:
    before = driver.clock.now
    late = [Faults(queued=2000)]
    assert stack.deploy(shop.template(Start="november"), faults={"create Start": late}) == "ROLLBACK_COMPLETE"
    assert 1000 < driver.clock.now - before < 1030
    create, delete = stack.requests
    assert delete.physical_id is not None
    assert delete.physical_id.startswith("shop-Start-")
    assert create.deliveries[0].response().at > delete.responses[0].at


def test_a_service_token_cant_change(shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    status = stack.deploy(shop.template(provider="Another", Start="november"))
    assert (status, sent(stack)) == ("UPDATE_ROLLBACK_COMPLETE", ["create Start"])


def test_a_missing_function_fails_its_resource(shop: Shop, stack: DrivenStack) -> None:
    template = shop.template(Start="november")
    template["Resources"]["Broken"] = {
        "Type": "Custom::Broken",
        "DependsOn": "Start",
        "Properties": {"ServiceToken": "arn:aws:lambda:eu-north-1:123456789012:function:none"},
    }
    assert stack.deploy(template) == "ROLLBACK_COMPLETE"
    assert sent(stack) == ["create Start", "rollback delete Start"]


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


def test_a_retained_resource_gets_no_delete(shop: Shop, stack: DrivenStack) -> None:
    def retaining(launch: str, *policies: str) -> dict[str, Any]:
        template = shop.template(Start=launch)
        template["Resources"]["Start"] |= dict.fromkeys(policies, "Retain")
        return template

    stack.deploy(retaining("november", "UpdateReplacePolicy"))
    assert stack.deploy(retaining("december", "DeletionPolicy")) == "UPDATE_COMPLETE"
    assert stack.deploy(shop.template(Other="january")) == "UPDATE_COMPLETE"
    assert sent(stack) == ["create Start", "update Start", "create Other"]
    stack.deploy(retaining("december", "DeletionPolicy"))
    assert stack.delete() == "DELETE_COMPLETE"
    assert "delete Start" not in sent(stack)


def test_each_request_has_its_own_date_unless_the_pace_is_0(shop: Shop, stack: DrivenStack) -> None:
    fails = SiblingFails("after", "Start")
    stack.deploy(shop.template(Start="november"), fails=fails)
    stack.deploy(shop.template(Start="december"), fails=fails, ways=Ways(pace=0))
    create, delete, create_again, delete_again = (each.requested_at for each in stack.requests)
    assert create is not None
    assert delete is not None
    assert create < delete
    assert create_again == delete_again


def test_a_changed_endpoint_changes_the_function_in_place(driver: Driver, shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    moved = shop.template(Start="november", banner="More")
    variables = moved["Resources"]["Provider"]["Properties"]["Environment"]["Variables"]
    variables[contract.ENV_ENDPOINT_URL] = {"Fn::Sub": "${Url}"}
    moved["Parameters"] = {"Url": {"Type": "String"}}
    stack.deploy(moved, parameters={"Url": driver.stand_in.url})
    (function,) = {each.function.arn: each.function for each in stack.requests[-1:]}.values()
    assert function.environment[contract.ENV_ENDPOINT_URL] == driver.stand_in.url
    assert function.arn == stack.requests[0].function.arn


def test_two_stacks_can_be_deployed_at_once(driver: Driver, shop: Shop) -> None:
    first, second = driver.stack("first"), driver.stack("second")
    slow = {"create Start": [faults("slow", seconds=100)]}
    one = first.start(shop.template(Start="november"), faults=slow)
    two = second.start(shop.template(Start="december"), faults=slow)
    assert (first.end(one), second.end(two)) == ("CREATE_COMPLETE", "CREATE_COMPLETE")
    a, b = (each.requests[0].responses[0].at for each in (first, second))
    assert abs(a - b) < 90


def test_a_request_of_a_stack_can_be_sent_again_later(driver: Driver, shop: Shop, stack: DrivenStack) -> None:
    stack.deploy(shop.template(Start="november"))
    again = driver.send(stack.requests[0], Faults(queued=3600))
    stack.delete()
    assert not again.is_over
    assert again.response().at - stack.requests[-1].responses[0].at > 3000
