"""Which tests could notice a change of a module, found by what they import."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

MODELS = ("autograd_lite", "rbm", "vae", "gan")
# What a test of models may import besides.
BESIDE = (
    *("data/", "training/", "grading/check", "grading/slip", "grading/oracles/"),
    *("grading/alternatives", "grading/versions"),
)
# grading/checks names the functions that it checks: "vae.elbo.kl_diag_gaussian", or "vae.elbo." as
# the beginning of several names.
NAMED = re.compile(rf"({'|'.join(MODELS)})(\.\w+)+\.?")


@cache
def imports(root: Path, path: Path) -> frozenset[Path]:
    """The project's files that a file imports or names, each by itself."""
    found = set()
    for name in _names(ast.parse(path.read_text()), path.parent == root / "grading" / "checks"):
        for base in (root, path.parent):
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


def tests_of(root: Path, module: Path) -> list[Path]:
    """The test files that import a module themselves, and tests of models that reach it.

    Tests of what is built on models (experiments, figures, commands) count only for the modules
    that they import themselves.
    """
    return [
        test
        for test in sorted((root / "tests").glob("test_*.py"))
        if module in imports(root, test)
        or (_of_models(root, test) and module in reached(root, test, _is_model))
    ]


def _of_models(root: Path, test: Path) -> bool:
    names = (file.relative_to(root).as_posix() for file in imports(root, test))
    return all(name.startswith(BESIDE) or _is_model(name) for name in names)


def _is_model(path: str) -> bool:
    return path.startswith(("tests/", "grading/checks/", *(f"{name}/" for name in MODELS)))


@cache
def needed(root: Path, name: str) -> frozenset[str]:
    """What a function names, "vae.elbo.kl_diag_gaussian", of its project, at any depth."""
    found: set[str] = set()
    todo = [name]
    while todo:
        here = todo.pop()
        path = root / (here.rpartition(".")[0].replace(".", "/") + ".py")
        if here not in found and path.is_file():
            found.add(here)
            todo += uses(root, path).get(here, ())
    return frozenset(found)


@cache
def uses(root: Path, path: Path) -> dict[str, set[str]]:
    """The definitions at the top of a module, by their full names, and the full names in each."""
    module = ".".join(path.relative_to(root).with_suffix("").parts)
    nodes = ast.parse(path.read_text()).body
    owned = [(name, node) for node in nodes for name in defined(node)]
    names = {name: f"{module}.{name}" for name, _ in owned}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            names |= {x.asname or x.name: f"{node.module}.{x.name}" for x in node.names}
    return {names[name]: set(_full(node, names)) for name, node in owned}


def _full(tree: ast.AST, names: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) if name in names:
                yield names[name]
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in names:
                yield f"{names[name]}.{attribute}"


def defined(node: ast.stmt) -> list[str]:
    """The names of the functions, classes and constants that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    return [x.id for x in ast.walk(node) if isinstance(x, ast.Name) and type(x.ctx) is ast.Store]


def definition_at(root: Path, path: str, line: int) -> str:
    """The full name of what stands in a line of a module; "" where that is no definition."""
    for node in ast.parse((root / path).read_text()).body:
        if node.lineno <= line <= (node.end_lineno or 0):
            names = defined(node)
            return ".".join([*Path(path).with_suffix("").parts, *names[:1]]) if names else ""
    return ""
