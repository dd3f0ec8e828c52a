"""The arrows of the house, and the sizes it keeps to."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "autograd_lite", "rbm", "vae", "gan", "scores", "data", "training", "figures", "results",
    "grading",
)  # fmt: skip
MODELS = {"rbm", "vae", "gan"}
SOURCES = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]


def imports(path):
    """(module, line) of everything that a file imports, at any depth of it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def forbidden(path):
    """The beginnings of module names that this file may not import."""
    package = path.relative_to(ROOT).parts[0]
    if package in ("autograd_lite", "data", "training"):
        return MODELS | {"grading", "figures", "results", "scores"}
    if package in MODELS:
        others = (MODELS - {package}) | {"grading", "figures", "results", "scores"}
        return others | {"autograd_lite.tape", "autograd_lite.gradcheck"}
    if package in ("results", "scores", "grading"):
        return {"figures"}
    return set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_one_way(path):
    package = path.relative_to(ROOT).parts[0]
    for name, line in imports(path):
        for beginning in forbidden(path):
            assert not f"{name}.".startswith(beginning + "."), f"{path}:{line} imports {name}"
        root = name.split(".")[0]
        allowed = sys.stdlib_module_names | {"numpy"} | set(PACKAGES)
        allowed |= {"matplotlib"} if package == "figures" else set()
        assert root in allowed, f"{path}:{line} imports {name}, which is no run-time package"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "grading" / "oracles").glob("*.py")), ids=lambda p: p.name
)
def test_oracles_share_nothing_with_what_they_judge(path):
    for name, line in imports(path):
        root = name.split(".")[0]
        alone = root in sys.stdlib_module_names | {"numpy"} or name.startswith("grading.oracles")
        assert alone, f"{path}:{line} imports {name}"


def test_the_tape_shares_no_rule_with_the_hand_written_gradients():
    for name in ("tape.py", "gradcheck.py"):
        for module, line in imports(ROOT / "autograd_lite" / name):
            assert not module.startswith(("autograd_lite.ops", "autograd_lite.losses")), line


def test_the_models_stay_small():
    """Docstrings included: 2,500 lines for the four packages, about 150 a module, 25 a function."""
    total = 0
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in {"autograd_lite", *MODELS}:
            lines = path.read_text().count("\n")
            total += lines
            assert lines <= 170, f"{path} has {lines} lines"
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    length = (node.end_lineno or 0) - node.lineno + 1
                    assert length <= 45, f"{path}:{node.lineno} {node.name} has {length} lines"
    assert total < 2500
