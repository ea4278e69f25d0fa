"""Stacks of synthesized templates: CloudFormation's requests, their order, and how it acts on the responses."""

from typing import Any

from aws_cdk import CfnOutput
from aws_cdk import aws_ssm as ssm

import evidently_contract as contract
from cdk_evidently import EvidentlyEndpoint, StartLaunch
from helpers.driven_launches import Launches
from helpers.driven_shop import LOST, Shop, sent
from helpers.driver.changes import SiblingFails, Ways
from helpers.driver.driver import Driver
from helpers.driver.faults import Faults, faults
from helpers.driver.functions import End
from helpers.driver.stacks import Stack as DrivenStack
from helpers.synth import new_stack, synthesized


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
