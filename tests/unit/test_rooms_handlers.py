"""The handlers run where Lambda runs them: the standard library, boto3 and what boto3 needs, and nothing else."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import evidently_contract as contract
from helpers.rooms import LAMBDA

SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

EVERY_MODULE = """
import importlib, json, pkgutil
names = [module.name for module in pkgutil.walk_packages([lambda_folder])]
print(json.dumps([importlib.import_module(name).__name__ for name in names]))
"""


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK and its dependencies, and no other package of the virtual environment."""
    folder = tmp_path_factory.mktemp("sdk")
    for name in SDK:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        file = Path(spec.origin)
        source = file.parent if file.name == "__init__.py" else file
        (folder / source.name).symlink_to(source)
    return folder


def run_in_lambda(sdk: Path, code: str) -> str:
    """Run code without site-packages (-S), user settings (-I) or a warning (-W error), and return what it prints."""
    start = f"import sys; lambda_folder = {str(LAMBDA)!r}; sys.path[:0] = [lambda_folder, {str(sdk)!r}]\n"
    done = subprocess.run(  # noqa: S603, the tests' own interpreter and code
        [sys.executable, "-I", "-S", "-W", "error", "-c", start + code],
        env={"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", contract.ENV_TABLE_NAME: "table"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_else_is_importable_there(sdk: Path) -> None:
    names = ("boto3", "aws_cdk", "constructs", "pytest")
    found = run_in_lambda(sdk, f"import importlib.util as u; print(*[name for name in {names} if u.find_spec(name)])")
    assert found.split() == ["boto3"]


def test_every_module_can_be_imported_there(sdk: Path) -> None:
    imported = json.loads(run_in_lambda(sdk, EVERY_MODULE))
    expected = {
        ".".join(path.relative_to(LAMBDA).with_suffix("").parts).removesuffix(".__init__")
        for path in LAMBDA.rglob("*.py")
    }
    assert set(imported) == expected


@pytest.mark.parametrize("handler", [contract.PROVIDER_HANDLER, contract.SERVICE_HANDLER])
def test_lambda_finds_the_entry_point(sdk: Path, handler: str) -> None:
    module, _, function = handler.rpartition(".")
    code = f"import importlib; print(callable(getattr(importlib.import_module({module!r}), {function!r})))"
    assert run_in_lambda(sdk, code).split() == ["True"]
