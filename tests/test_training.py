"""Runs: settings and their errors, folders, checkpoints, resuming after any kind of end."""

import csv
import errno
import json
import math
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from small_runs import MODELS, SETTINGS, arrays, same_bits, small, train

import rbm.train
import vae.train
from autograd_lite import threads
from autograd_lite.tree import leaves, tree_map
from training import command, run
from training.checkpoint import load_checkpoint, load_params, save_checkpoint
from training.command import run_cli, train_command
from training.loop import states, steps_per_epoch
from training.parallel import Training, train_all
from training.progress import Progress
from training.run import RunError, create_run, finished, make_folder
from training.settings import SettingsError, check_settings
from training.streams import stream

ROOT = Path(__file__).parent.parent
QUICK = ["--data", "digits", "--images", "500", "--hidden", "8", "--validation", "100"]


def program(*words):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, words)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def commanded(capsys):
    """commanded(model, *words) in this process: the status, the output, the errors."""

    def run(model, *words):
        status = 0
        try:
            run_cli(lambda argv: train_command(argv, MODELS[model], "unused"), [*map(str, words)])
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    return run


def test_streams_depend_on_seed_purpose_and_index_alone():
    def draw(*key):
        return stream(*key).random(4).tolist()

    assert draw(1, "noise", 2) == draw(1, "noise", 2)
    keys = [(1, "noise", 2), (2, "noise", 2), (1, "order", 2), (1, "noise", 3)]
    keys += [(1, "noise", 2, half) for half in (0, 1)]
    assert len({tuple(draw(*key)) for key in keys}) == 6


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        (rbm.train, {"hidden": 60, "batch_size": 31, "gibbs_steps": 10}),
        (vae.train, {"network": "conv", "batch_size": 31, "likelihood": "squared"}),
    ],
    ids=["rbm", "vae"],
)
def test_results_do_not_depend_on_the_number_of_threads(model, settings, monkeypatch):
    """States after steps on batches of odd sizes, the last one of a single image."""
    images = np.random.default_rng(0).random((63, 784), dtype=np.float32)
    settings = model.Settings(**settings, epochs=1)

    def end():
        *_, last = states(model, model.start(settings, images), images, settings)
        return [np.asarray(leaf).tobytes() for leaf in leaves(last)]

    one = end()
    with ThreadPoolExecutor(1) as second:
        pool = Mock(wraps=second)
        monkeypatch.setattr(threads, "_pool", pool)
        assert end() == one and pool.submit.called


def test_a_second_thread_is_taken_only_where_there_is_a_core_for_it(monkeypatch):
    for alone in ({"OMP_NUM_THREADS": "1"}, {}):
        monkeypatch.setattr(threads, "_pool", None)
        monkeypatch.setattr(threads, "_cores", lambda: 2)
        monkeypatch.setattr(threads, "_one_thread_a_product", lambda: True)
        for name in threads.BLAS_THREADS:
            monkeypatch.delenv(name, raising=False)
        for name, value in alone.items():
            monkeypatch.setenv(name, value)
        threads.use_two_threads()
        assert (threads._pool is None) == bool(alone)
    monkeypatch.setattr(threads, "_pool", None)
    monkeypatch.setattr(threads, "_cores", lambda: 1)
    threads.use_two_threads()
    assert threads._pool is None


def test_a_second_thread_has_the_errors_and_the_numpy_settings_of_the_first(monkeypatch):
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(threads, "_pool", pool)
        with np.errstate(over="ignore"):
            assert threads.side_by_side(np.exp, [1e4, 0.0, 1.0]) == [np.inf, 1.0, np.e]
        with pytest.raises(FloatingPointError):
            threads.side_by_side(np.exp, [np.float64(1e4), 0.0])
        nested = threads.side_by_side(lambda x: threads.side_by_side(abs, [x, 0]), [-1, 2])
        assert nested == [[1, 0], [2, 0]]  # and does not wait for itself
    assert [threads.halves(rows) for rows in (1, 5)] == [
        [slice(0, 1)],
        [slice(0, 3), slice(3, 5)],
    ]


# --- settings ---

