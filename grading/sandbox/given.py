"""What a function finds around it: the student's file, and the reference in place of the others.

Each function is graded by itself. What it uses of other equations is the reference's, so that one
mistake costs once. The function itself is never given, nor what the reference does not use for it.
"""

import ast
from collections.abc import Collection
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
    for other, names in imported(own).items():  # one file may stand for several modules
        if own in files and files.get(path_of(other)) == files[own]:
            lines.append(f"from {other} import {', '.join(names)}")
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


@cache
def needed(path: str) -> frozenset[str]:
    """A file of the reference, and those that it imports, itself or through others."""
    found, waiting = {path}, [path]
    while waiting:
        nodes = ast.walk(tree(waiting.pop()))
        names = [x.module for x in nodes if isinstance(x, ast.ImportFrom) and x.module]
        new = {p for p in map(path_of, names) if (ROOT / p).is_file()} - found
        found |= new
        waiting += new
    return frozenset(found)


@cache
def imported(path: str) -> dict[str, list[str]]:
    """The checked functions that a file of the reference imports, by their modules."""
    nodes = [x for x in tree(path).body if isinstance(x, ast.ImportFrom) and x.module]
    names = {str(x.module): [n.name for n in x.names] for x in nodes}
    found = {of: [name for name in own if f"{of}.{name}" in CHECKED] for of, own in names.items()}
    return {module: names for module, names in found.items() if names}


@cache
def functions(path: str) -> dict[str, ast.FunctionDef]:
    """The functions at the top of a file of the reference."""
    return {x.name: x for x in tree(path).body if isinstance(x, ast.FunctionDef)}


@cache
def used_by(path: str, name: str) -> frozenset[str]:
    """What a function uses of the names at the top of its file, itself or through others."""
    owned = {x: node for node in tree(path).body for x in defined(node)}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        nodes = ast.walk(owned[waiting.pop()])
        new = ({x.id for x in nodes if isinstance(x, ast.Name)} & set(owned)) - found - {name}
        found |= new
        waiting += new
    return frozenset(found)


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
