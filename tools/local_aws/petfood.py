"""The example's project, feature and launch, made through the Evidently API as a user would: boto3 and our model."""

import json
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local_aws.server import REGION, LocalAws

_ROOT = Path(__file__).resolve().parents[2]
MODELS = _ROOT / "lambda" / "models"
PETFOOD: dict[str, Any] = json.loads((_ROOT / "examples" / "petfood.json").read_text())
PROJECT: str = PETFOOD["project"]["name"]
LAUNCH: str = PETFOOD["launch"]["name"]


def evidently_client(local_aws: LocalAws, api_url: str) -> Any:
    """Return an `evidently` client as the account's root, of the boto3 that is installed; AWS's own has none any more.

    Here the model is found through the loader; a user sets `AWS_DATA_PATH`.
    """
    core = botocore.session.Session()
    core.get_component("data_loader").search_paths.append(str(MODELS))
    session = boto3.Session(botocore_session=core, region_name=REGION)
    config = Config(inject_host_prefix=False, proxies={})
    return local_aws.client("evidently", session, endpoint_url=api_url, config=config)


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
    """Return the launch as the API shows it now."""
    launch: dict[str, Any] = evidently.get_launch(project=PROJECT, launch=LAUNCH)["launch"]
    return launch
