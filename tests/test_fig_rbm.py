"""RBMs: experiments score as they should, and figures show what their words name."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import figures.gibbs_chains
import figures.inpainting
import figures.rbm
import rbm.train
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import families, gibbs_chains, inpainting
from experiments import inpainting_baselines as baselines
from experiments import inpainting_methods as methods
from experiments.gibbs_chains import after_steps, forgetting
from experiments.inpainting_methods import MASKS, machine_after
from figures.images import MISSING, as_trained, one_of_each
from figures.inpainting import DOCUMENTS, FRACTIONS, damage, means, restorations, states
from grading.oracles import enumeration
from rbm.exact import conditional
from rbm.model import Params
from rbm.train import Settings
from tests import screen
from tests.screen import close, curves, tiles
from tests.small_runs import digits, same_bits, spy_on
from training import loop
from training.checkpoint import save_params
from training.images import Split
from training.run import RunError, save_settings
from training.streams import stream
from training.trained import Trained

RNG = np.random.default_rng(0)
DATA = digits(70, 70)
# Binary images: what is shown of them is then black or white.
SETTINGS = Settings(data="digits", validation=0, hidden=2, epochs=5, snapshots=1)
TEN = as_trained(one_of_each(DATA), SETTINGS)
HALF = np.arange(784) < 392
pixels = cache(screen.pixels)


def dictated(picture, hidden=2):
    """A machine that draws `picture` at every sweep, whatever it sees."""
    b = np.where(picture, 50, -50).astype(np.float32)
    return Params(np.zeros((784, hidden), np.float32), b, np.zeros(hidden, np.float32))


def stripe(number):
    """Images of its own for every number: ink in the rows from that one on."""
    return (np.arange(784) // 28 >= number)[None] * 1.0


def planted(folder, machines, **settings):
    """A run whose snapshots are given."""
    folder.mkdir()
    save_settings(folder, replace(SETTINGS, **settings))
    for epoch, params in machines.items():
        save_params(folder, epoch, params)
    return Trained(None, replace(SETTINGS, **settings), [], folder)


@pytest.fixture
def striped(tmp_path):
    return planted(tmp_path / "run", {n: dictated(stripe(n)[0]) for n in range(6)})


@pytest.fixture
def swept(monkeypatch):
    """What chains were asked for: the first random number, the start, the sweeps."""
    calls = []

    def recorded(rng, v, W, b, c, steps):
        calls.append((rng.random(), v, steps))
        return np.broadcast_to(b > 0, v.shape).astype(v.dtype)

    monkeypatch.setattr(figures.gibbs_chains, "gibbs", recorded)
    return calls


def start_of_all(swept, sweeps):
    """All chains had the same draws and the same start, and made so many sweeps."""
    assert len({(first, v.tobytes(), steps) for first, v, steps in swept}) == 1
    assert swept[0][2] == sweeps
    return swept[0][1]


def places(figure, words):
    """Where a text stands: right or middle, from the left; and its middle, from above."""
    texts = [text for text in figure.texts if text.get_text() == words]
    found = [(*text.get_position(), figure.bbox.height) for text in texts]
    return [(round(x), round(height - y)) for x, y, height in found]


def rows(figure, words, count):
    """The tiles beside each place of the words."""
    return [
        tiles(pixels(figure), x + 12, y - 28, 2, (1, count))[0] for x, y in places(figure, words)
    ]


def under(figure, words):
    """The 64 tiles of the mosaic under the words."""
    ((x, y),) = places(figure, words)
    return tiles(pixels(figure), x - 231, y + 16, 2, (8, 8)).reshape(64, 28, 28)


def test_mosaics_are_of_the_machines_that_they_name(striped, swept, monkeypatch):
    def after_steps(folder, steps):
        return SimpleNamespace(step=steps, params=dictated(stripe(steps // 500)[0]))

    monkeypatch.setattr(figures.gibbs_chains, "after_steps", after_steps)
    figure = figures.gibbs_chains.during_training([striped], DATA)
    for i, words in enumerate(("0", "500", "1,000", "1,500", "2,000", "2,500")):
        assert close(under(figure, f"after {words} batches"), stripe(i))
    start = start_of_all(swept, 5000)
    assert start.shape == (64, 784) and abs(start.std() - 1) < 0.02
    swept.clear()
    figure = figures.gibbs_chains.before_some_epochs([striped], DATA)
    for epoch in (1, 2, 3, 6):
        assert close(under(figure, f"before epoch {epoch}"), stripe(epoch - 1))
    images = as_trained(DATA.train_images[:64], SETTINGS)
    np.testing.assert_array_equal(start_of_all(swept, 200), images)
    assert "200 sweeps" in figure.get_suptitle() and "2 hidden units" in figure.get_suptitle()


def test_each_row_is_drawn_by_the_machine_before_its_epoch(striped, swept):
    figure = figures.gibbs_chains.before_each_epoch([striped], DATA)
    for epoch in range(1, 6):  # three in the left half, two in the right one
        (row,), ((right, _),) = rows(figure, str(epoch), 15), places(figure, str(epoch))
        assert close(np.delete(row, 7, axis=0), stripe(epoch - 1)) and (row[7] == 1).all()
        assert right < 900 if epoch <= 3 else right > 900
    images, start = as_trained(DATA.train_images[:7], SETTINGS), start_of_all(swept, 200)
    for row, (right, _) in zip(rows(figure, "start", 15), places(figure, "start"), strict=True):
        assert close(row[:7], images) and close(row[8:], start[7:])
        for words, block in (("training images", 0), ("coin flips", 8)):
            middles = [x for x, _ in places(figure, f"started from {words}")]
            assert right + 12 + 58 * block + 203 in middles
    assert set(start[7:].ravel()) == {0, 1} and not places(figure, "6")


def test_a_long_chain_shows_the_state_after_the_sweeps_of_its_label(striped, monkeypatch):
    starts = []

    def count(rng, v, W, b, c, steps):
        assert not starts or close(1 - v.reshape(-1, 28, 28), stripe(len(starts)))
        starts.append(v)
        assert steps == 500 and b[28 * 3] > 0 > b[28 * 3 - 1], "not the machine after 3 epochs"
        return np.broadcast_to(stripe(len(starts)), v.shape).astype(v.dtype)

    monkeypatch.setattr(figures.gibbs_chains, "gibbs", count)
    figure, v = figures.gibbs_chains.long_chains([striped], DATA), DATA.test_images[:20]
    for i in range(1, 11):
        assert close(rows(figure, f"{500 * i:,}", 20)[0], stripe(i))
    assert close(rows(figure, "original", 20)[0], as_trained(v, SETTINGS))
    ((right, middle),) = places(figure, "start")
    colours = pixels(figure)[middle - 28 : middle + 28 : 2, right + 12 : right + 68 : 2]
    blue = np.isclose(colours, MISSING, atol=1 / 255).all(axis=-1).ravel()
    expected = np.where(blue, 0, as_trained(v, SETTINGS)[0])
    np.testing.assert_array_equal(starts[0][0], expected)
    assert blue.sum() == round(0.8 * 784) and "after 3 epochs" in figure.get_suptitle()


@pytest.mark.parametrize("of", ["all", "ink"])
def test_masks_are_nested_and_only_ink_is_given_where_ink_is_removed(of):
    grey = as_trained(one_of_each(DATA), replace(SETTINGS, pixels="none"))
    damaged, known = damage(grey, of)
    np.testing.assert_array_equal(damaged, np.where(known, np.tile(grey, (3, 1)), 0))
    assert of == "all" or (damaged[known] > 0).all()
    there = 784 if of == "all" else (grey != 0).sum(axis=1)
    masks = np.split(known, 3)
    for fraction, mask in zip(FRACTIONS, masks, strict=True):
        assert np.abs(mask.sum(axis=1) - (1 - fraction) * there).max() < 1
    assert all((more | ~fewer).all() for more, fewer in pairwise(masks))


@pytest.mark.parametrize("of, sweeps", [("all", 5000), ("ink", 200)])
def test_chains_begin_at_the_damaged_image_and_differ_in_what_is_given(of, sweeps, monkeypatch):
    calls = []

    def recorded(rng, v, W, b, c, burn_in, average, known):
        calls.append((rng.random(), v.tobytes(), burn_in + average))
        biases.append(np.broadcast_to(b, v.shape))
        return np.full_like(v, 0.1 * len(calls))

    monkeypatch.setattr(figures.inpainting, "chain_mean", recorded)
    biases, params = [], Params(*(RNG.normal(size=s).astype("f4") for s in ((784, 2), 784, 2)))
    damaged, known = damage(TEN, of)
    machine = methods.Machine(params, SETTINGS, 3)
    found = restorations(machine, damaged, known, of)
    W, b, c = (a.astype(np.float64) for a in params)
    expected = {"exact": conditional(damaged * 1.0, known, W, b, c)}
    expected["clamped"] = np.where(known, damaged, 0.1)
    if of == "ink":
        expected["with rate"] = np.where(known, damaged, 0.2)
        rates = np.repeat(FRACTIONS, 10)[:, None]
        np.testing.assert_allclose(biases.pop(1), b + np.log(rates), rtol=0, atol=1e-6)
    expected["unclamped"] = np.full_like(damaged, 0.1 * len(calls))
    assert list(found) == list(expected) and all((one == params.b).all() for one in biases)
    for name, probs in found.items():
        np.testing.assert_allclose(probs, expected[name], rtol=0, atol=1e-6)
    assert len(set(calls)) == 1 and calls[0][1:] == (damaged.tobytes(), sweeps)
    many = machine._replace(settings=replace(SETTINGS, hidden=21))  # too many for a sum
    assert list(restorations(many, damaged, known, of)) == list(expected)[1:]


@pytest.mark.parametrize("of", ["all", "ink"])
def test_tiles_stand_by_machine_and_fraction(of, tmp_path, swept, monkeypatch):
    """Two machines draw half of a tile each, after the document's epochs and no others."""
    document = DOCUMENTS[of]
    right = {21: HALF, 22: ~HALF}
    runs = [
        planted(
            tmp_path / str(hidden),
            {n: dictated(half ^ (n != document.epochs), hidden) for n in (1, 3, 30, 31)},
            hidden=hidden,
        )
        for hidden, half in right.items()
    ]
    figure = states(runs, DATA, of)
    damaged, _ = damage(as_trained(DATA.test_images[:64], SETTINGS), of)
    np.testing.assert_array_equal(start_of_all(swept, document.sweeps), damaged)
    for j, fraction in enumerate(FRACTIONS):
        words = f"{fraction:.0%} of {document.missing} missing"
        for hidden, half in right.items():
            assert close(under(figure, f"{hidden} hidden units, {words}"), half[None] * 1.0)
        if of == "ink":
            assert close(under(figure, f"start, {words}"), np.split(damaged, 3)[j])
    monkeypatch.setattr(figures.inpainting, "LAST", 1)
    quick = DOCUMENTS | {of: document._replace(sweeps=3)}
    monkeypatch.setattr(figures.inpainting, "DOCUMENTS", quick)
    figure, (damaged, known) = means(runs, DATA, of), damage(TEN, of)
    for i, (hidden, half) in enumerate(right.items()):
        for name in ("clamped", "unclamped", *["with rate"] * (of == "ink")):
            filled = np.broadcast_to(half, known.shape) * 1.0
            filled = filled if name == "unclamped" else np.where(known, damaged, half)
            assert close(in_table(figure, name, i), filled)
            ((_, middle),), (_, row) = places(figure, f"{hidden} units"), places(figure, name)[i]
            assert abs(row - middle) < 90
    assert close(in_table(figure, "original"), np.tile(TEN, (3, 1)))
    if of == "ink":
        assert close(in_table(figure, "damaged"), damaged)
    assert f"after {document.epochs} epochs" in figure.get_suptitle()


