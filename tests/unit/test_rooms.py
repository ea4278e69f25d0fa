"""The rooms of the house: import roots and not packages, and no way from one to the other."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import indent

import pytest

from helpers.imports import imported_names, modules_of
from helpers.rooms import CONSTRUCTS, LAMBDA, ROOT, path_id, python_files

# What the wheel depends on (pyproject.toml), under the names it is imported by; jsii comes with both.
CONSTRUCTS_MAY_IMPORT = sys.stdlib_module_names | {"aws_cdk", "constructs", "jsii", "cdk_evidently"}
# What Lambda has, and lambda/ itself.
LAMBDA_MAY_IMPORT = sys.stdlib_module_names | {"boto3", "botocore"} | {path.stem for path in LAMBDA.iterdir()}
RUNTIME_MAY_IMPORT = {*sys.stdlib_module_names, "evidently_contract"}
# A constant and the arithmetic that shows its unit, such as 14 * 60.
CONSTANT_NODES = {ast.Constant, ast.BinOp, ast.Mult, ast.Add, ast.Tuple, ast.Load}

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


def test_what_it_takes_to_respond_imports_itself_and_the_standard_library_only() -> None:
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
def test_imports_between_the_rooms_of_a_package_point_one_way(package: Path) -> None:
    arrows: dict[str, set[str]] = {}
    for source in python_files(package):
        room = source.relative_to(package).parts[0].removesuffix(".py")
        names = {name.split(".")[1] for name in modules_of(source) if name.startswith(f"{package.name}.")}
        arrows.setdefault(room, set()).update(names - {room})
    assert list(TopologicalSorter(arrows).static_order())  # a circle raises, and names itself


@pytest.mark.parametrize("source", python_files(LAMBDA), ids=path_id)
def test_the_handlers_keep_to_the_syntax_of_python_3_11(source: Path) -> None:
    ast.parse(source.read_text(encoding="utf-8"), filename=str(source), feature_version=(3, 11))


def test_the_contract_holds_constants_only() -> None:
    """It is loaded at synth and in Lambda alike: nothing in it may run, and everything in it must be final."""
    docstring, imported, *constants = ast.parse((LAMBDA / "evidently_contract.py").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert ast.unparse(imported) == "from typing import Final"
    assert constants
    for constant in constants:
        assert isinstance(constant, ast.AnnAssign), ast.unparse(constant)
        assert ast.unparse(constant.annotation).startswith("Final"), ast.unparse(constant)
        assert constant.value is not None
        assert {type(node) for node in ast.walk(constant.value)} <= CONSTANT_NODES, ast.unparse(constant)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root folder with the same rooms as this one, a script and a test in it, and nothing else."""
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
def test_import_constructs_is_that_of_pypi(root: Path, arguments: list[str]) -> None:
    """With the root folder first on the path, where `constructs/` is."""
    done = subprocess.run(  # noqa: S603, the tests' own interpreter
        [sys.executable, *arguments], cwd=root, capture_output=True, text=True, check=True
    )
    constructs, ours = done.stdout.split("|")[1:3]
    assert Path(constructs).parent.parent.name == "site-packages"
    assert Path(ours).parent.name == "cdk_evidently"
