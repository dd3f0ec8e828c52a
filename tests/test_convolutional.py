"""S5: what is measured of the convolutional VAE, its tables and its figure; on tiny runs."""

import json
import shutil

import numpy as np
import pytest
from matplotlib.colors import to_rgba

import experiments.record
import training.images
import vae.train
from data.digits import draw_digits
from data.sets import DataSet
from experiments import conv_vae as convolutional
from experiments import rows_s5
from experiments.measures import over_seeds
from experiments.runs import whole
from figures import convolved
from figures.style import LINES
from training.checkpoint import load_checkpoint, save_checkpoint
from training.command import begin
from training.follow import follow, train
from training.parallel import Training
from training.run import RunError

TINY = "--data digits --network conv --optimiser rmsprop --likelihood squared --snapshots 1"
TINY += " --batch-size 20 --epochs 3 --learning-rate 0.003"
SEVERAL = (0, 1, 2)
SOURCE = json.loads((experiments.record.HERE / "source_numbers.json").read_text())["S5"]


def some_digits():
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 100), *draw_digits(rng, 90))


def trained(folder, options):
    argv = [*TINY.split(), *options.split(), "--out", str(folder)]
    run, settings, images = begin("tiny", vae.train.Settings, "unused", argv)
    state = vae.train.start(settings, images.train)
    states = train(vae.train.step, state, images.train, settings)
    follow(run, state, [], states, images, settings, vae.train.measure)
    run.lock.close()
    return folder


@pytest.fixture(scope="module")
def data():
    return some_digits()


@pytest.fixture(scope="module")
def runs(tmp_path_factory, data):
    """By name: three on all 100 images, and one with the last 40 of them for validation."""
    there = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.images, "load", lambda choice: data)
        made = {s: trained(there / str(s), f"--validation 0 --seed {s}") for s in SEVERAL}
        made["whole"] = trained(there / "whole", "--validation 40 --seed 0")
    return made


def use_for_tests(monkeypatch, data, images):
    """Makes `images` the test images."""
    there = data._replace(test_images=images)
    monkeypatch.setattr(convolutional, "load", lambda choice: there)


def change_validation(folder, change):
    """Changes the validation costs of a run by hand: one number an epoch. -> those there were"""
    name = "validation_cost [nats/image]"
    like = vae.train.start(
        vae.train.Settings(network="conv", optimiser="rmsprop"), np.zeros((1, 784), np.float32)
    )
    state, rows = load_checkpoint(folder, like)
    before = [row[name] for row in rows]
    changed = [row | {name: value} for row, value in zip(rows, change, strict=True)]
    save_checkpoint(folder, state, changed)
    return before


def test_the_curve_of_the_training_images_as_test_images_is_the_trainings(runs, data, monkeypatch):
    more = np.concatenate([data.train_images, data.test_images])  # of which the first 100 count
    use_for_tests(monkeypatch, data, more)
    monkeypatch.setattr(convolutional, "FIRST", 100)
    found = convolutional.curve(runs[1])
    assert found["test"] == found["train"] and len(set(found["test"])) == 3


def test_the_best_epoch_is_that_of_the_lowest_test_cost(runs, data, monkeypatch, tmp_path):
    folder = shutil.copytree(runs[1], tmp_path / "copy")
    (folder / "params-0003.npz").rename(folder / "last.npz")
    (folder / "params-0002.npz").rename(folder / "params-0003.npz")
    (folder / "last.npz").rename(folder / "params-0002.npz")
    use_for_tests(monkeypatch, data, data.train_images)
    found = convolutional.curve(folder)
    first, second, third = found["train"]  # measured in training: falls
    assert found["test"] == [first, third, second]
    assert (found["best"], found["best epoch"], found["last"]) == (third, 2, second)


