"""The dense VAE of S2 and S4: its figures, its table of layers, and pictures of foreign weights."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.transforms import Bbox

import vae.__main__
import vae.train
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments.active import active_units, variances
from experiments.dense_vae import planned
from figures import codes, dense, dense_numbers, weights
from figures.network import drawing
from figures.style import TEN, Picture, paper, save
from training.checkpoint import save_checkpoint
from training.command import run_cli
from training.run import RunError, save_settings
from training.settings import SettingsError
from training.streams import stream
from training.trained import Trained
from vae import summary
from vae.elbo import kl_diag_gaussian
from vae.mlp import Params, encode, init
from vae.weights import save_weights

ROOT = Path(__file__).parent.parent
HALF = 0.0021  # of a grey level, and a little


def some_digits():
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 60), *draw_digits(rng, 120))


DATA = some_digits()


def network(Z=2, H=5, likelihood="bernoulli", activation="relu", seed=0):
    """Random weights, biases that are not zero."""
    rng = np.random.default_rng(seed)
    scales = 1 if likelihood in ("gaussian", "laplace") else 0
    params = init(rng, 784, H, Z, scales=scales)
    params = Params(*(p + 0.2 * rng.standard_normal(p.shape, dtype=p.dtype) for p in params))
    settings = vae.train.Settings(
        codes=Z, hidden=H, likelihood=likelihood, activation=activation, data="digits"
    )
    return Trained(params, settings, [])


def by_hand(z, p, activation="relu"):
    """Probabilities of ink, without the code under test."""
    h = z @ p.W2 + p.b2
    h = np.tanh(h) if activation == "tanh" else np.maximum(h, 0)
    return 1 / (1 + np.exp(-(h @ p.W3 + p.b3)[..., :784].astype(float)))


def pixels(figure):
    """What is on the screen, (height, width, 3), in [0, 1]."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def tile(picture, left, top, scale):
    """A tile that was pasted there, at its own size again: (28, 28, 3)"""
    cut = picture[top : top + 28 * scale, left : left + 28 * scale].reshape(28, scale, 28, scale, 3)
    assert (cut == cut[:, :1, :, :1]).all(), "the tile is not where it should be, or blurred"
    return cut[:, 0, :, 0]


def words(figure):
    return [text.get_text() for text in figure.texts]


# Pictures of codes


@pytest.mark.parametrize(
    ("likelihood", "activation"), [("bernoulli", "relu"), ("squared", "tanh"), ("gaussian", "relu")]
)
def test_the_manifold_is_30_by_30_first_code_right_second_up(likelihood, activation):
    net = network(likelihood=likelihood, activation=activation)
    figure = codes.manifold(net, DATA)
    picture = pixels(figure)
    (axes,) = figure.axes
    values = np.linspace(-3, 3, 30)
    for column, row in ((0, 0), (29, 0), (0, 29), (29, 29), (4, 17), (21, 8)):
        z = np.array([values[column], values[29 - row]])
        shown = tile(picture, 80 + 28 * column, 45 + 28 * row, 1)
        expected = paper(by_hand(z, net.params, activation)[None])[0]
        assert np.abs(shown - expected).max() <= 0.5 / 15 + HALF  # sixteen greys
        x, y = axes.transData.transform(z)  # the axes name the middle of the tile
        assert np.allclose((x, len(picture) - y), (80 + 28 * column + 14, 45 + 28 * row + 14))
    assert len(np.unique(picture[45:885, 80:920, 0])) <= 16
    assert "z_1" in axes.get_xlabel() and "z_2" in axes.get_ylabel()


