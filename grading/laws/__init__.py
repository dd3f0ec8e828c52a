"""The laws: property tests that read like the theorems they are, a module a chapter.

They need Hypothesis, which is a test package, so nothing that grades imports them.
"""

import importlib
from pathlib import Path

from grading.laws.law import Law

FORM = ("law", "draws", "draw_networks", "measure")  # the modules that hold no laws


def find() -> tuple[Law, ...]:
    """All laws, in the order of their modules and lines."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = [importlib.import_module(f"grading.laws.{n}") for n in names if n not in FORM]
    return tuple(x for m in modules for x in vars(m).values() if isinstance(x, Law))
