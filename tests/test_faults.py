"""What befalls a run: signals, a full disk, odd surroundings, files damaged or another run's."""

import itertools
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_runs import MODELS, arrays, digits, small

import experiments.command
import grading.__main__
import training.images
import vae.mlp
from autograd_lite.threads import BLAS_THREADS
from data import files
from experiments import record, tables
from experiments.experiment import Experiment
from figures.drawing import Drawing, save_picture
from figures.index import write_index
from figures.style import new_figure, save
from training import run
from training.checkpoint import load_checkpoint, save_checkpoint
from training.command import run_cli, train_command
from training.run import RunError, finished
from vae.weights import save_weights

ROOT = Path(__file__).parent.parent
QUICK = ["--data", "digits", "--images", "500", "--hidden", "8", "--validation", "100"]


def heard():
    """In a process that begins: nohup, under which the tests may run, has it ignore this one."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def program(*words, **more):
    line = [sys.executable, "-m", *map(str, words)]
    streams = {"stdout": subprocess.PIPE, "text": True, "preexec_fn": heard}
    return subprocess.Popen(line, cwd=ROOT, **streams, **more)


def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_run_ended_by_signals_at_any_moment_and_resumed_ends_in_the_same_bits(tmp_path):
    """Against a run left alone; a second signal changes nothing."""
    words = ["vae", "train", *QUICK, "--epochs", "40"]
    program(*words, "--out", tmp_path / "whole").communicate(timeout=120)
    cut, rng = tmp_path / "cut", np.random.default_rng(0)
    where: list[str | Path] = [*words[2:], "--out", cut]
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
        (cut / "metrics.csv").unlink(missing_ok=True)
        process = program(*words[:2], *where, stderr=subprocess.PIPE)
        until((cut / "metrics.csv").exists)
        time.sleep(rng.uniform(0, 0.1))
        process.send_signal(number)
        process.send_signal(number)
        _, said = process.communicate()
        told = f"Stopped at step [0-9]+; go on with --resume {cut}.\n"
        assert re.fullmatch("" if number == signal.SIGKILL else told, said)
        assert process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
        where = ["--resume", cut]
    program(*words[:2], *where).communicate(timeout=120)
    assert arrays(tmp_path / "whole") == arrays(cut)
    assert finished(cut) and not list(cut.glob(".*.tmp"))


@pytest.mark.parametrize(
    "words", ["rbm train --gibbs-steps 10 --batch-size 63", "vae train --network conv --images 20"]
)
def test_trainings_in_halves_do_not_depend_on_how_many_threads_blas_has(words, tmp_path):
    """Others do: autograd_lite/threads.py says why."""
    alone = {name: value for name, value in os.environ.items() if name not in BLAS_THREADS}
    for threads in "12":
        options = [*QUICK, "--epochs", "1", *words.split()[2:], "--out", tmp_path / threads]
        env = alone | {"OPENBLAS_NUM_THREADS": threads}
        program(*words.split()[:2], *options, env=env).communicate()
    assert arrays(tmp_path / "1") == arrays(tmp_path / "2")


SEVERAL = """
import time
from pathlib import Path
from experiments.cache import Part, compute
from training.command import run_cli
from training.parallel import Training, train_all

LONG = "--data digits --images 20000 --batch-size 1 --epochs 1 --snapshots 1 --seed".split()
BOTH = [Training("long", "rbm", (*LONG, seed)) for seed in "01"]

def part(number):
    Path("begun").touch()
    time.sleep(50 + number)

if __name__ == "__main__":
    run_cli(lambda _: train_all(BOTH) if WHAT == "trainings" else compute([Part(part, (5,))]), [])
"""


STUCK = """
import time
from training import command, ending
ending.PATIENCE = 1

def stuck(argv):
    try:
        print("begun", flush=True)
        time.sleep(60)
    finally:
        time.sleep(60)

