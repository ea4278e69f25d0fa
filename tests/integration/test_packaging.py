"""The wheel: its content, and the handler asset, which is the same from every kind of install."""

import email
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from helpers.rooms import CONSTRUCTS, LAMBDA, ROOT
from helpers.wheels import build_wheel, copy_project, install, run

PROBE = ROOT / "tests" / "helpers" / "asset_probe.py"
MAX_ASSET_BYTES = 172_000  # zipped; every cold start loads it


def sources(room: Path) -> set[str]:
    """The files of a folder by their relative paths, without byte code and the dot folders of tools."""
    paths = [path.relative_to(room) for path in room.rglob("*") if path.is_file()]
    return {path.as_posix() for path in paths if not any(part.startswith((".", "__pycache__")) for part in path.parts)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("sources") / "another-name")


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(project, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def editable(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("editable") / "site", "--editable", project)


@pytest.fixture(scope="module")
def synths(wheel: Path, editable: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The asset probe's output for each kind of install; the checkout has caches in it, as one in use does."""
    folder = tmp_path_factory.mktemp("installs")
    ways = {
        "checkout": editable,
        "one install": install(folder / "one", wheel),
        "another install": install(folder / ".venv" / "another-name", wheel),
    }

    def synth(way: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("-W", "error", PROBE, ways[way], folder / f"{way}.out"))
        return found

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(ways, pool.map(synth, ways), strict=True))


def test_the_wheel_ships_constructs_and_lambda_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    handlers = {f"cdk_evidently/_lambda/{name}" for name in sources(LAMBDA)}
    assert sorted(names) == sorted(sources(CONSTRUCTS) | handlers)
    assert {"cdk_evidently/py.typed", "cdk_evidently/_lambda/evidently_contract.py"} <= set(names)
    assert {Path(name).suffix or name for name in names} <= {".py", ".json", ".typed"}


def test_the_wheel_depends_on_cdk_and_on_no_sdk(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert [need.partition(">")[0].partition("<")[0] for need in metadata.get_all("Requires-Dist", [])] == [
        "aws-cdk-lib",
        "constructs",
    ]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_a_second_build_gives_the_same_wheel(project: Path, wheel: Path, tmp_path: Path) -> None:
    assert build_wheel(project, tmp_path).read_bytes() == wheel.read_bytes()


def test_an_editable_install_copies_nothing(editable: Path, project: Path) -> None:
    (path_file,) = editable.glob("*.pth")
    assert path_file.read_text(encoding="utf-8").split() == [str(project / "constructs")]
    assert [path.suffix for path in editable.iterdir() if path.is_dir()] == [".dist-info"]


def test_each_install_imports_its_own_copy(synths: dict[str, dict[str, Any]]) -> None:
    """Otherwise the comparisons below would compare one copy with itself."""
    assert len({found["module"] for found in synths.values()}) == len(synths) == 3


def test_every_install_gives_the_same_asset_byte_for_byte(synths: dict[str, dict[str, Any]]) -> None:
    first, *others = synths.values()
    for other in others:
        assert other["files"] == first["files"]
        assert other["asset"] == first["asset"]
        assert other["template"] == first["template"]


def test_the_asset_is_the_lambda_folder(synths: dict[str, dict[str, Any]]) -> None:
    digests = {name: sha256((LAMBDA / name).read_bytes()).hexdigest() for name in sources(LAMBDA)}
    assert synths["checkout"]["files"] == digests
    assert synths["checkout"]["asset"].removeprefix("asset.") in json.dumps(synths["checkout"]["template"])


def test_the_asset_is_within_its_size_budget() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(sources(LAMBDA)):
            archive.write(LAMBDA / name, name)
    assert packed.tell() <= MAX_ASSET_BYTES
