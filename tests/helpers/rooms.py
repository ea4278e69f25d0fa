"""The folders of the checkout."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
CONSTRUCTS: Final = ROOT / "constructs"
LAMBDA: Final = ROOT / "lambda"
MODELS: Final = LAMBDA / "models"


def python_files(*rooms: Path) -> list[Path]:
    """Return every Python source in the folders, in a stable order."""
    return sorted(path for room in rooms for path in room.rglob("*.py"))


def path_id(path: Path) -> str:
    """Return a file's path from the root, as the id of a parametrised test."""
    return path.relative_to(ROOT).as_posix()