def test_the_epoch_is_chosen_on_validation_and_its_snapshot_is_tested(runs, data, monkeypatch):
    use_for_tests(monkeypatch, data, data.train_images[60:])  # the validation images
    monkeypatch.setattr(convolutional, "FIRST", 10)
    before = change_validation(runs["whole"], [3.0, 1.0, 2.0])
    try:
        found = convolutional.chosen(runs["whole"])
    finally:
        change_validation(runs["whole"], before)
    assert found["validation"] == [3.0, 1.0, 2.0] and found["best epoch"] == 2
    assert (found["best"]["validation"], found["last"]["validation"]) == (1.0, 2.0)
    assert (found["best"]["test"], found["last"]["test"]) == (before[1], before[2])
    use_for_tests(monkeypatch, data, data.train_images[60:70])
    again = convolutional.chosen(runs["whole"])["last"]
    assert again["test"] == again["first test images"] == found["last"]["first test images"]
    assert again["test"] != found["last"]["test"]


def test_the_whole_set_keeps_images_for_validation_and_has_the_settings_of_the_few():
    words = whole().options, convolutional.convolutional(0).options
    of_whole, of_few = (dict(zip(w[::2], w[1::2], strict=True)) for w in words)
    assert of_whole.pop("--validation") == "5000" and of_few.pop("--validation") == "0"
    assert of_few.pop("--images") == "10000"
    assert of_whole == of_few
    assert whole().folder != convolutional.convolutional(0).folder


@pytest.fixture
def written(runs, data, monkeypatch, tmp_path, capsys):
    """What the command writes and says about the tiny runs, which stand for the planned ones."""
    asked = []
    folders = {whole(): runs["whole"]}
    folders |= {convolutional.convolutional(seed): runs[seed] for seed in SEVERAL}
    monkeypatch.setattr(convolutional, "train_all", asked.extend)
    monkeypatch.setattr(Training, "folder", property(lambda planned: folders[planned]))
    monkeypatch.setattr(
        convolutional, "measure", lambda cells: [c.function(*c.task) for c in cells]
    )
    monkeypatch.setattr(experiments.record, "HERE", tmp_path / "results")
    (tmp_path / "results").mkdir()
    use_for_tests(monkeypatch, data, data.test_images)
    convolutional.main([])
    assert set(asked) == set(folders)
    record = json.loads((tmp_path / "results" / "convolutional.json").read_text())
    return record, capsys.readouterr().out


def test_the_command_writes_every_seed_their_mean_and_the_whole_set(written, runs):
    record, said = written
    numbers = record["numbers"]
    each = numbers["each seed"]
    assert each == [convolutional.curve(runs[seed]) for seed in SEVERAL]
    assert numbers["whole"] == convolutional.chosen(runs["whole"])
    test = np.array([row["test"] for row in each])
    assert numbers["few"]["test"]["mean"] == pytest.approx(test.mean(axis=0))
    assert numbers["few"]["best"]["mean"] == pytest.approx(test.min(axis=1).mean())
    assert numbers["few"]["best"]["spread"] == pytest.approx(test.min(axis=1).std(ddof=1))
    assert f"seed 2: last {test[2, -1]:.2f}" in said and "NOT at most 37.5" in said


