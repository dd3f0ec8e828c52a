"""Runs: settings, presets, folders, checkpoints, early stopping, resuming after any kind of end."""

import csv
import json
import math
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import DEFAULT, Mock

import numpy as np
import pytest
from small_runs import MODELS, SETTINGS, arrays, parsed, same_bits, small, train

import gan.train
import rbm.train
import training.images
import vae.train
from autograd_lite import threads
from autograd_lite.tree import leaves, named, tree_map
from data.sets import load
from experiments.experiment import find
from training import checkpoint, command, loop, run
from training.checkpoint import load_best, load_checkpoint, load_params, save_checkpoint
from training.command import begin, train_command
from training.diverged import HOPELESS, diverged
from training.early import WATCHED, best_epoch, early_stopping, out_of_patience
from training.loop import states
from training.model import steps_per_epoch
from training.parallel import Training, train_all
from training.progress import Progress
from training.run import RunError, create_run, finished, read_settings
from training.settings import SettingsError, check_settings, options_of, setting
from training.streams import stream
from training.trained import blank, read
from vae.train import Settings

ROOT = Path(__file__).parent.parent
QUICK = ["--data", "digits", "--images", "500", "--hidden", "8", "--validation", "100"]


def program(model):
    return partial(train_command, model=MODELS[model], stem="unused")


def test_streams_depend_on_seed_purpose_and_index_alone():
    def draw(*key):
        return stream(*key).random(4).tolist()

    assert draw(1, "noise", 2) == draw(1, "noise", 2)
    keys = [(1, "noise", 2), (2, "noise", 2), (1, "order", 2), (1, "noise", 3)]
    keys += [(1, "noise", 2, half) for half in (0, 1)]
    assert len({tuple(draw(*key)) for key in keys}) == 6


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


