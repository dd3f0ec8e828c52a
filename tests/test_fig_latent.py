"""The figures of the tanh VAE and of its latent space show what they say they show."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import vae.train
from autograd_lite.ops import sigmoid
from experiments import latent_posterior, record, tanh_networks
from figures import latent_space, tanh_vae, tanh_vae_curves
from figures.images import paper
from figures.style import TEN, new_figure
from tests.screen import assert_whole, close, pixels, tiles
from tests.tanh_runs import DATA, FREE, LONG, ONCE, made_in
from training.streams import stream
from training.trained import read
from vae.mlp import decode, encode

DRAWINGS = (*tanh_vae.DRAWINGS, *tanh_vae_curves.DRAWINGS, *latent_space.DRAWINGS)


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    with made_in(tmp_path_factory.mktemp("latent")) as folder:
        yield folder


@pytest.fixture
def network():
    return read(LONG[0].folder, vae.train)


def means(network, z):
    return sigmoid(decode(z.astype(np.float32), network.params, "tanh")[0])


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.name)
def test_every_figure_is_drawn_whole(drawing):
    runs = LONG if "long" in drawing.name else ONCE[:1]
    runs = (FREE[0], ONCE[0]) if "weight" in drawing.name else runs
    figure = drawing.draw([read(run.folder, vae.train) for run in runs if drawing.trainings], DATA)
    assert_whole(pixels(figure), (1200, 480), (1900, 1300))
    if drawing.name.startswith("tanh_vae") and drawing.trainings:
        count = "200 images" if "short" in drawing.name else "300 images"
        assert figure.get_suptitle().endswith(f"tanh VAE, 2 epochs of {count}, drawn digits")


@pytest.mark.parametrize("runs", [ONCE, LONG], ids=["once", "long"])
def test_images_are_shown_with_their_own_digits(runs):
    network = read(runs[0].folder, vae.train)
    whole = tanh_networks.images(DATA, network.settings)
    labels = (DATA.train_labels, DATA.train_labels[300:], DATA.test_labels)
    for count in (120, 1000):  # no more than there are
        parts = tanh_vae.first_images(network, DATA, count)
        for part, name, digits in zip(parts, whole, labels, strict=True):
            grey = whole[name][:count]
            assert part.name == name and np.array_equal(part.digits, digits[: len(grey)])
            assert set(np.unique(part.x)) == {0, 1}
            assert not part.x[grey == 0].any() and part.x[grey == 1].all()
            if network.settings.pixels != "once":
                assert not np.array_equal(part.x, grey >= 0.5)


def test_an_ellipse_has_its_deviations_as_half_axes():
    figure = new_figure(600, 600, "")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    mu, sigma = np.array([[2.2, -1.0]]), np.array([[0.5, 1.5]])
    tanh_vae.draw_ellipses(axes, mu, sigma, np.array(["#ff0000"]))
    axes.set(xlim=(-4, 4), ylim=(-4, 4))
    screen = pixels(figure)
    rows, columns = np.nonzero(screen[..., 0] - screen[..., 1] > 0.2)  # reddish
    ends = np.array([[columns.min(), rows.max() + 1], [columns.max() + 1, rows.min()]])
    found = np.stack([ends[:, 0] / 600 * 8 - 4, 4 - ends[:, 1] / 600 * 8], axis=1)
    assert np.allclose(found, [mu[0] - sigma[0], mu[0] + sigma[0]], atol=0.03)


def test_ellipses_stand_where_the_encoder_puts_the_images(network):
    figure = tanh_vae.posteriors(network, DATA)
    pixels(figure)  # which settles the axes
    parts = tanh_vae.first_images(network, DATA, tanh_vae.SHOWN)
    for axes, part in zip(figure.axes, parts, strict=True):
        assert axes.get_title() == f"{len(part.x)} {part.name} images"
        (drawn,) = axes.collections
        mu, logvar, _ = encode(part.x, network.params, "tanh")
        assert np.allclose(drawn.get_offsets(), mu)
        sizes = np.stack([drawn.get_widths(), drawn.get_heights()], axis=1)
        assert np.allclose(sizes / 2, np.exp(logvar / 2))
        colours = [to_rgb(TEN[digit]) for digit in part.digits]
        assert np.allclose(np.array(drawn.get_facecolor())[:, :3], colours)
        low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
        assert (mu - sizes / 2 >= low).all() and (mu + sizes / 2 <= high).all()  # none is cut off
        assert axes.get_aspect() == 1


def test_each_image_stands_above_its_reconstruction(network):
    screen = pixels(tanh_vae.reconstructions(network, DATA))
    for i, part in enumerate(tanh_vae.first_images(network, DATA, 20)):
        found = tiles(screen, 144, 94 + 225 * i, 3, (2, 20))
        assert close(found[0], part.x)
        assert close(found[1], means(network, encode(part.x, network.params, "tanh")[0]))


def test_samples_are_black_and_white_and_have_the_means_beside_them(network):
    # A decoder to which codes matter more than after two epochs.
    network = network._replace(params=network.params._replace(W2=8 * network.params.W2))
    screen = pixels(tanh_vae.prior_samples(network, DATA))
    left, right = (tiles(screen, x, 115, 5, (4, 5)).reshape(20, 28, 28) for x in (50, 870))
    z = stream(0, "figure prior").standard_normal((20, 2), dtype=np.float32)
    p = means(network, z).astype(np.float64)
    assert close(left, p)
    assert set(np.unique(right)) == {0, 1}
    ink = 1 - right.reshape(20, 784)
    # The same codes in the same places: the log-likelihood is about what these means expect.
    expected = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1)
    spread = np.sqrt((p * (1 - p) * np.log(p / (1 - p)) ** 2).sum(axis=1))
    found = (ink * np.log(p) + (1 - ink) * np.log(1 - p)).sum(axis=1)
    assert np.abs((found - expected) / spread).max() < 5.5


def test_the_grid_spans_the_codes_of_training_images(network):
    screen = pixels(tanh_vae.grid(network, DATA))
    mu, _, _ = encode(tanh_vae.first_images(network, DATA, 5000)[0].x, network.params, "tanh")
    low, high = mu.min(axis=0), mu.max(axis=0)
    found = tiles(screen, 100, 50, 2, (20, 20), gap=0)
    for row, column in ((0, 0), (0, 19), (19, 0), (19, 19), (7, 12)):
        z = low + (high - low) * np.array([column, 19 - row]) / 19
        assert close(found[row : row + 1, column], means(network, z[None]))


def test_costs_are_those_of_the_run_and_of_the_assignment(network):
    figure = tanh_vae_curves.costs_beside(network, DATA)
    tenth = {"cost": 9213.6939, "nll": 8997.1585, "kl": 216.5354}  # sums over a batch
    for axes, (part, value) in zip(figure.axes, tenth.items(), strict=False):
        train, validation, there = axes.get_lines()
        assert list(train.get_ydata()) == network.series(f"train_{part}")
        assert list(validation.get_ydata()) == network.series(f"validation_{part}")
        assert validation.get_linestyle() == "--" and "validation" in validation.get_label()
        points = dict(zip(there.get_xdata(), there.get_ydata(), strict=True))
        assert 1 not in points and points[10] == value / 50
    ours, there = (line.get_ydata() for line in figure.axes[3].get_lines())
    first, last = network.series("validation_cost")
    assert list(ours) == [first / last, 1]
    assert there[0] == 355722.7557 / 304218.1616 and there[19] == 1


def test_bars_and_points_are_those_of_the_record():
    table = record.read("latent_space").numbers["digits"]["short"]
    figure = latent_space.digit_by_digit([], DATA)
    accuracy = [bar.get_height() for bar in figure.axes[2].patches]
    assert accuracy == table["accuracy"]["mean"]
    nll, kl = np.reshape(figure.axes[0].patches, (2, 10))
    assert [bar.get_y() for bar in kl] == [bar.get_height() for bar in nll]
    assert np.allclose([b.get_y() + b.get_height() for b in kl], table["cost"]["mean"])
    points = [line.get_xydata()[0] for line in figure.axes[5].get_lines()]
    expected = table["fraction of the grid, by codes"]["mean"], table["deviance explained"]["mean"]
    assert np.allclose(points, np.transpose(expected))


def test_costs_of_single_images_stand_against_their_posteriors():
    network = read(ONCE[0].folder, vae.train)
    q = latent_posterior.encode(network, latent_posterior.load_images(network.settings).x)
    figure = latent_space.posterior_and_cost([network], DATA)
    for axes, x in zip(figure.axes, (q.logvar.mean(axis=1), np.hypot(*q.mu.T)), strict=True):
        found = np.array(axes.collections[0].get_offsets())
        assert np.allclose(found[found[:, 1].argsort()].T, (x[q.nll.argsort()], np.sort(q.nll)))


def test_rows_of_prior_samples_are_decoded_by_their_own_networks():
    runs = [read(run.folder, vae.train) for run in (FREE[0], ONCE[0])]
    figure = latent_space.kl_weights(runs, DATA)
    (picture,) = figure.axes[5].images
    z = stream(0, "figure prior").standard_normal((latent_space.DRAWN, 2))
    for i, run in enumerate(runs):
        expected = paper(means(run, z))
        assert np.allclose(picture.get_array()[29 * i : 29 * i + 28, :28], expected[0], atol=1e-6)
