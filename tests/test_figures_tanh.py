"""S7: its costs are measured on the right pixels, and its figures show what they say they show."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import figures.ellipses as ellipses
import figures.tanh as tanh
import training.images
import training.parallel
import vae.train
from autograd_lite.ops import sigmoid
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import tanh_vae as assignment
from experiments.tanh_vae import WEIGHTS, source_costs
from figures.style import TEN, Floats, new_figure, paper
from figures.tanh_costs import costs
from training.command import begin
from training.follow import follow, train
from training.images import training_images
from training.parallel import Training
from training.run import RunError, finished
from training.streams import stream
from training.trained import Trained, read
from vae.elbo import kl_diag_gaussian
from vae.mlp import Params as Network
from vae.mlp import decode, encode
from vae.objective import Costs
from vae.train import Settings, evaluate
from vae.weights import NAMES, load_weights

SIZES = "--data digits --validation 150 --hidden 16 --codes 2 --activation tanh --keep 0.95"
TINY = f"{SIZES} --batch-size 50 --epochs 2"


def tiny(label: str, options: str) -> Training:
    return Training(label, "vae", (*TINY.split(), *options.split()))


RUNS = {
    "once": tuple(tiny("once", f"--images 200 --pixels once --seed {seed}") for seed in (0, 1)),
    "long": (tiny("long", "--pixels stochastic"),),
}
rng = np.random.default_rng(0)
DATA = DataSet("drawn digits", *draw_digits(rng, 450), *draw_digits(rng, 200))


def make_here(runs: Sequence[Training]) -> None:
    """Makes runs as training.parallel.train_all does, but in this process, which is faster."""
    for one in runs:
        if not finished(one.folder):
            words = [*one.options, "--out", str(one.folder)]
            job = begin("test", Settings, "never-used", words)
            state = vae.train.start(job.settings, job.images.train)
            states = train(vae.train.step, state, job.images.train, job.settings)
            follow(job.run, state, [], states, job.images, job.settings, vae.train.measure)
            job.run.lock.close()


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the tiny runs."""
    folder = tmp_path_factory.mktemp("tanh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", folder / "runs")
        patch.setattr(training.images, "load", lambda choice: DATA)
        make_here([run for runs in RUNS.values() for run in runs])
        yield folder


@pytest.fixture(params=["once", "long"])
def network(request: pytest.FixtureRequest) -> Trained:
    return read(RUNS[request.param][0].folder, vae.train)


def pixels(figure: Figure) -> Floats:
    """What is on the screen, (height, width, 3), in [0, 1]."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def tiles(screen: Floats, left: int, top: int, scale: int, shape: Any, gap: int = 1) -> Floats:
    """The tiles of a mosaic that was pasted, at their own size: (rows, columns, 28, 28)"""
    found = np.empty((*shape, 28, 28))
    for i, j in np.ndindex(*shape):
        y, x = top + (28 + gap) * scale * i, left + (28 + gap) * scale * j
        cut = screen[y : y + 28 * scale, x : x + 28 * scale].reshape(28, scale, 28, scale, 3)
        assert (cut == cut[:, :1, :, :1, :1]).all(), "the tile is elsewhere, blurred or coloured"
        found[i, j] = cut[:, 0, :, 0, 0]
    return found


def close(found: Floats, x: Floats) -> bool:
    """Whether tiles (n, 28, 28) of the screen show images (n, D), up to the screen's levels."""
    return bool(np.abs(found - paper(x)[..., 0]).max() <= 0.51 / 255)


def means(network: Trained, z: Floats) -> Floats:
    return sigmoid(decode(z.astype(np.float32), network.params, "tanh")[0])


# What is measured


