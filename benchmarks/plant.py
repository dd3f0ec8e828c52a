"""Puts a mutant in its module's place as Python imports it; no file of the project changes.

benchmarks/mutants.py copies this module to a folder on PYTHONPATH as `sitecustomize.py`, beside
`mutant.json` with the module's name, its path and its new text. So the mutant is in every Python
process that a test begins, while tests that read the module's text see what always stood there.
"""

import json
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any


def plant(name: str, path: str, source: str) -> None:
    """From here on the module of this name is made from `source`, as if that stood at `path`."""
    usual = SourceFileLoader.get_code

    def get_code(loader: Any, fullname: str) -> CodeType | None:
        if fullname != name:
            return usual(loader, fullname)
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
        return code

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


if __name__ == "sitecustomize":
    plant(**json.loads(Path(__file__).with_name("mutant.json").read_text()))
