"""What a file of this project imports, itself or through others; read from its text."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

MODELS = ("autograd_lite", "rbm", "vae", "gan")
# Checks and laws name the functions that they judge: "vae.elbo.kl_diag_gaussian", or "vae.elbo." as
# the beginning of several names.
NAMED = re.compile(rf"({'|'.join(MODELS)})(\.\w+)+\.?")


@cache
def imports(root: Path, path: Path) -> frozenset[Path]:
    """The files of the project at `root` that a file imports or names, each by itself."""
    laws = root / "tests" / "laws"  # which its __init__.py finds by itself
    found = {*laws.glob("*.py")} if path == laws / "__init__.py" else set()
    named = path.parent in (root / "grading" / "checks", laws)
    for name in _names(ast.parse(path.read_text()), named):
        for base in (root, root / "tests"):  # where pytest looks, too
            place = base.joinpath(*name.split("."))
            found |= {place.with_suffix(".py"), place / "__init__.py"}
    return frozenset(file for file in found if file.is_file())


def _names(tree: ast.AST, strings: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif strings and isinstance(node, ast.Constant) and isinstance(node.value, str):
            if NAMED.fullmatch(node.value):
                yield node.value.rpartition(".")[0]


def reached(root: Path, path: Path, through: Callable[[str], bool] = lambda _: True) -> set[Path]:
    """A file and all that it imports, by way of files for whose paths `through` is true."""
    found: set[Path] = set()
    todo = [path]
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            if here == path or through(here.relative_to(root).as_posix()):
                todo += imports(root, here)
    return found
