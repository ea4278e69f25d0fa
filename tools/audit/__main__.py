"""`make audit`: known vulnerabilities of what this repository pins, by pip-audit and npm audit.

Ends with 1 if there is one. Where a package index has no advisories to offer (a mirror, say), it says so, and that half
is not audited.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pinned_environment import python_with

_ROOT: Final = Path(__file__).resolve().parents[2]
_REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
# Not what benchmarks and tests compare with: that is old on purpose, and runs nowhere else.
_PYTHON_LOCKS: Final = ("requirements-dev.txt", "tools/audit/requirements.txt", "tools/lambda-runtime/requirements.txt")
_NODE_FOLDERS: Final = (".",)


def python_findings(lock: str) -> Iterator[str]:
    """Yield what pip-audit says of a lock file."""
    python = python_with(_REQUIREMENTS, "audit-venv")
    options = ("--disable-pip", "--require-hashes", "--format=json", "--progress-spinner=off")
    found = _json([str(python), "-m", "pip_audit", *options, "-r", lock])
    packages = found.get("dependencies", [])
    if not any("vulns" in package for package in packages):
        sys.stdout.write(f"audit: {lock} was not audited: the package index has no advisories\n")
    for package in packages:
        for flaw in package.get("vulns", []):
            yield f"{lock}: {package['name']} {package['version']}: {flaw['id']}"


def node_findings(folder: str) -> Iterator[str]:
    """Yield what npm audit says of a folder's lock file."""
    found = _json(["npm", "audit", "--json", "--prefix", folder])
    if "vulnerabilities" not in found:
        sys.stdout.write(f"audit: {folder}/package-lock.json was not audited: the registry has no advisories\n")
    for name, flaw in found.get("vulnerabilities", {}).items():
        yield f"{folder}/package-lock.json: {name}: {flaw['severity']}"


def _json(command: list[str]) -> dict[str, Any]:
    """The document that a command prints; none where it fails before it has one."""
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def main() -> int:
    """Print what was found."""
    findings = [each for lock in _PYTHON_LOCKS for each in python_findings(lock)]
    findings += [each for folder in _NODE_FOLDERS for each in node_findings(folder)]
    sys.stdout.writelines(f"audit: {each}\n" for each in findings)
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
