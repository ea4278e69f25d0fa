"""Managed projects, features, segments and launches in real CloudFormation operations, with IAM enforced."""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk import Duration, Stack

from cdk_evidently import EvaluationStrategy, Feature, MetricMonitor, Project, Variation
from helpers.deployment import Release
from helpers.managed_shop import EVENTS, OFF, ON, Shop, state
from local_aws.errors import StackFailedError
from local_aws.server import ACCOUNT, REGION

ARN = f"arn:aws:evidently:{REGION}:{ACCOUNT}:"
KINDS = ("Project", "Feature", "Segment", "Launch")
LAUNCH = {"project": "shop", "launch": "winter"}


@pytest.fixture
def shop(release: Release) -> Shop:
    """The shop, not deployed."""
    return Shop(release.deployment.endpoint())


@pytest.fixture
def evidently(release: Release) -> Any:
    """A client of the API."""
    return release.deployment.evidently()


def ids(release: Release) -> dict[str, str]:
    """Return the physical id of the stack's one resource of each kind."""
    found = {}
    for kind in KINDS:
        (found[kind],) = release.deployment.deployer.physical_ids(release.name, f"Custom::Evidently{kind}")
    return found


def unowned(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's document without the tags that show its owner."""
    tags = {key: value for key, value in document["tags"].items() if not key.startswith("aws:")}
    return {**document, "tags": tags}


def failure(release: Release, shop: Shop) -> str:
    """Deploy a stack, expect a failure, and return its message."""
    with pytest.raises(StackFailedError) as failed:
        release.deploy(shop)
    return str(failed.value)


@pytest.mark.promise
def test_one_function_creates_starts_and_deletes_the_managed_resources(
    release: Release, shop: Shop, evidently: Any
) -> None:
    before = state(evidently)
    outputs = release.deploy(shop.but(started=True, tags={"team": "web"}))
    assert outputs == {
        "ProjectStatus": "AVAILABLE",
        "LaunchStatus": "CREATED",
        "StartedStatus": "RUNNING",
        "LaunchArn": f"{ARN}project/shop/launch/winter",
    }
    assert len(release.deployment.deployer.physical_ids(release.name, "AWS::Lambda::Function")) == 1
    created = {arn: resource for arn, resource in state(evidently).items() if arn not in before}
    assert sorted(created) == sorted(ids(release).values())
    assert {resource["tags"]["team"] for resource in created.values()} == {"web"}
    evaluated = evidently.evaluate_feature(
        project="shop", feature="banner", entityId="anna", evaluationContext='{"country": "NO"}'
    )
    assert (evaluated["variation"], evaluated["reason"]) == ("on", "LAUNCH_RULE_MATCH")

    release.destroy()
    assert state(evidently) == before


IN_PLACE: Mapping[str, dict[str, Any]] = {
    "the project's description": {"description": "The web shop"},
    "no description any more": {"description": None},
    "the data delivery": {"delivery": EVENTS},
    "the default variation": {"default": "off"},
    "the strategy": {"strategy": EvaluationStrategy.DEFAULT_VARIATION},
    "variations added, changed and removed": {
        "variations": (Variation.boolean("on", False), Variation.boolean("maybe", True)),
        "overrides": {"anna": "maybe"},
    },
    "entity overrides": {"overrides": {"anna": "off", "tester": "off"}},
    "weights": {"share": 20},
    "groups of a launch that is not running": {"shown": "off"},
    "metric monitors": {"monitors": [MetricMonitor(name="spent", entity_id_key="user", value_key="cents")]},
    "the salt": {"salt": "pepper"},
    "tags": {"tags": {"team": "web"}},
}
REPLACED: Mapping[str, tuple[dict[str, Any], set[str]]] = {
    "the project's name": ({"project": "store"}, {"Project", "Feature", "Launch"}),
    "the feature's name": ({"feature": "poster"}, {"Feature"}),
    "the launch's name": ({"launch": "spring"}, {"Launch"}),
    "the segment's pattern": ({"pattern": {"country": ["SE"]}}, {"Segment"}),
    "the segment's name": ({"segment": "scandinavia"}, {"Segment"}),
}


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_a_change_that_the_api_can_make_is_made_in_place_and_rolled_back(
    release: Release, shop: Shop, evidently: Any, change: dict[str, Any]
) -> None:
    release.deploy(shop)
    before, resources = ids(release), state(evidently)
    assert "Broken" in failure(release, shop.but(**change, broken=True))
    assert (ids(release), state(evidently)) == (before, resources)

    release.deploy(shop.but(**change))
    assert ids(release) == before
    changed = state(evidently)
    assert (changed.keys(), changed != resources) == (resources.keys(), True)

    release.deploy(shop)
    assert state(evidently) == resources


@pytest.mark.parametrize(("change", "kinds"), REPLACED.values(), ids=REPLACED)
def test_a_change_of_name_project_or_pattern_replaces_and_is_rolled_back(
    release: Release, shop: Shop, evidently: Any, change: dict[str, Any], kinds: set[str]
) -> None:
    release.deploy(shop)
    before, resources = ids(release), state(evidently)
    assert "Broken" in failure(release, shop.but(**change, broken=True))
    assert (ids(release), state(evidently)) == (before, resources)

    release.deploy(shop.but(**change))
    after = ids(release)
    assert {kind for kind in KINDS if before[kind] != after[kind]} == kinds
    replaced = state(evidently)
    assert set(after.values()) <= set(replaced)
    assert len(replaced) == len(resources)


def test_a_failed_create_leaves_nothing(release: Release, shop: Shop, evidently: Any) -> None:
    before = state(evidently)
    assert "Broken" in failure(release, shop.but(started=True, broken=True))
    assert state(evidently) == before


def test_new_groups_for_a_running_launch_fail_the_update_with_the_apis_message(
    release: Release, shop: Shop, evidently: Any
) -> None:
    running = shop.but(started=True)
    release.deploy(running)
    resources = state(evidently)
    reason = failure(release, running.but(shown="off", description="Another"))
    assert "409 ConflictException" in reason
    assert "groups" in reason
    assert state(evidently) == resources


def test_a_delete_stops_a_running_launch_whoever_started_it(release: Release, shop: Shop, evidently: Any) -> None:
    before = state(evidently)
    release.deploy(shop)
    evidently.start_launch(**LAUNCH)
    release.destroy()
    assert state(evidently) == before


def test_a_project_with_resources_of_others_stays_and_the_reason_names_them(
    release: Release, shop: Shop, evidently: Any
) -> None:
    release.deploy(shop)
    stranger = {"project": "shop", "feature": "strangers"}
    variations = [{"name": "on", "value": {"boolValue": True}}]
    evidently.create_feature(project="shop", name="strangers", variations=variations)
    with pytest.raises(StackFailedError, match="In the way: feature 'strangers'"):
        release.destroy()
    assert evidently.get_feature(**stranger)["feature"]["status"] == "AVAILABLE"

    evidently.delete_feature(**stranger)
    evidently.delete_project(project="shop")
    # The local AWS deletes the function before the resource that still needs it; CloudFormation would not.
    release.abandon("Custom::EvidentlyProject")


def test_an_existing_resource_fails_the_create_and_stays_unchanged(
    release: Release, shop: Shop, evidently: Any
) -> None:
    evidently.create_project(name="shop", description="Somebody's")
    before = state(evidently)
    assert "already exists" in failure(release, shop)
    assert state(evidently) == before
    evidently.delete_project(project="shop")


@pytest.mark.promise
def test_an_adopted_resource_is_reconciled_and_outlives_the_stack(release: Release, shop: Shop, evidently: Any) -> None:
    evidently.create_project(name="shop", description="Somebody's")
    release.deploy(shop.but(adopted=True))
    assert ids(release)["Project"] == f"{ARN}project/shop#adopted"
    assert evidently.get_project(project="shop")["project"]["description"] == "The shop"
    release.destroy()
    assert evidently.get_project(project="shop")["project"]["featureCount"] == 0
    evidently.delete_project(project="shop")


def test_a_rolled_back_adoption_leaves_the_resource_unchanged(release: Release, shop: Shop, evidently: Any) -> None:
    evidently.create_project(name="shop", description="The shop")
    before = state(evidently)
    assert "Broken" in failure(release, shop.but(adopted=True, broken=True))
    assert state(evidently) == before
    evidently.delete_project(project="shop")


@pytest.mark.promise
def test_a_retained_resource_outlives_the_stack_without_an_owner(release: Release, shop: Shop, evidently: Any) -> None:
    release.deploy(shop.but(retained=True))
    resources = state(evidently)
    release.destroy()
    assert state(evidently) == {arn: unowned(resource) for arn, resource in resources.items()}
    evidently.delete_launch(**LAUNCH)
    evidently.delete_feature(project="shop", feature="banner")
    evidently.delete_project(project="shop")
    (segment,) = evidently.list_segments()["segments"]
    evidently.delete_segment(segment=segment["name"])


def test_a_construct_that_moves_keeps_its_running_launch(release: Release, shop: Shop, evidently: Any) -> None:
    running, initial = shop.but(started=True, segment="norway"), state(evidently)
    release.deploy(running)
    before = state(evidently)
    release.deploy(running.but(scope="Inner"))
    after = state(evidently)
    assert after.keys() == before.keys()
    launch = f"{ARN}project/shop/launch/winter"
    assert after[launch]["execution"] == before[launch]["execution"]
    assert after[launch]["status"] == "RUNNING"
    failure(release, running.but(broken=True))
    assert state(evidently) == after
    release.destroy()
    assert state(evidently) == initial


def test_a_managed_feature_belongs_to_an_existing_project(release: Release, evidently: Any) -> None:
    def build(stack: Stack) -> None:
        project = Project.from_project_name(stack, "Project", "petfood")
        Feature(
            stack,
            "Feature",
            project=project,
            feature_name="imported",
            variations=[ON, OFF],
            endpoint=release.deployment.endpoint(),
        )

    release.deploy(build)
    assert evidently.get_feature(project="petfood", feature="imported")["feature"]["defaultVariation"] == "on"
    release.destroy()
    assert "imported" not in [it["name"] for it in evidently.list_features(project="petfood")["features"]]


def test_a_variation_switched_off_by_hand_stays_off_when_a_deploy_adds_a_tag_or_a_longer_timeout(
    release: Release, shop: Shop, evidently: Any
) -> None:
    release.deploy(shop.but(started=True))
    off = [{"name": "on", "value": {"boolValue": False}}]
    evidently.update_feature(project="shop", feature="banner", addOrUpdateVariations=off)

    release.deploy(shop.but(started=True, tags={"team": "web"}, timeout=Duration.minutes(9)))

    feature = evidently.get_feature(project="shop", feature="banner")["feature"]
    assert {each["name"]: each["value"] for each in feature["variations"]}["on"] == {"boolValue": False}
    assert feature["tags"]["team"] == "web"
