"""The names and limits that synth, the two functions and their callers share: constants only.

Each section says who writes its values and who reads them. Writer and reader may be of different versions: a rollback
runs an old payload against a new function, or a new payload against an old one. So a name here is never changed or
removed, only added.

`constructs/` and `lambda/` never import each other; the constructs load this one file by its path.
"""

from collections.abc import Mapping
from typing import Any, Final

# --- Functions: the constructs configure them, Lambda and botocore's loader read these

PROVIDER_HANDLER: Final = "evidently_provider.handler.handler"
SERVICE_HANDLER: Final = "evidently_service.handler.handler"
API_NAME: Final = "evidently"
API_VERSION: Final = "2021-02-01"
MODELS_FOLDER: Final = "models"  # beside this file: botocore's API models

# Written by the constructs and by EvidentlyService.connect, read by the SDK, under the SDK's own names.
ENV_ENDPOINT_URL: Final = "AWS_ENDPOINT_URL_EVIDENTLY"  # absent: AWS's regional endpoint
ENV_DATA_PATH: Final = "AWS_DATA_PATH"
ENV_DISABLE_HOST_PREFIX: Final = "AWS_DISABLE_HOST_PREFIX_INJECTION"

# The endpoint rules that sign for execute-api. They lie apart from the models, because a client of another endpoint
# must not sign for it, and come first in AWS_DATA_PATH, because the rules beside the models sign for evidently.
EXECUTE_API_RULES_FOLDER: Final = "signing/execute-api"

# Written by the constructs, read by the provider.
ENV_SIGNING_NAME: Final = "CDK_EVIDENTLY_SIGNING_NAME"
ENV_SIGNING_REGION: Final = "CDK_EVIDENTLY_SIGNING_REGION"  # absent: the function's own Region
SIGNING_NAME_EVIDENTLY: Final = "evidently"
SIGNING_NAME_EXECUTE_API: Final = "execute-api"  # EvidentlyService

# Written by the constructs, read by the service.
ENV_TABLE_NAME: Final = "CDK_EVIDENTLY_TABLE_NAME"
ENV_QUOTAS: Final = "CDK_EVIDENTLY_QUOTAS"  # JSON object, quota to limit; absent: the defaults
ENV_DATA_DELIVERY: Final = "CDK_EVIDENTLY_DATA_DELIVERY"  # JSON list of log groups; absent: none

# In seconds. A function's timeout is the largest `timeout` of its resources plus the margin.
DEFAULT_TIMEOUT_SECONDS: Final = 120
FUNCTION_TIMEOUT_MARGIN_SECONDS: Final = 60
MAX_FUNCTION_TIMEOUT_SECONDS: Final = 14 * 60

# --- Custom resource requests: the constructs write them into the template, the provider reads them

START_LAUNCH_RESOURCE_TYPE: Final = "Custom::EvidentlyStartLaunch"
PROJECT_RESOURCE_TYPE: Final = "Custom::EvidentlyProject"
FEATURE_RESOURCE_TYPE: Final = "Custom::EvidentlyFeature"
SEGMENT_RESOURCE_TYPE: Final = "Custom::EvidentlySegment"
LAUNCH_RESOURCE_TYPE: Final = "Custom::EvidentlyLaunch"

# The version of the properties' meaning, an integer. It goes up when a property changes its meaning, so that an older
# provider refuses what it would misread; a new property alone does not raise it. What a provider does with a payload:
#
#   without a version, or with an older one   serves every request, with that version's defaults
#   with this version                         serves every request
#   with a newer one, or not an integer       fails a Create or Update before any call, and says what to do;
#                                             serves a Delete by its physical id and the properties that it knows
#
# Version 1 had a `Definition`, the members of the API's Create request as one JSON text, and `Tags` as an object.
#
# A Delete never fails by its version, because a rollback puts the old function back before CloudFormation deletes what
# the new one created. Nor does OldResourceProperties fail an Update: in a rollback, the newer payload is the old one.
SCHEMA_VERSION: Final = "2"

# CloudFormation sends every property as a string, within lists and objects too.
PROPERTY_SCHEMA_VERSION: Final = "SchemaVersion"
PROPERTY_PROJECT: Final = "Project"  # name or ARN; of StartLaunch, Feature and Launch
PROPERTY_ON_DELETE: Final = "OnDelete"
PROPERTY_TIMEOUT: Final = "TimeoutSeconds"
# The API's URL, where a parameter's value can change it without a change of the template. The physical id then records
# the URL of the resource, and the provider refuses to look for it at another one.
PROPERTY_ENDPOINT: Final = "Endpoint"