def test_means_have_the_colour_of_their_digit_on_the_bar():
    net = network()
    figure = codes.means(net, DATA)
    FigureCanvasAgg(figure).draw()
    axes, bar = figure.axes
    (dots,) = axes.collections
    mu, _, _ = encode(to_unit(DATA.test_images), net.params)
    expected = np.hstack([mu, [to_rgb(TEN[label]) for label in DATA.test_labels]])
    shown = np.hstack([dots.get_offsets(), dots.get_facecolors()[:, :3]])
    assert np.allclose(shown[np.lexsort(shown.T)], expected[np.lexsort(expected.T)])
    ticks = bar.get_yticks()
    assert [label.get_text() for label in bar.get_yticklabels()] == list("0123456789")
    for digit, tick in enumerate(ticks):
        assert np.allclose(dots.cmap(dots.norm(tick))[:3], to_rgb(TEN[digit]))
    edges = np.array(dots.norm.boundaries)
    assert np.allclose(ticks, (edges[1:] + edges[:-1]) / 2)  # in the middle of its colour
    assert bar.get_ylabel() == "digit" and axes.get_aspect() == 1


@pytest.mark.parametrize(("Z", "scale"), [(3, 3), (9, 2)])
def test_traversals_vary_one_code_the_most_used_on_top(Z, scale):
    net = network(Z)
    p = net.params
    W_mu = p.W_mu * np.linspace(0.5, 1.5, Z, dtype=np.float32)
    W_mu[:, 1] = 0  # a unit that says nothing
    net = net._replace(params=p._replace(W_mu=W_mu))
    mu, _, _ = encode(to_unit(DATA.test_images), net.params)
    spread = mu.astype(float).var(axis=0)
    figure = codes.traversals(net, DATA)
    picture, text = pixels(figure), words(figure)
    order = np.argsort(-spread)
    assert order[-1] == 1 and (order != np.arange(Z)).any()
    assert [word for word in text if word.startswith("$z")] == [f"$z_{{{j + 1}}}$" for j in order]
    for row, j in enumerate(order):
        name = text.index(f"$z_{{{j + 1}}}$")
        number, _, mark = text[name + 1].partition(" ")
        assert np.isclose(float(number), spread[j], atol=0.005)
        assert mark == ("" if spread[j] > 0.01 else "inactive")
        middle = len(picture) - (100 + 29 * scale * row + 14 * scale)
        assert figure.texts[name].get_position()[1] == middle
        for column, value in ((0, -3.0), (5, -0.5), (6, 0.0), (12, 3.0)):
            z = np.zeros(Z)
            z[j] = value
            shown = tile(picture, 250 + 29 * scale * column, 100 + 29 * scale * row, scale)
            assert np.abs(shown - paper(by_hand(z, net.params)[None])[0]).max() < HALF
            assert f"${value:g}$" in text
    assert picture.shape[1] > 250 + 29 * scale * 13 and "inactive" in " ".join(text)


def test_only_the_most_used_units_are_shown_of_very_many():
    net = network(30)
    figure = codes.traversals(net, DATA)
    mu, _, _ = encode(to_unit(DATA.test_images), net.params)
    best = np.argsort(-mu.astype(float).var(axis=0))[:24]
    shown = [word for word in words(figure) if word.startswith("$z")]
    assert shown == [f"$z_{{{j + 1}}}$" for j in best]


