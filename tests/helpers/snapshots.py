"""Snapshots: reviewed texts in files. A test compares a text with its file, and `make snapshots` writes the files."""

import inspect
import json
import os
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, Stack

import cdk_evidently

FOLDER: Final = Path(__file__).parents[1] / "synth" / "snapshots"
WRITE: Final = "WRITE_SNAPSHOTS"
_ASSET: Final = re.compile(r"[0-9a-f]{64}")
_TRIGGERS: Final = re.compile(r'("Triggers": ")[0-9a-f]{64}"')


def compare(name: str, text: str) -> None:
    """Compare a text with its snapshot; with WRITE_SNAPSHOTS set, write the snapshot first."""
    path = FOLDER / name
    if os.environ.get(WRITE):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; if that is intended: make snapshots"


def templates(app: App) -> dict[str, Any]:
    """Return the templates of an app by their files, with those of nested stacks."""
    folder = Path(app.synth().directory)
    stacks = [it for it in app.node.find_all() if isinstance(it, Stack)]
    return {it.template_file: json.loads((folder / it.template_file).read_text(encoding="utf-8")) for it in stacks}


def template_text(template: dict[str, Any]) -> str:
    """Return a template as text, without the asset hashes, which change with every line of the handlers."""
    text = json.dumps(template, indent=1, sort_keys=True) + "\n"
    return _ASSET.sub("ASSET", _TRIGGERS.sub(r'\1TRIGGERS"', text))


def public_api() -> str:
    """Return every public name of the library with its parameters, their types and defaults, and its attributes."""
    lines = []
    for name in sorted(cdk_evidently.__all__):
        found = getattr(cdk_evidently, name)
        lines += [f"{name}{_signature(found)}", *(f"    {line}" for line in _members(found)), ""]
    return "\n".join(lines)


def _members(found: object) -> Iterator[str]:
    if not inspect.isclass(found):
        return
    for base in found.__mro__[1:]:
        if base.__module__.startswith("cdk_evidently"):
            yield f"is a {base.__name__}"
    if issubclass(found, Enum):
        yield from (f"{member.name} = {member.value!r}" for member in found)
        return
    for name, member in sorted(inspect.getmembers_static(found)):
        if name.startswith("_") or not _is_ours(found, name):
            continue
        if isinstance(member, property):
            yield f"{name}: {_plain(inspect.signature(member.fget).return_annotation) if member.fget else ''}"
        elif callable(member) or isinstance(member, (classmethod, staticmethod)):
            kind = type(member).__name__ + " " if isinstance(member, (classmethod, staticmethod)) else ""
            yield f"{kind}{name}{_signature(getattr(found, name))}"
    yield from sorted(f"{name}: {_plain(of)}" for name, of in inspect.get_annotations(found).items() if name[0] != "_")


def _is_ours(found: type, name: str) -> bool:
    return any(name in vars(base) for base in found.__mro__ if base.__module__.startswith("cdk_evidently"))


def _signature(found: Any) -> str:
    if not callable(found) or (inspect.isclass(found) and issubclass(found, (Enum, BaseException))):
        return ""
    # The metaclass of constructs hides the parameters of __init__.
    signature = inspect.signature(found.__init__ if inspect.isclass(found) else found)
    parameters = [each for name, each in signature.parameters.items() if name != "self"]
    return _plain(signature.replace(parameters=parameters))


def _plain(value: object) -> str:
    """Return a type or signature by its names, without their modules."""
    text = inspect.formatannotation(value) if not isinstance(value, inspect.Signature) else str(value)
    return re.sub(r"\b(?:aws_cdk|cdk_evidently|constructs|collections|typing)(?:\.\w+)*\.(?=\w)", "", text)
