"""The tests that the documentation names are there."""

import re

import pytest

from helpers.rooms import ROOT

_NAMED = re.compile(r"`((?:unit|synth|deploy)/[\w/]+\.py)::(test_\w+)`")


@pytest.mark.parametrize("page", ["docs/behaviour.md", "docs/security.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    named = _NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), f"{file}::{test}"