def in_table(figure, name, i=0):
    """The 30 tiles in the i-th row of that name: ten of each fraction."""
    _, y = places(figure, name)[i]
    blocks = [tiles(pixels(figure), 140 + 590 * j, y - 28, 2, (1, 10))[0] for j in range(3)]
    return np.concatenate(blocks)


def trained(params, pixels="none", rows=()):
    return Trained(params, replace(SETTINGS, hidden=len(params.c), pixels=pixels), list(rows))


@pytest.mark.parametrize("kind", ["threshold", "none"])
def test_restored_digits_keep_what_was_given(kind):
    grey = Params(*(np.zeros(s, np.float32) for s in ((784, 2), 784, 2)))  # P(v = 1) = 1/2
    machines = [trained(grey, kind), trained(dictated(HALF), kind)]
    figure = figures.rbm.restored(machines, DATA)
    v = as_trained(one_of_each(DATA), machines[0].settings)
    _, known = damage(v, "all")
    for i, fill in enumerate((0.5, HALF)):
        assert close(in_table(figure, "original", i), np.tile(v, (3, 1)))
        assert close(in_table(figure, "restored", i), np.where(known, np.tile(v, (3, 1)), fill))
        _, y = places(figure, "damaged")[i]
        line = pixels(figure)[y, 140:196:2]  # of the first digit, half way down
        blue = np.isclose(line, MISSING, atol=1 / 255).all(axis=1)
        np.testing.assert_array_equal(blue, ~known[0].reshape(28, 28)[14])


