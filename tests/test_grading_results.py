"""What grading leaves behind: the screen, files for programs and people, folders of submissions."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from grading import __main__ as command
from grading.checks import CHECKS
from grading.course import grade, intake, template
from grading.course.assignment import Item, everything
from grading.reports import feedback, results, screen
from grading.reports.report import Result, earliest
from grading.sandbox.protocol import GradingError
from tests.answers import BY_LABEL, ROOT, write

HALF = ROOT / "grading/examples/half"
ELBO = [c for c in CHECKS if c.function.startswith("vae.elbo.")]
KL = "import numpy as np\ndef kl_diag_gaussian(mu, logvar):\n    return mu.sum(axis=-1)\n"
RIGHT = KL.replace("mu.sum", "(0.5 * (mu * mu + np.exp(logvar) - 1 - logvar)).sum")


def result(label, verdict, **more):
    return Result(Item(BY_LABEL[label]), verdict, more.pop("detail", ""), **more)


def run_of(name, found):
    assignment = everything()._replace(items=[r.item for r in found])
    return results.Run(name, {"vae/elbo.py": b""}, [], assignment)


# Of the sample submission: what is right, written differently, and what is said of the rest.
CORRECT = "ad.2 ad.3 ad.5 ad.6 ad.9 ad.10 rbm.1 rbm.5 vae.5 vae.12 vae.16".split()
HINTS = {
    "ad.4": "The bias enters every row, so its gradient is a sum over the rows, not a mean.",
    "rbm.4": "The hidden biases are missing inside softplus. See (rbm.4).",
    "vae.8": "Your value is twice the true one: is the 1/2 missing? See (vae.8).",
    "vae.14": "eps is scaled by the standard deviation, exp(logvar / 2), not by the variance.",
}


def test_the_sample_submission(capsys):
    assert command.main(["grade", str(HALF)]) == 0
    said = capsys.readouterr().out
    blocks: dict[str, str] = {}
    folder, *lines, seal, score, step = said.splitlines()[:-1]
    assert folder == f"grading {HALF}"
    assert seal.startswith("seal ")
    for line in lines:
        if not line.startswith(" "):
            label = line.split()[0]
        blocks[label] = f"{blocks.get(label, '')} {line.strip()}"
    verdicts = {label: text.split()[2] for label, text in blocks.items()}
    assert [label for label, verdict in verdicts.items() if verdict == "PASS"] == CORRECT
    for label, hint in HINTS.items():
        assert verdicts[label] == "WRONG" and f"hint: {hint}" in blocks[label], blocks[label]
    of_kl = r"smallest case: result\[\d\] is [\d.]+, expected [\d.]+; every wrong number is 2 times"
    assert re.search(of_kl, blocks["vae.8"])
    assert verdicts["ad.15"] == "PARTIAL" and "with large values it returned" in blocks["ad.15"]
    assert verdicts["ad.16"] == "TODO" and verdicts["rbm.8"] == "MISSING"
    assert verdicts["rbm.6"] == "ERROR" and "rbm/model.py:17" in blocks["rbm.6"]
    assert score == f"11 of {len(CHECKS)} checks passed, 1 in part"
    assert step == "next: mend affine_vjp_Wb, (ad.4) Affine: gradients of weights and bias,"


@pytest.mark.parametrize(
    ("terminal", "settings", "expected"),
    [
        (True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False),
        (False, {"FORCE_COLOR": "1"}, True), (True, {"TERM": "dumb"}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)  # fmt: skip
def test_colours_follow_the_terminal_and_the_environment(terminal, settings, expected, monkeypatch):
    for name, value in ({"NO_COLOR": "", "FORCE_COLOR": "", "TERM": "xterm"} | settings).items():
        monkeypatch.setenv(name, value)
    assert screen.coloured(SimpleNamespace(isatty=lambda: terminal)) == expected


@pytest.mark.parametrize(
    ("verdicts", "first", "verb"),
    [
        ({"vae.8": "wrong", "ad.16": "error", "ad.2": "todo"}, "ad.16", "mend"),
        # In reading order, (vae.11) comes before (vae.12); in the order of the checks, after it.
        ({"vae.12": "form", "vae.11": "timeout"}, "vae.11", "mend"),
        ({"vae.8": "todo", "ad.16": "pass", "rbm.1": "missing"}, "rbm.1", "write"),
        ({"vae.8": "pass", "vae.12": "harness"}, None, ""),
    ],
)
def test_what_to_do_next_is_the_earliest_wrong_equation(verdicts, first, verb):
    found = [result(label, verdict) for label, verdict in verdicts.items()]
    got = earliest(found)
    assert (got.check.equation if got else None) == first
    score, *step = screen.summary(found)
    assert re.fullmatch(r"\d of \d checks passed", score)
    assert bool(step) == bool(first)
    if first:
        assert step[0].startswith(f"next: {verb} ") and f"({first})" in " ".join(step)
        path, line = step[-1].split()[-1].split(":")
        assert f"<!-- {first} " in (ROOT / path).read_text().splitlines()[int(line) - 1]


def test_json_is_the_same_but_for_times_and_says_all(tmp_path, capsys):
    texts = []
    for name in ("a.json", "b.json"):
        argv = [str(HALF), "--only", "vae.elbo", "--json", str(tmp_path / name)]
        assert command.main(argv) == 0
        texts.append(re.sub(r'"seconds": [\d.]+', "", (tmp_path / name).read_text()))
    assert texts[0] == texts[1]
    value = json.loads((tmp_path / "a.json").read_text(), parse_constant=pytest.fail)
    assert [item["label"] for item in value["items"]] == [c.equation for c in ELBO]
    expected = {"passed": 3, "in_part": 0, "items": 10, "earned": 3, "points": 10, "percent": 30.0}
    assert value["score"] == expected
    item = value["items"][1]
    assert (item["verdict"], item["error"], item["allowed"]) == ("wrong", 0.5, 3e-14)
    assert "is the 1/2 missing?" in item["hint"] and value["earliest"] == "vae.8"
    documented = set(re.findall(r"`(\w+)`", (ROOT / "grading/README.md").read_text()))
    assert {*value, *value["submission"], *value["score"], *item} <= documented
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.json"]


@pytest.mark.parametrize(("percent", "status"), [("66.67", 0), ("66.68", 1), ("101", 2)])
def test_fail_under(percent, status, capsys):
    argv = [str(HALF), "--only", "vae.5,vae.8,vae.16", "--fail-under", percent]
    assert command.main(argv) == status


def test_junit_counts_what_failed_and_what_was_not_begun(tmp_path):
    found = [
        result("ad.2", "pass"), result("ad.3", "wrong", detail="a < b & c"),
        result("ad.4", "todo"), result("ad.5", "missing"), result("ad.6", "harness"),
        result("ad.7", "skipped"),
    ]  # fmt: skip
    results.write_junit(tmp_path / "j.xml", run_of("ann", found), found)
    suite = ElementTree.parse(tmp_path / "j.xml").getroot()
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "3", "errors": "1", "skipped": "1"}
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.text == "WRONG a < b & c"
    assert suite[0].get("name") == "ad.2 affine" and [x.tag for x in suite[0]] == ["properties"]


def test_gradescopes_file_is_valid_at_every_moment(tmp_path, monkeypatch, capsys):
    file, answers, moments = tmp_path / "results.json", grade.answers, []

    def watched(*args):
        for answer in answers(*args):
            moments.append(json.loads(file.read_text()))
            yield answer

    monkeypatch.setattr(grade, "answers", watched)
    argv = [str(HALF), "--only", "vae.elbo", "--gradescope", str(file), "--visibility", "hidden"]
    assert command.main(argv) == 0
    moments.append(json.loads(file.read_text()))
    for number, value in enumerate(moments):
        tests = value["tests"]
        assert [t["number"] for t in tests] == [c.equation for c in ELBO] and "score" not in value
        judged = [not t["output"].startswith("not graded") for t in tests]
        assert judged == [i < number for i in range(len(tests))]
    assert len(moments) == len(ELBO) + 1
    assert sum(t["score"] for t in moments[-1]["tests"]) == 3
    for test in moments[-1]["tests"]:
        assert (test["status"] == "passed") == (test["score"] == test["max_score"] == 1)
        assert test["visibility"] == "hidden"
    assert command.main([str(tmp_path / "absent"), "--gradescope", str(file)]) == 2
    value = json.loads(file.read_text())
    assert "no folder absent" in value["output"] and {t["score"] for t in value["tests"]} == {0.0}


def test_feedback_begins_with_the_earliest_and_holds_strangers_words_in_code():
    evil = "`</td><script>| [x](http://x) ~~~~ \n# title"
    found = [
        result("vae.8", "error", detail=evil, output=evil),
        result("ad.9", "wrong", detail=evil, hint="Hint | here."),
        result("vae.12", "wrong"),
    ]
    page = feedback.page(run_of("ann `|", found), found)
    assert page.index("First mend (ad.9)") < page.index("- **ad.9 WRONG**")
    assert page.index("- **ad.9 WRONG**") < page.index("- **vae.8 ERROR**")
    assert "uses vae.8 ERROR" in page
    bare = re.sub(r"^ *(~{5,})text\n.*?^ *\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    bare = re.sub(r"`[^`\n]*`", "", bare)
    assert "script" not in bare and "(http" not in bare and "\n# title" not in bare
    rows = [x for x in bare.splitlines() if x.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_a_hidden_check_that_failed_is_told_with_its_label_alone():
    hidden = Result(Item(BY_LABEL["vae.12"], hidden=True), "wrong", "")
    found = [result("vae.8", "pass"), result("vae.12", "pass"), hidden]
    run = run_of("ann", found)
    page = feedback.page(run, found)
    assert "All public checks passed. 1 hidden check did not pass: (vae.12)" in page
    assert "is right" not in page and "verdicts, but for the hidden ones" in page
    assert "next: mend kl_diag_gaussian_vjp for inputs" in screen.summary(found)[1]
    assert results.as_json(run, found)["earliest"] == "vae.12"
    page = feedback.page(run, [*found, result("rbm.1", "todo")])
    assert "All public" not in page and "First write (rbm.1)" in page


@pytest.mark.parametrize(
    ("name", "line"),
    [("zed.py", ["from zed import kl_diag_gaussian"]), ("my file.py", []), ("lou.ipynb", [])],
)
def test_a_file_is_told_by_its_own_name_and_if_it_cannot_be_read_once(name, line, tmp_path, capsys):
    file, page = tmp_path / name, tmp_path / "page.md"
    argv = [str(file), "--only", "vae.5,vae.8,vae.12", "--feedback", str(page)]
    seen, raises = [], KL.replace("mu.sum", "half(mu).sum") + "def half(x):\n    return x / None\n"
    for text in (raises, RIGHT + "def squared_error(x:\n"):
        file.write_text(notebook(("code", text)) if "ipynb" in name else text)
        assert command.main(argv) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert said.count("vae/elbo.py") == 1 and f"{name} is taken for vae/elbo.py" in said
        seen.append((said, page.read_text()))
    (_, first), (said, second) = seen
    lines = f"{name}:3, in kl_diag_gaussian\n    return half(mu).sum(axis=-1)\n"
    assert f"{lines}{name}:5, in half\n    return x / None\nTypeError: " in first
    assert "logvar = np.array" in first
    assert re.findall("^from .*", first, re.MULTILINE) == line
    assert said.count("never closed") == 2 and f"next: mend {name}:4, '(' was" in said
    assert second.count("as above") == 2 and "np.array" not in second


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": k, "source": [s]} for k, s in cells]})


CELLS = notebook(("markdown", "# 1"), ("code", f"%cd x\nnp.dot?\n{KL}"), ("code", "%%sh\nls"))
TIMED = notebook(("code", f"%%time\n{KL}"))
PLOTS = notebook(("code", f"import os, tqdm as t; X = t.bar\nX()\nX = 1\nX += 1\n{KL}"))
SHAPES = {  # files, and what is said
    "plain": ({"vae/elbo.py": KL}, ""),
    "nested": ({"a/b/vae/elbo.py": KL, "a/b/c/vae/elbo.py": "x"}, "from a/b/vae; not used: a/b/c"),
    "flat": ({"elbo.py": KL, "notes.py": "x"}, "elbo.py is taken for vae/elbo.py"),
    "flat and nested": ({"ann/answers.py": KL}, "ann/answers.py is taken for vae/elbo.py"),
    "a notebook": ({"hw.ipynb": CELLS}, "1 of 3 cells used, left out lines with %, ! or ?: 2"),
    "a notebook for a module": ({"vae/elbo.ipynb": TIMED}, "1 of 1 cells used"),
    "an older file beside it": ({"a.py": KL, "elbo.py": KL}, "elbo.py is taken for vae/elbo.py"),
    "a notebook with plots": ({"hw.ipynb": PLOTS}, "left out what needs tqdm"),
    "two files": ({"a.py": KL, "b.py": KL + "#"}, "b.py is not taken for vae/elbo.py, which a.py"),
    "junk above": (
        {"a/b/vae/elbo.py": KL, "__MACOSX/vae/elbo.py": "x", ".git/vae/elbo.py": "x"},
        "vae is taken from a/b/vae",
    ),
}


@pytest.mark.parametrize("form", ["folder", "zip", "zip in a folder"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_submission_is_found_in_every_shape(name, form, tmp_path):
    files, said = SHAPES[name]
    mark = tmp_path / "ran"
    files = {k: v.replace("import numpy", f"open({str(mark)!r}, 'w')\\nimport numpy" if
             k.endswith("ipynb") else f"open({str(mark)!r}, 'w')\nimport numpy")
             for k, v in files.items()}  # fmt: skip
    path = tmp_path / "ann.zip"
    if "zip" in form:
        with zipfile.ZipFile(path, "w") as archive:
            for key, text in files.items():
                archive.writestr(key, text)
    else:
        path = write(tmp_path / "ann", files)
    got = intake.gather(tmp_path if form == "zip in a folder" else path)
    text = got.files["vae/elbo.py"].decode()
    assert "def kl_diag_gaussian" in text and "%" not in text and compile(text, "", "exec")
    assert "tqdm" not in text and "X()" not in text
    assert text.count("X = 1\nX += 1") == ("plots" in name)
    assert said in "; ".join(got.notes) and bool(said) == bool(got.notes)
    assert not mark.exists()


def test_functions_of_one_name_go_to_the_module_that_the_rest_belongs_to():
    text = "def forward(): 0\ndef backward(): 0\n"
    assert intake.modules_of("mlp", text + "def init(): 0\ndef dropout(): 0\n") == ["gan.mlp"]
    assert intake.modules_of("conv", text) == ["vae.conv"]
    assert intake.modules_of("homework", text) == []
    own = "def energy(): 0\ndef init(): 0\n"  # this init is no part of the GAN's
    assert intake.modules_of("model", own) == ["rbm.model"]
    losses = "def bernoulli_nll(): 0\ndef saturating(): 0\n"
    assert intake.modules_of("losses", losses) == ["autograd_lite.losses", "gan.losses"]
    assert intake.modules_of("homework", losses) == ["autograd_lite.losses", "gan.losses"]


LINK = zipfile.ZipInfo("vae/elbo.py")
LINK.external_attr = 0o120777 << 16
BAD_ZIPS: dict[str, tuple[dict[str | zipfile.ZipInfo, str], str]] = {
    "a link": ({LINK: "/etc/passwd"}, "none of the folders"),
    "up": ({"a/../../x.py": KL}, "leads out"),
    "absolute": ({"/tmp/x.py": KL}, "leads out"),
    "a drive": ({"C:\\x.py": KL}, "leads out"),
    "backslashes": ({"..\\x.py": KL}, "leads out"),
    "too large": ({"elbo.py": KL + "#" * 2**25}, "more than 32 MiB"),
    "too large for Python": ({"elbo.py": KL + "#" * (2**24 + 9)}, "^x.zip holds more than 16 MiB"),
    "a file and a folder": ({"x.py": KL, "x.py/y.py": KL}, "cannot be unpacked"),
    "too many": ({f"{i}.py": "" for i in range(5001)}, "5,000 files"),
    "nothing": ({"elbo.txt": KL}, "none of the folders"),
    "no notebook": ({"hw.ipynb": "[" * 99_999}, "no notebook"),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_zip_of_a_stranger_does_no_harm(name, tmp_path):
    members, why = BAD_ZIPS[name]
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for key, text in members.items():
            archive.writestr(key, text)
    with pytest.raises(GradingError, match=why):
        intake.gather(tmp_path / "x.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.parametrize("name", ["vae/elbo.py", "elbo.py"])
def test_of_two_versions_none_is_taken_by_its_name(name, tmp_path):
    for folder, text in {"emil/new": RIGHT, "emil/old/1": KL}.items():
        folder = folder if name == "vae/elbo.py" else folder.removesuffix("/1")
        write(tmp_path, {f"{folder}/{name}": text})
    with pytest.raises(GradingError, match=r"in new/.* and in old/.*--all\.$"):
        intake.gather(tmp_path / "emil")
    assert intake.gather(tmp_path / "emil/new").files["vae/elbo.py"] == RIGHT.encode()


def test_a_folder_of_submissions_is_one_table_and_is_taken_up_again(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "commit", lambda: "")  # where people commit meanwhile
    folder, pages = tmp_path / "in", tmp_path / "pages"
    endless = KL.replace("return", "while True: pass\n    return")
    submissions = {"ann": RIGHT, "bob": KL, "cyd": endless, "=evil": RIGHT}
    write(folder, {f"{name}/vae/elbo.py": text for name, text in submissions.items()})
    write(folder, {"dan.zip": "no zip", "eve/hw.rar": ""})
    os.mkfifo(folder / "fay.zip")
    (folder / "__MACOSX").mkdir()
    table = folder / "out.csv"
    argv = ["--all", str(folder), "--csv", str(table), "--feedback", str(pages), "--only", "vae.8"]
    argv += ["--seconds", "2"]
    said = []
    for _ in range(2):
        assert command.main(argv) == 0
        said.append(capsys.readouterr().out)
        assert "4 graded, 3 refused (dan.zip, eve, fay.zip);" in said[-1]
        rows = rows_of(table)
        assert {name: row["vae.8"] or row["status"] for name, row in rows.items()} == {
            "'=evil": "pass", "ann": "pass", "bob": "wrong", "cyd": "timeout",
            "dan.zip": "refused", "eve": "refused", "fay.zip": "refused",
        }  # fmt: skip
    firsts = [text.splitlines()[0] for text in said]
    assert firsts == ["7 submissions, 7 to grade", "7 submissions, 0 to grade"]
    assert (rows["ann"]["percent"], rows["bob"]["earliest"]) == ("100", "vae.8")
    assert rows["ann"]["digest"] == rows["'=evil"]["digest"] != rows["bob"]["digest"]
    notes = {name: row["note"] for name, row in rows.items() if row["status"] == "refused"}
    assert all("a .zip, a .ipynb" in notes[name] for name in ("eve", "fay.zip"))
    assert notes["dan.zip"].startswith("dan.zip cannot be unpacked") and "hw.rar" in notes["eve"]
    assert {rows[name]["points"] for name in rows} == {"1"}
    assert "Nothing was graded" in (pages / "dan.zip.md").read_text()
    (folder / "bob/vae/elbo.py").write_text(RIGHT)
    assert command.main(argv) == 0
    assert "1 to grade" in capsys.readouterr().out
    assert rows_of(table)["bob"]["vae.8"] == "pass"


def rows_of(table):
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    return {row["submission"]: row for row in csv.DictReader(lines)}


def test_a_table_never_holds_points_of_two_kinds(tmp_path, monkeypatch, capsys):
    text = "[points]\nvae.8 = {public = 2, hidden = 1}\nvae.5 = 1\n"
    write(tmp_path, {"in/fay.txt": "", "in/gus.txt": "", "week.toml": text})
    write(tmp_path, {"other.toml": text.replace("2", "3")})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADING_SECRET", "x")
    argv = ["--all", "in", "--csv", "out.csv", "--assignment"]
    assert command.main([*argv, "week.toml"]) == 0
    before = Path("out.csv").read_bytes()
    others = "week.toml --seed 1", "week.toml --only vae.8", "other.toml"
    for secret, more in (("", "week.toml"), ("y", "week.toml"), *(("x", more) for more in others)):
        monkeypatch.setenv("GRADING_SECRET", secret)
        capsys.readouterr()
        assert command.main([*argv, *more.split()]) == 2
        assert "out.csv was made for other items, points or inputs" in capsys.readouterr().err
    assert Path("out.csv").read_bytes() == before
    monkeypatch.setenv("GRADING_SECRET", "x")
    assert command.main([*argv, "week.toml", "--seconds", "9"]) == 0
    assert "2 to grade" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_folder_that_is_interrupted_keeps_its_rows_and_leaves_nothing_running(number, tmp_path):
    endless = RIGHT.replace("return", "import time; time.sleep(99)\n    return")
    for name, text in {"ann": RIGHT, "bob": endless, "cyd": endless, "dan": endless}.items():
        write(tmp_path, {f"in/{name}/vae/elbo.py": text})
    table = tmp_path / "out.csv"
    line = [sys.executable, "-m", "grading", "--all", str(tmp_path / "in"), "--csv", str(table)]
    line += ["--only", "vae.8", "--seconds", "60"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & ignores it
    with subprocess.Popen(line, cwd=ROOT, stdout=PIPE, stderr=PIPE, text=True) as grading:
        signal.signal(signal.SIGINT, before)
        while not table.exists():
            time.sleep(0.05)
        grading.send_signal(number)
        said = grading.communicate(timeout=120)
    assert grading.returncode == 128 + number
    assert (
        said[1].startswith("Stopped; the same command goes on")
        and f"1 of 4 are in {table}" in said[1]
    )
    assert list(rows_of(table)) == ["ann"]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has just ended
            assert str(tmp_path).encode() not in process.read_bytes()


def test_the_page_has_the_false_alarms_that_were_measured():
    value = json.loads((ROOT / "results/false_alarms.json").read_text())
    rows, text = value["numbers"], (ROOT / "grading/README.md").read_text()
    alarms = sum(len(row["false alarms"]) for row in rows) or "none"
    said = f"{sum(row['runs'] for row in rows):,} verdicts on {len(rows)} checks, {alarms} of them"
    assert said in text and f"{len(value['seeds'])} seeds that no test uses" in text


def test_the_readme_of_the_kit_names_limits_and_chapters():
    assert " 360 seconds together" in template.kit(everything()._replace(seconds=60))["README.md"]
    chapters = re.findall(r"`(\w+/DERIVATION\w*\.md)`", template.kit()["README.md"])
    assert chapters and all((ROOT / path).is_file() for path in chapters)
