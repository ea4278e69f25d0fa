"""The snippets of the documentation, which tests run."""

import re

from helpers.rooms import ROOT


def snippet(page: str, heading: str, language: str) -> str:
    """Return the one snippet of a language below a heading of a page in `docs/`."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return str(found)
