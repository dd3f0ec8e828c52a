"""What each trick of the preset pays: one thing at a time put back, and both generators scored."""

import numpy as np
import pytest

import gan.train
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import classifier
from experiments import gan_ablation as tricks
from experiments.gan_ablation import BACK, CONSTANT, EPOCHS, LATER, planned, score
from experiments.runs import best
from gan.mlp import Layer
from gan.players import shown
from gan.train import Players, Settings
from training.settings import Parser, add_settings, check_settings, with_preset
from training.streams import stream
from training.trained import Trained

# What the names in the table say, setting by setting. The networks, noise, dropout, label, beta1,
# rate and batches are the source's: see the next test.
SAID = {
    "as it is": {},
    "as it is, seed 1": {"seed": 1},
    "as it is, seed 2": {"seed": 2},
    "networks of the source": {"generator": "32,64,128", "discriminator": "128,64,32"},
    "100 units of noise": {"noise": 100},
    "dropout in the generator": {"generator_dropout": 0.3},
    "dropout for the penalty": {"penalty": 0.0, "discriminator_dropout": 0.3},
    "neither": {"penalty": 0.0},
    "labels of 0.9": {"label": 0.9},
    "beta1 of 0.9": {"beta1": 0.9},
    "rate of 0.002 to the end": {"decay": 0},
    "batches of 64": {"batch_size": 64, "decay": EPOCHS * 938},
}
IMAGES = 60_000
RUNS = [*(planned(change) for change in BACK.values()), best(0), CONSTANT]


def settings_of(run):
    parser = Parser(allow_abbrev=False)
    add_settings(parser, Settings)
    return Settings(**with_preset(vars(parser.parse_args(run.options)), Settings))


def differences(one, other):
    return {name: value for name, value in vars(one).items() if value != vars(other)[name]}


@pytest.mark.parametrize("what", BACK)
def test_a_change_changes_what_its_name_says_and_nothing_else(what):
    as_it_is = settings_of(planned(BACK["as it is"]))
    changed = settings_of(planned(BACK[what]))
    check_settings(changed)
    assert differences(changed, as_it_is) == SAID[what]
    source = vars(Settings())
    for name, value in SAID[what].items():
        assert value == source[name] or name == "seed" or (name, value) == ("decay", EPOCHS * 938)


def test_as_it_is_is_the_preset_for_fewer_epochs():
    found = differences(settings_of(planned("")), settings_of(best(0)))
    assert found == {"epochs": EPOCHS, "decay": EPOCHS * 469, "snapshots": 0}
    assert EPOCHS < settings_of(best(0)).epochs


@pytest.mark.parametrize("what", BACK)
def test_the_rate_falls_to_0_at_the_end_and_not_before(what):
    settings = settings_of(planned(BACK[what]))
    gan.train.start(settings, np.zeros((IMAGES, 1), np.float32))  # refuses one that ends too early
    steps = settings.epochs * -(-IMAGES // settings.batch_size)
    assert settings.decay == (0 if what == "rate of 0.002 to the end" else steps)


def test_every_change_is_a_run_of_its_own():
    runs = [planned(change) for change in BACK.values()]
    assert {run.model for run in runs} == {"gan"}
    assert len({run.label for run in runs}) == len({run.folder for run in runs}) == len(SAID)


@pytest.fixture
def run(monkeypatch):
    """A run whose averaged generator makes darker images than its last one, and its data."""
    rng = np.random.default_rng(0)
    data = DataSet("MNIST", *draw_digits(rng, 60), *draw_digits(rng, 30))

    def generator(level):
        W = rng.normal(size=(3, 784)).astype(np.float32) / 5
        return (Layer(W, np.full(784, level, np.float32)),)

    params = Players(G=generator(1.0), D=generator(0.0), average=generator(-1.0))
    found = Trained(params, Settings(noise=3), [])
    asked = []
    monkeypatch.setattr(tricks, "load", lambda choice: data)
    monkeypatch.setattr(tricks, "classifier", lambda data: "judges")
    monkeypatch.setattr(tricks, "read", lambda folder, model: asked.append(folder) or found)
    return data, params, asked


def test_both_generators_are_scored_on_the_same_noise_beside_training_images(run, monkeypatch):
    data, params, asked = run
    monkeypatch.setattr(tricks, "COUNT", 20)
    monkeypatch.setattr(tricks, "judge", lambda x, judges: (x[:, :10], x))
    monkeypatch.setattr(tricks, "quality", lambda *arrays: arrays)
    found = score("labels of 0.9")
    assert asked == [planned("--label 0.9").folder]
    assert found["what"] == "labels of 0.9"
    z = 2 * stream(0, "scored images").random((20, 3), dtype=np.float32) - 1
    for name, G in (("averaged", params.average), ("last", params.G)):
        probs, features, real = found[name]
        np.testing.assert_array_equal(features, shown(z, G))
        np.testing.assert_array_equal(probs, features[:, :10])
        np.testing.assert_array_equal(real, to_unit(data.train_images))
    assert found["averaged"][1].mean() < 0.4 < 0.6 < found["last"][1].mean()


def test_later_rows_are_of_snapshots_and_differ_in_the_rate_alone(run, monkeypatch):
    found = differences(settings_of(CONSTANT), settings_of(best(0)))
    assert found == {"decay": 0, "epochs": 59}
    _, params, asked = run
    later = params._replace(average=params.G, G=params.average)
    loaded = []
    monkeypatch.setattr(tricks, "load_params", lambda *words: loaded.append(words) or later)
    monkeypatch.setattr(tricks, "COUNT", 20)
    monkeypatch.setattr(tricks, "judge", lambda x, judges: (x[:, :10], x))
    monkeypatch.setattr(tricks, "quality", lambda *arrays: arrays)
    for what, (planned_run, epoch) in LATER.items():
        row = score(what)
        assert row["averaged"][1].mean() > 0.6 > row["last"][1].mean()
        assert asked.pop() == planned_run.folder
        assert loaded.pop()[:2] == (planned_run.folder, epoch)
        snapshots = settings_of(planned_run).snapshots
        assert epoch % snapshots == 0 and epoch <= settings_of(planned_run).epochs
        assert str(epoch) in what


def test_every_run_is_trained_and_measured_once_and_written_in_order(monkeypatch, capsys):
    done, cells, written = [], [], {}

    def measured(found):
        cells.extend(found)
        quality = {"classifier score": 8.125}
        return [{"what": cell.task[0], "averaged": quality} for cell in found]

    def kept(data):
        assert len(done) == len(RUNS)  # before the processes that measure, which would each train
        assert not cells
        done.append("classifier")

    monkeypatch.setattr(tricks, "train_all", done.extend)
    monkeypatch.setattr(tricks, "load", lambda choice: None)
    monkeypatch.setattr(tricks, "classifier", kept)
    monkeypatch.setattr(tricks, "measure", measured)
    monkeypatch.setattr(tricks, "write", lambda name, **rest: written.update({name: rest}))
    tricks.main([])
    assert done == [*RUNS, "classifier"]
    rows = [*BACK, *LATER]
    assert [row["what"] for row in written["tricks"]["numbers"]] == rows
    folders = [planned(change).folder for change in BACK.values()]
    folders += [run.folder for run, _ in LATER.values()]
    for cell, what, folder in zip(cells, rows, folders, strict=True):
        assert cell.function is score and cell.task == (what,)
        assert cell.reads[0] == folder / "checkpoint.npz"
        assert classifier.place("MNIST") in cell.reads
    assert capsys.readouterr().out.splitlines()[0].split() == ["as", "it", "is", "8.12"]
