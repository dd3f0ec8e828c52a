"""Runs: settings and their errors, folders, checkpoints, resuming after any kind of end."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autograd_lite.tree import leaves
from rbm import train as rbm_train
from training import command, run
from training.checkpoint import load_checkpoint, save_checkpoint
from training.follow import Progress, follow, steps_per_epoch, train
from training.images import Split
from training.memory import keep_freed_memory
from training.parallel import Training, train_all
from training.run import RunError, create_run, finished
from training.settings import SettingsError, check_settings
from training.streams import stream
from vae import train as vae_train

ROOT = Path(__file__).parent.parent
MODELS = {"rbm": rbm_train, "vae": vae_train}
QUICK = ["--data", "digits", "--images", "500", "--hidden", "8", "--validation", "100"]


def program(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def outcome(*words):
    process = program(*words)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def arrays(folder):
    with np.load(folder / "checkpoint.npz") as file:
        return {name: file[name] for name in file.files if name != "metrics.seconds"}


def assert_same_bits(one, other):
    a, b = arrays(one), arrays(other)
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name


def test_streams_depend_on_seed_purpose_and_index_alone():
    def draw(*key):
        return stream(*key).random(4).tolist()

    assert draw(1, "noise", 2) == draw(1, "noise", 2)
    keys = [(1, "noise", 2), (2, "noise", 2), (1, "order", 2), (1, "noise", 3)]
    assert len({tuple(draw(*key)) for key in keys}) == 4


@pytest.mark.parametrize("model", MODELS)
def test_settings_are_the_command_line(model, tmp_path):
    code, out, err = outcome(model, "train", "--help")
    assert code == 0 and "--batch-size" in out and "default: " in out
    for words, sentence in (
        (["train", "--hidden", "-3"], "--hidden is -3; expected at least 1."),
        (["train", "--pixels", "red"], "--pixels is 'red'; expected one of threshold"),
        (["train", "--hidden", "many"], "--hidden: invalid int value: 'many'"),
        (["train", "--wrong", "1"], "unrecognized arguments: --wrong 1"),
        (["learn"], "takes `train` and options"),
        (["train", "--resume", tmp_path], f"{tmp_path} holds no run"),
        (["train", "--data", "digits", "--images", "10000000"], "--images is 10000000; expected"),
        (["train", "--data", "digits", "--validation", "60000"], "expected less than 60000"),
        (["train", *QUICK, "--hidden", "1" + 11 * "0", "--out", tmp_path], "Unable to allocate"),
    ):
        code, out, err = outcome(model, *words)
        assert code == 2 and sentence in err and len(err.splitlines()) == 1, err


@pytest.mark.parametrize("model", ["rbm", "vae", "gan"])
def test_a_run_resumed_or_killed_at_any_moment_ends_in_the_same_bits(model, tmp_path):
    """SIGKILL at moments spread over the run, resumed each time, against a run left alone."""
    quick = [*QUICK[:4], "--generator", "8", "--discriminator", "8"] if model == "gan" else QUICK
    words = [model, "train", *quick, "--epochs", "12"]
    assert outcome(*words, "--out", tmp_path / "whole")[0] == 0
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
    code, _, err = outcome(*words[:2], "--resume", killed)
    assert code == 0, err
    assert_same_bits(tmp_path / "whole", killed)
    assert finished(killed) and not list(killed.glob(".*.tmp"))


def tiny(model="rbm", epochs=3):
    images = np.random.default_rng(0).random((50, 12)).astype(np.float32)
    module = MODELS[model]
    settings = module.Settings(hidden=5, epochs=epochs, batch_size=16, data="digits")
    return module, settings, Split("drawn digits", "digits", images[:40], images[40:])


def go(folder, module, settings, images, stop=None):
    held = create_run(folder, "x", settings) if not folder.exists() else run.open_run(folder)
    state, rows = load_checkpoint(folder, module.start(settings, images.train))

    def states():
        for state in train(module.step, loaded, images.train, settings):
            yield state
            if state.step == stop:
                raise KeyboardInterrupt

    loaded = state
    try:
        return follow(held, state, rows, states(), images, settings, module.measure)
    finally:
        held.lock.close()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stop", [1, 3, 4, 8])
def test_ctrl_c_keeps_what_was_trained_and_resumes_within_an_epoch(model, stop, tmp_path):
    module, settings, images = tiny(model)
    assert steps_per_epoch(settings, images.train) == 3
    go(tmp_path / "whole", module, settings, images)
    with pytest.raises(SystemExit) as stopped:
        go(tmp_path / "cut", module, settings, images, stop)
    assert stopped.value.code == 130
    state, _ = load_checkpoint(tmp_path / "cut", module.start(settings, images.train))
    assert state.step == stop
    go(tmp_path / "cut", module, settings, images)
    assert_same_bits(tmp_path / "whole", tmp_path / "cut")
    assert finished(tmp_path / "cut")


def test_ctrl_c_while_an_epoch_is_measured_costs_no_row_of_metrics(tmp_path):
    module, settings, images = tiny(epochs=1)
    go(tmp_path / "whole", module, settings, images)
    held = create_run(tmp_path / "cut", "x", settings)
    state = module.start(settings, images.train)
    states = train(module.step, state, images.train, settings)

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(SystemExit):
        follow(held, state, [], states, images, settings, interrupted)
    held.lock.close()
    go(tmp_path / "cut", module, settings, images)
    assert_same_bits(tmp_path / "whole", tmp_path / "cut")
    assert finished(tmp_path / "cut")


def test_metrics_that_a_kill_left_behind_their_checkpoint_are_written_again(tmp_path):
    module, settings, images = tiny()
    go(tmp_path / "x", module, settings, images)
    metrics = tmp_path / "x" / "metrics.csv"
    whole = metrics.read_text()
    metrics.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    assert not finished(tmp_path / "x")
    go(tmp_path / "x", module, settings, images)
    assert metrics.read_text() == whole and finished(tmp_path / "x")


def test_what_is_no_run_is_not_finished_and_cannot_be_resumed(tmp_path):
    (tmp_path / "settings.json").write_text("[]")
    assert not finished(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        run.open_run(tmp_path / (300 * "a"))


def test_a_resumed_run_keeps_the_epochs_it_was_given_and_loses_none(tmp_path):
    resumed = ["rbm", "train", "--resume", tmp_path / "a"]
    assert outcome("rbm", "train", *QUICK, "--epochs", "1", "--out", tmp_path / "a")[0] == 0
    assert outcome(*resumed, "--epochs", "2", "--hidden", "8")[0] == 0  # 8, as it has
    assert json.loads((tmp_path / "a" / "settings.json").read_text())["epochs"] == 2
    assert finished(tmp_path / "a")
    code, _, err = outcome(*resumed, "--epochs", "1")
    assert code == 2
    assert err == f"--epochs is 1; expected at least 2: {tmp_path / 'a'} has begun it.\n"
    assert finished(tmp_path / "a")


def test_settings_of_the_wrong_type_are_one_sentence():
    with pytest.raises(SettingsError, match="--hidden is '5'; expected a value of type int"):
        check_settings(rbm_train.Settings(hidden="5"))


def test_a_folder_that_cannot_be_locked_is_one_sentence(tmp_path):
    (tmp_path / "lock").mkdir()
    with pytest.raises(RunError, match="cannot be locked"):
        create_run(tmp_path, "x", rbm_train.Settings())


def test_files_that_are_none_of_a_run_s_stay_where_they_are(tmp_path):
    left_by_a_kill, foreign = tmp_path / ".metrics.csv.0123.tmp", tmp_path / ".notes.tmp"
    left_by_a_kill.touch()
    foreign.touch()
    create_run(tmp_path, "x", rbm_train.Settings()).lock.close()
    assert foreign.exists() and not left_by_a_kill.exists()


def test_every_image_is_seen_once_an_epoch_and_the_short_batch_is_kept():
    seen: list[list[float]] = []

    class Counter(tuple):
        step = property(lambda self: self[0])

    images = np.arange(10, dtype=np.float32)[:, None]
    settings = replace(rbm_train.Settings(), batch_size=4, epochs=2)

    def step(state, batch, settings):
        seen.append(batch[:, 0].tolist())
        return Counter((state.step + 1,))

    list(train(step, Counter((0,)), images, settings))
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = ([x for batch in half for x in batch] for half in (seen[:3], seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10)) and first != second


def test_more_epochs_go_on_and_other_settings_may_not_change(tmp_path):
    words = ["rbm", "train", *QUICK]
    assert outcome(*words, "--epochs", "2", "--out", tmp_path / "a")[0] == 0
    more = ["--data", "auto", "--resume", tmp_path / "a", "--epochs", "4"]
    assert outcome("rbm", "train", *more)[0] == 0
    assert outcome(*words, "--epochs", "4", "--out", tmp_path / "b")[0] == 0
    assert_same_bits(tmp_path / "a", tmp_path / "b")
    code, _, err = outcome("rbm", "train", "--resume", tmp_path / "a", "--hidden", "9")
    assert code == 2 and err == "--hidden cannot change in a resumed run; only --epochs may.\n"


def test_two_runs_at_once_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "RUNS", tmp_path)
    settings = rbm_train.Settings()
    first, second = (create_run(None, "rbm-500", settings) for _ in range(2))
    assert [r.folder.name for r in (first, second)] == ["rbm-500", "rbm-500-2"]
    with pytest.raises(RunError, match="in use by another process"):
        run.open_run(first.folder)
    first.lock.close()
    run.open_run(first.folder).lock.close()
    with pytest.raises(RunError, match="holds a run; go on with --resume"):
        create_run(first.folder, "", settings)
    second.lock.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path, monkeypatch):
    module, settings, images = tiny()
    state = module.start(settings, images.train)
    save_checkpoint(tmp_path, state, [{"epoch": 1.0}])
    before = (tmp_path / "checkpoint.npz").read_bytes()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(RunError, match=r"\(the disk is full\); what stood there stands"):
        save_checkpoint(tmp_path, module.step(state, images.train, settings), [{"epoch": 2.0}])
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert not list(tmp_path.glob(".*"))


def test_damaged_files_are_one_sentence(tmp_path):
    module, settings, images = tiny()
    like = module.start(settings, images.train)
    save_checkpoint(tmp_path, like, [])
    whole = (tmp_path / "checkpoint.npz").read_bytes()
    (tmp_path / "checkpoint.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunError, match="is not a checkpoint of this run"):
        load_checkpoint(tmp_path, like)
    other = module.start(replace(settings, hidden=6), images.train)
    save_checkpoint(tmp_path, other, [])
    with pytest.raises(RunError, match="has shape"):
        load_checkpoint(tmp_path, like)
    (tmp_path / "settings.json").write_text('{"hidden": 5, "colour": "red"}')
    with pytest.raises(RunError, match="cannot be read as settings"):
        run.read_settings(tmp_path, module.Settings)


def test_a_run_that_diverges_says_so(tmp_path):
    module, settings, images = tiny("vae")
    held = create_run(tmp_path / "x", "", settings)
    states = train(module.step, module.start(settings, images.train), images.train, settings)

    def bad(*_):
        return {"train_cost": float("nan")}

    first = module.start(settings, images.train)
    with pytest.raises(RunError, match="train_cost = nan after epoch 1"):
        follow(held, first, [], states, images, settings, bad)
    held.lock.close()


def test_metrics_have_a_row_an_epoch_with_units(tmp_path):
    module, settings, images = tiny("vae")
    go(tmp_path / "x", module, settings, images)
    lines = (tmp_path / "x" / "metrics.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,seconds,train_cost [nats/image],")
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]
    assert json.loads((tmp_path / "x" / "settings.json").read_text())["hidden"] == 5


@pytest.mark.parametrize("model", MODELS)
def test_without_validation_images_there_are_no_validation_metrics(model):
    module, settings, images = tiny(model)
    params = module.start(settings, images.train).params
    row = module.measure(params, images.train, images.train[:0], settings)
    assert row and all(np.isfinite(v) and "validation" not in k for k, v in row.items())


def test_the_progress_line_is_for_terminals_only(capsys):
    progress = Progress(100, 2, 0)
    progress.show(50)
    progress.say("done")
    assert capsys.readouterr().err == ""
    progress.live, progress.shown, progress.start = True, 0.0, time.monotonic() - 10
    progress.show(50)
    assert capsys.readouterr().err.strip() == "epoch 1   50%  5 steps/s  0:30 left"


def test_a_plan_makes_what_is_missing_and_reuses_what_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("training.parallel.RUNS", tmp_path)
    plan = [Training("small", "rbm", (*QUICK, "--epochs", "1"))]
    train_all(plan)
    assert finished(plan[0].folder) and "1 of 1: small" in capsys.readouterr().err
    stamp = (plan[0].folder / "checkpoint.npz").stat().st_mtime_ns
    train_all(plan)
    assert (plan[0].folder / "checkpoint.npz").stat().st_mtime_ns == stamp
    with pytest.raises(RunError, match="--hidden is 0; expected at least 1"):
        train_all([Training("bad", "rbm", ("--hidden", "0"))])


def test_errors_of_a_program_are_one_sentence_and_status_2(capsys):
    def wrong(argv):
        raise SettingsError("--x is 1; expected 2.")

    with pytest.raises(SystemExit) as stopped:
        command.complain(wrong, [])
    assert stopped.value.code == 2 and capsys.readouterr().err == "--x is 1; expected 2.\n"


def test_ctrl_c_before_the_first_step_is_no_traceback(capsys):
    def stopped_early(argv):
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as stopped:
        command.complain(stopped_early, [])
    assert stopped.value.code == 130 and capsys.readouterr().err == ""


def test_kept_memory_is_safe_to_ask_for_anywhere():
    assert keep_freed_memory() in (True, False)


def test_states_are_written_whole(tmp_path):
    module, settings, images = tiny("vae")
    state = module.step(module.start(settings, images.train), images.train, settings)
    save_checkpoint(tmp_path, state, [])
    again, rows = load_checkpoint(tmp_path, module.start(settings, images.train))
    assert rows == [] and again.step == 1 and again.moments.step == 1
    for a, b in zip(leaves(state), leaves(again), strict=True):
        np.testing.assert_array_equal(a, b)
    assert sorted(os.listdir(tmp_path)) == ["checkpoint.npz", "metrics.csv"]