def test_reconstructions_come_from_means_and_from_samples():
    nets = [network(Z, likelihood="squared", seed=Z) for Z in (2, 8)]
    figure = codes.reconstructions(nets, DATA)
    picture = pixels(figure)
    x = to_unit(DATA.test_images[:10])
    rows = [x]
    for net in nets:
        mu, logvar, _ = encode(x, net.params)
        eps = stream(0, "figure codes").standard_normal((1, *mu.shape), dtype=np.float32)[0]
        rows += [by_hand(mu, net.params), by_hand(mu + np.exp(logvar / 2) * eps, net.params)]
    assert np.abs(rows[1] - rows[2]).max() > 0.1  # so that the test can tell them apart
    for row, images in enumerate(rows):
        top = 52 + 116 * row + 14 * ((row + 1) // 2)
        for column, expected in enumerate(paper(images)):
            shown = tile(picture, 235 + 116 * column, top, 4)
            assert np.abs(shown - expected).max() < HALF, (row, column)
    labels = ["original", "2 codes, mean", "2 codes, sampled", "8 codes, mean", "8 codes, sampled"]
    assert words(figure)[1:] == labels
    assert "squared error" in words(figure)[0] and "drawn digits" in words(figure)[0]


# Numbers


def test_active_units_are_those_whose_mean_varies():
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((4000, 4)) * [1, 0.11, 0.09, 0] + [0, 0, 5, 7]
    assert active_units(mu).tolist() == [True, True, False, False]
    assert np.allclose(variances(mu), [1, 0.0121, 0.0081, 0], rtol=0.1)
    constant = np.full((100_000, 2), 3000.3, np.float32)
    assert not active_units(constant).any()  # summed in float64


def test_the_figure_of_active_units_shows_variances_and_kl():
    nets = [network(Z, likelihood=kind) for kind in ("bernoulli", "squared") for Z in (2, 6)]
    nets[3].params.W_mu[:, 4] = 0
    figure = dense_numbers.active(nets, DATA)
    above, below = figure.axes[:2], figure.axes[2:]
    assert [axes.get_title() for axes in above] == ["Bernoulli likelihood", "squared error"]
    counts = []
    for i, net in enumerate(nets):
        mu, logvar, _ = encode(to_unit(DATA.test_images), net.params)
        spread = mu.astype(float).var(axis=0)
        order = np.argsort(-spread)
        line, lower = (part[i // 2].lines[i % 2] for part in (above, below))
        assert np.allclose(line.get_ydata(), spread[order])
        assert np.allclose(sum(lower.get_ydata()), kl_diag_gaussian(mu, logvar).mean())
        kl = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).mean(axis=0)
        assert np.allclose(lower.get_ydata(), kl[order], rtol=1e-4)
        counts.append((spread > 0.01).sum())
        assert line.get_label() == f"{len(spread)} codes: {counts[-1]} active"
    assert counts[3] == counts[1] - 1  # the one made silent
    assert all(axes.get_yscale() == "log" for axes in above)


def test_the_sources_numbers_are_whole():
    there = json.loads((ROOT / "results" / "source_numbers.json").read_text())
    ends = {2: (55.0477, 45.6592, 37.9651, 38.3257), 8: (48.4368, 37.5004, 29.7382, 29.6226)}
    ends[16] = (49.0297, 37.7708, 29.7461, 29.5284)
    for row in there["S4"]["costs"]:
        train, test = row["train"], row["test"]
        assert len(train) == len(test) == there["S4"]["epochs"] == 30
        assert (train[0], test[0], train[-1], test[-1]) == ends.pop(row["codes"])
        assert np.abs(np.diff(train[3:])).max() < 1 and np.abs(np.diff(test[3:])).max() < 1
    assert not ends
    S7 = there["S7"]
    lists = [S7[name] for name in ("train", "valid", "log-likelihood", "kl")]
    assert {len(values) for values in lists} == {20}
    for train, _, loglik, kl in zip(*lists, strict=True):
        assert (loglik is None) == (kl is None)
        assert loglik is None or abs(train - (kl - loglik)) < 0.1  # as that source defines them
    assert sum(value is not None for value in S7["kl"]) == 7
    assert abs(S7["train"][-1] / S7["batch size"] - 182.6) < 0.1


def trained_for(epochs, Z, start):
    rows = [{"epoch": e, "train_cost [nats/image]": start - e / 10} for e in range(1, epochs + 1)]
    return network(Z, likelihood="squared")._replace(rows=rows)


def test_without_measured_curves_the_training_costs_stand_beside_the_sources(monkeypatch, tmp_path):
    monkeypatch.setattr(dense_numbers, "CURVES", tmp_path / "not-there.json")
    source = {
        row["codes"]: row for row in json.loads(dense_numbers.SOURCE.read_text())["S4"]["costs"]
    }
    figure = dense_numbers.costs([trained_for(7, 2, 41), trained_for(7, 16, 32)], DATA)
    assert "training images" in words(figure)[0] and "drawn digits" in words(figure)[0]
    for column, (Z, start) in enumerate(((2, 41), (16, 32))):
        theirs, ours = figure.axes[column].lines
        assert theirs.get_ydata().tolist() == source[Z]["train"][:7]
        assert np.allclose(ours.get_ydata(), start - np.arange(1, 8) / 10)
        assert figure.axes[column].get_title() == f"{Z} code units"
        below = figure.axes[2 + column]
        difference = np.array(ours.get_ydata()) - theirs.get_ydata()
        assert np.allclose(below.lines[-1].get_ydata(), difference)
        (text,) = below.texts
        assert text.get_text() == f"from epoch 5 on: {np.abs(difference[4:]).max():.2f} or less"
    figure = dense_numbers.costs([trained_for(2, 2, 42)], DATA)  # nothing is settled yet
    assert not figure.axes[1].texts


def test_measured_curves_stand_beside_the_sources_test_costs(monkeypatch, tmp_path):
    curves = tmp_path / "curves.json"
    rows = [
        {
            "codes": Z,
            "test": [Z + e / 10 for e in range(30)],
            "spread": [0.2] * 30,
            "train": [0] * 30,
        }
        for Z in (2, 8)
    ]
    curves.write_text(json.dumps({"numbers": rows}))
    monkeypatch.setattr(dense_numbers, "CURVES", curves)
    nets = [trained_for(3, 2, 42), trained_for(3, 8, 42)]
    figure = dense_numbers.costs(nets, DATA._replace(name="MNIST"))
    source = {
        row["codes"]: row for row in json.loads(dense_numbers.SOURCE.read_text())["S4"]["costs"]
    }
    assert "test images, MNIST" in words(figure)[0]
    for column, Z in enumerate((2, 8)):
        theirs, ours = figure.axes[column].lines
        assert theirs.get_ydata().tolist() == source[Z]["test"]
        assert np.allclose(ours.get_ydata(), Z + np.arange(30) / 10)
        band, deviation = figure.axes[2 + column].collections
        box = band.get_paths()[0].get_extents()
        assert (box.x0, box.x1, box.y0, box.y1) == (5, 30, -1, 1)
        edge = deviation.get_paths()[0].vertices
        difference = np.array(ours.get_ydata()) - theirs.get_ydata()
        assert np.isclose(edge[:, 1].min(), difference.min() - 0.2)
        assert np.isclose(edge[:, 1].max(), difference.max() + 0.2)
    # Costs of MNIST say nothing of networks that were trained on other images.
    assert "training images" in words(dense_numbers.costs(nets, DATA))[0]
    nets.append(trained_for(3, 16, 42))  # not measured
    title = words(dense_numbers.costs(nets, DATA._replace(name="MNIST")))[0]
    assert "training images" in title


# The network drawn and listed


@pytest.mark.parametrize(("D", "H", "Z"), [(784, 256, 2), (784, 500, 16), (100, 33, 7)])
def test_the_drawing_names_every_parameter_once(D, H, Z):
    params = init(np.random.default_rng(0), D, H, Z)
    figure = drawing(params, "tanh", "MNIST")
    (axes,) = figure.axes
    text = "\n".join(t.get_text() for t in axes.texts)
    for name, array in params._asdict().items():
        shape = (
            f"({array.shape[0]},)" if array.ndim == 1 else f"({array.shape[0]}, {array.shape[1]})"
        )
        assert text.count(f"{name} {shape}") == 1
    for W, b in zip(params[::2], params[1::2], strict=True):
        assert f"\n{W.size + b.size:,} parameters" in text
    encoder, decoder = (sum(p.size for p in part) for part in (params[:6], params[6:]))
    assert f"encoder $q(z|x)$: {encoder:,} parameters" in text
    assert f"decoder $p(x|z)$: {decoder:,} parameters" in text
    assert f"{D}-{H}-{Z}-{H}-{D}" in words(figure)[0]
    assert f"{encoder + decoder:,} parameters" in words(figure)[0]
    assert text.count("tanh") == 2 and "relu" not in text.lower()


def test_no_words_of_the_drawing_overlap_or_leave_it():
    for Z in (2, 16):
        figure = drawing(init(np.random.default_rng(0), 784, 256, Z), "relu", "MNIST")
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        (axes,) = figure.axes
        boxes = [t.get_window_extent() for t in axes.texts]
        for i, box in enumerate(boxes):
            assert box.x0 > 0 and box.y0 > 0 and box.x1 < 1700 and box.y1 < 600
            for other in boxes[:i]:
                assert Bbox.intersection(box, other) is None
        layers = [p.get_window_extent() for p in axes.patches if p.get_facecolor()[3] == 1]
        layers = [box for box in layers if 100 < box.width < 125]
        assert len(layers) == 8  # x, hidden, mu, log sigma^2, z, eps, hidden, pixels
        for i, box in enumerate(layers):
            assert all(Bbox.intersection(box, other) is None for other in layers[:i])
            inside = [t for t in boxes if Bbox.intersection(box, t) is not None]
            assert len(inside) == 1 and inside[0].x0 > box.x0 and inside[0].x1 < box.x1


def table_of(capsys, *argv):
    summary.main(argv)
    head, _, *rows = capsys.readouterr().out.splitlines()
    return head, [row.split() for row in rows]


@pytest.mark.parametrize(
    ("codes_", "hidden", "encoder", "decoder", "total"),
    [
        (2, 256, "201,988", "202,256", "404,244"),
        (8, 256, "205,072", "203,792", "408,864"),
        (16, 256, "209,184", "205,840", "415,024"),
        (2, 500, None, None, "788,788"),
    ],
)
def test_the_table_has_the_sources_sums(capsys, codes_, hidden, encoder, decoder, total):
    head, rows = table_of(capsys, "--codes", str(codes_), "--hidden", str(hidden))
    assert head == f"Dense VAE: codes {codes_}, hidden {hidden}, likelihood bernoulli"
    sums = {row[0]: row[-1] for row in rows if row[1:3] == ["in", "all"]}
    assert sums["both"] == total
    assert encoder is None or (sums["encoder"], sums["decoder"]) == (encoder, decoder)
    parts = [int(row[-1].replace(",", "")) for row in rows if row[1:3] != ["in", "all"]]
    assert len(parts) == 5 and f"{sum(parts):,}" == total


def test_the_table_lists_the_arrays_of_the_network(capsys):
    _, rows = table_of(capsys, "--codes", "3", "--hidden", "7", "--likelihood", "laplace")
    text = "\n".join(" ".join(row) for row in rows)
    for name, shape in (
        ("W1", "(784, 7)"), ("b1", "(7,)"), ("W_mu", "(7, 3)"), ("b_logvar", "(3,)"),
        ("W2", "(3, 7)"), ("W3", "(7, 785)"), ("b3", "(785,)"),
    ):  # fmt: skip
        assert f"{name} {shape}" in text
    of = {row[0]: row for row in rows}
    assert of["both"][-1] == f"{784 * 7 + 7 + 2 * (7 * 3 + 3) + 3 * 7 + 7 + 7 * 785 + 785:,}"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["summary", "--codes", "0"], "--codes is 0; expected at least 1."),
        (["summary", "--codes", "x"], "--codes: invalid int value: 'x'"),
        (["summary", "--likelihood", "red"], "--likelihood is 'red'; expected one of bernoulli"),
        (["summary", "--epochs", "3"], "unrecognized arguments: --epochs 3"),
        (["summary", "--hidden", "1" + 12 * "0"], "Unable to allocate"),
        (["sumary"], "`train` and options, or `summary` and options"),
        ([], "`train` and options, or `summary` and options"),
        (["train", "--codes", "0"], "--codes is 0; expected at least 1."),
    ],
)
def test_wrong_input_is_one_sentence_and_status_2(capsys, argv, sentence):
    with pytest.raises(SystemExit) as end:
        run_cli(vae.__main__.main, argv)
    said = capsys.readouterr()
    assert end.value.code == 2 and not said.out
    assert sentence in said.err and len(said.err.splitlines()) == 1