def test_filters_are_columns_of_W_the_strongest_first():
    W = np.full((784, 20), 0.001, np.float32)
    W[:28, 7] = 3.0  # positive in the top row of pixels
    W[0::28, 4] = -2.0  # negative in the left column
    W[756:, 7] -= 1.5
    few, many = (trained(Params(np.tile(W, n), W[:, 0], np.tile(W[0], n))) for n in (1, 6))
    figure = figures.rbm.filters([few, few, many], DATA)
    shown = pixels(figure)
    strongest, second, third = (shown[85:197:4, x : x + 112 : 4] for x in (15, 131, 247))
    assert np.allclose(strongest[0], to_rgb("#67001f"), atol=0.01)  # the end of the scale
    assert np.allclose(strongest[-1], to_rgb("#6bacd1"), atol=0.01)  # half way to the other
    assert (second[:, 0, 2] > second[:, 0, 0]).all()  # blue
    assert min(strongest[1:-1].min(), second[:, 1:].min(), third.min()) > 0.95  # white is zero
    assert all(axes.get_xlim()[0] == -axes.get_xlim()[1] < 0 for axes in figure.axes)
    words = [text.get_text() for text in figure.texts]
    assert words[1:] == ["20 hidden units, all"] * 2 + ["120 hidden units, the 100 strongest"]


