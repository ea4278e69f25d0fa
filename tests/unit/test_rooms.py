"""The import rules: `constructs/` and `lambda/` are import roots, and neither imports the other."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import indent

import pytest

from helpers.imports import imported_names, modules_of
from helpers.rooms import CONSTRUCTS, LAMBDA, ROOT, path_id, python_files

# The wheel's dependencies (pyproject.toml) by the names of their packages; jsii is a dependency of both.
CONSTRUCTS_MAY_IMPORT = sys.stdlib_module_names | {"aws_cdk", "constructs", "jsii", "cdk_evidently"}
# The packages of Lambda's Python runtime, and lambda/ itself.
LAMBDA_MAY_IMPORT = sys.stdlib_module_names | {"boto3", "botocore"} | {path.stem for path in LAMBDA.iterdir()}
RUNTIME_MAY_IMPORT = {*sys.stdlib_module_names, "evidently_contract"}

PROBE = """
from importlib.util import find_spec
print("", find_spec("constructs").origin, find_spec("cdk_evidently").origin, "", sep="|")
"""


@pytest.mark.parametrize("room", [CONSTRUCTS, LAMBDA], ids=path_id)
def test_a_room_is_an_import_root_and_not_a_package(room: Path) -> None:
    assert not list(room.glob("__init__.py*"))


@pytest.mark.parametrize("source", python_files(CONSTRUCTS), ids=path_id)
def test_the_constructs_import_cdk_and_the_standard_library_only(source: Path) -> None:
    assert imported_names(source) <= CONSTRUCTS_MAY_IMPORT


@pytest.mark.parametrize("source", python_files(LAMBDA), ids=path_id)
def test_the_handlers_import_boto_and_the_standard_library_only(source: Path) -> None:
    assert imported_names(source) <= LAMBDA_MAY_IMPORT


def test_the_providers_runtime_imports_the_standard_library_and_the_contract_only() -> None:
    runtime = "evidently_provider.runtime"
    imported = {
        name for source in python_files(LAMBDA / "evidently_provider" / "runtime") for name in modules_of(source)
    }
    assert {
        name for name in imported if name.split(".")[0] not in RUNTIME_MAY_IMPORT and not name.startswith(runtime)
    } == set()


@pytest.mark.parametrize(
    "package",
    [CONSTRUCTS / "cdk_evidently", LAMBDA / "evidently_provider", LAMBDA / "evidently_service"],
    ids=path_id,
)
def test_imports_between_the_folders_of_a_package_have_no_circle(package: Path) -> None:
    arrows: dict[str, set[str]] = {}
    for source in python_files(package):
        room = source.relative_to(package).parts[0].removesuffix(".py")
        names = {name.split(".")[1] for name in modules_of(source) if name.startswith(f"{package.name}.")}
        arrows.setdefault(room, set()).update(names - {room})
    assert list(TopologicalSorter(arrows).static_order())  # raises CycleError, with the circle


@pytest.mark.parametrize("source", python_files(LAMBDA), ids=path_id)
def test_the_handlers_parse_as_python_3_11(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), filename=str(source), feature_version=(3, 11))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root folder with the same import roots as the checkout, a script and a test."""
    for room in (CONSTRUCTS, LAMBDA):
        (tmp_path / room.name).symlink_to(room, target_is_directory=True)
    (tmp_path / "pyproject.toml").symlink_to(ROOT / "pyproject.toml")
    (tmp_path / "app.py").write_text(PROBE, encoding="utf-8")
    (tmp_path / "test_probe.py").write_text(f"def test_probe():{indent(PROBE, '    ')}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [["app.py"], ["-c", PROBE], ["-m", "pytest", "-s", "-p", "no:cacheprovider", "test_probe.py"]],
    ids=["python app.py", "python -c", "python -m pytest"],
)
def test_import_constructs_finds_the_package_of_pypi(root: Path, arguments: list[str]) -> None:
    """Even where Python puts the root folder, which has `constructs/`, first on its path."""
    done = subprocess.run(  # noqa: S603, the tests' own interpreter
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    constructs, ours = done.stdout.split("|")[1:3]
    assert Path(constructs).parent.parent.name == "site-packages"
    assert Path(ours).parent.name == "cdk_evidently"