def test_train_is_given_what_follows(monkeypatch):
    given = []
    monkeypatch.setattr(vae.__main__, "train_command", lambda *args: given.append(args))
    vae.__main__.main(["train", "--codes", "3"])
    assert given == [(["train", "--codes", "3"], vae.train, "vae-{likelihood}-{codes}")]
    with pytest.raises(SettingsError):
        vae.__main__.main(["learn"])


# Weights from a file


@pytest.mark.parametrize(("Z", "names"), [(2, "theirs"), (3, "ours")])
def test_pictures_of_weights_in_a_file(tmp_path, monkeypatch, capsys, Z, names):
    net = network(Z, H=11, activation="tanh")
    file = tmp_path / "some$^$weights.npz"  # no mathematics
    if names == "theirs":
        save_weights(file, net.params)
    else:
        np.savez(file, **net.params._asdict(), note="of another program")
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    weights.main([str(file), "--activation", "tanh", "--out", str(tmp_path / "a" / "out")])
    drawn = {Path(line).stem: Path(line) for line in capsys.readouterr().out.splitlines()}
    plane = {"manifold", "means"} if Z == 2 else set()
    assert set(drawn) == {"reconstructions", "traversals"} | plane
    assert all(path.stat().st_size > 5000 for path in drawn.values())
    found = weights.read_weights(file)
    assert all(np.array_equal(a, b) for a, b in zip(found, net.params, strict=True))
    mu, _, _ = encode(to_unit(DATA.test_images[:1]), net.params, "tanh")
    picture = imread(drawn["reconstructions"])[..., :3]
    shown = tile(picture, 235, 52 + 116 + 14, 4)
    assert np.abs(shown - paper(by_hand(mu, net.params, "tanh"))[0]).max() < HALF
    same = weights.trained(found, DATA, "tanh", "none")
    for figure in weights.pictures(same, DATA, "some.npz").values():
        assert "weights of some.npz" in words(figure)[0] and "drawn digits" in words(figure)[0]