WIDTHS = "expected whole numbers from 1 on, such as 32,64,128."
DENSE_ONLY = "is for --network dense only."
FRACTION = "expected at least 0 and less than 1."
BAD = """
rbm --hidden -3 | --hidden is -3; expected at least 1.
rbm --pixels red | --pixels is 'red'; expected one of threshold, stochastic, none.
rbm --images 59901 | --images is 59901; expected at most 59900, or 0 for all.
vae --validation 60000 | --validation is 60000; expected less than 60000.
rbm --momentum 1 | --momentum is 1.0; {FRACTION}
vae --keep 1.5 | --keep is 1.5; expected at least 0 and at most 1.
vae --patience -1 | --patience is -1; expected at least 0.
vae --select first | --select is 'first'; expected one of last, best.
vae --validation 0 --patience 3 | --patience 3 needs validation images; --validation is 0.
vae --validation 0 --select best | --select best needs validation images; --validation is 0.
vae --network conv --weights w.npz | --weights {DENSE_ONLY}
vae --network conv --activation tanh | --activation tanh {DENSE_ONLY}
vae --network conv --likelihood gaussian | --likelihood gaussian {DENSE_ONLY}
vae --network conv --likelihood laplace | --likelihood laplace {DENSE_ONLY}
gan --generator a,b | --generator is 'a,b'; {WIDTHS}
gan --generator 32,,64 | --generator is '32,,64'; {WIDTHS}
gan --discriminator 32,0 | --discriminator is '32,0'; {WIDTHS}
gan --discriminator -4 | --discriminator is '-4'; {WIDTHS}
gan --label 1.2 | --label is 1.2; expected at least 0 and at most 1.
gan --label nan | --label is nan; expected at least 0 and at most 1.
gan --generator-dropout 1 | --generator-dropout is 1.0; {FRACTION}
gan --discriminator-dropout nan | --discriminator-dropout is nan; {FRACTION}
gan --beta1 1 | --beta1 is 1.0; {FRACTION}
gan --average -0.5 | --average is -0.5; {FRACTION}
gan --penalty nan | --penalty is nan; expected at least 0.
gan --loss hinge | --loss is 'hinge'; expected one of non-saturating, saturating.
"""
BAD = [line.format(**globals()).split(" | ") for line in BAD.strip().splitlines()]


@pytest.mark.parametrize("words, sentence", BAD, ids=[words for words, _ in BAD])
def test_settings_that_make_no_sense_are_one_sentence_and_status_2(
    words, sentence, commanded, tmp_path
):
    model, *options = words.split()
    folder = tmp_path / "run"
    quick = "--data digits --images 50 --validation 100 --epochs 1".split()  # if it is not refused
    found = commanded(model, "train", *quick, *options, "--out", folder)
    assert found == (2, "", f"{sentence}\n")
    assert not folder.exists()


@pytest.mark.parametrize("model", ["rbm", "vae", "gan"])
def test_a_command_lists_its_settings_and_says_what_is_wrong_with_words(model, commanded, tmp_path):
    out, _ = program(model, "train", "--help").communicate(timeout=120)
    assert "random seed (default: 0)" in " ".join(out.split())
    for words, sentence in (
        (["train", "--images", "many"], "--images: invalid int value: 'many'"),
        (["learn"], "takes `train` and options"),
        (["train", "--resume", tmp_path], f"{tmp_path} holds no run"),
    ):
        code, _, err = commanded(model, *words)
        assert code == 2 and sentence in err and len(err.splitlines()) == 1, err


def test_settings_of_the_wrong_type_are_one_sentence():
    for settings in SETTINGS.values():
        check_settings(settings)
        with pytest.raises(SettingsError, match="--seed is '5'; expected a value of type int"):
            check_settings(replace(settings, seed="5"))


