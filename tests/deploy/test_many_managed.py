"""A stack with many managed resources, against a service behind a proxy that passes ten requests a second."""

from aws_cdk import Stack

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, Project, Segment, SegmentOverride, Step
from helpers.deployment import Build, Release
from helpers.fault_proxy import at_most
from helpers.managed_shop import OFF, ON, STARTS, state

FEATURES, SEGMENTS, LAUNCHES = 20, 5, 20
PER_SECOND = 10


def many(endpoint: EvidentlyEndpoint, weight: int) -> Build:
    """Return a project with twenty features, a launch of each, and five segments."""

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


def test_forty_six_resources_are_created_updated_and_deleted_at_ten_requests_a_second(release: Release) -> None:
    evidently = release.deployment.evidently()
    before = state(evidently)
    proxy = release.fault_proxy(at_most(PER_SECOND))
    endpoint = release.deployment.endpoint(proxy.port)

    release.deploy(many(endpoint, 10_000))
    created = {arn: resource for arn, resource in state(evidently).items() if arn not in before}
    assert len(created) == 1 + FEATURES + SEGMENTS + LAUNCHES

    release.deploy(many(endpoint, 20_000))
    weights = [
        resource["scheduledSplitsDefinition"]["steps"][0]["groupWeights"]["all"]
        for arn, resource in state(evidently).items()
        if arn not in before and "/launch/" in arn
    ]
    assert weights == [20_000] * LAUNCHES

    release.destroy()
    assert state(evidently) == before
