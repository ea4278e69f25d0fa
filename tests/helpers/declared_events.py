"""CloudFormation's events about a declared project, feature, segment or launch, for tests of the provider."""

import json
from collections.abc import Mapping
from typing import Any, Final

from helpers.provider_scene import REQUEST_ID, STACK_ID

ACCOUNT_ARN: Final = "arn:aws:evidently:eu-north-1:123456789012:"
MARKER: Final = f"not-created:{REQUEST_ID}"
VARIATIONS: Final = [{"name": "off", "value": {"boolValue": False}}, {"name": "on", "value": {"boolValue": True}}]
SCHEDULE: Final = {"steps": [{"startTime": "2021-11-02T09:00:00Z", "groupWeights": {"all": 50_000}}]}
DEFINITIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Project": {"description": "The shop"},
    "Feature": {"variations": VARIATIONS, "defaultVariation": "off", "entityOverrides": {"tester": "on"}},
    "Segment": {"pattern": '{"country": ["no"]}'},
    "Launch": {
        "groups": [{"name": "all", "feature": "upsell", "variation": "on"}],
        "scheduledSplitsConfig": SCHEDULE,
    },
}
NAMES: Final = {"Project": "petfood", "Feature": "upsell", "Segment": "norway", "Launch": "november"}
ARNS: Final = {
    "Project": f"{ACCOUNT_ARN}project/petfood",
    "Feature": f"{ACCOUNT_ARN}project/petfood/feature/upsell",
    "Segment": f"{ACCOUNT_ARN}segment/norway",
    "Launch": f"{ACCOUNT_ARN}project/petfood/launch/november",
}


def declared(
    kind: str,
    request_type: str,
    physical_id: str = "",
    *,
    name: str = "",
    definition: Mapping[str, Any] | None = None,
    logical_id: str = "",
    stack_id: str = STACK_ID,
    **properties: Any,
) -> dict[str, Any]:
    """An event, but for its response URL; what is not given is of a project `petfood` and what it has."""
    in_project = {"Project": "petfood"} if kind in {"Feature", "Launch"} else {}
    return {
        "RequestType": request_type,
        "RequestId": REQUEST_ID,
        "StackId": stack_id,
        "LogicalResourceId": logical_id or f"The{kind}",
        "ResourceType": f"Custom::Evidently{kind}",
        "ResourceProperties": {
            "ServiceToken": "arn:aws:lambda:eu-north-1:123456789012:function:provider",
            "SchemaVersion": "1",
            **in_project,
            "Name": name or NAMES[kind],
            "Definition": json.dumps(DEFINITIONS[kind] if definition is None else definition),
            **properties,
        },
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
    }
