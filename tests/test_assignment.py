"""Assignments: what is graded, for how many points; and the zip for Gradescope, run as it does."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from numbers import Real

import pytest

from grading import __main__ as command
from grading.checks import CHECKS
from grading.course import autograder
from grading.course.assignment import SECRET, Item, read
from grading.course.template import kit
from grading.sandbox import submission
from grading.sandbox.given import furnished, path_of
from grading.sandbox.protocol import Answer, GradingError
from grading.sandbox.workers import isolation
from tests.answers import ROOT, write

KL = "import numpy as np\ndef kl_diag_gaussian(mu, logvar):\n    return {}\n"
RIGHT = "0.5 * (mu * mu + np.exp(logvar) - 1 - logvar).sum(axis=-1)"
WEEK = """\
title = "KL week"
about = "Read."
seed = 7
[points]
vae.8 = {public = 2, hidden = 1}
"vae.elbo.kl_diag_gaussian_vjp" = 4
"""


def graded(folder, files, *argv):
    """The JSON of a grading."""
    write(folder / "student", files)
    result = folder / "result.json"
    assert command.main([str(folder / "student"), "--json", str(result), *argv]) == 0
    return json.loads(result.read_text())


def source(path, old="", new=""):
    text = (ROOT / path).read_text()
    assert old in text
    return text.replace(old, new)


VJP = "return dy * sigmoid(x)"
BROKEN = {
    "a wrong one": source("autograd_lite/ops.py", VJP, VJP.replace("sigmoid", "abs")),
    "a file that cannot be read": "def sigmoid(x:",
    "a file that hangs": "while True: pass",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_mistake_in_a_helper_costs_its_own_points_only(name, tmp_path):
    files = {"autograd_lite/ops.py": BROKEN[name], "rbm/model.py": source("rbm/model.py")}
    argv = ("--only", "rbm.5", "--only", "softplus_vjp,rbm.4", "--seconds", "1.5")
    verdicts = {item["label"]: item["verdict"] for item in graded(tmp_path, files, *argv)["items"]}
    assert list(verdicts) == ["ad.16", "rbm.4", "rbm.5"]
    assert verdicts.pop("ad.16") in ("wrong", "error", "timeout")
    assert set(verdicts.values()) == {"pass"}


def test_a_function_that_uses_a_wrong_one_of_its_own_file_is_graded_by_itself(tmp_path):
    wrong = source("autograd_lite/ops.py").replace("def softplus(x", "def _softplus(x")
    files = {"autograd_lite/ops.py": wrong + "\n\ndef softplus(x):\n    return x * 0\n"}
    got = graded(tmp_path, files, "--only", "softplus,log_sigmoid")
    assert [item["verdict"] for item in got["items"]] == ["wrong", "pass"]


def test_a_single_file_for_all_is_graded_function_by_function(tmp_path):
    text = "import numpy as np\ndef sigmoid(x):\n    return x\n"
    text += "def prob_h(v, W, c):\n    return sigmoid(v @ W + c)\n"
    got = graded(tmp_path, {"answers.py": text}, "--only", "sigmoid,prob_h")
    assert [item["verdict"] for item in got["items"]] == ["wrong", "pass"]


@pytest.mark.parametrize("check", CHECKS, ids=[check.equation for check in CHECKS])
def test_no_function_is_given_its_own_answer(check):
    module, name = check.function.rsplit(".", 1)
    files = furnished({path_of(module): b""}, check.function)
    given = [x for x, text in files.items() if re.search(rf"^def {name}\(".encode(), text, re.M)]
    assert path_of(module) not in given and f"_given/{path_of(module)}" not in given
    assert all(compile(text, path, "exec") for path, text in files.items() if text)


def test_a_helper_that_does_more_than_the_references_is_the_students(tmp_path):
    more = "def affine(x, W, b, act=abs):\n    return act(x @ W + b)\n"
    files = {
        "autograd_lite/ops.py": more + "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n",
        "rbm/model.py": "def prob_h(v, W, c):\n    return affine(v, W, c, act=sigmoid)\n",
    }
    files = {name: "import numpy as np\n" + text for name, text in files.items()}
    files["rbm/model.py"] = "from autograd_lite.ops import *\n" + files["rbm/model.py"]
    assert graded(tmp_path, files, "--only", "prob_h")["score"]["passed"] == 1


def test_files_of_theirs_may_be_called_as_ours_and_errors_name_theirs(tmp_path):
    ops = "def softplus(x):\n    return 0\ndef log_sigmoid(x):\n    return -softplus(-x)\n"
    ops += "def halve(x):\n    return x / 0\n"
    text = "from autograd_lite.ops import halve\n" + KL.format("halve(0)")
    files = {"given.py": "", "own.py": "", "autograd_lite.py": "", "_own.py": ""}
    files |= {"autograd_lite/ops.py": ops, "vae/elbo.py": text}
    got = graded(tmp_path, files, "--only", "log_sigmoid,kl_diag_gaussian")
    assert [item["verdict"] for item in got["items"]] == ["pass", "error"]
    assert "division by zero (autograd_lite/ops.py:6)" in got["items"][1]["message"]


IN_PART = {
    "a row alone": ("1 / (len(mu) > 1) * " + RIGHT, "; with one row it raised"),
    "variances": (RIGHT.replace("np.exp(logvar)", "np.exp(np.clip(logvar, -9, 9))"), "and huge"),
    "float32": (f"({RIGHT}).astype(float)", "in float32 it returned float64"),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_PART)
def test_right_in_ordinary_cases_earns_half(name, tmp_path):
    body, why = IN_PART[name]
    got = graded(tmp_path, {"vae/elbo.py": KL.format(body)}, "--only", "vae.8")
    (item,) = got["items"]
    assert (item["verdict"], item["earned"], got["score"]["percent"]) == ("partial", 0.5, 50)
    assert why in item["message"]


def test_hidden_points_need_the_secret_and_tell_nothing(tmp_path, monkeypatch, capsys):
    (tmp_path / "week.toml").write_text(WEEK)
    files = {"vae/elbo.py": KL.format("print(mu) or mu[:, 0] / 0")}
    argv = ("--assignment", str(tmp_path / "week.toml"))
    monkeypatch.delenv(SECRET, raising=False)
    got = graded(tmp_path, files, *argv)
    assert [(i["label"], i["points"]) for i in got["items"]] == [("vae.8", 2), ("vae.12", 4)]
    assert got["seed"] == 7 and "1 more point is given where" in capsys.readouterr().out
    monkeypatch.setenv(SECRET, "a secret")
    got = graded(tmp_path, files, *argv, "--feedback", str(tmp_path / "page.md"))
    public, _, hidden = got["items"]
    told = [hidden[key] for key in ("hidden", "message", "hint", "error", "seconds")]
    assert told == [True, "", "", None, 0]
    assert public["verdict"] == hidden["verdict"] != "pass" and public["message"]
    assert got["score"]["points"] == 7
    assert (tmp_path / "page.md").read_text().count("It printed:") == 1
    seeds = [item.seed for item in read(str(tmp_path / "week.toml")).items if item.hidden]
    monkeypatch.setenv(SECRET, "another")
    assert seeds != [i.seed for i in read(str(tmp_path / "week.toml")).items if i.hidden]


def test_no_worker_that_is_heard_runs_while_or_after_one_sees_hidden_inputs(monkeypatch):
    log = []

    def start(*_):
        log.append("in")
        return Answer("todo", "", [])

    monkeypatch.setattr(submission, "start", start)
    checks = [check for check in CHECKS if check.equation in ("vae.8", "vae.12")]
    items = [Item(check, hidden=hidden) for hidden in (False, True) for check in checks]
    rooms = {check.function: {} for check in checks}
    for _ in submission._in_turn(rooms, items, 1.0):
        log.append("out")
    assert " ".join(log) == "in in out out in in out out"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 3", "expected a text"), ("seed = true", "expected a whole number"),
        ("[points]\nvae.999 = 1", "week.toml: No check is called vae.999"),
        ("[points]\nvae.8 = 0", "has no points"),
        ("[points]\nvae.8 = -1", "at least 0"), ("[points]\nvae.8 = {secret = 1}", "vae.8.secret"),
        ("[points]\nvae.8 = 1\nkl_diag_gaussian = 2", "kl_diag_gaussian twice"),
        ("weights = 1", "has weights"), ("title =", "no TOML file"),
        ("seconds = nan", "above 0"), ("seconds = 0", "above 0"), ("seed = -5", "of at least 0"),
        ("[points]\nforward = 1", "vae.mlp.forward, "), ("[points]\nvae.8 = true", "= true; exp"),
    ],
)  # fmt: skip
def test_a_wrong_assignment_is_one_sentence(text, words, tmp_path, capsys):
    (tmp_path / "week.toml").write_text(text)
    assert command.main([".", "--assignment", str(tmp_path / "week.toml")]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert command.main([".", "--assignment", "absent"]) == 2


@pytest.mark.parametrize("path", sorted((ROOT / "grading/assignments").glob("*.toml")), ids=str)
def test_the_assignments_here_cut_kits_in_which_the_rest_is_complete(path, tmp_path, monkeypatch):
    monkeypatch.setenv(SECRET, "x")
    assignment = read(path.stem)
    texts = kit(assignment)
    asked = {item.check.function.rpartition(".")[2] for item in assignment.items}
    stubs = re.findall(r'raise NotImplementedError\("(\S+?)"', "".join(texts.values()))
    assert len(stubs) == len({item.check.function for item in assignment.items}) == len(asked)
    readme = texts["README.md"]
    assert assignment.title in readme and f"--assignment {path.stem}" in readme
    chapters = "".join((ROOT / x).read_text() for x in re.findall(r"`(\S+\.md)`", assignment.about))
    for section in re.findall(r"\*(.+?)\*", assignment.about, re.DOTALL):
        assert f"\n## {' '.join(section.split())}\n" in chapters, section
    monkeypatch.delenv(SECRET)
    got = graded(tmp_path, texts, "--assignment", path.stem)
    assert {item["verdict"] for item in got["items"]} == {"todo"}
    names = [x[:-3].replace("/", ".") for x in texts if x.endswith(".py")]
    line = [sys.executable, "-c", f"import {', '.join(names)}"]
    subprocess.run(line, cwd=tmp_path / "student", check=True)
    assert "def kl_gaussians(" not in texts.get("vae/elbo.py", "")  # it holds kl_diag_gaussian


FORMATS = {"text", "html", "simple_format", "md", "ansi"}
WHEN = {"hidden", "after_due_date", "after_published", "visible"}
BOTH = {"score": Real, "output": str, "output_format": FORMATS, "visibility": WHEN}
BOTH |= {"extra_data": dict}
# https://gradescope-autograders.readthedocs.io/en/latest/specs/, all that a file may have
TOP = BOTH | {"execution_time": Real, "stdout_visibility": WHEN, "tests": list, "leaderboard": list}
TOP |= {"test_output_format": FORMATS, "test_name_format": FORMATS}
TEST = BOTH | {"max_score": Real, "status": {"passed", "failed"}, "name": str, "number": str}
TEST |= {"name_format": FORMATS, "tags": list}


def require(value, fields):
    for name, x in value.items():
        kind = fields[name]
        assert x in kind if isinstance(kind, set) else isinstance(x, kind), (name, x)


def test_the_zip_holds_what_grading_reads_and_is_the_same_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADING_SECRET", "x")
    for name in ("a.zip", "b.zip"):
        autograder.write(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = {m.filename: m.external_attr >> 16 & 0o777 for m in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {"vae/DERIVATION_COST.md", "grading/sandbox/worker.py", "LICENSE"} <= {*modes}
    assert not {name.split("/")[0] for name in modes} & {"tests", "figures", "docs", "secret"}
    assert not any("/examples/" in name for name in modes)
    monkeypatch.delenv("GRADING_SECRET")
    with pytest.raises(GradingError, match="vae-week has hidden points; expected a text in GRAD"):
        autograder.write(tmp_path / "c.zip", "vae-week")
    with pytest.raises(GradingError, match="no assignment"):
        autograder.write(tmp_path / "c.zip", "week")


PEEK = """import os
def kl_diag_gaussian(mu, logvar):
    seen = list(os.environ.values())
    for path in ({top!r} + "/source/secret", f"/proc/{{os.getppid()}}/environ"):
        try:
            seen.append(open(path).read())
        except OSError:
            pass
    raise ValueError("seen: " + " ".join(seen))
