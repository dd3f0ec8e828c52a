"""The judge and its workers: what a hostile submission cannot read, change, end or leave behind.

The table at the end of grading/README.md, row by row, by every mode that works for who runs this.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from grading import show, slip
from grading.check import draw_cases
from grading.checks import CHECKS
from grading.course.assignment import Item
from grading.sandbox import jail, processes, submission
from grading.sandbox.protocol import Answer
from grading.sandbox.submission import HarnessError, answers
from grading.sandbox.workers import finish, isolation, start
from tests.answers import BY_LABEL, KL, RIGHT, ROOT, outcome, write
from tests.answers import kl as text_of

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it needs Linux")


def works(mode):
    files = {"probe.py": b"def same(x):\n    import colorsys\n    return x\n"}
    return finish(start(files, "probe.same", [(np.arange(3.0),)], 60.0, mode)).kind == "arrays"


WORKING = [mode for mode in jail.MODES if works(mode)]
SHUT = pytest.mark.skipif("namespaces" not in WORKING, reason="no namespaces here")


def kl(body, above=""):
    return {"vae/elbo.py": text_of(body, above).encode()}


def alive(text):
    """The processes with `text` in their command lines, without those that only wait for burial."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            here = str(text).encode() in (folder / "cmdline").read_bytes()
            if here and "State:\tZ" not in (folder / "status").read_text():
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def gone(text):
    for _ in range(250):
        if not alive(text):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not shutil.which("unshare"), reason="it needs a command of Linux")
def test_where_the_system_has_namespaces_they_are_used():
    users = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    tried = subprocess.run(["unshare", *users, "--mount", "--net", "true"], capture_output=True)
    assert ("namespaces" in WORKING) == (tried.returncode == 0)
    assert isolation() == WORKING[0]


BLOCKED = {  # in namespaces: what is tried, and what becomes of it
    "read the parent": ("os.listdir(f'/proc/{os.getppid()}/cwd')", "FileNotFoundError"),
    "change NumPy": ("os.chmod(np.__file__, 0o644)", "Read-only"),
    "change Python": ("os.chmod(os.__file__, 0o644)", "Read-only"),
    "make a file elsewhere": ("open('/usr/lib/x.pth', 'w')", "Read-only|Permission"),
    "stop the parent": ("os.kill(os.getppid(), 19)", "Permission|"),
    "end the parent": ("os.kill(os.getppid(), 9)", "Permission|"),
    "end all": ("os.kill(-1, 9)", "Permission|Lookup|ended by signal 9|"),
    "leave the root": ("os.chroot('.')", "Permission"),
    "become root": ("os.setuid(0)", "Permission|Invalid"),
    "reach a network": (
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)", "Network is unreachable"
    ),
    "start a program": ("os.execv('/bin/sh', ['sh'])", "FileNotFoundError"),
}  # fmt: skip


@SHUT
@pytest.mark.parametrize("name", BLOCKED)
def test_in_namespaces_a_worker_reaches_nothing_but_its_folder(name):
    tried, error = BLOCKED[name]
    got = outcome(kl(f"{tried}\n{RIGHT}"), mode="namespaces")
    if got.verdict == "pass":
        assert error == "" or error.endswith("|"), got
    else:
        assert error and any(part and part in got.detail for part in error.split("|")), got


@SHUT
def test_in_namespaces_the_reference_is_nowhere():
    walk = "found = [d for d, _, files in os.walk('/') if 'elbo.py' in files]\n"
    got = outcome(kl("raise ValueError(found)", walk), mode="namespaces")
    assert re.search(r"ValueError: \['/\w+/student/vae'\]", got.detail)


@pytest.mark.skipif("user" not in WORKING, reason="it needs root, and a Python that all can read")
@pytest.mark.parametrize(
    "tried",
    [
        "os.listdir(f'/proc/{os.getppid()}/cwd')",
        "os.kill(os.getppid(), 19)",
        f"open({str(ROOT / 'vae/elbo.py')!r}, 'a')",
        "open(np.__file__, 'a')",
        "os.setuid(0)",
    ],
)
def test_as_nobody_a_worker_cannot_touch_what_is_the_judges(tried):
    assert "PermissionError" in outcome(kl(f"{tried}\n{RIGHT}"), mode="user").detail


