"""The kit that a student fills in: the reference without the bodies of the checked functions.

It is made from the source text, so that signatures, docstrings and legends cannot drift apart from
the reference. In each module that holds a checked function: checked functions stop at
NotImplementedError, other functions are left out, all else stays as it is.
"""

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from grading.chapters import PACKAGES
from grading.check import Check
from grading.checks import CHECKS
from grading.kit_readme import readme
from training.run import replacing

ROOT = Path(__file__).parent.parent


class TemplateError(Exception):
    """One sentence for the person at the screen: why no kit was written."""


def write_kit(folder: Path) -> None:
    """Writes the kit to a folder that is new or empty; TemplateError where it is neither."""
    if folder.exists() and not folder.is_dir():
        raise TemplateError(f"{folder} is a file; expected a new or empty folder.")
    if folder.exists() and any(folder.iterdir()):
        raise TemplateError(f"{folder} is not empty; expected a new or empty folder.")
    for name, text in kit().items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TemplateError(f"{path.parent} cannot be made ({error.strerror}).") from error
        with replacing(path) as file:
            file.write(text.encode())


def kit(checks: Sequence[Check] = CHECKS) -> dict[str, str]:
    """Every file of the kit, by its path."""
    labels: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for check in checks:
        module, function = check.function.rsplit(".", 1)
        labels[_path(module)][function].append(check.equation)
    texts = {path: stubbed(_read(path), labels[path]) for path in labels}
    for package in sorted({path.partition("/")[0] for path in texts}):
        texts[f"{package}/__init__.py"] = _read(f"{package}/__init__.py")
    texts = {path: with_numpy(text) for path, text in texts.items()}
    waiting = list(texts)
    while waiting:  # modules that those import, which hold nothing to fill in, come along whole
        for path in _imports(texts[waiting.pop()]):
            if path not in texts and (ROOT / path).is_file():
                texts[path] = _read(path)
                waiting.append(path)
    return texts | {"README.md": readme(labels)}


def with_numpy(source: str) -> str:
    """A module's source that imports NumPy, which a student's part may need and the reference not.

    An __init__.py, which has no imports, stays as it is.
    """
    nodes = ast.parse(source).body
    imports = [x for x in nodes if isinstance(x, ast.Import | ast.ImportFrom)]
    if "import numpy as np\n" in source or not imports:
        return source
    ours = [x for x in imports if isinstance(x, ast.ImportFrom) and _is_ours(x.module or "")]
    lines = source.splitlines(keepends=True)
    if ours:
        lines.insert(ours[0].lineno - 1, "import numpy as np\n\n")
    else:
        lines.insert(imports[-1].end_lineno or 0, "\nimport numpy as np\n")
    return "".join(lines)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def stubbed(source: str, labels: Mapping[str, Sequence[str]]) -> str:
    """A module's source with stubs for the functions in `labels`, and no other functions."""
    text = source.splitlines(keepends=True)
    nodes = ast.parse(source).body
    starts = [*(_first_line(node, text) for node in nodes), len(text)]
    kept = text[: starts[0]]
    for node, start, end in zip(nodes, starts, starts[1:], strict=False):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
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


def _imports(source: str) -> list[str]:
    """The paths that a module's absolute imports would have inside this project."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return [_path(node.module) for node in nodes if node.module]


def _path(module: str) -> str:
    return module.replace(".", "/") + ".py"


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
