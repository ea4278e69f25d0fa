"""Snapshots of the public API and of templates with their logical ids: every change is visible and intended.

Another logical id replaces a live launch, and another property updates every resource.
"""

import json
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from helpers.app_shapes import SHAPES
from helpers.rooms import ROOT
from helpers.snapshots import compare, public_api, template_text
from helpers.synth import new_app


def test_the_public_api_matches_its_snapshot() -> None:
    compare("public-api.txt", public_api())


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_the_templates_of_an_app_shape_match_their_snapshot(build: Callable[[App], None]) -> None:
    app = new_app()
    build(app)
    compare(f"{build.__name__}.json", template_text(_templates(app)))


def test_the_templates_of_the_example_app_match_their_snapshot() -> None:
    compare("app.json", template_text(_templates(runpy.run_path(str(ROOT / "app.py"))["app"])))


def _templates(app: App) -> dict[str, object]:
    """The templates of an app by their files, with those of nested stacks."""
    folder = Path(app.synth().directory)
    stacks = [it for it in app.node.find_all() if isinstance(it, Stack)]
    return {it.template_file: json.loads((folder / it.template_file).read_text(encoding="utf-8")) for it in stacks}