@pytest.mark.skipif(WORKING[0] == "none", reason="it needs namespaces or root")
@pytest.mark.parametrize("mode", [mode for mode in WORKING if mode != "none"])
def test_no_worker_ends_or_reads_another(mode):
    other = start(kl(f"time.sleep(2)\n{RIGHT}"), KL.function, draw_cases(KL)[:1], 60.0, mode)
    peek = f"os.listdir({other.folder.name + '/work'!r})"
    assert re.match("PermissionE|FileNotFoundE", outcome(kl(peek), mode=mode).detail)
    outcome(kl("os.kill(-1, 9)"), mode=mode)
    assert finish(other).kind == "arrays"


@pytest.mark.parametrize("mode", WORKING)
@pytest.mark.parametrize("name", "grading grading.oracles rbm data matplotlib jail".split())
def test_neither_the_project_nor_its_packages_can_be_imported(name, mode):
    got = outcome(kl(f"import {name}\n{RIGHT}"), mode=mode)
    assert f"ModuleNotFoundError: No module named '{name.split('.')[0]}'" in got.detail


@pytest.mark.parametrize("mode", WORKING)
def test_a_worker_is_told_nothing_of_the_project(mode, monkeypatch):
    monkeypatch.setenv("SECRET", "of the judge")
    look = "sorted(os.listdir()), os.listdir('student'), 'SECRET' in os.environ"
    places = (
        f"{str(ROOT)!r} in str((sys.path, sys.argv, os.getcwd(), os.path.realpath(np.__file__)))"
    )
    got = outcome(kl(f"raise ValueError({look}, {places})"), mode=mode)
    assert "ValueError: (['inputs.npz', 'student'], ['vae'], False, False)" in got.detail


@LINUX
@pytest.mark.parametrize("mode", [x for x in WORKING if x != "none" or os.geteuid() != 0])
def test_processes_without_end_come_to_one(mode):
    many = "for _ in range(999):\n  if not os.fork(): time.sleep(30); os._exit(0)\n"
    assert "BlockingIOError" in outcome(kl(many + RIGHT), mode=mode).detail


FORK = "if not os.fork():\n  os.setsid()\n  if os.fork(): os._exit(0)\n  time.sleep(99)\n"


@LINUX
@pytest.mark.parametrize("mode", WORKING)
@pytest.mark.parametrize("ending", [RIGHT, "os._exit(0)", "os.kill(os.getpid(), 9)", "while 1: 0"])
def test_what_leaves_its_session_is_ended_too(mode, ending):
    processes.adopt_orphans()
    inputs = draw_cases(KL)
    files = kl(ending, FORK + "time.sleep(0.2)\n")
    worker = start(files, KL.function, inputs, 0.8 if "while" in ending else 20.0, mode)
    finish(worker)
    assert gone(worker.folder.name) and not Path(worker.folder.name).exists()


def test_more_folders_within_one_another_than_python_recurses_are_removed():
    deep = "top = os.getcwd()\nfor _ in range(1200): os.mkdir('d'); os.chdir('d')\nos.chdir(top)\n"
    worker = start(kl(RIGHT, deep), KL.function, draw_cases(KL), 20.0)
    assert finish(worker).kind == "arrays" and not Path(worker.folder.name).exists()


def graded(folder, temporary, **more):
    line = [sys.executable, "-m", "grading", str(folder), "--only", "vae.elbo"]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    environment = {**os.environ, "TMPDIR": str(temporary)}
    return subprocess.Popen(line, cwd=ROOT, env=environment, text=True, **streams, **more)


@pytest.fixture
def temporary():
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # a worker of another user has to enter it
        yield Path(name)


@LINUX
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_judge_that_is_told_to_end_leaves_no_process_and_no_folder(name, tmp_path, temporary):
    write(tmp_path, {"student/vae/elbo.py": text_of(RIGHT, FORK + "time.sleep(99)\n")})
    # Those that a shell's & or nohup has this process ignore, and so all that it starts.
    before = {n: signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP)}
    with graded(tmp_path / "student", temporary) as grading:
        for ignored, old in before.items():
            signal.signal(ignored, old)
        for _ in range(1000):
            if len(alive(temporary)) >= 4:  # both workers, and what they have started
                break
            time.sleep(0.02)
        number = getattr(signal, name)
        grading.send_signal(number)
        if name != "SIGKILL":
            grading.send_signal(number)  # as `timeout` and `make` do, both of them
        status = grading.wait(20)
        said = grading.stderr.read() if grading.stderr else ""
    assert (status, said) == ((-9 if name == "SIGKILL" else 128 + number), "")
    if name != "SIGKILL" or "namespaces" in WORKING:
        assert gone(temporary)
    if name != "SIGKILL":
        assert os.listdir(temporary) == []


