"""Numbers and booleans that the template does not know: the deploy types them, and says what does not fit."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from aws_cdk import CfnParameter, Stack, Token

from cdk_evidently import EvidentlyEndpoint, Feature, Group, Launch, Project, Step, Variation, percent
from helpers.deployment import Release
from helpers.managed_shop import STARTS
from local_aws.errors import StackFailedError


@dataclass(frozen=True, slots=True)
class Shop:
    """A stack whose numbers are parameters, with these values."""

    endpoint: EvidentlyEndpoint
    share: str = "12.5"
    count: str = "3"
    price: str = "9.95"
    enabled: str = "true"

    def __call__(self, stack: Stack) -> None:
        """Add the resources to a stack."""
        share, count, price = (
            CfnParameter(stack, name, type="Number", default=value).value_as_number
            for name, value in (("Share", self.share), ("Count", self.count), ("Price", self.price))
        )
        enabled = Token.as_any(CfnParameter(stack, "Enabled", default=self.enabled).value)
        project = Project(stack, "Project", project_name="numbers", endpoint=self.endpoint)
        variations = {
            "count": Variation.long("given", count),
            "price": Variation.double("given", price),
            "enabled": Variation.boolean("given", enabled),
        }
        features = {
            name: Feature(stack, name, project=project, feature_name=name, variations=[variation])
            for name, variation in variations.items()
        }
        Launch(
            stack,
            "Launch",
            project=project,
            launch_name="numbers",
            groups=[Group(name="some", feature=features["count"], variation="given")],
            steps=[Step(start=STARTS[0], weights={"some": percent(share)})],
        )


def test_a_number_or_boolean_of_a_parameter_arrives_in_its_type(release: Release) -> None:
    release.deploy(Shop(release.deployment.endpoint()))

    evidently = release.deployment.evidently()
    values = {
        name: evidently.get_feature(project="numbers", feature=name)["feature"]["variations"][0]["value"]
        for name in ("count", "price", "enabled")
    }
    assert values == {"count": {"longValue": 3}, "price": {"doubleValue": 9.95}, "enabled": {"boolValue": True}}
    launch = evidently.get_launch(project="numbers", launch="numbers")["launch"]
    assert launch["scheduledSplitsDefinition"]["steps"][0]["groupWeights"] == {"some": 12_500}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"count": "3.5"}, "Variations[0].LongValue is '3.5'; it must be a whole number."),
        ({"enabled": "on"}, "Variations[0].BooleanValue is 'on'; it must be true or false."),
        ({"share": "0.0001"}, "ScheduledSplitsConfig[0].GroupWeights[0].SplitWeight is '0.0001e3'; it must be a whole"),
        ({"share": "101"}, "ScheduledSplitsConfig[0].GroupWeights[0].SplitWeight is '101e3'; it must be 0 to 100000."),
    ],
)
def test_a_value_that_does_not_fit_fails_the_deploy_with_its_path_and_the_rule(
    release: Release, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(StackFailedError) as failed:
        release.deploy(replace(Shop(release.deployment.endpoint()), **change))
    assert reason in str(failed.value)
    assert "numbers" not in [each["name"] for each in release.deployment.evidently().list_projects()["projects"]]
