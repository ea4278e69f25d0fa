"""The owner header of creates, starts, stops and deletes, beyond the rules that all records share."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from evidently_service.domain.quotas import Quotas
from helpers.evidently_api import owner_header
from helpers.records import CREATED, DELETED, Record, outcome_of, refusal_of
from helpers.service import ON_AND_OFF, Service

LAUNCH = {"project": "petfood", "launch": "november"}
LATER = CREATED + 30


@pytest.fixture
def owned(service: Service) -> Record:
    """Return an owned launch that somebody started by hand."""
    record = Record(service, "launch").make()
    record.acquired()
    service.client().start_launch(**LAUNCH)
    return record


def counters(service: Service) -> tuple[int, int, int]:
    project = service.client().get_project(project="petfood")["project"]
    return project["featureCount"], project["launchCount"], project["activeLaunchCount"]


@pytest.mark.parametrize(
    ("create", "other"),
    [
        ("create_project", {"name": "shoes", "description": "other"}),
        ("create_feature", {"project": "petfood", "name": "banner", "variations": ON_AND_OFF[:1]}),
        (
            "create_launch",
            {
                "project": "petfood",
                "name": "december",
                "groups": [{"name": "x", "feature": "x", "variation": "x"}],
                "scheduledSplitsConfig": {"steps": [{"startTime": 1, "groupWeights": {"nobody": 1}}]},
            },
        ),
        ("create_segment", {"name": "vip", "pattern": '{"a": "not a pattern"}'}),
    ],
)
def test_a_create_by_an_owner_returns_the_existing_resource(
    service: Service, create: str, other: dict[str, Any]
) -> None:
    service.with_launch()
    first: dict[str, dict[str, Any]] = {
        "create_project": {"description": "first"},
        "create_feature": {"variations": ON_AND_OFF},
        "create_launch": {"groups": [{"name": "all", "feature": "upsell", "variation": "on"}]},
        "create_segment": {"pattern": '{"a": [1]}'},
    }
    names = {name: other[name] for name in ("project", "name") if name in other}
    made = getattr(service.client(owner=owner_header("acquire-new", at=CREATED)), create)(**names, **first[create])
    kind = create.removeprefix("create_")
    before = counters(service)
    for resource in ("StartUpsell", "Joins"):
        client = service.client(owner=owner_header("acquire", resource, at=CREATED))
        assert {**getattr(client, create)(**other)[kind], "tags": {}} == {**made[kind], "tags": {}}
    assert counters(service) == before


def test_a_create_with_an_owner_follows_the_same_rules_and_quotas(service: Service) -> None:
    service.with_launch().create_segment(name="vip", pattern='{"a": [1]}')
    owner = service.client(owner=owner_header("acquire-new"))
    groups = [{"name": "all", "feature": "upsell", "variation": "on"}]
    refusals = [
        lambda: owner.create_project(
            name="shoes", appConfigResource={"applicationId": "a1b2", "environmentId": "c3d4"}
        ),
        lambda: owner.create_feature(project="petfood", name="x", variations=ON_AND_OFF, defaultVariation="no"),
        lambda: owner.create_launch(project="petfood", name="x", groups=groups * 2),
        lambda: owner.create_segment(name="x", pattern='{"a": 1}'),
    ]
    assert [outcome_of(call) for call in refusals] == ["ValidationException"] * 4
    service.quotas = Quotas(projects=1, features_per_project=1, launches_per_project=1, segments=1)
    over = [
        lambda: owner.create_project(name="shoes"),
        lambda: owner.create_feature(project="petfood", name="x", variations=ON_AND_OFF),
        lambda: owner.create_launch(project="petfood", name="x", groups=groups),
        lambda: owner.create_segment(name="x", pattern='{"a": [1]}'),
    ]
    assert [outcome_of(call) for call in over] == ["ServiceQuotaExceededException"] * 4
    missing = [
        lambda: owner.create_feature(project="shoes", name="x", variations=ON_AND_OFF),
        lambda: owner.create_launch(project="shoes", name="x", groups=groups),
    ]
    assert [outcome_of(call) for call in missing] == ["ResourceNotFoundException"] * 2


def test_a_start_with_an_owner_meets_the_quota_and_the_404(service: Service) -> None:
    service.with_launch()
    service.quotas = Quotas(running_launches_per_project=0)
    owner = service.client(owner=owner_header("acquire-new"))
    assert outcome_of(lambda: owner.start_launch(**LAUNCH)) == "ServiceQuotaExceededException"
    assert outcome_of(lambda: owner.start_launch(project="petfood", launch="x")) == "ResourceNotFoundException"
    assert outcome_of(lambda: owner.start_launch(project="x", launch="x")) == "ResourceNotFoundException"


def test_a_start_of_an_ended_launch_is_refused(service: Service) -> None:
    evidently = service.with_launch()
    evidently.start_launch(**LAUNCH)
    evidently.stop_launch(**LAUNCH, desiredState="CANCELLED")
    run = Record(service, "run")
    assert run.acquired() == "ended"
    assert "CANCELLED" in refusal_of(run.acquire())
    assert run.released() == "not-owner"


def test_a_release_of_a_run_stops_it_with_its_arguments_and_returns_the_end(service: Service) -> None:
    service.with_launch()
    for name in ("Old", "New"):
        Record(service, "run").acquired(resource=name)
    service.now += 60_000

    def stop(resource: str) -> Any:
        client = service.client(owner=owner_header("release", resource, at=DELETED))
        return client.stop_launch(**LAUNCH, desiredState="CANCELLED", reason="stack shop")

    assert "endedTime" not in stop("Old")
    ended = stop("New")["endedTime"]
    launch = service.client().get_launch(**LAUNCH)["launch"]
    assert (launch["status"], launch["statusReason"]) == ("CANCELLED", "stack shop")
    assert launch["execution"]["endedTime"] == ended
    assert "endedTime" not in stop("New")
    assert counters(service)[2] == 0


def test_changes_of_owners_leave_the_launchs_document_alone(service: Service) -> None:
    service.with_launch()
    run = Record(service, "run")
    run.acquired(resource="Old")
    before = service.client().get_launch(**LAUNCH)["launch"]
    service.now += 60_000
    run.acquired(resource="New")
    run.released(resource="Old")
    assert service.client().get_launch(**LAUNCH)["launch"] == before


def test_the_owner_of_a_launch_deletes_it_while_anybody_runs_it(owned: Record) -> None:
    service = owned.service
    assert owned.released() == "done"
    assert not owned.is_there()
    assert counters(service) == (1, 1, 0)
    evidently = service.client()
    assert evidently.get_feature(project="petfood", feature="upsell")["feature"]["evaluationRules"] == []
    evaluated = evidently.evaluate_feature(project="petfood", feature="upsell", entityId="anna")
    assert evaluated["reason"] == "DEFAULT"


def test_deleting_a_launch_ends_another_stacks_run_whose_release_succeeds(
    service: Service,
) -> None:
    launch, run = Record(service, "launch").make(), Record(service, "run")
    launch.acquired()
    run.acquired(stack="depot")
    assert launch.released() == "done"
    assert run.released(stack="depot") == "not-owner"


def test_a_running_launch_stays_if_others_own_it_or_its_last_owner_leaves(owned: Record) -> None:
    owned.acquired(resource="New")
    assert owned.released(resource="New") == 'left, owners=("StartUpsell")'
    assert owned.released("leave") == "kept"
    assert owned.service.client().get_launch(**LAUNCH)["launch"]["status"] == "RUNNING"


def test_a_running_launch_is_not_deleted_by_hand(owned: Record) -> None:
    with pytest.raises(ClientError, match="ConflictException"):
        owned.end_by_hand()


def test_owners_of_a_launch_and_of_its_run_are_independent(service: Service) -> None:
    launch, run = Record(service, "launch").make(), Record(service, "run")
    launch.acquired()
    run.acquired(stack="depot")
    assert (launch.owner(), launch.acquired(stack="depot", at=LATER)) == ("StartUpsell", "running")
    assert run.released() == "not-owner"
    assert run.released(stack="depot") == "done"
    assert launch.owner() == "StartUpsell"