def test_weights_with_a_learned_scale_draw_the_pixels_alone(tmp_path):
    net = network(2, likelihood="laplace")
    save_weights(tmp_path / "w.npz", net.params)
    params = weights.read_weights(tmp_path / "w.npz")
    assert params.W3.shape == (5, 785)
    read = weights.trained(params, DATA, "relu", "none")
    assert np.allclose(
        codes.decoded(read, np.ones((1, 2), np.float32)), by_hand(np.ones((1, 2)), params)
    )


GOOD = dict(zip(("W1", "b1", "W_mu", "b_mu", "W_logvar", "b_logvar", "W2", "b2", "W3", "b3"),
                network().params, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"b2": None}, "has no b2"),
        ({"W1": None}, "has no matrix W1"),
        ({"W_mu": np.zeros(3)}, "has no matrix W_mu"),
        ({"W_mu": np.zeros((5, 0))}, "has no matrix W_mu"),
        ({"W2": np.zeros((3, 5))}, r"has W2 of shape \(3, 5\); expected \(2, 5\)"),
        ({"W3": np.zeros((5, 790))}, r"has W3 of shape \(5, 790\); expected \(5, 784\)"),
        ({"b1": np.full(5, np.nan)}, "has values in b1 that are no finite numbers"),
        ({"b1": np.array(["x"] * 5)}, "has values in b1 that are no finite numbers"),
        ({"b1": np.array([{}] * 5, object)}, "cannot be read as weights; expected"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, change, sentence):
    file = tmp_path / "w.npz"
    np.savez(file, **{k: v for k, v in {**GOOD, **change}.items() if v is not None})
    with pytest.raises(RunError, match=f"^{file} {sentence}"):
        weights.read_weights(file)


