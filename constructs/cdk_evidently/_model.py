"""The rules for names and ARNs, read from the API model: the one place where a pattern or a length is written."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cdk_evidently._assets import contract, models_path


@dataclass(frozen=True, slots=True)
class TextRule:
    """What the API takes for one kind of string."""

    pattern: str
    shortest: int
    longest: int

    def allows(self, text: str) -> bool:
        """Whether the API would take the text."""
        return self.shortest <= len(text) <= self.longest and re.fullmatch(self.pattern, text) is not None

    def __str__(self) -> str:
        return f"{self.shortest} to {self.longest} characters that match {self.pattern}"


@cache
def text_rule(shape: str) -> TextRule:
    """Return the rule of a string shape of the model, such as `LaunchName`."""
    facts = _shapes()[shape]
    return TextRule(pattern=facts["pattern"], shortest=facts["min"], longest=facts["max"])


@cache
def _shapes() -> dict[str, Any]:
    path = Path(models_path(), contract.API_NAME, contract.API_VERSION, "service-2.json")
    shapes: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["shapes"]
    return shapes
