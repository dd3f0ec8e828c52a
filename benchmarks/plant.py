"""Puts a mutant in its module's place as Python imports it; no file of the project changes.

benchmarks/mutants.py copies this module to a folder on PYTHONPATH as `sitecustomize.py`, beside
`mutant.json` with the module's name, its path and its new text. So the mutant is in every Python
process that a test begins, while tests that read the module's text see what always stood there.
"""

import json
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType


class Planted(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType | None:
        code: CodeType = compile(self.source, self.path, "exec", dont_inherit=True)
        return code


class Planter(MetaPathFinder):
    def __init__(self, name: str, path: str, source: str) -> None:
        self.name, self.loader = name, Planted(name, path, source)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.loader.path, loader=self.loader)


if __name__ == "sitecustomize":
    sys.meta_path.insert(
        0, Planter(**json.loads(Path(__file__).with_name("mutant.json").read_text()))
    )
