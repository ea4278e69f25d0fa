"""The example's launch, as an app uses it: through the Evidently API, with boto3 and our model."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.session
from botocore.config import Config

from local_aws.server import REGION, LocalAws

MODELS: Final = Path(__file__).resolve().parents[2] / "lambda" / "models"
PROJECT: Final = "petfood"
FEATURE: Final = "upsell"
LAUNCH: Final = "upsell-2026-11"
USERS: Final = 1000
_BATCH: Final = 20  # the most that BatchEvaluateFeature takes
_BAR: Final = 40  # characters
_WHOLE: Final = 100_000  # weights are thousandths of a percent


def evidently_client(local_aws: LocalAws, api_url: str, **credentials: str) -> Any:
    """Return an `evidently` client of the installed boto3.

    This process adds the shipped model to the loader's path; a user sets `AWS_DATA_PATH`.

    Args:
        local_aws: The local AWS with the API.
        api_url: The API's base URL.
        credentials: `aws_access_key_id` and so on, by default those of the account's root.

    """
    core = botocore.session.Session()
    core.get_component("data_loader").search_paths.append(str(MODELS))
    session = boto3.Session(botocore_session=core, region_name=REGION)
    config = Config(inject_host_prefix=False, proxies={})
    return local_aws.client("evidently", session, endpoint_url=api_url, config=config, **credentials)


def launch_now(evidently: Any) -> dict[str, Any] | None:
    """Return the launch as GetLaunch shows it now, None if it does not exist."""
    try:
        launch: dict[str, Any] = evidently.get_launch(project=PROJECT, launch=LAUNCH)["launch"]
    except evidently.exceptions.ResourceNotFoundException:
        return None
    return launch


def split(evidently: Any) -> dict[str, Counter[str]]:
    """Evaluate the feature for a thousand users, every tenth of them in Norway; return the variations by country."""
    found: dict[str, Counter[str]] = {}
    users = [(f"user-{number}", "NO" if number % 10 == 0 else "DE") for number in range(USERS)]
    for at in range(0, USERS, _BATCH):
        batch = users[at : at + _BATCH]
        requests = [
            {"feature": FEATURE, "entityId": user, "evaluationContext": json.dumps({"country": country})}
            for user, country in batch
        ]
        results = evidently.batch_evaluate_feature(project=PROJECT, requests=requests)["results"]
        for (_, country), result in zip(batch, results, strict=True):
            found.setdefault(country, Counter())[result["variation"]] += 1
    return found


def weights(launch: Mapping[str, Any], now: float) -> dict[str, dict[str, int]]:
    """Return the weights at a time, in seconds since 1970, by country and variation."""
    steps = launch["scheduledSplitsDefinition"]["steps"]
    step = max((it for it in steps if it["startTime"].timestamp() <= now), key=lambda it: it["startTime"])
    variation = {group["name"]: group["featureVariations"][FEATURE] for group in launch["groups"]}
    by_group = {"DE": step["groupWeights"], "NO": step["segmentOverrides"][0]["weights"]}
    return {
        country: {variation[group]: weight for group, weight in given.items()} for country, given in by_group.items()
    }


def chart(counts: Mapping[str, Counter[str]], expected: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield the lines of a bar chart of the counted variations beside their weights."""
    for country, counter in sorted(counts.items()):
        users = counter.total()
        yield f"{users} users in {country}:"
        for variation in sorted({*counter, *expected[country]}):
            share, weight = counter[variation] / users, expected[country].get(variation, 0) / _WHOLE
            bar = "█" * round(share * _BAR)
            yield f"  {variation:<4}{bar:<{_BAR}} {share:6.1%}   weight {weight:6.1%}"