def test_pixels_drawn_once_are_those_of_the_training() -> None:
    drawn = []
    for seed in (0, 1):
        settings = Settings(images=200, validation=150, pixels="once", seed=seed)
        parts = assignment.images(DATA, settings)
        seen = training_images("digits", 200, 150, once=seed)
        assert np.array_equal(parts["training"], seen.train)
        assert np.array_equal(parts["validation"], seen.validation)
        assert all(set(np.unique(x)) == {0, 1} for x in parts.values())
        drawn.append(parts)
    assert np.array_equal(drawn[0]["test"], drawn[1]["test"])  # the same for all seeds
    assert not np.array_equal(drawn[0]["training"], drawn[1]["training"])
    grey = to_unit(DATA.test_images)
    z = (drawn[0]["test"].sum() - grey.sum()) / np.sqrt((grey * (1 - grey)).sum())
    assert abs(z) < 5.5


def test_pixels_drawn_afresh_are_left_grey() -> None:
    parts = assignment.images(DATA, Settings(validation=150, pixels="stochastic"))
    assert np.array_equal(parts["training"], to_unit(DATA.train_images[:300]))
    assert np.array_equal(parts["validation"], to_unit(DATA.train_images[300:]))
    assert np.array_equal(parts["test"], to_unit(DATA.test_images))


@pytest.mark.parametrize("run", [*RUNS["once"], *RUNS["long"]], ids=str)
def test_training_and_validation_cost_what_they_did_at_the_end_of_training(run: Training) -> None:
    found, row = assignment.measured(run, DATA), read(run.folder, vae.train).rows[-1]
    assert list(found) == ["training", "validation", "test", "training, damaged"]
    for part, name in (("training", "train"), ("validation", "validation")):
        assert found[part].nll == row[f"{name}_nll [nats/image]"]
        assert found[part].kl == row[f"{name}_kl [nats/image]"]
    params, settings, parts = assignment.trained(run, DATA)
    assert found["test"] == evaluate(params, parts["test"], settings)
    assert found["training, damaged"] == assignment.damaged(params, parts["training"], settings)


def test_damaged_is_what_the_encoder_sees_and_not_what_shall_come_back(network: Trained) -> None:
    params, settings = network.params, network.settings
    x = (to_unit(DATA.test_images) >= 0.5).astype(np.float32)
    whole, black = (
        assignment.damaged(params, x, Settings(**vars(settings) | {"keep": keep, "noise": 0.0}))
        for keep in (1.0, 0.0)
    )
    plain = evaluate(params, x, Settings(**vars(settings) | {"noise": 0.0}))
    assert np.allclose(whole, plain, rtol=1e-6)
    mu, logvar, _ = encode(np.zeros_like(x), params, "tanh")
    assert np.isclose(black.kl, kl_diag_gaussian(mu, logvar).mean(), rtol=1e-5)
    p = means(network, mu[:1]).astype(np.float64)
    assert np.isclose(black.nll, -np.log(np.where(x == 1, p, 1 - p)).sum(axis=1).mean(), rtol=1e-5)
    some = assignment.damaged(params, x, settings)
    assert some.kl not in (whole.kl, black.kl)


def test_rows_have_the_mean_and_the_spread_over_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    costs = [{"test": Costs(np.array(nll), np.array(kl))} for nll, kl in ((170.0, 4.0), (173, 5))]
    (row,) = assignment.rows("short", costs)
    assert row["cost"] == 176 and row["nll"] == 171.5 and row["kl"] == 4.5
    assert row["each seed"] == [174, 178] and np.isclose(row["spread"], np.sqrt(8))
    assert (row["network"], row["images"]) == ("short", "test")
    assert assignment.rows("long", costs[:1])[0]["spread"] is None
    assert "176.00 = 171.50 + 4.50" in capsys.readouterr().out