# Of StartLaunch.
PROPERTY_LAUNCH: Final = "Launch"  # name or ARN
PROPERTY_TRIGGERS: Final = "Triggers"  # a digest that CloudFormation compares; the provider ignores it
ON_DELETE_CANCEL: Final = "CANCEL"
ON_DELETE_COMPLETE: Final = "COMPLETE"
ON_DELETE_KEEP_RUNNING: Final = "KEEP_RUNNING"

# Of Project, Feature, Segment and Launch.
PROPERTY_NAME: Final = "Name"
PROPERTY_DEFINITION: Final = "Definition"  # of version 1
PROPERTY_TAGS: Final = "Tags"
TAG_KEY: Final = "Key"
TAG_VALUE: Final = "Value"
PROPERTY_ADOPT_EXISTING: Final = "AdoptExisting"  # "true" or "false"
ON_DELETE_DELETE: Final = "DELETE"
ON_DELETE_KEEP: Final = "KEEP"
MAX_TAGS: Final = 50  # of one resource; the API's model has rules for each tag, and none for their number

# The other properties are those of AWS::Evidently::Project and so on, name for name and nesting for nesting. Each has
# the path of its member in the API's Create request:
#
#   "path"             a scalar
#   {…}                a structure of properties, whose members the API has elsewhere
#   ("path", {…})      a list of structures; where two of their properties are MAP_KEY and MAP_VALUE, the API has a map
MAP_KEY: Final = "(key)"
MAP_VALUE: Final = "(value)"
_WEIGHTS: Final = {"GroupName": MAP_KEY, "SplitWeight": MAP_VALUE}
_TAGS: Final = ("tags", {TAG_KEY: MAP_KEY, TAG_VALUE: MAP_VALUE})
PROPERTIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "project": {
        "Description": "description",
        "DataDelivery": {"LogGroup": "dataDelivery.cloudWatchLogs.logGroup"},
        PROPERTY_TAGS: _TAGS,
    },
    "feature": {
        "Description": "description",
        "DefaultVariation": "defaultVariation",
        "EvaluationStrategy": "evaluationStrategy",
        "EntityOverrides": ("entityOverrides", {"EntityId": MAP_KEY, "Variation": MAP_VALUE}),
        "Variations": (
            "variations",
            {
                "VariationName": "name",
                "BooleanValue": "value.boolValue",
                "DoubleValue": "value.doubleValue",
                "LongValue": "value.longValue",
                "StringValue": "value.stringValue",
            },
        ),
        PROPERTY_TAGS: _TAGS,
    },
    "segment": {"Description": "description", "Pattern": "pattern", PROPERTY_TAGS: _TAGS},
    "launch": {
        "Description": "description",
        "RandomizationSalt": "randomizationSalt",
        "Groups": (
            "groups",
            {"GroupName": "name", "Feature": "feature", "Variation": "variation", "Description": "description"},
        ),
        "MetricMonitors": (
            "metricMonitors",
            {
                "MetricName": "metricDefinition.name",
                "EntityIdKey": "metricDefinition.entityIdKey",
                "ValueKey": "metricDefinition.valueKey",
                "EventPattern": "metricDefinition.eventPattern",
                "UnitLabel": "metricDefinition.unitLabel",
            },
        ),
        "ScheduledSplitsConfig": (
            "scheduledSplitsConfig.steps",
            {
                "StartTime": "startTime",
                "GroupWeights": ("groupWeights", _WEIGHTS),
                "SegmentOverrides": (
                    "segmentOverrides",
                    {
                        "Segment": "segment",
                        "EvaluationOrder": "evaluationOrder",
                        "Weights": ("weights", _WEIGHTS),
                    },
                ),
            },
        ),
        PROPERTY_TAGS: _TAGS,
    },
}
# Required by AWS::Evidently, and not by the API, which has no call that takes a launch's schedule away again.
REQUIRED: Final[tuple[str]] = ("ScheduledSplitsConfig",)
# Properties of AWS::Evidently that have no counterpart, and what to do instead.
NO_COUNTERPART: Final[Mapping[str, str]] = {
    "AppConfigResource": "Leave it out: the API evaluates by itself",
    "DataDelivery.S3": "Give DataDelivery a LogGroup",
    "ExecutionStatus": "Leave it out, and start the launch with a Custom::EvidentlyStartLaunch",
}

# --- Custom resource responses: the provider writes the attributes, Fn::GetAtt reads them

# Values of the time of the deploy; "" where the API has none.
ATTRIBUTE_CREATED_TIME: Final = "CreatedTime"
ATTRIBUTE_LAST_UPDATED_TIME: Final = "LastUpdatedTime"

