"""Every sequence within these bounds keeps the promises, by the API's rules and the handler's plan.

The model checker explores the functions themselves, in a world of CloudFormation, Lambda, the network and others
(tests/model).
"""

from collections.abc import Set as AbstractSet
from dataclasses import replace

import pytest

import evidently_contract as contract
from model import service
from model.configuration import Configuration, Fault
from model.configurations import DEFINITIONS, GATE, KEEP, LONGER, SWAP, bounded
from model.explore import explore


@pytest.mark.parametrize(
    ("configuration", "known"),
    [*GATE, *(pytest.param(*each, marks=pytest.mark.long) for each in LONGER)],
    ids=lambda each: getattr(each, "bounds", ""),
)
def test_no_sequence_within_the_bounds_breaks_a_promise(configuration: Configuration, known: AbstractSet[str]) -> None:
    result = explore(configuration)
    assert [(each.broken, each.path) for each in result.broken] == []
    assert result.known == known


def test_a_resource_refused_by_a_full_list_of_owners_breaks_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "MAX_OWNERS", 1)
    service.forget()
    try:
        assert explore(bounded(SWAP, 3, 1)).broken == []
    finally:
        service.forget()


def test_undated_requests_keep_the_promises_only_in_order() -> None:
    promises = {each.broken.promise for each in explore(replace(bounded(KEEP, 3, 0), dated=False)).broken}
    assert promises == {"P1", "P2", "P4"}


def test_of_two_updates_in_one_second_the_last_to_arrive_decides() -> None:
    in_one_second = replace(DEFINITIONS, requests=3, fault_kinds=frozenset({Fault.SAME_SECOND}))
    assert {each.broken.promise for each in explore(in_one_second).broken} == {"P4"}