def test_weights_are_kept_under_the_ten_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = RUNS["long"]
    found = assignment.weights_kept(run, DATA, tmp_path / "new" / "w.npz")
    with np.load(tmp_path / "new" / "w.npz") as file:
        assert sorted(file.files) == sorted(NAMES)
        assert file["W1"].shape == (784, 16) and file["W4"].shape == (16, 784)
    row = read(run.folder, vae.train).rows[-1]
    assert found["validation cost"] == found["of the file"] == row["validation_cost [nats/image]"]

    def spoilt(path: Path, like: Network) -> Network:
        return load_weights(path, like)._replace(b3=like.b3 + 1)

    monkeypatch.setattr(assignment, "load_weights", spoilt)
    with pytest.raises(RunError, match=r"w\.npz costs \d+\.\d+ nats an image; expected \d+\.\d+"):
        assignment.weights_kept(run, DATA, tmp_path / "w.npz")


def test_the_command_writes_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, Any] = {}
    monkeypatch.setattr(assignment, "NETWORKS", RUNS)
    monkeypatch.setattr(assignment, "long", lambda: RUNS["long"][0])
    monkeypatch.setattr(assignment, "train_all", make_here)
    monkeypatch.setattr(assignment, "load", lambda choice: DATA)
    monkeypatch.setattr(assignment, "WEIGHTS", tmp_path / "weights.npz")
    monkeypatch.setattr(assignment, "write", lambda name, **rest: written.update({name: rest}))
    assignment.main([])
    record = written["assignment"]
    table = record["numbers"]["networks"]
    assert [row["network"] for row in table] == ["once"] * 4 + ["long"] * 4
    assert [len(row["each seed"]) for row in table] == [2] * 4 + [1] * 4
    assert table[2]["cost"] == np.mean(
        [sum(assignment.measured(run, DATA)["test"]) for run in RUNS["once"]]
    )
    last = record["numbers"]["source"]["short, training, damaged"]
    assert last["cost"] == pytest.approx(182.6468)
    assert "once for each network" in record["protocol"] and (tmp_path / "weights.npz").exists()


def test_the_real_networks_are_those_of_the_assignment() -> None:
    assert [len(runs) for runs in assignment.NETWORKS.values()] == [3, 3, 1]
    assert WEIGHTS.name == "s7-long.npz"
    printed = source_costs()
    for epoch, nll in printed["nll"].items():  # the printed parts add up to the printed cost
        assert abs(nll + printed["kl"][epoch] - printed["cost"][epoch]) < 0.005
    assert len(printed["cost"]) == 20 and round(printed["cost"][20], 1) == 182.6


# What is drawn


def test_every_item_is_drawn_from_a_tiny_run() -> None:
    assert len(tanh.ITEMS) == 10 and len({item.name for item in tanh.ITEMS}) == 10
    for item in tanh.ITEMS:
        assert item.system == "S7" and item.there and item.caption and len(item.runs) == 1
        network = RUNS["long" if "long" in item.name else "once"][0]
        figure = item.draw([network.folder], DATA)
        assert figure.get_suptitle().endswith("drawn digits")
        count = "200 images" if "short" in item.name else "300 images"
        assert f"tanh VAE, 2 epochs of {count}" in figure.get_suptitle()
        screen = pixels(figure)
        assert 1200 <= screen.shape[1] <= 1900 and 480 <= screen.shape[0] <= 1300
        edges = [screen[:2].reshape(-1, 3), screen[-2:].reshape(-1, 3)]
        edges += [screen[:, :2].reshape(-1, 3), screen[:, -2:].reshape(-1, 3)]
        assert (np.concatenate(edges) == 1).all(), f"{item.name} is cut off"


