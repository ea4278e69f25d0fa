"""The plan of a request: its calls, one after the other, and its result by their outcomes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from evidently_provider.ownership.identity import Mark, PhysicalId
from evidently_provider.ownership.plan import FAULTS, Action, Call, Outcome, Result, Subject, plan
from evidently_provider.ownership.references import Kind, ResourceRef
from evidently_provider.runtime.request import RequestType
from helpers.launch_replies import launch_arn
from helpers.provider_harness import MADE_UP, REQUEST_ID, STACK_ID

NOVEMBER, DECEMBER, JANUARY = (
    ResourceRef(Kind.LAUNCH, name, "petfood") for name in ("november", "december", "january")
)
OURS, OTHERS = launch_arn(), launch_arn("december")
CREATE = Subject(
    type=RequestType.CREATE,
    given=None,
    target=NOVEMBER,
    old=None,
    keep=False,
    adopts=True,
    requested_at=100,
    request_id=REQUEST_ID,
    stack_id=STACK_ID,
)
ACQUIRED = (Outcome.OK, Outcome.RUNNING, Outcome.ENDED, Outcome.NOT_FOUND, Outcome.STALE, *sorted(FAULTS))
ACQUIRES = {Action.ACQUIRE, Action.ACQUIRE_NEW}
RELEASED = (Outcome.RELEASED, *sorted(FAULTS))


def update(given: str, old: ResourceRef | None = None, target: ResourceRef = NOVEMBER) -> Subject:
    """Return an Update of a resource with this id, from an old target to a new one."""
    return replace(CREATE, type=RequestType.UPDATE, given=PhysicalId.parse(given), old=old, target=target)


def delete(given: str, *, keep: bool = False, at: int | None = 200) -> Subject:
    """Return a Delete of a resource with this id."""
    return replace(CREATE, type=RequestType.DELETE, given=PhysicalId.parse(given), keep=keep, requested_at=at)


def carry_out(subject: Subject, outcome: Callable[[Call], Outcome]) -> tuple[list[Call], Result]:
    """Return the calls of a plan, and its result."""
    calls, steps = [], plan(subject)
    try:
        calls.append(next(steps))
        while True:
            calls.append(steps.send(outcome(calls[-1])))
    except StopIteration as stop:
        result: Result = stop.value
        return calls, result


def played(subject: Subject, *outcomes: str) -> tuple[str, ...]:
    """Return the calls and the response of a request as texts."""
    left = iter(outcomes)
    calls, result = carry_out(subject, lambda _: Outcome(next(left)))
    texts = [f"{call.action} {call.target.name} @{call.requested_at}" for call in calls]
    return (*texts, f"{'SUCCESS' if result.success else 'FAILED'} {result.physical_id.text}")


@pytest.mark.parametrize(
    ("outcome", "response"),
    [
        ("ok", f"SUCCESS {OURS}"),
        ("running", f"SUCCESS {OURS}#adopted"),
        ("ended", "FAILED not-started:100"),
        ("not_found", "FAILED not-started:100"),
        ("stale", "FAILED not-started:100"),
        ("refused", "FAILED not-started:100"),
        ("unknown", f"FAILED {OURS}#failed:100"),
    ],
)
def test_a_create_acquires_anew(outcome: str, response: str) -> None:
    assert played(CREATE, outcome) == ("acquire-new november @100", response)


def test_a_create_that_does_not_adopt_fails_where_somebody_else_owns_it() -> None:
    assert played(replace(CREATE, adopts=False), "running")[-1] == "FAILED not-started:100"


@pytest.mark.parametrize("given", [OURS, f"{OURS}#adopted", f"{OURS}#failed:50"])
@pytest.mark.parametrize(
    ("outcome", "response"),
    [
        ("ok", f"SUCCESS {OURS}"),
        ("running", "SUCCESS given"),
        ("ended", "SUCCESS given"),
        ("not_found", "SUCCESS given"),
        ("stale", "FAILED given"),
        ("refused", "FAILED given"),
        ("unknown", "FAILED given"),
    ],
)
def test_an_update_of_the_same_launch_acquires_it_again(given: str, outcome: str, response: str) -> None:
    found = played(replace(update(given, old=NOVEMBER), adopts=False), outcome)

    assert found == ("acquire november @100", response.replace("given", given))


@pytest.mark.parametrize(
    ("given", "action"),
    [
        (OTHERS, "acquire"),
        (f"{OTHERS}#adopted", "acquire"),
        (f"{OTHERS}#failed:50", "acquire"),
        ("not-started:50", "acquire-new"),
        (MADE_UP, "acquire-new"),
    ],
)
@pytest.mark.parametrize(
    ("outcome", "response"),
    [
        ("ok", f"SUCCESS {OURS}"),
        ("running", f"SUCCESS {OURS}#adopted"),
        ("ended", "FAILED given"),
        ("not_found", "FAILED given"),
        ("stale", "FAILED given"),
        ("refused", "FAILED given"),
        ("unknown", "FAILED given"),
    ],
)
def test_an_update_to_another_launch_acquires_that_one_and_fails_with_its_old_id(
    given: str, action: str, outcome: str, response: str
) -> None:
    assert played(update(given), outcome) == (f"{action} november @100", response.replace("given", given))


@pytest.mark.parametrize("given", [OURS, f"{OURS}#adopted", OTHERS, "not-started:50", MADE_UP])
def test_an_update_first_releases_the_old_launch_that_nothing_names_any_more(given: str) -> None:
    found = played(update(given, old=JANUARY), "released", "ok")

    assert found[0] == "release january @100"
    assert found[1].endswith(" november @100")
    assert found[2] == f"SUCCESS {OURS}"


@pytest.mark.parametrize(
    ("given", "old"), [(OURS, NOVEMBER), (OTHERS, DECEMBER), (OTHERS, NOVEMBER), (f"{OTHERS}#adopted", DECEMBER)]
)
def test_an_update_releases_neither_the_resource_of_its_id_nor_of_its_properties(given: str, old: ResourceRef) -> None:
    assert played(update(given, old=old), "ok") == ("acquire november @100", f"SUCCESS {OURS}")


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_an_update_that_cannot_release_the_old_launch_fails_before_it_acquires(fault: str) -> None:
    assert played(update(OTHERS, old=JANUARY), fault) == ("release january @100", f"FAILED {OTHERS}")


def test_an_update_goes_on_where_the_old_launch_is_in_use_because_the_clean_up_deletes_it() -> None:
    found = played(update(OTHERS, old=JANUARY), "in_use", "ok")

    assert found == ("release january @100", "acquire november @100", f"SUCCESS {OURS}")


@pytest.mark.parametrize(
    ("given", "call"),
    [
        (OURS, "november @200"),
        (OTHERS, "december @200"),  # by the id, not the properties
        (f"{OURS}#failed:50", "november @50"),
        (f"{OURS}#failed:{REQUEST_ID}", "november @None"),
        ("not-started:50", "november @50"),
        (f"not-started:{REQUEST_ID}", "november @None"),
        (MADE_UP, "november @200"),
    ],
)
@pytest.mark.parametrize(("keep", "action"), [(False, "release"), (True, "leave")])
def test_a_delete_releases_as_of_the_time_of_the_request_it_undoes(
    given: str, call: str, action: str, *, keep: bool
) -> None:
    assert played(delete(given, keep=keep), "released") == (f"{action} {call}", f"SUCCESS {given}")


@pytest.mark.parametrize("keep", [False, True])
def test_a_delete_of_an_adopted_resource_calls_nothing(*, keep: bool) -> None:
    assert played(delete(f"{OURS}#adopted", keep=keep)) == (f"SUCCESS {OURS}#adopted",)


@pytest.mark.parametrize("given", ["not-started:50", MADE_UP])
def test_a_delete_with_invalid_properties_calls_nothing(given: str) -> None:
    assert played(replace(delete(given), target=None)) == (f"SUCCESS {given}",)


@pytest.mark.parametrize("fault", [*sorted(FAULTS), Outcome.IN_USE])
@pytest.mark.parametrize(
    ("given", "keep", "status"),
    [
        (OURS, False, "FAILED"),
        (f"{OURS}#failed:50", False, "FAILED"),
        ("not-started:50", False, "SUCCESS"),
        (MADE_UP, False, "SUCCESS"),
        (OURS, True, "SUCCESS"),
        (f"{OURS}#failed:50", True, "SUCCESS"),
    ],
)
def test_a_delete_fails_only_if_its_id_says_that_something_may_run(
    given: str, status: str, fault: str, *, keep: bool
) -> None:
    assert played(delete(given, keep=keep), fault)[-1] == f"{status} {given}"


@pytest.mark.parametrize("mark", ["", "#adopted"])
def test_new_ids_have_the_endpoints_digest_if_the_url_may_change(mark: str) -> None:
    subject = replace(CREATE, endpoint="0123abcd")

    assert played(subject, "running" if mark else "ok")[-1] == f"SUCCESS {OURS}{mark}#at:0123abcd"
    assert played(subject, "unknown")[-1] == f"FAILED {OURS}#failed:100#at:0123abcd"
    assert played(subject, "refused")[-1] == "FAILED not-started:100#at:0123abcd"
    assert played(replace(update(OURS), endpoint="0123abcd"), "ok")[-1] == f"SUCCESS {OURS}", "no replacement by that"


def test_without_a_time_the_request_id_stands_for_the_incarnation() -> None:
    undated = replace(CREATE, requested_at=None)

    assert played(undated, "unknown") == ("acquire-new november @None", f"FAILED {OURS}#failed:{REQUEST_ID}")
    assert played(undated, "refused")[-1] == f"FAILED not-started:{REQUEST_ID}"
    assert played(delete(OURS, at=None), "released")[0] == "release november @None"


def test_a_create_names_what_it_acquires() -> None:
    with pytest.raises(ValueError, match="name what they acquire"):
        played(replace(CREATE, target=None))


@pytest.mark.parametrize(
    "given", ["", OURS, f"{OURS}#adopted", f"{OURS}#failed:50", OTHERS, f"{OTHERS}#adopted", "not-started:50", MADE_UP]
)
@pytest.mark.parametrize(("released", "acquired"), list(product(RELEASED, ACQUIRED)))
def test_every_outcome_gives_cloudformation_its_own_id_or_a_true_one(
    given: str, released: Outcome, acquired: Outcome
) -> None:
    requests = [replace(delete(given), keep=keep) for keep in (False, True)] if given else [CREATE]
    requests += [update(given, old) for old in (None, NOVEMBER, DECEMBER, JANUARY) if given]
    for subject in requests:
        calls, result = carry_out(subject, lambda call: acquired if call.action in ACQUIRES else released)
        assert not any(call.action in ACQUIRES for call in calls[:-1]), "nothing undoes what was acquired"
        if given and (subject.type is RequestType.DELETE or not result.success):
            assert result.physical_id.text == given
        if given:
            assert {call.failure_id.text for call in calls} <= {given}
        if result.physical_id.text != given:
            assert (result.physical_id.mark is Mark.OWNED) is (result.outcome is Outcome.OK), "the API makes an owner"
        assert all(
            subject.given and subject.given.text == call.target.arn_beside(STACK_ID) for call in calls if call.owned
        )
