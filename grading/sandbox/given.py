"""What a function finds around it: the student's file, and the reference in place of the others.

Each function is graded by itself. What it uses of other equations is the reference's, so that one
mistake costs once. The function itself is never given, nor what the reference does not use for it.
"""

import ast
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path

from grading.checks import CHECKS
from grading.sandbox.protocol import Files

ROOT = Path(__file__).parents[2]
CHECKED = {check.function for check in CHECKS}
HELPERS, OWN = "_given", "_own"  # folders: the reference's helpers, a student's file as it was
# What the reference does not have, such as a helper of the student's, comes from their file.
ELSE = """

_given = True


def __getattr__(name):
    import importlib
    try:
        if name[:2] != "__":  # which Python asks for by itself
            return getattr(importlib.import_module("{own}." + __name__), name)
    except ModuleNotFoundError:
        pass
    raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
"""


def furnished(files: Files, function: str) -> Files:
    """The files for the process that calls a function: a student's, and the reference's."""
    module, name = function.rsplit(".", 1)
    own, found = path_of(module), dict(files)
    for path in needed(own) - {own}:
        found[path] = (read(path) + ELSE.format(own=OWN)).encode()
        if path in files:
            found[f"{OWN}/{path}"] = files[path]
    for folder in (HELPERS, OWN, *(path.partition("/")[0] for path in needed(own))):
        found.setdefault(f"{folder}/__init__.py", b"")  # which no vae.py of theirs hides
    lines = []
    if helpers := sorted(x for x in used_by(own, name) if f"{module}.{x}" in CHECKED):
        found[f"{HELPERS}/{own}"] = reduced(own, helpers).encode()
        lines = [f"from {HELPERS}.{module} import {', '.join(helpers)}"]
    for other, names in imports(own).items():  # one file may stand for several modules
        checked = [name for name in names if f"{other}.{name}" in CHECKED]
        if checked and own in files and files.get(path_of(other)) == files[own]:
            lines.append(f"from {other} import {', '.join(checked)}")
    if lines and own in files:
        found[own] = files[own] + "\n".join(["", *lines, ""]).encode()
    return found


def path_of(module: str) -> str:
    """The path of a module: vae/elbo.py."""
    return module.replace(".", "/") + ".py"


@cache
def read(path: str) -> str:
    """The text of a file of the reference, as it was when it was first read."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: str) -> ast.Module:
    """A file of the reference."""
    return ast.parse(read(path))


def closure(first: str, onwards: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """A name, and all to which it leads, itself or through others."""
    found, waiting = {first}, [first]
    while waiting:
        new = {*onwards(waiting.pop())} - found
        found |= new
        waiting += new
    return frozenset(found)


@cache
def imports(path: str) -> dict[str, list[str]]:
    """The names that a file of the reference imports from modules, by these."""
    nodes = [x for x in tree(path).body if isinstance(x, ast.ImportFrom) and x.module]
    return {str(x.module): [name.name for name in x.names] for x in nodes}


@cache
def needed(path: str) -> frozenset[str]:
    """A file of the reference, and those that it imports, itself or through others."""
    return closure(path, lambda p: (x for x in map(path_of, imports(p)) if (ROOT / x).is_file()))


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    """The functions at the top of a file of the reference."""
    return {x.name: x for x in tree(path).body if isinstance(x, ast.FunctionDef)}


@cache
def used_by(path: str, name: str) -> frozenset[str]:
    """What a function uses of the names at the top of its file, itself or through others."""
    owned = {x: node for node in tree(path).body for x in defined(node)}

    def named(x: str) -> set[str]:
        return {node.id for node in ast.walk(owned[x]) if isinstance(node, ast.Name)} & set(owned)

    return closure(name, named) - {name}


def defined(node: ast.stmt) -> list[str]:
    """The names of functions, classes and tables that a statement at the top defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [x.id for x in targets if isinstance(x, ast.Name)]


def reduced(path: str, names: Collection[str]) -> str:
    """A file of the reference with its imports, the functions `names`, and what these use."""
    kept = {*names}.union(*(used_by(path, name) for name in names))
    lines, parts = read(path).splitlines(keepends=True), []
    for node in tree(path).body:
        names_here = defined(node)
        if not names_here or kept & set(names_here):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(x.lineno for x in decorators)])
            parts.append("".join(lines[first - 1 : node.end_lineno]))
    return "\n".join([*parts, "_given = True\n"])
