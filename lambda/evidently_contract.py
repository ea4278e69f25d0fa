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
# OnDelete of a Project, Feature, Segment or Launch.
ON_DELETE_DELETE: Final = "DELETE"
ON_DELETE_KEEP: Final = "KEEP"

# The API's URL, of any of these, where it may change without a change of the template (a parameter's value): the
# physical id then says at which URL the resource is, so that none is lost at another one.
PROPERTY_ENDPOINT: Final = "Endpoint"

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

STARTED_BY_STACK: Final = "stack"
STARTED_BY_ADOPTED: Final = "adopted"

# Environment of the provider's function. The first is the SDK's own name; absent means AWS's regional endpoint.
ENV_ENDPOINT_URL: Final = "AWS_ENDPOINT_URL_EVIDENTLY"
ENV_SIGNING_NAME: Final = "CDK_EVIDENTLY_SIGNING_NAME"
ENV_SIGNING_REGION: Final = "CDK_EVIDENTLY_SIGNING_REGION"  # absent: the function's own region

SIGNING_NAME_EVIDENTLY: Final = "evidently"
SIGNING_NAME_EXECUTE_API: Final = "execute-api"  # EvidentlyService

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

# Ownership (docs/ownership.md): who asks for a change, in every request that one of our resources makes to change
# something; signed, an RFC 9651 dictionary. `requested-at` is when CloudFormation signed the request that led to it,
# `not-after` until when it may take effect. An API that keeps the rules says so in every response.
OWNER_HEADER: Final = "x-evidently-owner"
OWNER_STACK: Final = "stack"  # StackId
OWNER_RESOURCE: Final = "resource"  # LogicalResourceId
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
MAX_SECONDS_AHEAD: Final = 300  # that `requested-at` may be ahead of the API's clock
NOTE_SECONDS: Final = 24 * 3600  # how long the API remembers a release, at least
TTL_ATTRIBUTE: Final = "expires"  # of the service's table, in seconds since 1970; only notes of releases have it

OWNERSHIP_HEADER: Final = "x-evidently-ownership"  # of a response
OWNERSHIP_RULES: Final = "rules"  # the version of the rules that the API keeps
RULES_VERSION: Final = 1
OWNERSHIP_OUTCOME: Final = "outcome"
OWNERSHIP_OWNERS: Final = "owners"  # the logical ids of those that own it still after a release

# What came of it. An acquire or an update that is refused is a 409; every release that comes in time is a 200.
OUTCOME_OK: Final = "ok"
OUTCOME_RUNNING: Final = "running"  # somebody else's
OUTCOME_STALE: Final = "stale"  # requested before a release of the same owner, or an update before its last one
OUTCOME_ENDED: Final = "ended"
OUTCOME_FULL: Final = "full"  # as many owners as there may be
OUTCOME_EXPIRED: Final = "expired"  # after `not-after`
OUTCOME_DONE: Final = "done"  # stopped, deleted
OUTCOME_LEFT: Final = "left"  # others own it still
OUTCOME_KEPT: Final = "kept"
OUTCOME_NOT_OWNER: Final = "not-owner"

# The most tags of one resource. The API's model has a rule for each, and none for their number.
MAX_TAGS: Final = 50

# The owner, as `ListTagsForResource` and the documents show it: the tags that CloudFormation itself would set. A view
# of the record: nobody can set them, as the API's model forbids the prefix.
OWNER_TAG_PREFIX: Final = "aws:"
OWNER_TAG_STACK_ID: Final = "aws:cloudformation:stack-id"
OWNER_TAG_STACK_NAME: Final = "aws:cloudformation:stack-name"
OWNER_TAG_LOGICAL_ID: Final = "aws:cloudformation:logical-id"

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