def test_pseudo_likelihood_shows_the_metrics():
    names = {"training": "train_pseudo", "validation": "validation_pseudo"}
    metrics = [
        {"epoch": e, **{f"{name} [nats/image]": -len(name) / e for name in names.values()}}
        for e in (1.0, 2.0)
    ]
    machines = [trained(dictated(HALF, n), rows=metrics) for n in (2, 3, 4)]
    (axes,) = figures.rbm.pseudo_likelihood(machines, DATA).axes
    for part, column in names.items():
        expected = [1, 2], machines[0].series(column)
        assert curves(axes)[f"2 hidden units, {part}"] == expected
    assert [line.get_linestyle() for line in axes.lines] == 3 * ["-", "--"]


def test_samples_of_each_machine_are_those_that_are_scored(monkeypatch):
    monkeypatch.setattr(families, "SWEEPS", 3)
    sizes = (784, 2), 784, 2
    machines = [trained(Params(*(RNG.normal(size=s).astype("f4") for s in sizes))) for _ in "ab"]
    screen = pixels(figures.rbm.samples(machines, DATA))
    for i, machine in enumerate(machines):
        x = families.of_rbm(stream(0, "figure samples"), DATA, machine, 30)
        assert close(tiles(screen, 18 + 546 * i, 90, 3, (5, 6)).reshape(30, 28, 28), x)


MANY = DataSet("drawn digits", "digits", *draw_digits(RNG, 800), *draw_digits(RNG, 40))
V = (to_unit(MANY.test_images) >= 0.5).astype(np.float32)
THREE = replace(SETTINGS, hidden=3)
NAMES = {"grey CD-30": "cd30-grey", "binary CD-30": "cd30-binary", "binary PCD-5": "pcd5"}


