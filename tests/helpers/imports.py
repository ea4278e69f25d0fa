"""The imports of a Python source, read from its syntax tree without running it."""

import ast
from pathlib import Path


def imported_names(source: Path) -> set[str]:
    """Return the top-level packages and modules that a file imports when it runs.

    Without relative imports, which stay in their package, and imports for type checkers, which never run.
    """
    return {name.partition(".")[0] for name in modules_of(source)}


def modules_of(source: Path) -> set[str]:
    """Return the full names of the modules that a file imports when it runs."""
    imports = _Imports()
    imports.visit(ast.parse(source.read_text(encoding="utf-8"), filename=str(source)))
    return imports.names


class _Imports(ast.NodeVisitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_Import(self, node: ast.Import) -> None:
        self.names |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module is not None and node.level == 0:
            self.names.add(node.module)

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)
