"""Snapshots of the public API and of templates with their logical ids: every change is visible and intended.

Another logical id replaces a live launch, and another property updates every resource.
"""

import runpy
from collections.abc import Callable

import pytest
from aws_cdk import App

from helpers.app_shapes import SHAPES
from helpers.rooms import ROOT
from helpers.snapshots import compare, public_api, template_text, templates
from helpers.synth import new_app


def test_the_public_api_matches_its_snapshot() -> None:
    compare("public-api.txt", public_api())


@pytest.mark.parametrize("build", SHAPES, ids=lambda build: build.__name__)
def test_the_templates_of_an_app_shape_match_their_snapshot(build: Callable[[App], None]) -> None:
    app = new_app()
    build(app)
    compare(f"{build.__name__}.json", template_text(templates(app)))


def test_the_templates_of_the_example_app_match_their_snapshot() -> None:
    compare("app.json", template_text(templates(runpy.run_path(str(ROOT / "app.py"))["app"])))