def test_other_files_and_folders_are_refused(tmp_path, monkeypatch, capsys):
    (tmp_path / "text.npz").write_text("hello")
    np.save(tmp_path / "one.npy", np.zeros(3))
    save_weights(tmp_path / "good.npz", network().params)
    save_weights(tmp_path / "small.npz", init(np.random.default_rng(0), 100, 4, 2))
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    for argv, sentence in (
        (["text.npz"], "text.npz cannot be read as weights; expected arrays in an .npz."),
        (["one.npy"], "one.npy cannot be read as weights; expected arrays in an .npz."),
        (["gone.npz"], "gone.npz cannot be read (No such file or directory)."),
        (["."], "cannot be read (Is a directory)."),
        (["small.npz"], "is for images of 100 pixels; expected 784, as in drawn digits."),
        (["good.npz", "--out", "one.npy"], "one.npy cannot be made (File exists)."),
        (["good.npz", "--activation", "swish"], "invalid choice: 'swish'"),
        ([], "the following arguments are required: FILE"),
    ):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as end:
            run_cli(weights.main, argv)
        said = capsys.readouterr().err
        assert end.value.code == 2 and sentence in said and len(said.splitlines()) == 1, said


# The catalogue


def finished_run(folder, run):
    """A run's folder as training leaves it, with the first weights and made-up costs."""
    words = iter(run.options)
    given = {word.removeprefix("--"): next(words) for word in words}
    settings = vae.train.Settings(
        data="digits", likelihood=given["likelihood"], codes=int(given["codes"]), epochs=2
    )
    folder.mkdir()
    save_settings(folder, settings)
    rows = [{"epoch": e, "seconds": e, "train_cost [nats/image]": 40.0 / e} for e in (1, 2)]
    save_checkpoint(folder, vae.train.start(settings, np.zeros((1, 784), np.float32)), rows)
    return folder


