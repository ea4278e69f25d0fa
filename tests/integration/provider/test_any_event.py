"""Any event and any response of the API lead to one response to CloudFormation, with a usable physical id."""

import json
from itertools import chain, repeat
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidently_provider.ownership.identity import Mark, PhysicalId
from helpers.launch_replies import (
    BROKEN,
    CONFLICT,
    HTML_200,
    INVALID,
    KEEPS_RULES,
    MOVED,
    NO_LAUNCH,
    NOT_FOUND,
    QUOTA,
    STALE,
    THROTTLED,
    UNMODELLED_404,
    launch_arn,
    released,
    shows,
    stopped,
)
from helpers.managed_events import ARNS, DEFINITIONS, KINDS, properties_of
from helpers.provider_harness import LOGICAL_ID, MADE_UP, NOT_STARTED, NOW, REQUEST_ID, STACK_ID, Harness
from helpers.scripted_server import RESET, Reply

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
NAMES = st.one_of(st.sampled_from(["petfood", "november", "upsell", launch_arn(), ARNS["Project"], "a b", ".."]), JSON)
PROPERTIES_OF_KINDS = {
    name: value for kind in KINDS for name, value in properties_of(kind, DEFINITIONS[kind], {"team": "web"}).items()
}
DEFINITION_TEXTS = st.one_of(st.sampled_from([json.dumps(each) for each in DEFINITIONS.values()]), JSON)
PROPERTIES = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "Project": NAMES,
            "Launch": NAMES,
            "Name": NAMES,
            "Definition": DEFINITION_TEXTS,
            **{name: st.one_of(st.just(value), JSON) for name, value in PROPERTIES_OF_KINDS.items()},
            "OnDelete": st.one_of(st.sampled_from(["CANCEL", "DELETE", "KEEP_RUNNING", "KEEP"]), JSON),
            "TimeoutSeconds": st.one_of(st.sampled_from(["5", "inf", "-1"]), JSON),
            "AdoptExisting": st.one_of(st.sampled_from(["true", "false"]), JSON),
            "Endpoint": JSON,
        },
    ),
    JSON,
)
MARKS = ["", "#adopted", f"#failed:{NOW}", "#at:0123abcd", "#nonsense"]
IDS = st.one_of(
    st.builds(str.__add__, st.sampled_from([*ARNS.values(), launch_arn("december")]), st.sampled_from(MARKS)),
    st.sampled_from([NOT_STARTED, MADE_UP]),
    st.text(min_size=1, max_size=30),
)
SHOWN = [Reply(200, b'{"%s": {"arn": "%s"}}' % (kind.lower().encode(), ARNS[kind].encode())) for kind in KINDS]
REPLIES = st.lists(
    st.sampled_from(
        [
            *(
                BROKEN,
                CONFLICT,
                HTML_200,
                INVALID,
                MOVED,
                NO_LAUNCH,
                NOT_FOUND,
                QUOTA,
                STALE,
                THROTTLED,
                UNMODELLED_404,
            ),
            *(shows("RUNNING"), shows("CREATED"), shows("UPDATING"), shows("CANCELLED"), stopped(), released("left")),
            *(RESET, *SHOWN),
        ]
    ),
    min_size=1,
    max_size=5,
)


@given(
    request_type=st.sampled_from(["Create", "Update", "Delete"]),
    resource_type=st.sampled_from(["StartLaunch", *KINDS, "Later"]),
    physical_id=IDS,
    properties=PROPERTIES,
    old=PROPERTIES,
    replies=REPLIES,
    keeps_rules=st.booleans(),
)
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_event_gets_one_response_with_a_usable_physical_id(
    harness: Harness,
    *,
    request_type: str,
    resource_type: str,
    physical_id: str,
    properties: Any,
    old: Any,
    replies: list[Reply],
    keeps_rules: bool,
) -> None:
    harness.api.headers = KEEPS_RULES if keeps_rules else {}
    harness.api.plan(then=chain(replies, repeat(replies[-1])))
    identity = {"StackId": STACK_ID, "LogicalResourceId": LOGICAL_ID, "RequestId": REQUEST_ID}
    physical = {} if request_type == "Create" else {"PhysicalResourceId": physical_id}

    response = harness.send(
        {
            **identity,
            **physical,
            "RequestType": request_type,
            "ResourceType": f"Custom::Evidently{resource_type}",
            "ResourceProperties": properties,
            "OldResourceProperties": old,
        }
    )

    assert "Internal error" not in response["Reason"]
    assert response["PhysicalResourceId"]
    if request_type == "Delete" or (physical and response["Status"] == "FAILED"):
        assert response["PhysicalResourceId"] == physical_id
    if request_type == "Delete" and not PhysicalId.parse(physical_id).owns:
        assert response["Status"] == "SUCCESS"
    if request_type == "Create" and response["Status"] == "FAILED":
        failed = PhysicalId.parse(response["PhysicalResourceId"])
        assert failed.incarnation == str(NOW) or failed.mark is Mark.ADOPTED