command.run_cli(stuck, [])
"""


def test_what_does_not_end_when_it_is_told_to_is_killed_by_a_later_signal():
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], env=env, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        for _ in range(2):  # the second one comes too soon
            process.terminate()
            time.sleep(0.3)
        assert process.poll() is None
        time.sleep(1)
        process.terminate()
        assert process.wait() == -signal.SIGTERM


def living(group):
    """The processes of a group that are more than an entry for whoever asks how they ended."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [state for number, state in rows if int(number) == group and state[0] != "Z"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("what, begun", [("trainings", "out/runs/*/params-*"), ("parts", "begun")])
def test_what_a_command_has_begun_ends_with_it(what, begun, number, tmp_path):
    (tmp_path / "several.py").write_text(SEVERAL.replace("WHAT", repr(what)))
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    line, several = [sys.executable, "several.py"], 2 if what == "trainings" else 1
    pipes = {"stderr": subprocess.PIPE, "text": True, "preexec_fn": heard, "process_group": 0}
    with subprocess.Popen(line, cwd=tmp_path, env=env, **pipes) as process:
        until(lambda: len([*tmp_path.glob(begun)]) == several)
        process.send_signal(number)
        said = process.stderr.read()
    until(lambda: not living(process.pid))
    if what == "trainings":  # though no epoch was over
        assert len([*tmp_path.glob("out/runs/*/checkpoint.npz")]) == 2
    if number != signal.SIGKILL:
        assert said == "Stopped; the same command goes on from here.\n"
        assert process.returncode == 128 + number


FEW = "--data digits --images 60 --validation 20 --hidden 3".split()
GAN = [*FEW[:-2], "--generator", "3", "--discriminator", "3"]
REPORTS = [f"--{kind}={kind}" for kind in ("json", "junit", "gradescope", "feedback")]
HALF = str(ROOT / "grading/examples/half")


def grown(model, *options):
    """A training of an epoch, and of another one once it is there."""
    words = ["--resume", "run", "--epochs", "2"]
    if not Path("run").exists():
        words = [*options, "--snapshots", "1", "--epochs", "1", "--out", "run"]
    train_command(["train", *words], MODELS[model], "unused")


def recorded():
    if not Path("README.md").exists():
        Path("README.md").write_text("<!-- small -->\n<!-- end small -->\n")
    small = Experiment("Is it so?", 1, measure=lambda: "It is so." * 20)
    experiments.command.run({"small": small}, "small", ["small"])


def drawn():
    save(new_figure(100, 100, ""), Path(), "figure")
    save_picture(Drawing("picture.svg", (), lambda: new_figure(100, 100, "")), Path())
    write_index({}, "digits", "All of them.", Path())


def graded(*words):
    sys.exit(grading.__main__.main(words))


WRITERS = {
    "rbm": lambda: grown("rbm", *FEW),
    "vae": lambda: grown("vae", *FEW, "--select", "best"),
    "gan": lambda: grown("gan", *GAN),
    "weights": lambda: save_weights(Path("w.npz"), vae.mlp.init(np.random.default_rng(), 9, (), 2)),
    "experiment": recorded,
    "figures": drawn,
    "template": lambda: graded("template", "kit", "--assignment", "vae-week"),
    "autograder": lambda: graded("autograder", "grader.zip"),
    "grade": lambda: graded(HALF, "--only", "kl_diag_gaussian", *REPORTS),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_costs_nothing_that_stood(name, tmp_path, monkeypatch, capsys):
    """Every file that a command writes ends at its first byte, and at its hundredth."""
    few = digits(80, 20)
    monkeypatch.setattr(training.images, "load", lambda choice: few)
    monkeypatch.setattr(record, "RESULTS", Path())
    monkeypatch.setattr(tables, "RESULTS", Path())
    monkeypatch.setattr(tables, "PAGE", Path("README.md"))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def ends(folder, nth=0, size=0):
        """In this folder, where no more than `size` bytes can be written to the nth file."""
        if name != "template" and nth:  # which is for a new folder
            shutil.copytree(tmp_path / "before", tmp_path / folder)
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / folder)
        stood = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
        opened = []

        def limited(path, mode):
            opened.append(path.with_name(re.sub(r"^\.|\.\w+\.tmp", "", path.name)))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size if len(opened) == nth else hard, hard))
            return open(path, mode)

        monkeypatch.setattr(files, "open", limited, raising=False)
        with pytest.raises(SystemExit) as end:
            run_cli(lambda _: sys.exit(WRITERS[name]()), [])
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        return end.value.code or 0, capsys.readouterr().err, opened, stood

    assert ends("before")[0] == 0
    for nth, size in itertools.product(range(1, 1 + len(ends("whole", -1)[2])), (0, 100)):
        status, said, now, stood = ends(folder := f"{nth} {size}", nth, size)
        path = now[nth - 1]
        if size and status == 0:
            continue  # the file is smaller
        told = f"{path} was not written (File too large); what stood there stands."
        assert (status, said.splitlines()[-1]) == (2, told)
        assert not [*Path().rglob("*.tmp")]
        if path not in now[: nth - 1]:  # written twice
            assert (path.read_bytes() if path.exists() else None) == stood.get(path)
        if Path("run").exists():
            assert ends(folder)[0] == 0 and arrays(Path("run")) == arrays(tmp_path / "whole/run")


