"""Which tests could notice a change of a module, found by what they import."""

from pathlib import Path

from experiments.imports import MODELS, imports, reached

# What a test of models may import besides.
BESIDE = (
    *("data/", "training/", "grading/check", "grading/slip", "grading/oracles/", "grading/judge"),
    *("grading/alternatives", "grading/show", "grading/ledger", "grading/reports/counterexample"),
)


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