def test_images_are_shown_with_their_own_digits(network: Trained) -> None:
    once = network.settings.pixels == "once"
    parts = ellipses.looked_at(network, DATA, 120)
    assert [part.name for part in parts] == ["training", "validation", "test"]
    rows = (DATA.train_images[:120], DATA.train_images[300:420], DATA.test_images[:120])
    labels = (DATA.train_labels[:120], DATA.train_labels[300:420], DATA.test_labels[:120])
    for part, images, digits in zip(parts, rows, labels, strict=True):
        assert np.array_equal(part.digits, digits)
        assert set(np.unique(part.x)) == {0, 1}
        grey = to_unit(images)
        assert not part.x[grey == 0].any() and part.x[grey == 1].all()
        assert not np.array_equal(part.x, grey >= 0.5)  # drawn, and not cut off
        if once:
            assert np.array_equal(
                part.x, assignment.images(DATA, network.settings)[part.name][:120]
            )
    # No more than there are, and with as many labels.
    assert [len(x) for _, x, _ in ellipses.looked_at(network, DATA, 1000)] == [
        200 if once else 300, 150, 200,
    ]  # fmt: skip
    assert [len(d) for _, _, d in ellipses.looked_at(network, DATA, 1000)] == [
        200 if once else 300, 150, 200,
    ]  # fmt: skip


def test_an_ellipse_has_its_deviations_as_half_axes() -> None:
    figure = new_figure(600, 600, "")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-4, 4), ylim=(-4, 4))
    axes.set_axis_off()
    mu, sigma = np.array([[2.2, -1.0]]), np.array([[0.5, 1.5]])
    ellipses.draw_ellipses(axes, mu, sigma, np.array(["#ff0000"]))
    axes.set(xlim=(-4, 4), ylim=(-4, 4))
    screen = pixels(figure)
    rows, columns = np.nonzero(screen[..., 0] - screen[..., 1] > 0.2)  # reddish
    ends = np.array([[columns.min(), rows.max() + 1], [columns.max() + 1, rows.min()]])
    found = np.stack([ends[:, 0] / 600 * 8 - 4, 4 - ends[:, 1] / 600 * 8], axis=1)
    assert np.allclose(found, [mu[0] - sigma[0], mu[0] + sigma[0]], atol=0.03)


def test_ellipses_stand_where_the_encoder_puts_the_images(
    network: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_axes, draw = [], ellipses.draw_ellipses

    def watched(axes: Axes, mu: Floats, sigma: Floats, colours: Any) -> None:
        half_axes.append(sigma)
        draw(axes, mu, sigma, colours)

    monkeypatch.setattr(ellipses, "draw_ellipses", watched)
    figure = ellipses.latent_plane(network, DATA)
    count = min(ellipses.SHOWN, network.settings.images or 300)
    titles = [f"{n} {word} images" for n, word in ((count, "training"), (150, "validation"))]
    assert [axes.get_title() for axes in figure.axes] == [*titles, "200 test images"]
    pixels(figure)  # which settles the axes
    parts = ellipses.looked_at(network, DATA, ellipses.SHOWN)
    for axes, part, half in zip(figure.axes, parts, half_axes, strict=True):
        (drawn,) = axes.collections
        mu, logvar, _ = encode(part.x, network.params, "tanh")
        assert np.allclose(drawn.get_offsets(), mu)
        colours = [to_rgb(TEN[digit]) for digit in part.digits]
        assert np.allclose(np.array(drawn.get_edgecolor())[:, :3], colours)
        assert np.allclose(np.array(drawn.get_facecolor())[:, :3], colours)
        low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
        sigma = np.sqrt(np.exp(logvar))
        assert np.allclose(half, sigma)
        assert (mu - sigma >= low).all() and (mu + sigma <= high).all()  # none is cut off
        shown = {text.get_text(): text.get_position() for text in axes.texts}
        assert sorted(shown) == [str(digit) for digit in np.unique(part.digits)]
        assert np.allclose(shown["3"], np.median(mu[part.digits == 3], axis=0))
        assert axes.get_aspect() == 1
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == [*"0123456789"]
    assert [patch.get_facecolor()[:3] for patch in legend.get_patches()] == [*map(to_rgb, TEN)]


def test_each_image_stands_above_what_comes_back(network: Trained) -> None:
    screen = pixels(tanh.reconstructions(network, DATA))
    for i, part in enumerate(ellipses.looked_at(network, DATA, 20)):
        found = tiles(screen, 144, 94 + 225 * i, 3, (2, 20))
        assert close(found[0], part.x)
        assert close(found[1], means(network, encode(part.x, network.params, "tanh")[0]))


def test_samples_are_black_and_white_and_have_the_means_beside_them(network: Trained) -> None:
    # A decoder to which codes matter more than after two epochs.
    network = network._replace(params=network.params._replace(W2=8 * network.params.W2))
    screen = pixels(tanh.prior(network, DATA))
    left, right = (tiles(screen, x, 115, 5, (4, 5)).reshape(20, 28, 28) for x in (50, 870))
    z = stream(0, "figure prior").standard_normal((20, 2), dtype=np.float32)
    p = means(network, z).astype(np.float64)
    assert close(left, p)
    assert set(np.unique(right)) == {0, 1}
    ink = 1 - right.reshape(20, 784)
    score = (ink - p).sum(axis=0) / np.sqrt((p * (1 - p)).sum(axis=0))
    assert np.abs(score).max() < 12 and abs((ink - p).sum() / np.sqrt((p * (1 - p)).sum())) < 5.5
    # The same codes in the same places: the log-likelihood is about what these means expect.
    expected = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1)
    spread = np.sqrt((p * (1 - p) * np.log(p / (1 - p)) ** 2).sum(axis=1))
    found = (ink * np.log(p) + (1 - ink) * np.log(1 - p)).sum(axis=1)
    assert np.abs((found - expected) / spread).max() < 5.5


