"""What users have in their hands stays as it is: public names, logical ids, templates. A change is seen and meant.

A logical id that changes deletes a live launch, and a property that does updates every resource.
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


def test_the_public_api_is_as_it_was() -> None:
    compare("public-api.txt", public_api())


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_the_templates_of_every_shape_are_as_they_were(build: Callable[[App], None]) -> None:
    app = App()
    build(app)
    compare(f"{build.__name__}.json", template_text(_templates(app)))


def test_the_templates_of_the_example_app_are_as_they_were() -> None:
    compare("app.json", template_text(_templates(runpy.run_path(str(ROOT / "app.py"))["app"])))


def _templates(app: App) -> dict[str, object]:
    """Every template of an app, those of nested stacks too, by its file."""
    folder = Path(app.synth().directory)
    stacks = [it for it in app.node.find_all() if isinstance(it, Stack)]
    return {it.template_file: json.loads((folder / it.template_file).read_text(encoding="utf-8")) for it in stacks}
