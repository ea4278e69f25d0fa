"""Any sequence of operations: the API's counters, references and rules stay consistent.

hypothesis makes the sequences of few names, so that operations meet the same resources. Every response is a success or
a modelled refusal. After each step counters equal the lists, references are those of the launches, and ended launches
are unchanged.
"""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from evidently_service.domain.quotas import Quotas
from helpers.service import ON_AND_OFF, Service
from helpers.service_table import make_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The first name is more frequent, so that a step meets what earlier steps created.
PROJECTS = st.sampled_from(["p", "p", "p", "p-1"])
FEATURES = st.sampled_from(["f", "f", "f-1"])
LAUNCHES = st.sampled_from(["l", "l", "l-1", "m"])
SEGMENTS = st.sampled_from(["s", "s-1"])
VARIATIONS = st.sampled_from(["on", "off", "new"])
QUOTAS = Quotas(running_launches_per_project=2, launches_per_project=3)


class Machine(RuleBasedStateMachine):
    """One service, and the documents of launches that have ended."""

    dynamodb: "DynamoDBClient"

    def __init__(self) -> None:
        super().__init__()
        self.service = Service(self.dynamodb, make_table(self.dynamodb), QUOTAS)
        self.evidently = self.service.client()
        self.ended: dict[tuple[str, str], dict[str, Any]] = {}

    def call(self, operation: str, **arguments: Any) -> Any:
        """Return an operation's response, None after a refusal; a 500 fails the test."""
        self.service.now += 1
        try:
            return getattr(self.evidently, operation)(**arguments)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            return None

    @initialize()
    def begin(self) -> None:
        """Create a launch, which most rules need."""
        self.create_project("p")
        self.create_feature("p", "f")
        self.create_segment("s")
        self.create_launch("p", "l", "f", "on", {"s"})

    @rule(project=PROJECTS)
    def create_project(self, project: str) -> None:
        self.call("create_project", name=project)

    @rule(project=PROJECTS)
    def delete_project(self, project: str) -> None:
        self.call("delete_project", project=project)

    @rule(project=PROJECTS, feature=FEATURES)
    def create_feature(self, project: str, feature: str) -> None:
        self.call("create_feature", project=project, name=feature, variations=ON_AND_OFF)

    @rule(project=PROJECTS, feature=FEATURES, variation=VARIATIONS)
    def add_variation(self, project: str, feature: str, variation: str) -> None:
        added = [{"name": variation, "value": {"boolValue": True}}]
        self.call("update_feature", project=project, feature=feature, addOrUpdateVariations=added)

    @rule(project=PROJECTS, feature=FEATURES, variation=VARIATIONS)
    def remove_variation(self, project: str, feature: str, variation: str) -> None:
        removal = {"removeVariations": [variation], "defaultVariation": "on" if variation == "off" else "off"}
        self.call("update_feature", project=project, feature=feature, **removal)

    @rule(project=PROJECTS, feature=FEATURES)
    def delete_feature(self, project: str, feature: str) -> None:
        self.call("delete_feature", project=project, feature=feature)

    @rule(segment=SEGMENTS)
    def create_segment(self, segment: str) -> None:
        self.call("create_segment", name=segment, pattern='{"a": [1]}')

    @rule(segment=SEGMENTS)
    def delete_segment(self, segment: str) -> None:
        self.call("delete_segment", segment=segment)

    @rule(project=PROJECTS, launch=LAUNCHES, feature=FEATURES, variation=VARIATIONS, segments=st.sets(SEGMENTS))
    def create_launch(self, project: str, launch: str, feature: str, variation: str, segments: set[str]) -> None:
        groups = [{"name": "all", "feature": feature, "variation": variation}]
        schedule = steps(segments)
        self.call("create_launch", project=project, name=launch, groups=groups, scheduledSplitsConfig=schedule)

    @rule(project=PROJECTS, launch=LAUNCHES, feature=st.none() | FEATURES, segments=st.sets(SEGMENTS))
    def update_launch(self, project: str, launch: str, feature: str | None, segments: set[str]) -> None:
        changes: dict[str, Any] = {"scheduledSplitsConfig": steps(segments)}
        if feature:
            changes["groups"] = [{"name": "all", "feature": feature, "variation": "on"}]
        self.call("update_launch", project=project, launch=launch, **changes)

    @rule(project=PROJECTS, launch=LAUNCHES)
    def start_launch(self, project: str, launch: str) -> None:
        self.call("start_launch", project=project, launch=launch)

    @rule(project=PROJECTS, launch=LAUNCHES)
    def stop_launch(self, project: str, launch: str) -> None:
        if self.call("stop_launch", project=project, launch=launch):
            self.ended[project, launch] = self.call("get_launch", project=project, launch=launch)["launch"]

    @rule(project=PROJECTS, launch=LAUNCHES)
    def delete_launch(self, project: str, launch: str) -> None:
        if self.call("delete_launch", project=project, launch=launch) is not None:
            self.ended.pop((project, launch), None)

    @rule(project=PROJECTS, feature=FEATURES)
    def evaluate(self, project: str, feature: str) -> None:
        self.call("evaluate_feature", project=project, feature=feature, entityId="anna", evaluationContext='{"a": 1}')

    @invariant()
    def the_api_tells_the_truth_about_itself(self) -> None:
        references: dict[str, set[str]] = {}
        for project in self.evidently.list_projects()["projects"]:
            name = project["name"]
            features = self.evidently.list_features(project=name)["features"]
            launches = self.evidently.list_launches(project=name)["launches"]
            running = {launch["name"]: launch for launch in launches if launch["status"] == "RUNNING"}
            assert project["featureCount"] == len(features)
            assert project["launchCount"] == len(launches) <= QUOTAS.launches_per_project
            assert project["activeLaunchCount"] == len(running) <= QUOTAS.running_launches_per_project
            self.check_features(name, running)
            for launch in launches:
                for step in launch["scheduledSplitsDefinition"]["steps"]:
                    for override in step["segmentOverrides"]:
                        references.setdefault(override["segment"], set()).add(launch["arn"])
        self.check_segments(references)
        for (project, launch), as_it_ended in self.ended.items():
            assert self.evidently.get_launch(project=project, launch=launch)["launch"] == as_it_ended

    def check_features(self, project: str, running: dict[str, Any]) -> None:
        """Check that a feature's rules are the launches that run on it, and that it has the variations they serve."""
        served: dict[str, set[str]] = {}
        for launch in running.values():
            for group in launch["groups"]:
                for feature, variation in group["featureVariations"].items():
                    served.setdefault(feature, set()).add(launch["name"])
                    shown = self.evidently.get_feature(project=project, feature=feature)["feature"]
                    assert variation in {each["name"] for each in shown["variations"]}
        for feature in self.evidently.list_features(project=project)["features"]:
            rules = {each["name"] for each in feature["evaluationRules"]}
            assert rules == served.get(feature["name"], set())

    def check_segments(self, references: dict[str, set[str]]) -> None:
        """Check that each segment counts and lists exactly the existing launches that refer to it."""
        segments = {segment["arn"]: segment for segment in self.evidently.list_segments()["segments"]}
        assert set(references) <= set(segments)
        for arn, segment in segments.items():
            listed = self.evidently.list_segment_references(segment=arn, type="LAUNCH")["referencedBy"]
            assert {each["arn"] for each in listed} == references.get(arn, set())
            assert segment["launchCount"] == len(listed)


def steps(segments: set[str]) -> dict[str, Any]:
    """Return a schedule with an override for each segment."""
    overrides = [{"segment": name, "evaluationOrder": 1, "weights": {"all": 1}} for name in sorted(segments)]
    return {"steps": [{"startTime": 1, "groupWeights": {"all": 1}, "segmentOverrides": overrides}]}


@pytest.mark.parametrize("examples", [6, pytest.param(30, marks=pytest.mark.long)])
def test_counters_references_and_rules_are_true_after_any_sequence(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    monkeypatch.setattr(Machine, "dynamodb", dynamodb, raising=False)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # shrinking a failure takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
