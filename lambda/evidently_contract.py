"""The names that synth and handlers share: constants only, no behaviour.

The constructs write these into the template and the handlers read them back, in another process, another
year perhaps: an old payload returns on every rollback and Delete. So a name here is never changed, only added to,
and `SCHEMA_VERSION` goes up when the meaning of a property does.

`constructs/` and `lambda/` never import each other; the constructs load this one file by its path.
"""

from typing import Final

SCHEMA_VERSION: Final = "1"

# Handlers, as Lambda names them, and the folder of extra API models, beside this file, for botocore's loader.
PROVIDER_HANDLER: Final = "evidently_provider.handler.handler"
SERVICE_HANDLER: Final = "evidently_service.handler.handler"
MODELS_FOLDER: Final = "models"
API_NAME: Final = "evidently"
API_VERSION: Final = "2021-02-01"

# Custom resources.
START_LAUNCH_RESOURCE_TYPE: Final = "Custom::EvidentlyStartLaunch"
PROJECT_RESOURCE_TYPE: Final = "Custom::EvidentlyProject"
FEATURE_RESOURCE_TYPE: Final = "Custom::EvidentlyFeature"
SEGMENT_RESOURCE_TYPE: Final = "Custom::EvidentlySegment"
LAUNCH_RESOURCE_TYPE: Final = "Custom::EvidentlyLaunch"

# Properties of a StartLaunch. CloudFormation hands every one over as a string.
PROPERTY_SCHEMA_VERSION: Final = "SchemaVersion"
PROPERTY_PROJECT: Final = "Project"  # name or ARN
PROPERTY_LAUNCH: Final = "Launch"  # name or ARN
PROPERTY_ON_DELETE: Final = "OnDelete"
PROPERTY_TIMEOUT: Final = "TimeoutSeconds"
PROPERTY_TRIGGERS: Final = "Triggers"  # a digest; the handler never reads it, CloudFormation compares it

# Properties of a Project, Feature, Segment or Launch, beside Project (of a Feature and a Launch) and TimeoutSeconds.
PROPERTY_NAME: Final = "Name"
PROPERTY_DEFINITION: Final = (
    "Definition"  # JSON text of the API's Create members: CloudFormation would make all strings
)
PROPERTY_TAGS: Final = "Tags"
PROPERTY_ADOPT_EXISTING: Final = "AdoptExisting"  # "true" or "false"

ON_DELETE_CANCEL: Final = "CANCEL"
ON_DELETE_COMPLETE: Final = "COMPLETE"
ON_DELETE_KEEP_RUNNING: Final = "KEEP_RUNNING"

# Attributes of a StartLaunch (Fn::GetAtt), a snapshot taken at the deploy; an absent one is "".
ATTRIBUTE_LAUNCH_ARN: Final = "LaunchArn"
ATTRIBUTE_LAUNCH_NAME: Final = "LaunchName"
ATTRIBUTE_LAUNCH_STATUS: Final = "LaunchStatus"
ATTRIBUTE_PROJECT_ARN: Final = "ProjectArn"
ATTRIBUTE_STATUS_REASON: Final = "StatusReason"
ATTRIBUTE_CREATED_TIME: Final = "CreatedTime"
ATTRIBUTE_STARTED_TIME: Final = "StartedTime"
ATTRIBUTE_LAST_UPDATED_TIME: Final = "LastUpdatedTime"
ATTRIBUTE_STARTED_BY: Final = "StartedBy"

# Attributes of a Project, Feature, Segment or Launch, beside CreatedTime and LastUpdatedTime.
ATTRIBUTE_ARN: Final = "Arn"
ATTRIBUTE_NAME: Final = "Name"
ATTRIBUTE_STATUS: Final = "Status"  # "" for a segment, which has none

# Tags by which resources of a stack hold a thing that they made: the key ends with sha256(StackId|LogicalResourceId),
# the value is sha256(StackId), the first 32 digits of each.
HOLDER_TAG_PREFIX: Final = "cdk-evidently:holder:"
MAX_USER_TAGS: Final = 48  # of the API's 50: one for the holder, one for another while a construct moves

STARTED_BY_STACK: Final = "stack"
STARTED_BY_ADOPTED: Final = "adopted"

# Environment of the provider's function. The first is the SDK's own name; absent means AWS's regional endpoint.
ENV_ENDPOINT_URL: Final = "AWS_ENDPOINT_URL_EVIDENTLY"
ENV_SIGNING_NAME: Final = "CDK_EVIDENTLY_SIGNING_NAME"
ENV_SIGNING_REGION: Final = "CDK_EVIDENTLY_SIGNING_REGION"  # absent: the function's own region

SIGNING_NAME_EVIDENTLY: Final = "evidently"
SIGNING_NAME_EXECUTE_API: Final = "execute-api"  # EvidentlyService: the one API that knows the starter header

# Environment of the service's function.
ENV_TABLE_NAME: Final = "CDK_EVIDENTLY_TABLE_NAME"
ENV_QUOTAS: Final = "CDK_EVIDENTLY_QUOTAS"  # JSON object of what differs from the default; absent: nothing does
ENV_DATA_DELIVERY: Final = "CDK_EVIDENTLY_DATA_DELIVERY"  # JSON list of log groups; absent: none

# Metrics in CloudWatch: two of the service, two of the provider.
METRICS_NAMESPACE: Final = "CdkEvidently"
METRIC_EVALUATIONS: Final = "Evaluations"
METRIC_FAILED_DELIVERIES: Final = "FailedDeliveries"
METRIC_FAILED_REQUESTS: Final = "FailedRequests"
METRIC_REQUEST_DURATION: Final = "RequestDuration"
DIMENSION_FUNCTION: Final = "FunctionName"  # of the provider's
DIMENSION_PROJECT: Final = "Project"
DIMENSION_FEATURE: Final = "Feature"
DIMENSION_VARIATION: Final = "Variation"
DIMENSION_REASON: Final = "Reason"

# sha256(StackId|LogicalResourceId) of whoever starts a launch; signed with the request.
STARTER_HEADER: Final = "x-evidently-starter"
# sha256(StackId): resources of one stack hold a launch together (docs/adr/0004-let-a-stack-hold-a-launch.md).
STACK_HEADER: Final = "x-evidently-stack"
# When the start or stop was asked for, in milliseconds since 1970: a start that was asked for before the stop of the
# same starter, and comes after it, starts nothing (docs/adr/0006-let-a-delete-overtake-its-create.md).
ASKED_HEADER: Final = "x-evidently-asked"
# "true" on a start by a resource that holds nothing of the launch: one that runs by an earlier start of the same
# starter, which let it run on when it was deleted, is somebody else's by now.
FIRST_HEADER: Final = "x-evidently-first"

# Time, in seconds. The function's own timeout is the largest `timeout` of its uses plus the margin.
DEFAULT_TIMEOUT_SECONDS: Final = 120
FUNCTION_TIMEOUT_MARGIN_SECONDS: Final = 60
MAX_FUNCTION_TIMEOUT_SECONDS: Final = 14 * 60

# What `connect` gives to a function: a layer with the folder below and the models folder, in this order for
# AWS_DATA_PATH. The rules in it sign for execute-api; they are apart, because another endpoint must not be signed for
# so, and come first, because those of the model sign for evidently.
EXECUTE_API_RULES_FOLDER: Final = "signing/execute-api"
ENV_DATA_PATH: Final = "AWS_DATA_PATH"
ENV_DISABLE_HOST_PREFIX: Final = "AWS_DISABLE_HOST_PREFIX_INJECTION"