def mixing_machine():
    """Its three hidden units stand for groups of digits, and chains soon come to all states."""
    x, labels = to_unit(MANY.train_images) >= 0.5, MANY.train_labels
    there = [np.isin(labels, group) for group in ((0, 6, 8), (1, 4, 7), (2, 3, 5))]
    W = 1.2 * np.stack([x[in_it].mean(axis=0) - x[~in_it].mean(axis=0) for in_it in there], axis=1)
    mean = np.clip(x.mean(axis=0), 0.02, 0.98)
    b = np.log(mean / (1 - mean)) - W.sum(axis=1) / 2
    return Params(*(a.astype(np.float32) for a in (W, b, -mean @ W)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run that kept the parameters of epoch 3, and test images that are few."""
    monkeypatch.setattr(methods, "test_images", lambda count=40: V[:count])
    monkeypatch.setattr(methods, "EXACT", 10)
    save_settings(tmp_path, THREE)
    save_params(tmp_path, 3, mixing_machine())
    save_params(tmp_path, 4, Params(*(0 * a for a in mixing_machine())))
    return tmp_path


def in_float64(b_change=0.0):
    W, b, c = (a.astype(np.float64) for a in mixing_machine())
    return W, b + b_change, c


def cost(probs, known, rows=slice(None)):
    """Nats a missing pixel, and the fraction right, one image after another."""
    v, p, missing = V[rows], np.clip(probs, 0.001, 0.999)[rows], ~known[rows]
    costs = [-np.log(np.where(x == 1, q, 1 - q))[m] for x, q, m in zip(v, p, missing, strict=True)]
    right = ((p > 0.5) == v)[missing].mean()
    return np.concatenate(costs).mean(), right


def test_the_machine_after_some_epochs_is_the_last_snapshot_until_then(folder):
    for wanted, found in ((3, 3), (4, 4), (30, 4)):
        machine = machine_after(folder, wanted)
        assert (machine.epochs, machine.settings) == (found, THREE)
        assert machine.params.b.any() == (found == 3)
    with pytest.raises(RunError, match=r"params-0002.npz is no snapshot"):
        machine_after(folder, 2)
    for path in folder.glob("params-*"):
        path.unlink()
    with pytest.raises(RunError, match=r"keeps no parameters; .*--snapshots 1"):
        machine_after(folder, 3)


@pytest.mark.parametrize("of", ["all", "ink"])
def test_chains_cost_what_they_estimate(folder, of):
    known = methods.given(V, of, 0.5)
    damaged, clamped = V * known, conditional(V * known, known, *in_float64())
    free = conditional(damaged, np.zeros_like(known), *in_float64())
    probs = {"clamped": clamped, "clamped, from a random start": clamped, "unclamped": free}
    if of == "ink":
        rated = conditional(damaged, known, *in_float64(np.log(0.5)))
        probs["clamped, known erasure rate"] = rated
    expected = {method: cost(p, known) for method, p in probs.items()}
    rows = methods.by_machine(folder, 3, of, 0.5)
    assert [(row["of"], row["missing"], row["method"]) for row in rows] == [
        (of, 0.5, method) for method in expected
    ]
    for row in rows:
        exactly, right = expected[row["method"]]
        assert abs(row["cost"] - exactly) < 0.002 and abs(row["fraction right"] - right) < 0.005
        few = cost(probs[row["method"]], known, slice(10))[0]
        assert abs(row["first images"]["cost"] - few) < 0.005
    other = "unclamped" if of == "all" else "clamped, known erasure rate"
    assert abs(expected[other][0] - expected["clamped"][0]) > 0.008


def test_exact_sums_and_likelihoods_are_those_of_all_hidden_states(folder, monkeypatch):
    W, b, c = in_float64()
    rows = methods.by_exact_sum(folder, 3)
    for row, mask in zip(rows, MASKS, strict=True):
        known = methods.given(V, *mask)
        expected, right = cost(conditional(V * known, known, W, b, c), known, slice(10))
        assert (row["of"], row["missing"], row["fraction right"]) == (*mask, pytest.approx(right))
        assert row["cost"] == pytest.approx(expected, rel=1e-9)
    hidden = enumeration.states(3)
    log_Z = np.logaddexp.reduce(hidden @ c + np.logaddexp(0, hidden @ W.T + b).sum(axis=1))
    log_p = V @ b + np.logaddexp.reduce((V @ W + c) @ hidden.T, axis=1) - log_Z
    (row,) = methods.likelihoods(folder, 3)
    assert row["log Z"] == pytest.approx(log_Z) and row["log p"] == pytest.approx(log_p.mean())
    assert row["log p error"] == pytest.approx(log_p.std() / 40**0.5)
    assert row["log p"] < row["pseudo"] < 0
    monkeypatch.setattr(methods, "FEW_UNITS", 2)
    assert "log Z" not in methods.likelihoods(folder, 3)[0]


def test_the_nearest_image_differs_in_the_fewest_given_pixels():
    train, known = V[:30], RNG.random(V.shape) < 0.3
    found = baselines.nearest_image(train, V[30:], known[30:])
    for v, k, nearest in zip(V[30:], known[30:], found, strict=True):
        assert ((nearest != v) & k).sum() == ((train != v) & k).sum(axis=1).min()
    full = np.ones_like(V[:1])  # has all the ink that is given, and much more
    damaged = V[:5] * (RNG.random(V[:5].shape) < 0.5)
    found = baselines.nearest_image(np.concatenate([full, V]), damaged, damaged == 1, ink=True)
    np.testing.assert_array_equal(found, V[:5])


def test_the_weight_of_the_nearest_image_is_the_one_that_costs_least():
    nearest, mean, known = np.roll(V, 1, axis=0), np.full(784, 0.2, np.float32), V > 1

    def found(weight):
        return baselines.score(baselines.mixed(nearest, mean, weight), V, known)["cost"]

    best = baselines.best_weight(nearest, mean, V, known)
    assert 0.1 < best < 0.98 and found(best) <= min(found(best - 0.02), found(best + 0.02))
    np.testing.assert_allclose(baselines.mixed(nearest, mean, 1), baselines.kept_inside(nearest))


def test_baselines_are_fitted_on_training_images_and_scored_on_missing_pixels(folder, monkeypatch):
    monkeypatch.setattr(methods, "load", lambda name: MANY)
    monkeypatch.setattr(methods, "split", lambda x, held_out: (x[:300], x[300:400]))
    train = (to_unit(MANY.train_images[:300]) >= 0.5).astype(np.float32)
    for mask in (("all", 0.5), ("ink", 0.5)):
        first, nearest, neighbours = methods.by_baselines(*mask)
        missing = ~methods.given(train, *mask, "training mask")
        mean = np.clip((train * missing).sum(axis=0) / missing.sum(axis=0), 0.001, 0.999)
        expected, right = cost(np.broadcast_to(mean, V.shape), methods.given(V, *mask))
        assert first["cost"] == pytest.approx(expected, rel=1e-5)
        assert first["fraction right"] == pytest.approx(right)
        assert nearest["cost"] < 0.9 * first["cost"] and neighbours["cost"] < 0.7 * first["cost"]


def test_rows_carry_the_names_of_their_machines(monkeypatch):
    one_each = lambda parts: [[{"part": part}] for part in parts]  # noqa: E731
    monkeypatch.setattr(inpainting, "compute", one_each)
    numbers = inpainting.measure()
    assert [len(numbers[name]) for name in ("restored", "exact", "likelihoods")] == [78, 4, 12]
    for name, rows in numbers.items():
        for row in (row for row in rows if "machine" in row):
            function, (folder, epochs, *_), (snapshot,) = row["part"]
            assert function.__name__ in (f"by_{name}_sum", name, "by_machine")
            kind = NAMES[row["machine"].split(",")[0]]
            assert folder.name.startswith(f"{kind}-{row['hidden']}-")
            assert epochs == (3 if "3 epochs" in row["machine"] else 30)
            assert snapshot == folder / f"params-{epochs:04}.npz"
    order = [(row["machine"], row["hidden"]) for row in numbers["restored"][6:]]
    assert order == [machine for machine in inpainting.MACHINES for _ in MASKS]
    for kind, (training, _) in inpainting.KINDS.items():
        count = "60,000" if "--validation 0" in " ".join(training(20).options) else "55,000"
        assert f"{count} images" in kind


def test_any_step_of_a_run_is_made_again_to_the_bit(tmp_path, monkeypatch):
    settings = replace(THREE, momentum=0.0, batch_size=16, gibbs_steps=2)
    images = to_unit(MANY.train_images[:40])  # three steps an epoch, the last one short
    split = Split("drawn digits", images, images[:0])
    monkeypatch.setattr(gibbs_chains, "training_images", lambda *asked: split)
    save_settings(tmp_path, settings)
    reached = [rbm.train.start(settings, images)]
    reached += loop.states(rbm.train, reached[0], images, settings)
    for epoch in (0, 1, 3):
        save_params(tmp_path, epoch, reached[3 * epoch].params)
    for steps in (0, 1, 3, 8, 9, 14, 15, 99):
        state = after_steps(tmp_path, steps)
        assert state.step == min(steps, 15) and same_bits(state.params, reached[state.step].params)
    save_settings(tmp_path, replace(settings, momentum=0.5))
    with pytest.raises(RunError, match=r"has momentum or persistent chains; expected"):
        after_steps(tmp_path, 1)


def test_forgetting_is_the_distance_from_the_own_image_and_from_others(monkeypatch):
    calls = spy_on(monkeypatch, gibbs_chains, "gibbs")["gibbs"]
    picture = np.arange(784) < 100
    x = V[:6] * np.float32(0.75)  # grey
    found = forgetting(x, dictated(picture), (0, 1, 3))
    assert found["sweeps"] == [0, 1, 3] and [words[-1] for words, _ in calls] == [0, 1, 2]
    away = (picture != V[:6]).mean()
    for name in ("own image", "other images"):  # from others: each other image five times
        assert found[name][1:] == [pytest.approx(away)] * 2
    ink = V[:6].mean()
    assert 0.75 * ink < found["own image"][0] < 0.85 * ink < ink < found["other images"][0]