WIDTHS = "expected whole numbers from 1 on, such as 32,64,128"
NO_OTHER = "takes no --beta, --warm-up or --noise."
NO_SCALE = "expected 1, or 0 for a network without noise."
DENSE_ONLY = "is for --network dense only."
STEPS = "expected 0, or at least the 4 steps of 1 epochs: the learning rate is 0 from then on."
FRACTION = "expected at least 0 and less than 1."
BAD = """
rbm --hidden -3 | --hidden is -3; expected at least 1.
rbm --pixels red | --pixels is 'red'; expected one of threshold, stochastic, none.
rbm --images 59901 | --images is 59901; expected at most 59900, or 0 for all.
vae --validation 60000 | --validation is 60000; expected less than 60000.
rbm --momentum 1.5 | --momentum is 1.5; {FRACTION}
rbm --learning-rate inf | --learning-rate is inf; expected a finite number.
rbm --batch-size 16 --decay 3 | --decay is 3; {STEPS}
rbm --particles 3 | --particles is for --chains persistent: CD-k has a chain an image.
vae --hidden 20,x | --hidden is '20,x'; {WIDTHS}, or none.
vae --hidden 0 | --hidden is '0'; {WIDTHS}, or none.
vae --bound iwae --beta 0.5 | --bound iwae {NO_OTHER}
vae --bound dreg --warm-up 3 | --bound dreg {NO_OTHER}
vae --batch-size 16 --decay 3 | --decay is 3; {STEPS}
vae --weights no.npz | no.npz cannot be read (No such file or directory).
vae --keep 1.5 | --keep is 1.5; expected at most 1 and more than 0.
vae --patience -1 | --patience is -1; expected at least 0.
vae --select first | --select is 'first'; expected one of last, best.
vae --validation 0 --patience 3 | --patience 3 needs validation images; --validation is 0.
vae --validation 0 --select best | --select best needs validation images; --validation is 0.
vae --noise 0.5 | --noise is 0.5; {NO_SCALE}
vae --noise nan | --noise is nan; {NO_SCALE}
vae --network conv --activation tanh | --activation tanh {DENSE_ONLY}
vae --network conv --likelihood gaussian | --likelihood gaussian {DENSE_ONLY}
vae --network conv --likelihood laplace | --likelihood laplace {DENSE_ONLY}
vae --network conv --likelihood squared-linear | --likelihood squared-linear {DENSE_ONLY}
gan --batch-size 16 --decay 3 | --decay is 3; {STEPS}
gan --generator a,b | --generator is 'a,b'; {WIDTHS}.
gan --generator 32,,64 | --generator is '32,,64'; {WIDTHS}.
gan --discriminator 32,0 | --discriminator is '32,0'; {WIDTHS}.
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
def test_settings_that_make_no_sense_are_one_sentence(words, sentence, refusal, tmp_path):
    model, *options = words.split()
    folder = tmp_path / "run"
    quick = "--data digits --images 50 --validation 100 --epochs 1".split()  # if it is not refused
    assert refusal(program(model), "train", *quick, *options, "--out", folder) == sentence
    assert not folder.exists()


@pytest.mark.parametrize("model", ["rbm", "vae", "gan"])
def test_a_command_lists_its_settings_and_says_what_is_wrong_with_words(model, refusal, tmp_path):
    line = [sys.executable, "-m", model, "train", "--help"]
    out = subprocess.run(line, cwd=ROOT, capture_output=True, text=True).stdout
    assert "random seed (default: 0)" in " ".join(out.split())
    for words, sentence in (
        (["train", "--images", "many"], "--images: invalid int value: 'many'"),
        (["train", "--preset", "slow"], "invalid choice: 'slow'"),
        (["learn"], "takes train, and options"),
        (["train", "--resume", tmp_path], f"{tmp_path} holds no run"),
    ):
        assert sentence in refusal(program(model), *words)


def test_errors_of_a_program_are_one_sentence_and_a_status(capsys):
    memory = "There is not enough memory (for large settings); try fewer --images, or smaller"
    for error, status, said in (
        (MemoryError(), 2, f"{memory} settings.\n"),
        (PermissionError(13, "Not permitted", "x"), 2, "x cannot be used (Not permitted).\n"),
        (KeyboardInterrupt(), 130, ""),
    ):
        with pytest.raises(SystemExit) as stopped:
            command.run_cli(Mock(side_effect=error), [])
        assert (stopped.value.code, capsys.readouterr().err) == (status, said)


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


@pytest.mark.parametrize("bad", [-0.1, 1.1, 255, math.nan])
@pytest.mark.parametrize("name", ["rbm", "vae", "conv"])
def test_what_is_measured_of_pixels_outside_0_to_1_is_refused(name, bad):
    module, settings, (_, images, validation) = small(name)
    validation[-1, -1] = bad
    with pytest.raises(ValueError, match="expected all of them from 0 to 1"):
        module.measure(module.start(settings, images).params, images, validation, settings)


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


MEANS = r"its pseudo-likelihood was below that of the pixels' means alone"


@pytest.mark.parametrize(
    "pseudo, epoch, kept, why, steps",
    [
        ([-8, -8.2, math.nan], 3, 2, "train_pseudo .nats/image. = nan", 9),
        ([-8, -9, -9.1, -9], 4, 1, f"for 3 epochs {MEANS}", 9),
        ([-8, -90], 2, 1, MEANS, 9),
        ([-9, -8.9, -8.8, -8.7], None, 4, "slow, but it learns", 9),
        ([-8, -9, -9.1, -9, -9], None, 5, "few steps, of few images", 15),
        ([-8, -9, -9.1, -9, -9, -9, -9], 7, 1, f"for 6 epochs {MEANS}", 15),
    ],
)
def test_a_run_that_diverges_says_so_and_keeps_its_last_sound_epoch(
    tmp_path, pseudo, epoch, kept, why, steps, monkeypatch
):
    monkeypatch.setattr(training.diverged, "STEPS", steps)
    module, settings, split = small("rbm")  # 12 fair pixels: 12 log 2 = 8.32 nats by themselves
    settings, rows = replace(settings, epochs=len(pseudo)), iter(pseudo)
    told = pytest.raises(RunError, match=f"x diverged by epoch {epoch}: {why} .the checkpoint")
    with told if epoch else nullcontext():
        name = "train_pseudo [nats/image]"
        train(tmp_path / "x", module, settings, split, measure=lambda *_: {name: next(rows)})
    state, left = load_checkpoint(tmp_path / "x", module.start(settings, split.train))
    assert [row[name] for row in left] == pseudo[:kept] and state.step == 3 * kept


@pytest.mark.parametrize("name", [*SETTINGS, "rbm, truncated"])
def test_a_model_that_has_learned_nothing_yet_has_not_diverged(name):
    """Of sparse images: their means alone tell them far better than a network that just begins."""
    module, settings, split = small(name.partition(",")[0])
    settings = replace(settings, init="truncated") if "," in name else settings
    x = np.where(split.train > 0.99, split.train, 0)
    params = module.start(settings, x).params
    row = module.measure(params, x, x[:0], settings)
    assert module.shortfall(row, x, settings) < 1.1 < HOPELESS
    assert diverged(module, [row], params, x, settings) == ""
    beyond = tree_map(lambda a: a + 1001, params)
    assert "a parameter of 100" in diverged(module, [row], beyond, x, settings)


def test_ctrl_c_in_an_epoch_that_diverges_keeps_the_one_before(tmp_path):
    module, settings, split = small("vae")

    def step(state, x, settings):
        after = module.step(state, x, settings)
        return after._replace(params=tree_map(lambda a: a * np.nan, after.params))

    for stop, functions in ((4, {}), (5, {"step": step})):
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "x", module, settings, split, stop, **functions)
    state, rows = load_checkpoint(tmp_path / "x", module.start(settings, split.train))
    assert state.step == 4 and len(rows) == 1


@pytest.mark.parametrize("model, rate", [("rbm", 1e4), ("vae", 100.0), ("gan", 100.0)])
def test_real_divergence_is_told(tmp_path, model, rate):
    module, settings, split = small(model)
    with pytest.raises(RunError, match=r"x diverged by epoch [12]:"), np.errstate(all="ignore"):
        train(tmp_path / "x", module, replace(settings, learning_rate=rate), split)


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


def test_resumed_runs_take_more_epochs_and_no_other_settings(refusal, tmp_path):
    rbm, a, b = program("rbm"), str(tmp_path / "a"), str(tmp_path / "b")
    rbm(["train", *QUICK, "--epochs", "1", "--out", a])
    resumed = ["train", "--resume", a, "--data", "auto"]
    rbm([*resumed, "--epochs", "3", "--hidden", "8"])  # 8, as it has
    assert json.loads(Path(a, "settings.json").read_text())["epochs"] == 3
    rbm(["train", *QUICK, "--epochs", "3", "--out", b])
    assert arrays(Path(a)) == arrays(Path(b))
    for options, sentence in (
        (["--epochs", "2"], f"--epochs is 2; expected at least 3: {a} has begun it."),
        (["--hidden", "9"], "--hidden cannot change in a resumed run; only --epochs may."),
    ):
        assert refusal(rbm, *resumed, *options) == sentence
        assert finished(Path(a))


def test_folders_that_hold_no_run_or_cannot_be_locked_are_one_sentence(tmp_path):
    (tmp_path / "settings.json").write_text("[]")
    assert not finished(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        read_settings(tmp_path / (300 * "a"), Settings)
    (tmp_path / "lock").mkdir()
    with pytest.raises(RunError, match="cannot be locked"):
        create_run(tmp_path, "x", SETTINGS["rbm"])


def test_two_runs_at_once_get_folders_of_their_own(tmp_path, monkeypatch):
    """And what a kill left in a run's folder goes, but no other file."""
    monkeypatch.setattr(run, "RUNS", tmp_path)
    monkeypatch.setattr(run, "PATIENCE", 0)
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