@pytest.mark.parametrize(
    "error, status, said",
    [
        (SettingsError("--x is 1; expected 2."), 2, "--x is 1; expected 2.\n"),
        (MemoryError(), 2, "There is not enough memory.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_of_a_program_are_one_sentence_and_a_status(error, status, said, capsys):
    def wrong(argv):
        raise error

    with pytest.raises(SystemExit) as stopped:
        command.run_cli(wrong, [])
    assert (stopped.value.code, capsys.readouterr().err) == (status, said)


# --- the loop ---


def test_every_image_is_seen_once_an_epoch_and_the_short_batch_is_kept(tmp_path):
    seen: list[list[float]] = []
    module, settings, split = small("rbm")
    split = split._replace(train=np.arange(120, dtype=np.float32).reshape(10, 12) / 120)
    settings = replace(settings, batch_size=4, epochs=2, pixels="none", chains="data")

    def step(state, batch, settings):
        seen.append(batch[:, 0].tolist())
        return module.step(state, batch, settings)

    train(tmp_path / "a", module, settings, split, step=step)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = ([x for batch in half for x in batch] for half in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == split.train[:, 0].tolist() and first != second


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("stop", [1, 3, 8])
def test_ctrl_c_keeps_what_was_trained_and_resumes_within_an_epoch(name, stop, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    module, settings, split = small(name)
    settings = replace(settings, snapshots=2)
    assert steps_per_epoch(settings, split.train) == 3
    last = train(whole, module, settings, split).state
    with pytest.raises(KeyboardInterrupt):
        train(cut, module, settings, split, stop)
    like = module.start(settings, split.train)
    assert load_checkpoint(cut, like)[0].step == stop
    assert same_bits(train(cut, module, settings, split).state, last)
    assert arrays(cut) == arrays(whole) and finished(cut)
    state, rows = load_checkpoint(cut, like)
    assert type(state.params) is type(last.params) and same_bits(state, last)
    header, *lines = (cut / "metrics.csv").read_text().splitlines()
    assert header == ",".join(rows[0]) and header.startswith("epoch,seconds,train_")
    assert all(name.endswith("[nats/image]") for name in header.split(",")[2:])
    assert [line.split(",")[0] for line in lines] == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["rbm", "vae", "gan"])
def test_snapshots_are_the_parameters_of_a_run_that_stopped_there(name, tmp_path):
    module, settings, split = small(name)
    like = module.start(settings, split.train).params
    train(tmp_path / "whole", module, replace(settings, epochs=4, snapshots=2), split)
    there = sorted(path.name for path in (tmp_path / "whole").glob("params-*"))
    assert there == ["params-0000.npz", "params-0002.npz", "params-0004.npz"]
    short = train(tmp_path / "short", module, replace(settings, epochs=2), split)
    assert not list((tmp_path / "short").glob("params-*"))
    for epoch, expected in ((0, like), (2, short.state.params)):
        assert same_bits(load_params(tmp_path / "whole", epoch, like), expected)
    with pytest.raises(RunError, match=r"params-0003\.npz is no snapshot of this run"):
        load_params(tmp_path / "whole", 3, like)


def test_a_run_resumed_or_killed_at_any_moment_ends_in_the_same_bits(tmp_path):
    """SIGKILL at moments spread over the run, resumed each time, against a run left alone."""
    words = ["vae", "train", *QUICK, "--epochs", "12"]
    program(*words, "--out", tmp_path / "whole").communicate(timeout=120)
    start_up = time.monotonic()
    killed = tmp_path / "killed"
    rng = np.random.default_rng(0)
    resume: list[str | Path] = ["--out", killed]
    for _ in range(3):
        process = program(*(words if resume[0] == "--out" else words[:2]), *resume)
        while not (killed / "settings.json").exists():
            assert time.monotonic() - start_up < 60
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        resume = ["--resume", killed]
    program(*words[:2], "--resume", killed).communicate(timeout=120)
    assert arrays(tmp_path / "whole") == arrays(killed)
    assert finished(killed) and not list(killed.glob(".*.tmp"))


def test_a_run_from_before_a_metric_was_there_goes_on_with_it(tmp_path):
    module, settings, split = small("rbm")
    whole, old = (tmp_path / name for name in ("whole", "old"))
    train(whole, module, settings, split)
    train(old, module, replace(settings, epochs=1), split)
    state, rows = load_checkpoint(old, module.start(settings, split.train))
    name = "free_energy_gap [nats/image]"
    save_checkpoint(old, state, [{key: row[key] for key in row if key != name} for row in rows])
    train(old, module, settings, split)
    table, expected = (
        list(csv.DictReader((folder / "metrics.csv").read_text().splitlines()))
        for folder in (old, whole)
    )
    assert [row[name] for row in table] == ["nan", *(row[name] for row in expected[1:])]
    assert finished(old)


def test_seconds_are_those_of_the_whole_training(tmp_path):
    module, settings, split = small("rbm")
    rows = train(tmp_path / "x", module, settings, split).rows
    rows[-1]["seconds"] = 1000.0
    save_checkpoint(tmp_path / "x", train(tmp_path / "x", module, settings, split).state, rows)
    more = train(tmp_path / "x", module, replace(settings, epochs=4), split).rows
    assert 1000 < more[-1]["seconds"] < 1060


def test_a_run_that_diverges_says_so(tmp_path):
    with pytest.raises(RunError, match="train_cost = nan after epoch 1"):
        train(tmp_path / "x", *small("vae"), measure=lambda *_: {"train_cost": math.nan})


@pytest.mark.parametrize("name", ["rbm", "vae", "gan"])
def test_without_validation_images_there_are_no_validation_metrics(name):
    module, settings, split = small(name)
    params = module.start(settings, split.train).params
    row = module.measure(params, split.train, split.train[:0], settings)
    assert row and all(np.isfinite(v) and "validation" not in k for k, v in row.items())


@pytest.mark.parametrize("name", SETTINGS)
def test_a_step_can_be_repeated_and_changes_no_state_that_somebody_kept(name):
    module, settings, split = small(name)
    first = next(states(module, module.start(settings, split.train), split.train, settings))
    kept = tree_map(np.array, first)
    second = module.step(first, split.train[:16], settings)
    assert second.step == 2 and not same_bits(first.params, second.params)
    assert same_bits(first, kept)
    assert same_bits(second, module.step(first, split.train[:16], settings))
    other = module.step(first, split.train[:16], replace(settings, seed=1))
    assert not same_bits(second.params, other.params)
    found = {x.dtype for x in leaves(second) if isinstance(x, np.ndarray)}
    assert found == {np.dtype(np.float32)}


# --- folders and files ---


def test_resumed_runs_take_more_epochs_and_no_other_settings(commanded, tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    words = ["rbm", "train", *QUICK]
    assert commanded(*words, "--epochs", "1", "--out", a)[0] == 0
    resumed = ["rbm", "train", "--resume", a, "--data", "auto"]
    assert commanded(*resumed, "--epochs", "3", "--hidden", "8")[0] == 0  # 8, as it has
    assert json.loads((a / "settings.json").read_text())["epochs"] == 3
    assert commanded(*words, "--epochs", "3", "--out", b)[0] == 0
    assert arrays(a) == arrays(b)
    for options, sentence in (
        (["--epochs", "2"], f"--epochs is 2; expected at least 3: {a} has begun it.\n"),
        (["--hidden", "9"], "--hidden cannot change in a resumed run; only --epochs may.\n"),
    ):
        assert commanded(*resumed, *options) == (2, "", sentence)
        assert finished(a)


def test_what_is_no_run_is_not_finished_and_cannot_be_resumed(tmp_path):
    (tmp_path / "settings.json").write_text("[]")
    assert not finished(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        run.open_run(tmp_path / (300 * "a"))


def test_folders_that_cannot_be_made_or_locked_are_one_sentence(tmp_path):
    (tmp_path / "lock").mkdir()
    with pytest.raises(RunError, match="cannot be locked"):
        create_run(tmp_path, "x", SETTINGS["rbm"])
    (tmp_path / "file").touch()
    for make in (make_folder, lambda folder: create_run(folder, "x", SETTINGS["rbm"])):
        with pytest.raises(RunError, match=r"file/a cannot be made \(Not a directory\)"):
            make(tmp_path / "file" / "a")


def test_two_runs_at_once_get_folders_of_their_own(tmp_path, monkeypatch):
    """And what a kill left in a run's folder goes, but no other file."""
    monkeypatch.setattr(run, "RUNS", tmp_path)
    settings = SETTINGS["rbm"]
    first, second = (create_run(None, "rbm-500", settings) for _ in range(2))
    assert [r.folder.name for r in (first, second)] == ["rbm-500", "rbm-500-2"]
    with pytest.raises(RunError, match="in use by another process"):
        run.open_run(first.folder)
    first.lock.close()
    left_by_a_kill, foreign = (first.folder / f".{n}.tmp" for n in ("metrics.csv.0123", "notes"))
    left_by_a_kill.touch()
    foreign.touch()
    run.open_run(first.folder).lock.close()
    assert foreign.exists() and not left_by_a_kill.exists()
    with pytest.raises(RunError, match="holds a run; go on with --resume"):
        create_run(first.folder, "", settings)
    second.lock.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path, monkeypatch):
    module, settings, split = small("rbm")
    state = module.start(settings, split.train)
    save_checkpoint(tmp_path, state, [{"epoch": 1.0}])
    before = (tmp_path / "checkpoint.npz").read_bytes()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(RunError, match=r"\(the disk is full\); what stood there stands"):
        save_checkpoint(tmp_path, module.step(state, split.train, settings), [{"epoch": 2.0}])
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.npz", "metrics.csv"]


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
    with pytest.raises(RunError, match="has shape"):
        load_checkpoint(tmp_path, like)
    (tmp_path / "settings.json").write_text('{"hidden": 5, "colour": "red"}')
    with pytest.raises(RunError, match="cannot be read as settings"):
        run.read_settings(tmp_path, module.Settings)


def test_the_progress_line_is_for_terminals_only(capsys):
    progress = Progress(100, 2, 20)
    progress.show(50)
    progress.keep("done")
    assert capsys.readouterr().err == ""
    progress.live, progress.shown, progress.start = True, 0.0, time.monotonic() - 10
    progress.show(50)
    assert capsys.readouterr().err.strip() == "epoch 1   50%  3 steps/s  0:50 left"


def test_what_is_missing_is_trained_and_what_is_there_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("training.parallel.RUNS", tmp_path)
    small = Training("small", "rbm", (*QUICK, "--epochs", "1"))
    train_all([small])
    assert finished(small.folder) and "1 of 1: small" in capsys.readouterr().err
    stamp = (small.folder / "checkpoint.npz").stat().st_mtime_ns
    train_all([small])
    assert (small.folder / "checkpoint.npz").stat().st_mtime_ns == stamp
    assert capsys.readouterr().err == ""  # nothing was resumed either
    others = [small._replace(model="vae"), small._replace(options=small.options[:-1])]
    assert len({training.folder for training in (small, *others)}) == 3
    with pytest.raises(RunError, match="--hidden is 0; expected at least 1"):
        train_all([Training("bad", "rbm", ("--hidden", "0"))])
