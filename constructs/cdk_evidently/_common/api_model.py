"""The API model at synth, read from the same file as in the handlers: rules of shapes, and the operations' routes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cdk_evidently._common.assets import models_path
from cdk_evidently._common.contract import contract


@dataclass(frozen=True, slots=True)
class TextRule:
    """The rule of one string shape; its text reads as the end of "a name of …"."""

    pattern: str
    shortest: int
    longest: int

    def allows(self, text: str) -> bool:
        """Whether the API allows the text."""
        return self.shortest <= len(text) <= self.longest and re.fullmatch(self.pattern, text) is not None

    def __str__(self) -> str:
        return f"{self.shortest} to {self.longest} characters that match {self.pattern}"


@cache
def text_rule(shape: str) -> TextRule:
    """Return the rule of a string shape of the model, such as `LaunchName`."""
    facts = _model()["shapes"][shape]
    return TextRule(pattern=facts["pattern"], shortest=facts["min"], longest=facts["max"])


def shape_facts(shape: str) -> Mapping[str, Any]:
    """Return a shape's definition in the model: its type, limits and members."""
    facts: Mapping[str, Any] = _model()["shapes"][shape]
    return facts


@dataclass(frozen=True, slots=True)
class Route:
    """An operation's HTTP method and path, such as `POST` and `/projects/{project}/features`."""

    operation: str
    method: str
    uri: str


@cache
def routes() -> tuple[Route, ...]:
    """Return the route of every operation, ordered by the operation's name."""
    return tuple(
        Route(name, facts["http"]["method"], facts["http"]["requestUri"].partition("?")[0])
        for name, facts in sorted(_model()["operations"].items())
    )


@cache
def _model() -> dict[str, Any]:
    path = Path(models_path(), contract.API_NAME, contract.API_VERSION, "service-2.json")
    model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return model
