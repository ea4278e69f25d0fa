"""The contract module of synth and handlers, which holds constants only; use `from … import contract`.

It is in the `lambda/` folder, which is not an import root of the constructs, so this module loads it by its path. An
installed wheel has the folder as `cdk_evidently/_lambda`; in a checkout, and in an editable install of one, the folder
is next to `constructs/`. A type checker sees the contract module itself and reports a misspelt name.
"""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import evidently_contract as contract

__all__ = ["contract", "lambda_folder"]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_CONTRACT: Final = "evidently_contract"


@cache
def lambda_folder() -> Path:
    """Return the folder with the handlers, the contract and the API model.

    Raises:
        FileNotFoundError: neither an installed wheel's folder nor a checkout's has the contract.

    """
    installed, checkout = _PACKAGE / "_lambda", _PACKAGE.parents[1] / "lambda"
    for folder in (installed, checkout):
        if (folder / f"{_CONTRACT}.py").is_file():
            return folder
    message = (
        f"The handlers are missing: neither {installed} nor {checkout} holds {_CONTRACT}.py. Reinstall the package."
    )
    raise FileNotFoundError(message)


def _load_contract() -> ModuleType:
    path = lambda_folder() / f"{_CONTRACT}.py"
    spec = importlib.util.spec_from_file_location(f"{__package__}._{_CONTRACT}", path)
    if spec is None or spec.loader is None:
        message = f"{path} can't be loaded as a module. Reinstall the package."
        raise ImportError(message)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    contract = _load_contract()
