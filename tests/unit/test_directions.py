"""Imports between benchmarks, tests and tools point one way: benchmarks use the tests' helpers, both use the tools."""

from helpers.imports import imported_names
from helpers.rooms import ROOT, path_id, python_files


def modules_in(folder: str) -> set[str]:
    """Return the names under which Python imports the contents of an import root."""
    return {path.stem for path in (ROOT / folder).iterdir() if path.suffix == ".py" or list(path.glob("*.py"))}


def importers(folder: str, modules: set[str]) -> list[str]:
    """Return the files of an import root that import one of the modules."""
    return [path_id(source) for source in python_files(ROOT / folder) if imported_names(source) & modules]


def test_tests_import_no_benchmark() -> None:
    assert importers("tests", modules_in("benchmarks")) == []


def test_benchmarks_import_only_the_helpers_of_the_tests() -> None:
    assert importers("benchmarks", modules_in("tests") - {"helpers"}) == []


def test_tools_import_neither_tests_nor_benchmarks() -> None:
    assert importers("tools", modules_in("tests") | modules_in("benchmarks")) == []
