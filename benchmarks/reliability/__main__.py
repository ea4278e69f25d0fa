"""`make reliability`: the matrix of scenarios and tools; ends with 1 if ours fails one."""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Final

from local_aws.server import LocalAws, running
from pinned_environment import python_with
from reliability.rows import ROWS, FailedError, Row
from reliability.stage import OURS, Contender, stage

_TOOLS: Final = (
    "crhelper",
    "accustom",
    "cfn-custom-resource",
    "cfn-lambda-handler",
    "cfn-resource-provider",
    "cfnresponse",
)
_AT_ONCE: Final = 4
_PINS: Final = Path(__file__).parent / "requirements.txt"


def verdict(row: Row, contender: Contender, local_aws: LocalAws) -> str:
    """What went wrong, "" if nothing did."""
    with stage(contender, local_aws) as here:
        try:
            row.play(here)
        except FailedError as failed:
            return str(failed)
    return ""


def verdicts(local_aws: LocalAws, contenders: Sequence[Contender], rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """What went wrong, by the row's title and the contender's name."""
    jobs = [(row, contender) for row in rows for contender in contenders]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(verdict, *zip(*jobs, strict=True), repeat(local_aws))
        return {(row.title, contender.name): wrong for (row, contender), wrong in zip(jobs, found, strict=True)}


def incumbents(python: Path) -> list[Contender]:
    """The published tools, with the versions that are pinned."""
    pins = dict(re.findall(r"^([\w-]+)==([\w.]+)", _PINS.read_text(encoding="utf-8"), re.MULTILINE))
    return [Contender(f"{tool} {pins[tool]}", f"{tool.replace('-', '_')}_tool", python) for tool in _TOOLS]


def report(found: Mapping[tuple[str, str], str], contenders: Sequence[Contender]) -> Iterator[str]:
    """The matrix, and what went wrong, line by line."""
    names = [contender.name for contender in contenders]
    for number, name in enumerate(names, 1):
        yield f"{number}: {name}, {sum(not found[row.title, name] for row in ROWS)} of {len(ROWS)}"
    width = max(len(row.title) for row in ROWS)
    yield f"\n{'':{width}}  {'  '.join(map(str, range(1, len(names) + 1)))}"
    for row in ROWS:
        cells = ("✘" if found[row.title, name] else "✔" for name in names)
        yield f"{row.title:{width}}  {'  '.join(cells)}"
    yield "\nWhat went wrong:"
    for name in names:
        yield from (f"  {name}: {row.title}: {wrong}" for row in ROWS if (wrong := found[row.title, name]))


def main() -> int:
    """Print the matrix."""
    contenders = [OURS, *incumbents(python_with(_PINS, "reliability-venv"))]
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as local_aws:
        found = verdicts(local_aws, contenders, ROWS)
    sys.stdout.writelines(f"{line}\n" for line in report(found, contenders))
    return int(any(found[row.title, OURS.name] for row in ROWS))


if __name__ == "__main__":
    sys.exit(main())