def test_the_grid_spans_the_codes_of_training_images(network: Trained) -> None:
    figure = tanh.grid(network, DATA)
    screen = pixels(figure)
    mu, _, _ = encode(ellipses.looked_at(network, DATA, 5000)[0].x, network.params, "tanh")
    low, high = mu.min(axis=0), mu.max(axis=0)
    found = tiles(screen, 100, 50, 2, (20, 20), gap=0)
    (axes,) = figure.axes
    for row, column in ((0, 0), (0, 19), (19, 0), (19, 19), (7, 12)):
        z = low + (high - low) * np.array([column, 19 - row]) / 19
        assert close(found[row : row + 1, column], means(network, z[None]))
        x, y = axes.transData.transform(z)  # the axes say so too
        assert abs(x - (100 + 56 * (column + 0.5))) < 1
        assert abs(1250 - y - (50 + 56 * (row + 0.5))) < 1


def test_costs_are_those_of_the_run_and_of_the_source(network: Trained) -> None:
    figure = costs(network, DATA)
    there = {"cost": 9213.69, "nll": 8997.16, "kl": 216.54}  # in the tenth epoch
    for axes, (part, last) in zip(figure.axes, there.items(), strict=True):
        lines: list[Any] = list(axes.get_lines())
        train, validation, *source = lines
        assert list(train.get_ydata()) == network.series(f"train_{part}")
        assert list(validation.get_ydata()) == network.series(f"validation_{part}")
        assert validation.get_linestyle() == "--" and "validation" in str(validation.get_label())
        assert len(source) == (network.settings.pixels == "once")  # the long one has none
        for line in source:
            points = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
            assert 1 not in points and points[10] == last / 50
        assert axes.get_ylabel() == "nats an image" and axes.get_xscale() == "linear"


def test_hundreds_of_epochs_are_drawn_on_a_logarithmic_axis(network: Trained) -> None:
    rows = [network.rows[0] | {"epoch": float(epoch)} for epoch in range(1, 501)]
    figure = costs(network._replace(rows=rows), DATA)
    pixels(figure)  # which settles the axes
    (axes, *_) = figure.axes
    assert axes.get_xscale() == "log"
    labels = [text.get_text() for text in axes.get_xticklabels()]
    assert {"1", "10", "100", "500"} <= set(labels)
