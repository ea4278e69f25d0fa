"""Where the rooms of the checkout are."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
CONSTRUCTS: Final = ROOT / "constructs"
LAMBDA: Final = ROOT / "lambda"
MODELS: Final = LAMBDA / "models"


def python_files(*rooms: Path) -> list[Path]:
    """Return every Python source of the rooms, in a stable order."""
    return sorted(path for room in rooms for path in room.rglob("*.py"))


def path_id(path: Path) -> str:
    """Return a file's name as a parametrised test shows it: its path from the root."""
    return path.relative_to(ROOT).as_posix()
