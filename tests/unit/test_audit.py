"""What the audit makes of what pip-audit and npm audit print."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from audit import __main__ as audit

CLEAN_PYTHON = {"dependencies": [{"name": "boto3", "version": "1", "vulns": []}]}
CLEAN_NODE: dict[str, Any] = {"vulnerabilities": {}}
FLAWED_PYTHON = {"dependencies": [{"name": "boto3", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]}
FLAWED_NODE = {"vulnerabilities": {"aws-cdk": {"severity": "high"}}}
SKIPPED = {"dependencies": [{"name": "boto3", "skip_reason": "not found"}]}


@pytest.mark.parametrize(
    ("printed", "status", "said"),
    [
        ((CLEAN_PYTHON, CLEAN_NODE), 0, ""),
        ((FLAWED_PYTHON, CLEAN_NODE), 1, "requirements-dev.txt: boto3 1: PYSEC-1"),
        ((CLEAN_PYTHON, FLAWED_NODE), 1, "aws-cdk: high"),
        ((SKIPPED, {"message": "405"}), 0, "was not audited"),
        ((None, None), 0, "was not audited"),
    ],
)
def test_a_flaw_fails_the_audit_and_what_could_not_be_audited_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], printed: Any, status: int, said: str
) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        document = printed[command[0] == "npm"]
        return subprocess.CompletedProcess(command, 1, "" if document is None else json.dumps(document), "")

    monkeypatch.setattr(audit, "python_with", lambda *_: Path("python"))
    monkeypatch.setattr(subprocess, "run", run)

    assert audit.main() == status
    assert said in capsys.readouterr().out