def test_every_item_is_drawn_from_its_own_runs(tmp_path):
    runs = list(dict.fromkeys(run for item in dense.ITEMS for run in item.runs))
    known = {planned(kind, Z, 0) for kind in ("bernoulli", "squared") for Z in (2, 8, 16)}
    assert set(runs) == known
    folders = {run: finished_run(tmp_path / str(i), run) for i, run in enumerate(runs)}
    for item in dense.ITEMS:
        figure = item.draw([folders[run] for run in item.runs], DATA)
        path = save(Picture(item.name, "", figure), tmp_path)
        assert 10_000 < path.stat().st_size < 300_000, item.name
        title = words(figure)[0]
        assert "VAE" in title or "codes" in title
        assert "drawn digits" in title, title
        for run in item.runs if len(item.runs) == 1 else ():
            Z = run.options[run.options.index("--codes") + 1]
            assert f"VAE of {Z} code units" in title or item.name == "dense-means"
        assert item.caption.endswith(".") and item.there and item.system in ("S2", "S4")
        left, right = (
            figure.texts[0].get_window_extent().x0,
            figure.texts[0].get_window_extent().x1,
        )
        assert left > 0 and right < figure.bbox.width, item.name
    assert len({item.name for item in dense.ITEMS}) == len(dense.ITEMS)


def test_the_commands_run():
    done = subprocess.run(
        [sys.executable, "-m", "vae", "summary", "--codes", "8"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].split()[-1] == "408,864" and not done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "figures.weights", "gone.npz"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("gone.npz cannot be read")
