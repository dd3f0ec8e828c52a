"""The laws: property tests that read like the theorems they are, a module a chapter.

They need Hypothesis, so they stand with the tests; `python -m tests.laws` measures them.
"""

import importlib
from pathlib import Path

from tests.laws.law import Law

FORM = ("law", "draws", "draw_networks", "measure")  # the modules that hold no laws


def find() -> tuple[Law, ...]:
    """All laws, in the order of their modules and lines."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = [importlib.import_module(f"tests.laws.{n}") for n in names if n not in FORM]
    return tuple(x for m in modules for x in vars(m).values() if isinstance(x, Law))
