"""The kit that a student fills in: the reference without the bodies of the checked functions.

It is made from the source text, so that signatures, docstrings and legends cannot drift apart from
the reference. In each module of an assignment: its functions stop at NotImplementedError; of others
those stay that the rest of the kit uses; all else stays as it is.
"""

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from grading.chapters import PACKAGES
from grading.course.assignment import Assignment, everything
from grading.course.kit_readme import readme
from grading.sandbox.given import CHECKED, functions, needed, path_of, read, tree, used_by
from grading.sandbox.protocol import GradingError
from training.run import make_folder, write_text


def write_kit(folder: Path, assignment: Assignment) -> None:
    """Writes the kit to a folder that is new or empty; GradingError where it is neither, RunError
    where it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise GradingError(f"{folder} is a file; expected a new or empty folder.")
    if folder.exists() and any(folder.iterdir()):
        raise GradingError(f"{folder} is not empty; expected a new or empty folder.")
    for name, text in kit(assignment).items():
        make_folder((folder / name).parent)
        write_text(folder / name, text)


def kit(assignment: Assignment | None = None) -> dict[str, str]:
    """Every file of the kit, by its path."""
    assignment = assignment or everything()
    labels: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for check in dict.fromkeys(item.check for item in assignment.items):
        module, function = check.function.rsplit(".", 1)
        labels[path_of(module)][function].append(check.equation)
    files = {*labels}.union(*map(needed, labels))
    texts = {}
    for path, asked in labels.items():
        complete = _complete(path, asked, files - {path}) if assignment.text else set()
        texts[path] = stubbed(read(path), asked, complete)
    for package in sorted({path.partition("/")[0] for path in texts}):
        texts[f"{package}/__init__.py"] = read(f"{package}/__init__.py")
    texts = {path: with_numpy(text) for path, text in texts.items()}
    # What those import, and holds nothing to fill in, comes along whole.
    whole = {p: read(p) for p in sorted(files) if p not in texts}
    texts |= {"assignment.toml": assignment.text} if assignment.text else {}
    return texts | whole | {"README.md": readme(labels, assignment)}


def _complete(path: str, asked: Collection[str], others: Iterable[str]) -> set[str]:
    """The functions of a file that stay whole: what the `others` and its own tables use, and what
    is asked for does, where that is checked.
    """
    module = path[:-3].replace("/", ".")
    parts = set().union(*(used_by(path, name) for name in asked))
    used = {x for x in parts if f"{module}.{x}" in CHECKED}
    tables = [node for node in tree(path).body if not isinstance(node, ast.FunctionDef)]
    used |= {x.id for node in tables for x in ast.walk(node) if isinstance(x, ast.Name)}
    for node in (node for other in others for node in ast.walk(tree(other))):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            used |= {x.name for x in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used |= {node.attr} if node.value.id == module.rpartition(".")[2] else set()
    rest = set(functions(path)) - set(asked)
    return rest & used.union(*(used_by(path, x) for x in used & rest))


def with_numpy(source: str) -> str:
    """A module's source that imports NumPy, which a student's part may need and the reference not.

    An __init__.py, which has no imports, stays as it is.
    """
    nodes = ast.parse(source).body
    imports = [x for x in nodes if isinstance(x, ast.Import | ast.ImportFrom)]
    if "import numpy as np\n" in source or not imports:
        return source
    known = [x for x in imports if isinstance(x, ast.ImportFrom)]
    ours = [x for x in known if str(x.module).partition(".")[0] in PACKAGES]
    lines = source.splitlines(keepends=True)
    if ours:
        lines.insert(ours[0].lineno - 1, "import numpy as np\n\n")
    else:
        lines.insert(imports[-1].end_lineno or 0, "\nimport numpy as np\n")
    return "".join(lines)


def stubbed(
    source: str, labels: Mapping[str, Sequence[str]], complete: Collection[str] = ()
) -> str:
    """A module's source with stubs for the functions in `labels`, and of others the `complete`."""
    text = source.splitlines(keepends=True)
    nodes = ast.parse(source).body
    starts = [*(_first_line(node, text) for node in nodes), len(text)]
    kept = text[: starts[0]]
    for node, start, end in zip(nodes, starts, starts[1:], strict=False):
        if not isinstance(node, ast.FunctionDef) or node.name in complete:
            kept += text[start:end]
        elif node.name in labels:
            docstring = node.body[0]
            if ast.get_docstring(node) is None:
                raise ValueError(f"{node.name} is checked, but has no docstring for the student.")
            kept += text[start : docstring.end_lineno]
            kept.append(f'    raise NotImplementedError("{", ".join(labels[node.name])}")\n\n\n')
    return "".join(kept).rstrip() + "\n"


def _first_line(node: ast.stmt, text: Sequence[str]) -> int:
    """The index of the first line of a statement, its decorators, and comments right above it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    line = min([node.lineno, *(x.lineno for x in decorators)]) - 1
    while line and text[line - 1].startswith("#"):
        line -= 1
    return line