RBM = f"{sys.executable} -m rbm train {' '.join(QUICK)} --epochs 1 --out 'a 雪'"
WINDOWS = f'{sys.executable} -c \'import sys; sys.modules["fcntl"] = None; import '
ODD = [
    (f"env -i PYTHONPATH='{ROOT}' {RBM}", 0, "a 雪: 1 epoch on"),
    (f"LC_ALL=C {RBM}", 0, "a 雪: 1 epoch on"),
    (f"{RBM} <&- >&- 2>&-", 0, ""),
    (f"{RBM} > /dev/full", 2, "cannot be used (No space left on device)."),
    (f"{RBM} | true", 0, ""),
    (f"{RBM} --hidden {10**13}", 2, "There is not enough memory (Unable to allocate "),
    (f"{RBM} --hidden {10**18}", 2, "There is not enough memory (array is too big; "),
    (f"{RBM} --out /dev/null/a", 2, "/dev/null/a cannot be made (Not a directory)."),
    (f"{RBM} --out /sys/a", 2, "/sys/a cannot be made ("),
    (f"{WINDOWS} bootstrap'", 2, "on Windows in WSL"),
    (f"{WINDOWS} training.run'", 2, "on Windows in WSL"),
]


@pytest.mark.parametrize("line, status, said", ODD, ids=[f"{i}" for i in range(len(ODD))])
def test_odd_surroundings_are_no_matter_or_one_sentence(line, status, said, tmp_path):
    (folder := tmp_path / "é 雪").mkdir()
    if any(name in line and not Path(name).exists() for name in ("/sys", "/dev/full")):
        pytest.skip("only Linux has them")
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, shell=True, cwd=folder, env=env, capture_output=True)
    told = (done.stdout + done.stderr).decode()
    assert (done.returncode, said in told, told.count("\n")) == (status, True, bool(said)), told
    assert status or finished(folder / "a 雪")


def test_damaged_files_are_one_sentence(tmp_path):
    module, settings, split = small("rbm")
    like = module.start(settings, split.train)
    save_checkpoint(tmp_path, like, [])
    whole = (tmp_path / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="is not a checkpoint of this run"):
        load_checkpoint(tmp_path, like)
    other = module.start(replace(settings, hidden=6), split.train)
    save_checkpoint(tmp_path, other, [])
    with pytest.raises(RunError, match=r"state\.params\.W is an array \(12, 6\)"):
        load_checkpoint(tmp_path, like)
    run.save_settings(tmp_path, replace(settings, seed=7, epochs=9))
    save_checkpoint(tmp_path, like, [{"epoch": 1.0}])
    run.save_settings(tmp_path, replace(settings, epochs=2))
    with pytest.raises(RunError, match=r"another run: seed is 0 in settings\.json and was 7"):
        load_checkpoint(tmp_path, like)
    (tmp_path / "metrics.csv").write_text("epoch\n1\n2\n")  # of another run, which had 2 epochs
    assert not finished(tmp_path)
    for text, said in (
        ('{"hidden": 5, "colour": "red"}', "it has 'colour', which is no setting: another"),
        ("[5]", "expected JSON"),
        ('{"hidden": "5"}', "--hidden is '5'; expected a value of type int"),
    ):
        (tmp_path / "settings.json").write_text(text)
        with pytest.raises(RunError, match=rf"settings\.json .*{said}"):
            run.read_settings(tmp_path, module.Settings)