# Of StartLaunch.
ATTRIBUTE_LAUNCH_ARN: Final = "LaunchArn"
ATTRIBUTE_LAUNCH_NAME: Final = "LaunchName"
ATTRIBUTE_LAUNCH_STATUS: Final = "LaunchStatus"
ATTRIBUTE_PROJECT_ARN: Final = "ProjectArn"
ATTRIBUTE_STATUS_REASON: Final = "StatusReason"
ATTRIBUTE_STARTED_TIME: Final = "StartedTime"
ATTRIBUTE_STARTED_BY: Final = "StartedBy"
STARTED_BY_STACK: Final = "stack"
STARTED_BY_ADOPTED: Final = "adopted"

# Of Project, Feature, Segment and Launch.
ATTRIBUTE_ARN: Final = "Arn"
ATTRIBUTE_NAME: Final = "Name"
ATTRIBUTE_STATUS: Final = "Status"  # "" for a segment: the API has none

# --- Ownership: docs/ownership.md has the rules

# The provider writes this header into every request that changes something, the service reads it: who owns the change
# (StackId and LogicalResourceId), when CloudFormation signed the request behind it, and until when it may take effect.
# An RFC 9651 dictionary, signed with the request.
OWNER_HEADER: Final = "x-evidently-owner"
OWNER_STACK: Final = "stack"
OWNER_RESOURCE: Final = "resource"
OWNER_ACTION: Final = "action"
OWNER_REQUESTED_AT: Final = "requested-at"
OWNER_NOT_AFTER: Final = "not-after"
ACTION_ACQUIRE_NEW: Final = "acquire-new"
ACTION_ACQUIRE: Final = "acquire"
ACTION_UPDATE: Final = "update"
ACTION_RELEASE: Final = "release"
ACTION_LEAVE: Final = "leave"
MAX_OWNER_HEADER_CHARACTERS: Final = 1024
MAX_OWNERS: Final = 20  # of one resource
MAX_SECONDS_AHEAD: Final = 300  # by which `requested-at` may be ahead of the API's clock
NOTE_SECONDS: Final = 24 * 3600  # for which the API keeps a note, at least
TTL_ATTRIBUTE: Final = "expires"  # of the service's table, in seconds since 1970; only notes have it

# The service writes this header into every response, errors too; the provider reads it: the version of the rules that
# the API keeps, the outcome, and after a release the logical ids of the owners that remain.
OWNERSHIP_HEADER: Final = "x-evidently-ownership"
OWNERSHIP_RULES: Final = "rules"
RULES_VERSION: Final = 1
OWNERSHIP_OUTCOME: Final = "outcome"
OWNERSHIP_OWNERS: Final = "owners"

# Outcomes. An acquire or an update that is refused is a 409; every release that comes in time is a 200.
OUTCOME_OK: Final = "ok"
OUTCOME_RUNNING: Final = "running"  # under another owner
OUTCOME_STALE: Final = "stale"  # requested before a release or a later update that the API knows of
OUTCOME_ENDED: Final = "ended"
OUTCOME_FULL: Final = "full"  # MAX_OWNERS reached
OUTCOME_EXPIRED: Final = "expired"  # arrived after `not-after`
OUTCOME_DONE: Final = "done"  # stopped or deleted
OUTCOME_LEFT: Final = "left"  # to the owners that remain
OUTCOME_KEPT: Final = "kept"
OUTCOME_NOT_OWNER: Final = "not-owner"
OUTCOME_IN_USE: Final = "in-use"  # by launches that the caller's own stack has started

# The service shows the owner as the tags that CloudFormation itself would set; the API's model forbids callers to set
# tags with this prefix.
OWNER_TAG_PREFIX: Final = "aws:"
OWNER_TAG_STACK_ID: Final = "aws:cloudformation:stack-id"
OWNER_TAG_STACK_NAME: Final = "aws:cloudformation:stack-name"
OWNER_TAG_LOGICAL_ID: Final = "aws:cloudformation:logical-id"

# --- Metrics: the functions write them to CloudWatch, the constructs and dashboards read them

METRICS_NAMESPACE: Final = "CdkEvidently"
# Of the service.
METRIC_EVALUATIONS: Final = "Evaluations"
METRIC_FAILED_DELIVERIES: Final = "FailedDeliveries"
DIMENSION_PROJECT: Final = "Project"
DIMENSION_FEATURE: Final = "Feature"
DIMENSION_VARIATION: Final = "Variation"
DIMENSION_REASON: Final = "Reason"
# Of the provider.
METRIC_FAILED_REQUESTS: Final = "FailedRequests"
METRIC_REQUEST_DURATION: Final = "RequestDuration"
DIMENSION_FUNCTION: Final = "FunctionName"
