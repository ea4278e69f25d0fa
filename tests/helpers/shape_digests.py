"""Prints a digest of the templates of each app shape as JSON, and of an app that differs at each synth.

A script, because a process has one order of sets and hashes: `PYTHONHASHSEED=1 python shape_digests.py`.
"""

import hashlib
import json

from aws_cdk import App

from cdk_evidently import Triggers
from helpers.app_shapes import SHAPES
from helpers.snapshots import templates
from helpers.synth import new_app, new_stack, start_launch


def every_deploy(app: App) -> None:
    start_launch(new_stack(app=app), triggers=Triggers.every_deploy())


def main() -> None:
    """Print the digests by the names of the shapes; the order of members counts, as in the files of a pipeline."""
    digests = {}
    for build in [*SHAPES, every_deploy]:
        app = new_app()
        build(app)
        digests[build.__name__] = hashlib.sha256(json.dumps(templates(app)).encode()).hexdigest()
    print(json.dumps(digests))  # noqa: T201


if __name__ == "__main__":
    main()
