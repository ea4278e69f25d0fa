"""The contract between synth and handlers: constants only, and typed on both sides."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.rooms import CONSTRUCTS, LAMBDA, ROOT, path_id, python_files

# A constant, the arithmetic that shows its unit, such as 14 * 60, and a table of constants.
CONSTANT_NODES = {ast.Constant, ast.BinOp, ast.Mult, ast.Add, ast.Tuple, ast.Load, ast.Dict, ast.Name}
IMPORTS = ["from collections.abc import Mapping", "from typing import Any, Final"]

SYNTH_MODULE, HANDLER_MODULE = "cdk_evidently._common.contract", "evidently_contract"
IMPORTED = re.compile(r"^(?:from|import) .*\bcontract\b", re.MULTILINE)
USERS = [path for path in python_files(CONSTRUCTS, LAMBDA) if IMPORTED.search(path.read_text(encoding="utf-8"))]

MISSPELT = "ATTRIBUTE_STATIS"
REVEALED = re.compile(r":(\d+): note: Revealed type is \"(.+)\"")
CONSTANT_TYPE = re.compile(
    r"((\w+\.)*Mapping\[.+\]|Literal\[.+\]\?|(builtins\.)?(str|int)|tuple\[((builtins\.)?(str|int)(, )?)+\])"
)


def test_the_contract_has_constants_only() -> None:
    """Synth and Lambda both load it: nothing in it may run, and every name in it has to be final."""
    docstring, *others = ast.parse((LAMBDA / "evidently_contract.py").read_text(encoding="utf-8")).body
    assert isinstance(docstring, ast.Expr)
    assert [ast.unparse(each) for each in others[: len(IMPORTS)]] == IMPORTS
    constants = others[len(IMPORTS) :]
    assert constants
    for constant in constants:
        assert isinstance(constant, ast.AnnAssign), ast.unparse(constant)
        assert ast.unparse(constant.annotation).startswith("Final"), ast.unparse(constant)
        assert constant.value is not None
        assert {type(node) for node in ast.walk(constant.value)} <= CONSTANT_NODES, ast.unparse(constant)


@pytest.mark.parametrize("source", USERS, ids=path_id)
def test_every_use_of_the_contract_is_an_attribute_of_the_imported_module(source: Path) -> None:
    """The types below hold for these two imports; a getattr, or the module passed on, would lose them."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    synth = source.is_relative_to(CONSTRUCTS)
    expected = f"from {SYNTH_MODULE} import contract" if synth else f"import {HANDLER_MODULE} as contract"
    statements = [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [it.removesuffix(", lambda_folder") for it in statements if IMPORTED.search(it)] == [expected]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "contract"]
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.value in names]
    assert len(attributes) == len(names)


def test_mypy_knows_the_type_of_every_use_and_refuses_a_misspelt_name(tmp_path: Path) -> None:
    used = sorted({name for source in USERS for name in _names_used(source)})
    assert len(used) > 80
    lines = [f"reveal_type({side}.{name})" for side in ("synth", "handler") for name in [*used, MISSPELT]]
    imports = [f"from {SYNTH_MODULE} import contract as synth", f"import {HANDLER_MODULE} as handler"]
    probe = tmp_path / "probe.py"
    probe.write_text("\n".join([*imports, *lines, ""]), encoding="utf-8")

    done = subprocess.run(  # noqa: S603, mypy as `make lint` runs it, with its cache
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-pretty", str(probe)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    revealed = {int(line): found for line, found in REVEALED.findall(done.stdout)}
    wrong = {
        text: revealed.get(number)
        for number, text in enumerate(lines, start=len(imports) + 1)
        if MISSPELT not in text and not CONSTANT_TYPE.fullmatch(revealed.get(number, ""))
    }
    assert wrong == {}
    assert len(re.findall(rf"error: Module has no attribute \"{MISSPELT}\"", done.stdout)) == 2, done.stdout
    assert done.stdout.count(" error: ") == 2, done.stdout


def _names_used(source: Path) -> set[str]:
    return {
        node.attr
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "contract"
    }
