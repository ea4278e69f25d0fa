"""`make reliability`: the matrix of scenarios and tools. The exit code is 1 if ours fails a scenario."""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product, repeat
from pathlib import Path
from typing import Final

from local_aws.server import LocalAws, running
from pinned_environment import python_with
from reliability.checks import FailedError
from reliability.harness import OURS, Adapter, harness
from reliability.scenarios import SCENARIOS, Scenario

_TOOLS: Final = (
    "crhelper",
    "accustom",
    "cfn-custom-resource",
    "cfn-lambda-handler",
    "cfn-resource-provider",
    "cfnresponse",
)
_CONCURRENT_RUNS: Final = 4  # a run mostly waits
_PINS: Final = Path(__file__).parent / "requirements.txt"

# What failed, "" for nothing: by the scenario's title and the adapter's name.
Failures = Mapping[tuple[str, str], str]


def run(scenario: Scenario, adapter: Adapter, local_aws: LocalAws) -> str:
    """Run a scenario with one tool; return what failed, "" for nothing."""
    with harness(adapter, local_aws) as surroundings:
        try:
            scenario.run(surroundings)
        except FailedError as failed:
            return str(failed)
    return ""


def run_all(local_aws: LocalAws, adapters: Sequence[Adapter]) -> Failures:
    """Run every scenario with every tool."""
    runs = list(product(SCENARIOS, adapters))
    with ThreadPoolExecutor(_CONCURRENT_RUNS) as pool:
        failures = pool.map(run, *zip(*runs, strict=True), repeat(local_aws))
        return {
            (scenario.title, adapter.name): failure for (scenario, adapter), failure in zip(runs, failures, strict=True)
        }


def published_tools() -> list[Adapter]:
    """Return the published tools, with their pinned versions."""
    python = python_with(_PINS, "reliability-venv")
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", _PINS.read_text(encoding="utf-8"), re.MULTILINE))
    return [Adapter(f"{tool} {pins[tool]}", f"{tool.replace('-', '_')}_tool", python) for tool in _TOOLS]


def report(failures: Failures, adapters: Sequence[Adapter]) -> Iterator[str]:
    """Yield the lines of the matrix, and what failed."""
    names = [adapter.name for adapter in adapters]
    for number, name in enumerate(names, 1):
        passed = sum(not failures[scenario.title, name] for scenario in SCENARIOS)
        yield f"{number}: {name}, {passed} of {len(SCENARIOS)}"
    width = max(len(scenario.title) for scenario in SCENARIOS)
    yield f"\n{'':{width}}  {'  '.join(map(str, range(1, len(names) + 1)))}"
    for scenario in SCENARIOS:
        cells = ("✘" if failures[scenario.title, name] else "✔" for name in names)
        yield f"{scenario.title:{width}}  {'  '.join(cells)}"
    yield "\nWhat failed:"
    for name in names:
        yield from (f"  {name}: {it.title}: {failure}" for it in SCENARIOS if (failure := failures[it.title, name]))


def main(arguments: Sequence[str]) -> int:
    """Print the matrix; `--ours` leaves the published tools out."""
    adapters = [OURS] if "--ours" in arguments else [OURS, *published_tools()]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local_aws:
        failures = run_all(local_aws, adapters)
    sys.stdout.writelines(f"{line}\n" for line in report(failures, adapters))
    return int(any(failures[scenario.title, OURS.name] for scenario in SCENARIOS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