def some_numbers():
    """As the command writes them, of 30 epochs; all costs differ."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in SEVERAL:
        test, train = rng.uniform(38, 42, (2, 30)).round(4).tolist()
        best = {"last": test[-1], "best": min(test), "best epoch": test.index(min(test)) + 1}
        rows.append({"test": test, "train": train, **best})
    validation, train = rng.uniform(36, 37, (2, 30)).tolist()
    validation[16] = 35.5
    ends = {
        name: {"validation": cost, "test": cost + 0.25, "first test images": cost + 0.5}
        for name, cost in (("best", 35.5), ("last", validation[-1]))
    }
    found = {"validation": validation, "train": train, "best epoch": 17, **ends}
    return {"few": over_seeds(rows), "each seed": rows, "whole": found}


def test_the_tables_have_ours_beside_the_sources():
    numbers = some_numbers()
    first, second = rows_s5.convolutional(numbers).split("\n\n")
    cells = {line.split(" | ")[0][2:]: line.strip("| ").split(" | ") for line in first.split("\n")}
    train, test = (np.array([row[p] for row in numbers["each seed"]]) for p in ("train", "test"))
    ours = [f"{c[:, 21].mean():.2f} &plusmn; {c[:, 21].std(ddof=1):.2f}" for c in (train, test)]
    assert cells["22"] == ["22", ours[0], "37.77", ours[1], "38.85"]
    assert (cells["4"][2], cells["30"][4]) == ("42.64", "40.31")
    cells = [line.strip("| ").split(" | ") for line in second.split("\n")[2:]]
    each, mean, source, of_1000, of_all = cells[:3], *cells[3:]
    for row, seed in zip(each, numbers["each seed"], strict=True):
        assert row[2:5] == [f"{seed['last']:.2f}", f"{seed['best']:.2f}", str(seed["best epoch"])]
    lasts = test[:, -1]
    assert mean[2] == f"{lasts.mean():.2f} &plusmn; {lasts.std(ddof=1):.2f}"
    assert source[1:] == ["first 1,000", "40.31", "38.85", "22", "these test images"]
    last = numbers["whole"]["last"]
    assert of_1000[2:5] == [f"{last['first test images']:.2f}", "36.00", "17"]
    assert of_all[1:5] == ["all 10,000", f"{last['test']:.2f}", "35.75", "17"]
    assert of_all[5] == "5,000 validation images"


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(experiments.record, "HERE", tmp_path)
    numbers = some_numbers()
    record = {"data": "drawn digits", "numbers": numbers}
    (tmp_path / "convolutional.json").write_text(json.dumps(record))
    return numbers, convolved.costs((), some_digits())


def lines(axes):
    return {line.get_label().partition(":")[0]: line for line in axes.get_lines()}


def test_the_figure_has_both_curves_and_marks_the_best_epochs(drawn):
    numbers, figure = drawn
    few, of_whole = map(lines, figure.axes)
    assert "drawn digits" in figure.get_suptitle()
    for part, images in (("train", "training images"), ("test", "test images")):
        for whose, costs in (("ours", numbers["few"][part]["mean"]), ("the source", SOURCE[part])):
            x, y = few[f"{whose}, {images}"].get_data()
            assert x[0] == convolved.DROPPED + 1 and x[-1] == 30
            np.testing.assert_array_equal(y, np.array(costs[convolved.DROPPED :], float))
    x, y = few["best of each seed (epoch)"].get_data()
    assert list(zip(x, y, strict=True)) == [
        (row["best epoch"], row["best"]) for row in numbers["each seed"]
    ]
    assert [v[0] for v in few["the source's best (epoch)"].get_data()] == [22, 38.8527]
    x, y = of_whole["ours, validation images"].get_data()
    np.testing.assert_array_equal(y, numbers["whole"]["validation"][convolved.DROPPED :])
    assert [v[0] for v in of_whole["lowest validation cost (epoch)"].get_data()] == [17, 35.5]
    x, y = of_whole["test images (epoch)"].get_data()
    assert list(x) == [17, 30] and list(y) == [35.75, numbers["whole"]["last"]["test"]]


def test_the_band_is_the_deviation_of_the_seeds_and_the_legend_has_the_numbers(drawn):
    numbers, figure = drawn
    bands = figure.axes[0].collections
    for band, part in zip(bands, ("train", "test"), strict=True):
        (path,) = band.get_paths()
        mean, spread = (np.array(numbers["few"][part][w])[9] for w in ("mean", "spread"))
        at_10 = path.vertices[path.vertices[:, 0] == 10, 1]
        assert sorted(at_10) == pytest.approx([mean - spread, mean + spread])
        assert to_rgba(band.get_facecolor()[0])[:3] == to_rgba(LINES[0])[:3]
    words = [text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()]
    assert "the source's best (epoch): 38.85 (22)" in words
    assert "lowest validation cost (epoch): 35.50 (17)" in words


def test_without_numbers_the_figure_says_what_makes_them(monkeypatch, tmp_path):
    monkeypatch.setattr(experiments.record, "HERE", tmp_path)
    with pytest.raises(RunError, match=r"python -m results\.convolutional makes it"):
        convolved.costs((), some_digits())
