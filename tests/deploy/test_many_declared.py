"""A stack with many declared things, against a service that a proxy lets ten requests a second through to."""

from aws_cdk import Stack

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, Project, Segment, SegmentOverride, Step
from helpers.declared_shop import OFF, ON, STARTS, state
from helpers.deployment import Build, Release
from helpers.gatekeeper import at_most

FEATURES, SEGMENTS, LAUNCHES = 20, 5, 20
PER_SECOND = 10


def many(endpoint: EvidentlyEndpoint, weight: int) -> Build:
    """A project with twenty features, a launch on each, and five segments."""

    def build(stack: Stack) -> None:
        project = Project(stack, "Project", project_name="department-store", endpoint=endpoint)
        segments = [
            Segment(stack, f"Segment{number}", pattern={"floor": [number]}, endpoint=endpoint)
            for number in range(SEGMENTS)
        ]
        for number in range(LAUNCHES):
            feature = Feature(
                stack, f"Feature{number}", project=project, feature_name=f"feature-{number}", variations=[ON, OFF]
            )
            override = SegmentOverride(segment=segments[number % SEGMENTS], order=1, weights={"all": 100_000})
            Launch(
                stack,
                f"Launch{number}",
                project=project,
                launch_name=f"launch-{number}",
                groups=[Group(name="all", feature=feature, variation="on")],
                steps=[Step(start=STARTS[0], weights={"all": weight}, overrides=[override])],
            )

    return build


def test_forty_six_things_are_made_changed_and_deleted_at_ten_requests_a_second(release: Release) -> None:
    evidently = release.deployment.evidently()
    before = state(evidently)
    keeper = release.watched(at_most(PER_SECOND))
    endpoint = release.deployment.endpoint(keeper.port)

    release.deploy(many(endpoint, 10_000))
    made = {arn: thing for arn, thing in state(evidently).items() if arn not in before}
    assert len(made) == 1 + FEATURES + SEGMENTS + LAUNCHES

    release.deploy(many(endpoint, 20_000))
    weights = [
        thing["scheduledSplitsDefinition"]["steps"][0]["groupWeights"]["all"]
        for arn, thing in state(evidently).items()
        if arn not in before and "/launch/" in arn
    ]
    assert weights == [20_000] * LAUNCHES

    release.destroy()
    assert state(evidently) == before