PRESETS = gan.train.Settings.PRESETS
TINY = "--data digits --images 60 --epochs 1".split()


@dataclass(frozen=True)
class Two:
    PRESETS: ClassVar[dict[str, dict[str, Any]]] = {"fast": {"rate": 0.5, "big_steps": 3}}
    rate: float = setting(0.1, "of learning")
    big_steps: int = setting(1, "a day")


def test_options_stand_above_the_preset_wherever_they_stand():
    assert parsed(Two) == Two(0.1, 1)
    assert parsed(Two, "--preset", "fast") == Two(0.5, 3)
    assert parsed(Two, "--preset", "fast", "--rate", "0.2") == Two(0.2, 3)
    assert parsed(Two, "--big-steps", "7", "--preset", "fast") == Two(0.5, 7)


@pytest.mark.parametrize(
    "name, preset", [(m, p) for m in ("rbm", "vae", "gan") for p in MODELS[m].Settings.PRESETS]
)
def test_a_preset_is_the_options_that_it_spells_and_its_decay_ends_with_the_training(name, preset):
    module = MODELS[name]
    settings = check_settings(parsed(module.Settings, "--preset", preset))
    spelt = options_of(module.Settings.PRESETS[preset]).split()
    assert parsed(module.Settings, *spelt) == settings
    batches = -(-(60_000 - settings.validation) // settings.batch_size)
    assert settings.decay in (0, settings.epochs * batches)
    module.start(replace(settings, epochs=1), blank(settings))


def test_trainings_spell_a_preset_out_and_their_rates_fall_to_0_at_the_end():
    """Else a run that was trained before a preset changed would be taken for one after it."""
    trainings = [t for experiment in find().values() for t in experiment.trainings]
    assert any(t.model == "gan" for t in trainings)
    assert [t.label for t in trainings if "--preset" in t.options] == []
    for one in trainings:
        settings = check_settings(parsed(MODELS[one.model].Settings, *one.options))
        images = settings.images or 60_000 - settings.validation
        steps = settings.epochs * -(-images // settings.batch_size)
        assert settings.decay in (0, steps) and settings.data == "mnist", one.label


def begun(*words):
    job = begin("test", gan.train.Settings, "unused", [str(word) for word in words])
    job.run.lock.close()
    return job


def test_a_run_keeps_its_preset_and_what_was_typed_and_the_data_auto_found(tmp_path, monkeypatch):
    monkeypatch.setattr(training.images, "load", lambda _: load("digits"))  # as without MNIST
    job = begun("--preset", "best", *TINY, "--data", "auto", "--out", tmp_path)
    typed = {"data": "digits", "images": 60, "epochs": 1}
    expected = gan.train.Settings(**(PRESETS["best"] | typed))
    assert job.settings == read_settings(tmp_path, gan.train.Settings) == expected
    assert begun("--resume", tmp_path).settings == expected
    assert begun("--resume", tmp_path, "--epochs", "2").settings == replace(expected, epochs=2)
    with pytest.raises(SettingsError, match=r"^--preset is for a new run; a resumed one keeps its"):
        begun("--resume", tmp_path, "--preset", "best")


def test_a_run_knows_the_size_of_its_images_and_is_resumed_on_the_same_alone(tmp_path, monkeypatch):
    data, words = few_digits(), ["--data", "own", "--out", str(tmp_path / "run")]
    own = data._replace(choice="own", train_images=data.train_images[:, 2:, 5:], digest="abc")
    monkeypatch.setattr(training.images, "load", lambda choice: own)
    begin("test", vae.train.Settings, "unused", words).run.lock.close()
    found = read_settings(tmp_path / "run", vae.train.Settings)
    assert (found.height, found.width, found.digest) == (26, 23, "abc")
    assert found.validation == 18  # a tenth of them, not 5,000
    other = own._replace(digest="abd"), own._replace(train_images=data.train_images[:, :, 5:])
    for changed in other:
        monkeypatch.setattr(training.images, "load", lambda choice, changed=changed: changed)
        with pytest.raises(SettingsError, match=r"run was trained on other images than own holds"):
            begin("test", vae.train.Settings, "unused", ["--resume", str(tmp_path / "run")])
    moved = own._replace(choice="moved")
    monkeypatch.setattr(training.images, "load", lambda choice: moved)
    words = ["--resume", str(tmp_path / "run"), "--data", "moved"]
    job = begin("test", vae.train.Settings, "unused", words)
    assert job.settings == replace(found, data="moved")
    job.run.lock.close()


def test_a_folder_of_other_files_does_not_become_a_run(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"mine")
    with pytest.raises(RunError, match=r"holds photo.png; expected a new or an empty folder"):
        create_run(tmp_path, "unused", SETTINGS["rbm"])
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


SMALL = "--data digits --images 120 --validation 60 --batch-size 32 --optimiser rmsprop".split()
DENSE = [*SMALL, "--hidden", "16", "--learning-rate", "0.03", "--epochs", "30"]
CONV = [*SMALL, "--network", "conv", "--images", "60", "--batch-size", "6", "--epochs", "30"]
CONV += ["--learning-rate", "0.004"]
IMAGE = np.zeros((1, 784), np.float32)
EARLY = ["--patience", "2", "--select", "best"]


@cache
def few_digits():
    """Only those that are used: else each training loads all 60,000."""
    whole, rows = load("digits"), [*range(120), *range(-60, 0)]
    return whole._replace(train_images=whole.train_images[rows])


def table(costs):
    return [{"epoch": i + 1, "seconds": float(i), WATCHED: cost} for i, cost in enumerate(costs)]


def trained(folder, *options, goes="--out"):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.images, "load", lambda choice: few_digits())
        train_command(["train", *options, goes, str(folder)], vae.train, "never-used")
    return read(folder, vae.train)


@pytest.mark.parametrize(
    "costs, best, stops",  # stops: the least patience that is not used up yet
    [
        ([5.0], 1, 1),
        ([5.0, 6.0], 1, 2),
        ([5.0, 6.0, 7.0, 8.0], 1, 4),
        ([5.0, 4.0], 2, 1),
        ([5.0, 4.0, 4.0], 2, 2),  # a tie is no new lowest cost
        ([5.0, 5.0, 5.0], 1, 3),
        ([5.0, 7.0, 6.0], 1, 3),  # lower than the epoch before is not enough
        ([5.0, 4.0, 6.0, 3.0, 6.0], 4, 2),
        ([-5.0, -6.0, -5.5], 2, 2),
    ],
)
def test_the_rule_on_costs_that_are_known(costs, best, stops):
    rows = table(costs)
    assert best_epoch(rows) == best
    for patience in range(1, 6):
        assert out_of_patience(rows, patience) == (patience < stops)
    assert not out_of_patience(rows, 0) and not out_of_patience([], 1)


def test_models_and_older_runs_without_the_settings_never_stop_and_show_the_last_epoch(tmp_path):
    (tmp_path / "settings.json").write_text('{"hidden": "16", "epochs": 3, "validation": 0}')
    older = read_settings(tmp_path, Settings)
    for settings in (gan.train.Settings(), rbm.train.Settings(), Settings(), older):
        assert early_stopping(settings) == (0, "last")
    assert early_stopping(Settings(patience=3, select="best")) == (3, "best")


@pytest.mark.parametrize("network", [DENSE, CONV], ids=["dense", "conv"])
def test_a_training_that_gets_worse_stops_and_shows_its_best_epoch(network, tmp_path, capsys):
    shown = trained(tmp_path / "a", *network, *EARLY, "--snapshots", "1")
    costs = shown.series("validation_cost")
    assert len(costs) < 30 and shown.epoch == len(costs) - 2 == 1 + int(np.argmin(costs))
    assert same_bits(shown.params, load_params(tmp_path / "a", shown.epoch, shown.params))
    assert not same_bits(shown.params, load_params(tmp_path / "a", len(costs), shown.params))
    assert capsys.readouterr().out == (
        f"{tmp_path / 'a'}: {len(costs)} epochs on drawn digits; lowest validation cost"
        f" {min(costs):.2f} nats/image after epoch {shown.epoch}; stopped early by --patience 2,"
        " more --epochs would not go on\n"
    )


def test_neither_option_changes_a_bit_of_what_is_trained(tmp_path, capsys):
    """A training left alone, cut after the epochs that an early one made, is that one."""
    early = trained(tmp_path / "early", *DENSE, *EARLY)
    made = len(early.rows)
    capsys.readouterr()
    plain = trained(tmp_path / "plain", *DENSE, "--epochs", str(made))
    assert capsys.readouterr().out == f"{tmp_path / 'plain'}: {made} epochs on drawn digits\n"
    a, b = arrays(tmp_path / "early"), arrays(tmp_path / "plain")
    assert {key for key in a if key not in b} == set(named(plain.params, "best"))
    assert b == {key: a[key] for key in b}
    state, _ = load_checkpoint(tmp_path / "plain", vae.train.start(plain.settings, IMAGE))
    assert plain.epoch == made and same_bits(plain.params, state.params)
    with pytest.raises(RunError, match=r"checkpoint\.npz has no parameters of a best epoch"):
        load_best(tmp_path / "plain", plain.params)
    stopped = trained(tmp_path / "stopped", *DENSE, "--patience", "2")
    assert arrays(tmp_path / "stopped") == b  # patience alone shows the last epoch
    assert stopped.epoch == made and same_bits(stopped.params, plain.params)


def test_a_stopped_run_that_is_resumed_trains_no_further(tmp_path, capsys, monkeypatch):
    trained(tmp_path / "a", *DENSE, *EARLY)
    before, line = arrays(tmp_path / "a"), capsys.readouterr().out
    monkeypatch.setattr(vae.train, "step", None)  # a step would be an error
    for options in ([], ["--epochs", "50"]):
        trained(tmp_path / "a", *options, goes="--resume")
        assert capsys.readouterr().out == line and "stopped early by --patience 2" in line
        assert arrays(tmp_path / "a") == before and finished(tmp_path / "a")


class KilledError(Exception):
    """Ends a training where a kill might: nobody catches it, nothing more is written."""


# What ends a training in its nth epoch, and the function in which it does: in a call for each epoch
# and perhaps others that come before. What is kept then are so many epochs, counted from the nth.
ENDS = {
    "before a checkpoint": (KilledError, loop, "save_checkpoint", 1, 0, -1),
    "before its copy of the metrics": (KilledError, checkpoint, "save_metrics", 1, 0, 0),
    "in the third of four steps": (KeyboardInterrupt, vae.train, "step", 4, -1, -1),
    "while an epoch is measured": (KeyboardInterrupt, vae.train, "measure", 1, 0, -1),
    "while it is compared": (KeyboardInterrupt, loop, "best_epoch", 1, 0, -1),
    "at a snapshot": (KeyboardInterrupt, loop, "save_snapshot", 1, 1, -1),
    "after its checkpoint": (KeyboardInterrupt, loop, "out_of_patience", 1, 1, 0),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody disturbed, its parameters after each epoch, and its folder."""
    folder = tmp_path_factory.mktemp("early") / "whole"
    with np.errstate(all="ignore"):
        shown = trained(folder, *DENSE, *EARLY, "--snapshots", "1")
    epochs = range(len(shown.rows) + 1)
    kept = [load_params(folder, epoch, shown.params) for epoch in epochs]
    assert 2 < shown.epoch and shown.epoch + 2 == len(shown.rows) < 30
    costs = shown.series("validation_cost")[: shown.epoch]
    assert costs != sorted(costs, reverse=True)  # also worse epochs before the best one
    return SimpleNamespace(shown=shown, kept=kept, folder=folder)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("from_best", [None, -1, 0, 1, 2])
def test_a_run_that_is_ended_shows_the_best_of_its_epochs_and_comes_to_the_same(
    end, from_best, whole, tmp_path, monkeypatch
):
    error, module, name, calls, others, more = ENDS[end]
    nth, folder = 1 if from_best is None else whole.shown.epoch + from_best, tmp_path / "a"
    with monkeypatch.context() as patch, pytest.raises(error):
        effects = [DEFAULT] * (calls * nth + others - 1) + [error]
        patch.setattr(module, name, Mock(wraps=getattr(module, name), side_effect=effects))
        trained(folder, *DENSE, *EARLY)
    if nth + more:
        shown = read(folder, vae.train)
        assert len(shown.rows) == nth + more and same_bits(shown.params, whole.kept[shown.epoch])
    assert finished(folder) == (nth == len(whole.shown.rows) and end == "after its checkpoint")
    again = trained(folder, goes="--resume")
    assert arrays(folder) == arrays(whole.folder) and finished(folder)
    assert again.epoch == whole.shown.epoch and same_bits(again.params, whole.shown.params)


def test_a_run_is_finished_once_its_patience_is_used_up_and_not_before(tmp_path, monkeypatch):
    monkeypatch.setattr("training.parallel.RUNS", tmp_path)
    planned = Training("early", "vae", ())
    folder = planned.folder
    folder.mkdir()

    def writes(costs, **settings):
        (folder / "settings.json").write_text(json.dumps({"epochs": 6} | settings))
        save_checkpoint(folder, vae.train.start(Settings(hidden="1"), IMAGE), table(costs))
        return finished(folder)

    assert writes([5.0, 4.0, 6.0], patience=1)
    assert not writes([5.0, 4.0, 6.0], patience=2)
    assert writes([5.0, 4.0, 4.0, 4.0], patience=2)
    assert not writes([5.0, 4.0, 6.0], patience=0)
    assert not writes([5.0, 4.0, 6.0])  # of a model without patience
    assert writes([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], patience=2)
    assert not writes([], patience=1) and planned.under_way() == "early 0/6"
    assert not writes([5.0, 6.0], patience="1") and planned.under_way() == "early 2/6"
    assert writes([5.0, 4.0, 6.0], patience=1)
    (folder / "checkpoint.npz").unlink()
    assert not finished(folder)
    for damaged in ("", "epoch\n1\n2\n", 2 * f"{200_000 * 'x'}\n"):
        writes([5.0, 4.0, 6.0], patience=1)
        (folder / "metrics.csv").write_text(damaged)
        assert not finished(folder)