def test_nothing_is_read_or_imported_for_a_hint_once_a_worker_has_started(monkeypatch):
    slip.compiled.cache_clear(), slip._source.cache_clear()
    list(answers(kl(RIGHT), [Item(KL)], 20.0))

    def refuse(*args, **kwargs):
        raise AssertionError("it reads a file that a student may have changed")

    inputs = draw_cases(KL)
    outputs = [(-(logvar + 1 - mu**2 - np.exp(logvar)).sum(-1),) for mu, logvar in inputs]
    modules = set(sys.modules)
    monkeypatch.setattr(Path, "read_text", refuse)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "(vae.8)" in show.hint(KL, inputs, outputs)
    assert set(sys.modules) == modules


@pytest.mark.parametrize("deed", ["write", "add", "remove"])
def test_a_changed_file_of_the_project_is_named_and_nothing_trusted(deed, tmp_path, monkeypatch):
    (tmp_path / "grading").mkdir()
    (tmp_path / "grading/check.py").write_text("right = 1")
    monkeypatch.setattr(submission, "ROOT", tmp_path)
    monkeypatch.setattr(submission, "isolation", lambda: "none")
    monkeypatch.setattr("grading.sandbox.workers.isolation", lambda: "none")
    file = str(tmp_path / "grading/check.py")
    new = str(tmp_path / "grading/numbers.py")
    deeds = {"write": f"open({file!r}, 'w')", "add": f"open({new!r}, 'w')"}
    files = kl(f"{deeds.get(deed, f'os.path.exists({file!r}) and os.remove({file!r})')}\n{RIGHT}")
    with pytest.raises(HarnessError, match=r"^grading/\w+\.py changed during the grading"):
        list(answers(files, [Item(KL)], 20.0))


def test_the_digest_is_of_the_whole_project_that_grading_runs():
    names = {Path(x).name for x in submission.fingerprint()}
    assert {"elbo.py", "worker.py", "quadrature.py", "run.py", "files.py", "bootstrap.py"} <= names


def test_an_endless_loop_at_import_costs_three_limits_and_no_more():
    chosen = [Item(c) for c in CHECKS if c.function.startswith("vae.elbo.")]
    begun = time.monotonic()
    found = list(answers(kl(RIGHT, "while True: pass\n"), chosen, 0.5))
    assert time.monotonic() - begun < 15
    kinds = [answer.kind for _, _, answer in found]
    assert kinds[:4] == ["timeout"] * 4 and set(kinds[4:]) == {"skipped"}
    assert found[0][2].text == "it did not finish in 1 s"
    assert found[-1][2].text == "vae/elbo.py hangs"


def test_the_budget_ends_the_checks_of_the_file_that_hangs():
    budget, late = submission.Budget(20.0), Answer("timeout", "", [])
    affine = next(c for c in CHECKS if c.function == "autograd_lite.ops.affine")
    for answer in (late, late, Answer("arrays", "", []), late, late):
        budget.record(affine, answer)
    assert budget.refusal(affine) == ""  # not in a row
    budget.record(affine, late)
    assert budget.refusal(affine) == "autograd_lite/ops.py hangs"
    assert budget.refusal(BY_LABEL["vae.26"]) == ""
    over = submission.Budget(30.0)
    over.end = time.monotonic() - 1
    assert "the 180 s for all are over" == over.refusal(KL)


def test_a_worker_that_cannot_be_shut_in_is_no_zero(tmp_path, monkeypatch):
    (tmp_path / "worker.py").write_text("import no_such_module")
    monkeypatch.setattr("grading.sandbox.workers.WORKER", tmp_path / "worker.py")
    isolation.cache_clear()
    with pytest.raises(HarnessError, match="does not work here: its process ended with status 1"):
        list(answers(kl(RIGHT), [Item(KL)], 20.0))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="it needs root")
def test_root_never_lends_its_rights_to_a_students_code(monkeypatch):
    monkeypatch.setattr(jail, "MODES", ("absent", "absent", "none"))
    isolation.cache_clear()
    with pytest.raises(HarnessError, match="As nobody, it has to be able to read Python"):
        isolation()