"""


def test_it_grades_in_gradescopes_layout_and_keeps_its_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADING_SECRET", "a secret of the course")
    (tmp_path / "week.toml").write_text("[points]\nvae.8 = {public = 2, hidden = 1}\nvae.5 = 1\n")
    autograder.write(tmp_path / "file.zip", str(tmp_path / "week.toml"))
    assert (tmp_path / "file.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        archive.extractall(tmp_path / "source")
    shutil.copy(tmp_path / "source/run_autograder", tmp_path / "run_autograder")
    (tmp_path / "source/.venv/bin").mkdir(parents=True)  # what setup.sh makes
    shim = tmp_path / "source/.venv/bin/python"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    tmp_path.chmod(0o755)
    (tmp_path / "submission").mkdir()
    text = (ROOT / "grading/examples/half/vae/elbo.py").read_text()
    text = text.partition("def kl_diag_gaussian")[0] + PEEK.format(top=str(tmp_path))
    (tmp_path / "submission/elbo.py").write_text(text)
    environment = {"PATH": os.environ["PATH"], "AUTOGRADER": str(tmp_path)}
    line = ["bash", str(tmp_path / "run_autograder")]
    done = subprocess.run(line, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert tmp_path.stat().st_mode & 0o077 == 0
    content = (tmp_path / "results/results.json").read_text()
    value = json.loads(content)
    require(value, TOP)
    for test in value["tests"]:
        require(test, TEST)
        assert 0 <= test["score"] <= test["max_score"]
    assert "score" not in value and value["output_format"] == "text"
    assert "0 of 2 checks passed: 0 of 3 points" in value["output"]  # of those that are public
    told = {test["number"]: (test["output"], test["visibility"]) for test in value["tests"]}
    assert told["vae.8 hidden"] == ("ERROR", "after_published")
    assert "seen: " in told["vae.8"][0] and told["vae.8"][1] == "visible"
    if isolation() != "none":
        assert "a secret of the course" not in content + done.stdout


def test_the_scripts_are_bash():
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(ROOT / "grading/container" / name)], check=True)
