"""`python -m words`: say where a word of `words.txt` stands, in identifiers, log steps, texts and docs; ends with 1."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
_LIST: Final = ROOT / "tools" / "words.txt"
_LINE: Final = re.compile(r"(?P<kind>name|step|text) (?P<word>.+?) -> (?P<say>[^!]+?)(?: ! (?P<not_in>.+))?")
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What was written down once stays as it was written.
_KEPT: Final = re.compile(r"docs/adr/000[1-6]-|CHANGELOG\.md|tools/words\.txt|tests/unit/test_words\.py|\.json$")


@dataclass(frozen=True, slots=True)
class Word:
    """A line of the list."""

    kind: str
    word: str
    say: str
    not_in: tuple[str, ...]

    def stands_in(self, path: str, names: str, steps: set[str], text: str) -> bool:
        """Whether it stands somewhere in a line of a file."""
        if path.startswith(self.not_in):
            return False
        match self.kind:
            case "name":
                return f"_{self.word}_" in names
            case "step":
                return self.word in steps
            case _:
                first, rest = re.escape(self.word[0]), re.escape(self.word[1:])
                return re.search(rf"\b(?i:{first}){rest}\b", text) is not None  # `is none`, but not Python's `is None`


@dataclass(slots=True)
class Line:
    """What a line of a file has: its identifiers in parts, between underscores; its log steps; its text."""

    names: str = ""
    steps: frozenset[str] = frozenset()
    text: str = ""


def words() -> list[Word]:
    """Return the list."""
    found = []
    for number, line in enumerate(_LIST.read_text(encoding="utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            match = _LINE.fullmatch(line)
            if match is None:
                sys.exit(f"{_LIST.name}:{number} is not `KIND WORD -> SAY`: {line}")
            not_in = tuple((match["not_in"] or "").split())
            found.append(Word(match["kind"], match["word"], match["say"], not_in))
    return found


def python_lines(path: str, source: str) -> dict[int, Line]:
    """Return what the lines of a Python file have; line 0 is the file's own name."""
    lines = {number: Line(text=text) for number, text in enumerate(source.splitlines(), 1)}
    lines[0] = Line(names=_parts(Path(path).stem))
    for node in ast.walk(ast.parse(source)):
        line = lines[getattr(node, "lineno", 0)]
        line.names += "".join(map(_parts, _identifiers(node)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"step", "log"}:
            constants = {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
            line.steps |= {str(each) for each in constants}
    return lines


def _identifiers(node: ast.AST) -> Iterator[str]:
    """The names that we give in a node; attributes and keywords of others are theirs, so only ours are looked at."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.arg():
            yield node.arg
        case ast.Name(ctx=ast.Store()):
            yield node.id
        case ast.Attribute(ctx=ast.Store()):
            yield node.attr
        case ast.alias(asname=str(name)):
            yield name


def _parts(identifier: str) -> str:
    return "_" + "_".join(part.lower() for part in _PART.findall(identifier)) + "_"


def findings(path: str, source: str, listed: list[Word]) -> Iterator[str]:
    """Say where a word stands in a file."""
    if path.endswith(".py"):
        lines = python_lines(path, source)
    else:
        lines = {number: Line(text=text) for number, text in enumerate(source.splitlines(), 1)}
    for number, line in sorted(lines.items()):
        for word in listed:
            if word.stands_in(path, line.names, set(line.steps), line.text):
                yield f"{path}:{number}: {word.kind} `{word.word}`: say {word.say}"


def main() -> int:
    """Look at every file that git knows."""
    found: list[str] = []
    listed = words()
    git = [
        "git",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*.py",
        "*.md",
        "Makefile",
        "*.sh",
        "*.toml",
    ]
    for path in subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
        if not _KEPT.search(path) and (ROOT / path).exists():
            found += findings(path, (ROOT / path).read_text(encoding="utf-8"), listed)
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
