"""The example's project, feature and launch, made through the Evidently API as a user would: boto3 and our model."""

import json
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local_aws.server import REGION

_ROOT = Path(__file__).resolve().parents[2]
MODELS = _ROOT / "lambda" / "models"
PETFOOD: dict[str, Any] = json.loads((_ROOT / "examples" / "petfood.json").read_text())
PROJECT: str = PETFOOD["project"]["name"]
LAUNCH: str = PETFOOD["launch"]["name"]


def evidently_client(api_url: str) -> Any:
    """An `evidently` client of any boto3, acting as the local AWS's root; AWS_DATA_PATH would do the same."""
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(MODELS))
    return boto3.Session("test", "test", region_name=REGION, botocore_session=session).client(
        "evidently", endpoint_url=api_url, config=Config(inject_host_prefix=False)
    )


def create(evidently: Any) -> None:
    """Make the project, the feature and the launch, which is not started; what is there stays."""
    for make, arguments in (
        (evidently.create_project, PETFOOD["project"]),
        (evidently.create_feature, {"project": PROJECT, **PETFOOD["feature"]}),
        (evidently.create_launch, {"project": PROJECT, **PETFOOD["launch"]}),
    ):
        try:
            make(**arguments)
        except evidently.exceptions.ConflictException:
            continue


def launch_now(evidently: Any) -> dict[str, Any]:
    """The launch as the API shows it now."""
    launch: dict[str, Any] = evidently.get_launch(project=PROJECT, launch=LAUNCH)["launch"]
    return launch
