"""Figures of the VAE, on the quick page, of its experiments and of weights in a file; its table."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

import vae.__main__
import vae.train
from autograd_lite.tree import named
from data.pixels import to_unit
from data.sets import split
from experiments import dense_vae, record
from experiments.dense_vae import notebook
from experiments.dense_vae_curves import ALL
from figures import conv_vae, dense_vae_curves, latent_plane, likelihoods, sample_count, weights
from figures import dense_vae as of_dense
from figures import vae as quick
from figures.images import as_trained, one_of_each, paper
from figures.style import TEN, save
from tests.screen import assert_whole, band, close, curves, pixels, tiles
from tests.small_runs import parsed, same_bits
from tests.small_vaes import DATA, decoded, encoded, network, rows_of
from training.streams import stream
from vae import summary
from vae.settings import widths
from vae.weights import NAMES, save_weights

MODULES = (of_dense, dense_vae_curves, conv_vae, likelihoods, sample_count)


def words(figure):
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize(
    ("likelihood", "activation", "side", "scale"),
    [("bernoulli", "relu", 30, 1), ("squared", "tanh", 20, 2), ("gaussian", "relu", 30, 1)],
)
def test_the_first_code_grows_to_the_right_and_the_second_up(likelihood, activation, side, scale):
    run = network(likelihood=likelihood, activation=activation)
    figure = latent_plane.decoded_grid(run, DATA, reach=4.0, side=side)
    screen = pixels(figure)
    (axes,) = figure.axes
    found = tiles(screen, 80, 45, scale, (side, side), gap=0)
    values, last = np.linspace(-4, 4, side), side - 1
    for column, row in ((0, 0), (last, 0), (0, last), (last, last), (4, 17), (11, 8)):
        z = np.array([values[column], values[last - row]])
        expected = paper(decoded(run, z)[None], (28, 28))[0, ..., 0]
        assert np.abs(found[row, column] - expected).max() <= 0.5 / 15 + 0.0021  # sixteen greys
        middle = 28 * scale * np.array([column + 0.5, row + 0.5]) + (80, 45)
        x, y = axes.transData.transform(z)  # the axes name the middle of the tile
        assert np.allclose((x, len(screen) - y), middle)
    assert len(np.unique(found)) <= 16
    assert "z_1" in axes.get_xlabel() and "z_2" in axes.get_ylabel()


def test_means_are_coloured_by_digit_and_named_at_their_medians():
    run = network()
    figure = latent_plane.latent_means(run, DATA)
    (axes,) = figure.axes
    (dots,) = axes.collections
    mu, _ = encoded(run)
    shown = np.hstack([dots.get_offsets(), dots.get_facecolors()[:, :3]])
    expected = np.hstack([mu, [to_rgb(TEN[label]) for label in DATA.test_labels]])
    assert np.allclose(shown[np.lexsort(shown.T)], expected[np.lexsort(expected.T)])
    assert (np.diff(DATA.test_labels[np.lexsort(mu.T)]) != 0).any() and axes.get_aspect() == 1
    labels = {text.get_text(): text.get_position() for text in axes.texts}
    assert sorted(labels) == list("0123456789")
    assert np.allclose(labels["7"], np.median(mu[DATA.test_labels == 7], axis=0))


@pytest.mark.parametrize("count", [3, 26, 65, 0])
def test_classes_of_any_number_have_names_and_colours(count):
    labels = 2 * (np.arange(len(DATA.test_labels)) % count) + 1 if count else None  # 1, 3, ...
    names = ("", "an $x$", "", "B") if count == 3 else ()
    data = DATA._replace(test_labels=labels, classes=names)
    figure = latent_plane.latent_means(network(), data)
    (axes,), shown = figure.axes, count if count < 65 else 0
    assert len(axes.texts) == shown and bool(figure.legends) == (shown > 0)
    assert len(np.unique(axes.collections[0].get_facecolors(), axis=0)) == max(1, min(shown, 10))
    if shown:
        said = [text.get_text() for text in figure.legends[0].texts]
        expected = ["1, 21, 41", "3, 23, 43"] if count == 26 else [r"an \$x\$", "B"]
        assert said[:2] == expected and len(said) == min(count, 10)


def test_ten_colours_differ_for_the_colour_blind_too():
    """The numbers of figures/style.py; simulated after Machado, Oliveira and Fernandes (2009)."""
    rgb = np.array([to_rgb(colour) for colour in TEN])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    )
    protanopes = [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]
    deuteranopes = [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]
    for view, least in ((np.eye(3), 44.8), (protanopes, 30.5), (deuteranopes, 29.8)):
        x = np.clip(linear @ np.array(view).T, 0, 1) @ to_xyz.T / to_xyz.sum(axis=1)
        f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / 3 * (29 / 6) ** 2 + 4 / 29)
        L, a, b = 116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])
        lab = np.stack([L, a, b], axis=1)
        far = np.linalg.norm(lab[:, None] - lab, axis=-1)
        assert far[np.triu_indices(10, 1)].min() == pytest.approx(least, abs=0.2)
        assert L.max() < 90  # seen on white


def test_images_are_shown_as_the_network_was_fed_them():
    images = one_of_each(DATA)
    for pixels_, expected in (("none", grey := to_unit(images)), ("threshold", grey >= 0.5)):
        assert np.array_equal(as_trained(images, network(pixels=pixels_).settings), expected)


@pytest.mark.parametrize(("Z", "scale"), [(3, 3), (9, 2), (30, 2)])
def test_traversals_vary_one_code_the_most_used_on_top(Z, scale):
    run = network(Z)
    run.params.mu.W[:] *= np.linspace(0.5, 1.5, Z, dtype=np.float32)
    run.params.mu.W[:, 1] = 0  # a unit that says nothing
    spread = encoded(run)[0].astype(float).var(axis=0)
    figure = quick.traversals(run, DATA)
    screen, text = pixels(figure), words(figure)
    order = np.argsort(-spread)
    assert order[-1] == 1 and (order != np.arange(Z)).any()
    order = order[:24]  # no more are shown
    assert [word for word in text if word.startswith("$z")] == [f"$z_{{{j + 1}}}$" for j in order]
    found = tiles(screen, 250, 100, scale, (len(order), 13))
    for row, j in enumerate(order):
        name = text.index(f"$z_{{{j + 1}}}$")
        number, _, mark = text[name + 1].partition(" ")
        assert np.isclose(float(number), spread[j], atol=0.005)
        assert mark == ("" if spread[j] > 0.01 else "inactive")
        assert figure.texts[name].get_position()[1] == len(screen) - 100 - scale * (29 * row + 14)
        z = np.linspace(-3, 3, 13)[:, None] * np.eye(Z)[j]
        assert close(found[row], decoded(run, z))
    assert all(f"${value:g}$" in text for value in (-3.0, -0.5, 0.0, 3.0))


@pytest.mark.parametrize("sampled", [True, False])
def test_reconstructions_come_from_means_and_from_samples(sampled):
    runs = [network(Z, likelihood="squared", seed=Z) for Z in (2, 8)]
    images = one_of_each(DATA) if not sampled else DATA.test_images[:10]
    figure = quick.reconstructions(runs, DATA, images, sampled)
    groups, labels = [[to_unit(images)]], ["original"]
    for run in runs:
        mu, logvar = encoded(run, images)
        eps = stream(0, "figure codes").standard_normal((1, *mu.shape), dtype=np.float32)[0]
        both = decoded(run, mu), decoded(run, mu + np.exp(logvar / 2) * eps)
        assert np.abs(both[0] - both[1]).max() > 0.1  # so that the test can tell them apart
        groups.append(both[: 1 + sampled])
        labels += [f"{mu.shape[1]} codes, {word}" for word in ("mean", "sampled")[: 1 + sampled]]
    screen, top = pixels(figure), 52
    for group in groups:
        for row, expected in zip(tiles(screen, 235, top, 4, (len(group), 10)), group, strict=True):
            assert close(row, expected)
        top += 116 * len(group) + 14
    assert words(figure)[1:] == labels
    assert "squared error" in words(figure)[0] and "drawn digits" in words(figure)[0]


def test_the_figure_of_code_units_shows_means_over_seeds_and_their_range(monkeypatch):
    rows = [
        {"likelihood": kind, "codes": Z, "code units of each seed": [
            {"active": Z - seed, "variance of the mean": [(1 + seed) / (j + 1) for j in range(Z)],
             "KL [nats/image]": [k + seed + 0.5] * Z} for seed in (0, 1)]}
        for k, kind in enumerate(dense_vae.NAMES) for Z in dense_vae.CODES
    ]  # fmt: skip
    found = SimpleNamespace(numbers=rows, data="MNIST")
    monkeypatch.setattr(of_dense, "record", lambda name: found)
    figure = of_dense.code_units([], DATA)
    above, below = figure.axes[:2], figure.axes[2:]
    assert [axes.get_title() for axes in above] == list(dense_vae.NAMES.values())
    for k, (upper, lower) in enumerate(zip(above, below, strict=True)):
        assert lower.get_ylim()[0] == 0 < 2.5 < lower.get_ylim()[1]  # nothing is cut off
        for i, Z in enumerate(dense_vae.CODES):
            line, kl = upper.lines[i], lower.lines[i]
            assert np.allclose(line.get_ydata(), 1.5 / np.arange(1, Z + 1))
            assert list(kl.get_ydata()) == [k + 1.0] * Z
            assert line.get_label() == f"{Z} codes: {Z - 1} to {Z} active"
            assert kl.get_label() == f"{Z} codes: {(k + 1) * Z:.1f} in all"
            assert band(upper, i, 1) == [1, 2]
        assert upper.lines[3].get_ydata()[0] == 0.01


def test_test_and_training_costs_stand_beside_the_notebooks():
    figure, epochs = dense_vae_curves.costs((), DATA), [*range(2, 31)]
    for row, above, below in zip(
        record.read("dense_vae_curves").numbers, figure.axes[:3], figure.axes[3:], strict=True
    ):
        lines, title = curves(above), above.get_title()
        for k, (part, images) in enumerate((("test", "test"), ("train", "training"))):
            ours, theirs = np.array(row[part]["mean"]), np.array(notebook(row["codes"])[part])
            assert lines[f"ours, {images} images"] == (epochs, ours[1:].tolist())
            assert lines[f"notebook, {images} images"] == (epochs, theirs[1:].tolist())
            gap, spread = ours - theirs, np.array(row[part]["spread"])
            assert np.allclose(below.lines[k].get_ydata(), gap[1:])
            assert np.allclose(band(below, k, 9), [(gap - spread)[8], (gap + spread)[8]])
            assert f"{images} {max(gap[4:], key=abs):+.2f}" in below.texts[0].get_text()
            assert f"{images} images: {ours[-1]:.2f}, notebook {theirs[-1]:.2f}" in title
        assert f"{row['codes']} code units" in title
        assert lines["ours, all training images"] == ([30], [row[ALL]["mean"]])


def test_the_convolutional_networks_costs_are_those_of_the_record():
    numbers = record.read("conv_vae").numbers
    few, whole, there = numbers[conv_vae.FEW], numbers[conv_vae.WHOLE], conv_vae.notebook()
    axes, epochs = conv_vae.costs((), DATA).axes, [*range(3, 31)]
    left, right = map(curves, axes)
    for k, (part, images) in enumerate((("train", "training images"), ("test", "test images"))):
        mean, spread = (np.array(few[part][of]) for of in ("mean", "spread"))
        assert left[f"ours, {images}"] == (epochs, mean[2:].tolist())
        assert left[f"notebook, {images}"][0] == epochs
        np.testing.assert_array_equal(left[f"notebook, {images}"][1], there[part][2:])
        assert np.allclose(band(axes[0], k, 10), [(mean - spread)[9], (mean + spread)[9]])
    best = [(row["best epoch"], row["best"]) for row in numbers["each seed"]]
    assert [*zip(*left["best of each seed (epoch)"], strict=True)] == best
    assert left["notebook's best (epoch)"] == ([22], [38.8527])
    assert right["ours, validation images"] == (epochs, whole["validation"][2:])
    epoch, ends = whole["best epoch"], [whole[of]["test"] for of in ("best", "last")]
    lowest = right["lowest validation cost (epoch)"]
    assert lowest == ([epoch], [whole["best"]["validation"]])
    assert right["test images (epoch)"] == ([epoch, 30], ends)


def test_costs_of_quick_trainings_stand_on_one_axis():
    runs = [network(Z, rows=rows_of(Z)) for Z in (2, 8, 16)]
    figure = quick.costs(runs, DATA)
    assert [axes.get_title() for axes in figure.axes] == [f"{n} code units" for n in (2, 8, 16)]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1 and figure.axes[0].get_ylim()[0] == 0
    for axes, run in zip(figure.axes, runs, strict=True):
        for name, of in (("cost", "cost"), ("reconstruction", "nll"), ("KL", "kl")):
            for part, images in (("train", "training"), ("validation", "validation")):
                assert curves(axes)[f"{name}, {images}"][1] == run.series(f"{part}_{of}")


def test_the_autoencoder_stands_beside_the_vae():
    runs = network(seed=1), network(seed=2)
    figure = quick.without_noise(runs, DATA)
    assert [axes.get_title().split(":")[0] for axes in figure.axes] == ["VAE", "autoencoder"]
    z = stream(0, "figure prior").standard_normal((20, 2), dtype=np.float32)
    screen = pixels(figure)
    for axes, run, left in zip(figure.axes, runs, (90, 930), strict=True):
        mu, _ = encoded(run)
        dots = axes.collections[0].get_offsets()
        assert np.allclose(np.sort(dots, axis=0), np.sort(mu, axis=0))
        found = tiles(screen, left, 900, 2, (2, 10)).reshape(20, 28, 28)
        assert close(found, decoded(run, z))


def test_reconstructions_of_each_likelihood_are_of_its_own_network():
    kinds = likelihoods.LIKELIHOODS.values()
    runs = [network(8, likelihood=kind, seed=i, beta=b) for i, (kind, b) in enumerate(kinds)]
    figure = likelihoods.likelihoods(runs, DATA)
    found = tiles(pixels(figure), 260, 55, 5, (6, 10))
    images = one_of_each(DATA)
    assert close(found[0], to_unit(images))
    for row, run in zip(found[1:], runs, strict=True):
        assert close(row, decoded(run, encoded(run, images)[0]))
    names = [word.replace("\n", " ") for word in words(figure)[1:]]
    assert names == ["original", *likelihoods.LIKELIHOODS]
    x = to_unit(split(DATA.train_images, runs[3].settings.validation)[1])
    for run, factor, power in ((runs[3], 1, 0.5), (runs[4], math.sqrt(2), 1)):
        ((W, b),), (W_mu, b_mu), _, (below, last) = run.params
        mu = np.tanh(x @ W + b) @ W_mu + b_mu
        log_scale = (np.tanh(mu @ below.W + below.b) @ last.W + last.b)[:, -1]
        expected = factor * np.exp(power * log_scale)
        assert np.allclose(likelihoods.deviations(run, x), expected, rtol=1e-5)
    fixed = [line.get_xdata()[0] for line in figure.axes[0].lines]
    assert np.allclose(fixed, [0.5**0.5, 0.05**0.5])


def test_variances_and_prices_are_those_of_the_record():
    rows = record.read("sample_count").numbers
    runs = [network(8, rows=rows_of(5), samples=row["samples"]) for row in rows]
    left, middle, right = sample_count.samples(runs, DATA).axes
    (line,) = (one for one in left.get_lines() if one.get_linestyle() == "--")
    K, value = line.get_data()
    np.testing.assert_allclose(value * K, np.mean(rows[0][sample_count.NOISE]))
    for which, name in enumerate((sample_count.TOTAL, sample_count.NOISE)):
        points = left.containers[which].lines[0].get_ydata()
        np.testing.assert_allclose(points, [np.mean(row[name]) for row in rows])
    for a, b, row, run in zip(middle.get_lines(), right.get_lines(), rows, runs, strict=True):
        assert a.get_label() == b.get_label() == f"K = {row['samples']}"
        np.testing.assert_array_equal(a.get_ydata(), run.series("validation_cost"))
        np.testing.assert_array_equal(b.get_ydata(), a.get_ydata())
        np.testing.assert_allclose(b.get_xdata(), row[sample_count.TIME] * a.get_xdata())


@pytest.fixture(scope="module")
def runs():
    """For every training that a drawing asks for, one that came to random weights."""
    made = {}
    for module in MODULES:
        for one in (run for shown in module.DRAWINGS for run in shown.trainings):
            if one not in made:
                asked = vars(parsed(vae.train.Settings, *one.options))
                more = {name: asked[name] for name in ("likelihood", "beta", "network")}
                run = network(asked["codes"], activation="relu", **more)
                if asked["network"] == "conv":
                    state = vae.train.start(run.settings, np.zeros((1, 784), np.float32))
                    run = run._replace(params=state.params)
                made[one] = run._replace(rows=rows_of(2))
    return made


@pytest.mark.parametrize(
    ("module", "one"),
    [(module, one) for module in MODULES for one in module.DRAWINGS],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_figure_is_drawn_whole_from_its_own_trainings(module, one, runs, tmp_path):
    figure = one.draw([runs[run] for run in one.trainings], DATA)
    path = save(figure, tmp_path, one.name)
    assert_whole(imread(path)[..., :3], (900, 280), (1900, 1500))
    assert 10_000 < path.stat().st_size < 350_000
    title = figure.get_suptitle()
    assert "VAE" in title and ("drawn digits" in title or not one.trainings)
    if len(one.trainings) == 1:
        codes = parsed(vae.train.Settings, *one.trainings[0].options).codes
        assert f"VAE of {codes} code units" in title


@pytest.mark.parametrize(
    ("Z", "H", "kind", "sums"),
    [
        (2, 256, "bernoulli", ["201,988", "202,256", "404,244"]),
        (8, 256, "squared", ["205,072", "203,792", "408,864"]),
        (16, 256, "bernoulli", ["209,184", "205,840", "415,024"]),
        (2, 500, "bernoulli", ["394,504", "394,284", "788,788"]),
        (3, 7, "laplace", ["5,543", "6,308", "11,851"]),
        (50, "200,200", "bernoulli", ["217,300", "207,984", "425,284"]),
        (2, "none", "squared-linear", ["3,140", "2,352", "5,492"]),
    ],
)
def test_the_table_has_the_sums_of_the_documents(capsys, Z, H, kind, sums):
    summary.main(["--codes", str(Z), "--hidden", str(H), "--likelihood", kind])
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert f"network dense, height 28, width 28, codes {Z}, hidden {H}, likelihood {kind}" in head
    of_layers = [line.split()[-1] for line in lines if "in all" not in line]
    assert [line.split()[-1] for line in lines if "in all" in line] == sums
    assert lines[-1].split() == ["both", "in", "all", sums[-1]]
    assert len(of_layers) == 3 + 2 * len(widths("hidden", str(H), none=True))
    assert f"{sum(int(n.replace(',', '')) for n in of_layers):,}" == sums[-1]


@pytest.mark.parametrize(("Z", "names"), [(2, "theirs"), (3, "ours")])
def test_pictures_of_weights_in_a_file(tmp_path, monkeypatch, capsys, Z, names):
    run = network(Z, H=11, likelihood="gaussian")
    file = tmp_path / "some$^$weights.npz"  # no mathematics
    if names == "theirs":
        save_weights(file, run.params, NAMES)
    else:
        np.savez(file, **named(run.params), note="of another program")
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    weights.main([str(file), "--activation", "tanh", "--out", str(tmp_path / "a" / "out")])
    drawn = {Path(line).stem: Path(line) for line in capsys.readouterr().out.splitlines()}
    plane = {"manifold", "means"} if Z == 2 else set()
    assert set(drawn) == {"reconstructions", "traversals"} | plane
    found = tiles(imread(drawn["reconstructions"])[..., :3], 235, 52 + 130, 4, (1, 10))
    assert close(found[0], decoded(run, encoded(run, DATA.test_images[:10])[0]))
    same = weights.trained(file, DATA, "tanh", "none")
    assert same_bits(same.params, run.params) and same.settings.hidden == run.settings.hidden


@pytest.mark.parametrize(
    ("program", "change", "argv", "sentence"),
    [
        (vae.__main__, {}, "summary --codes 0", "--codes is 0; expected at least 1."),
        (vae.__main__, {}, "summary --epochs 3", "unrecognized arguments: --epochs 3"),
        (vae.__main__, {}, "summary --hidden 1000000000000", "Unable to allocate"),
        (vae.__main__, {}, "sumary", "takes train, likelihood or summary, and options"),
        (weights, {"decoder.1.W": None}, "w.npz", "w.npz has no matrix decoder.1.W"),
        (weights, {"mu.W": np.zeros(3)}, "w.npz", "w.npz has no matrix mu.W"),
        (weights, {"mu.W": np.zeros((5, 0))}, "w.npz", "w.npz has no matrix mu.W"),
        (weights, {"decoder.1.W": np.zeros((5, 790))}, "w.npz",
         "w.npz has decoder.1.W of shape (5, 790); expected (5, 784)."),
        (weights, {"encoder.0.W": np.zeros((9, 5)), "decoder.1.W": np.zeros((5, 9)),
                   "decoder.1.b": np.zeros(9)}, "w.npz",
         "is for images of 9 pixels; expected 784, as in drawn digits."),
        (weights, {}, "w.npz --out w.npz", "w.npz cannot be made (File exists)."),
        (weights, {}, "w.npz --activation swish", "invalid choice: 'swish'"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_sentence(
    program, change, argv, sentence, tmp_path, monkeypatch, refusal
):
    arrays = named(network().params) | change
    np.savez(tmp_path / "w.npz", **{k: v for k, v in arrays.items() if v is not None})
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    monkeypatch.chdir(tmp_path)
    assert sentence in refusal(program.main, *argv.split())
