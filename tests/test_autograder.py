"""The zip for Gradescope, unpacked and run as it does, in another folder than /autograder."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from numbers import Real
from pathlib import Path

import pytest

from grading.course.autograder import write
from grading.sandbox.protocol import GradingError
from grading.sandbox.workers import isolation

ROOT = Path(__file__).parent.parent
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
        write(tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = {m.filename: m.external_attr >> 16 & 0o777 for m in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {"vae/DERIVATION_COST.md", "grading/sandbox/worker.py", "LICENSE"} <= {*modes}
    assert not {name.split("/")[0] for name in modes} & {"tests", "figures", "docs", "secret"}
    assert not any("/examples/" in name for name in modes)
    monkeypatch.delenv("GRADING_SECRET")
    with pytest.raises(GradingError, match="vae-week has hidden points; expected a text in GRAD"):
        write(tmp_path / "c.zip", "vae-week")
    with pytest.raises(GradingError, match="no assignment"):
        write(tmp_path / "c.zip", "week")


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
    write(tmp_path / "file.zip", str(tmp_path / "week.toml"))
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
