"""The tanh VAE and its latent space: what is measured and what is shown, on tiny runs."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import experiments.tanh_vae_curves
import figures.latent_space
import figures.tanh_vae
import figures.tanh_vae_curves
import training.images
import training.parallel
import vae.train
from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import sigmoid
from data.pixels import to_unit
from experiments import latent_posterior, latent_prior, latent_space, measures, record, tanh_vae
from experiments.tanh_networks import images as images_of
from figures.images import paper
from figures.style import TEN
from tests.screen import assert_whole, close, pixels, tiles
from tests.small_runs import digits, make, same_bits
from tests.small_vaes import decoded, shape
from training.images import training_images
from training.parallel import Training
from training.streams import stream
from training.trained import read
from vae.elbo import kl_diag_gaussian
from vae.mlp import decode, encode
from vae.train import Settings, evaluate
from vae.weights import read_weights

DATA = digits(450, 200)
OPTIONS = "--data digits --validation 150 --hidden 16 --codes 2 --activation tanh --keep 0.95"
OPTIONS += " --batch-size 50 --epochs 2"


def training_of(label, options):
    return Training(label, "vae", (*OPTIONS.split(), *options.split()))


ONCE = tuple(training_of("once", f"--images 200 --pixels once --seed {seed}") for seed in (0, 1))
FREE = tuple(training_of("free", f"--images 200 --pixels once --beta 0 --seed {s}") for s in (0, 1))
LONG = (training_of("long", "--pixels stochastic"),)


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    """The runs of the experiments are these, trained in this folder."""
    folder = tmp_path_factory.mktemp("latent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", folder / "runs")
        for module in (training.images, latent_posterior, tanh_vae):
            patch.setattr(module, "load", lambda choice: DATA)
        patch.setattr(tanh_vae, "NETWORKS", {"once": ONCE, "long": LONG})
        patch.setattr(tanh_vae, "WEIGHTS", folder / "weights" / "long.npz")
        patch.setattr(experiments.tanh_vae_curves, "TRAININGS", ONCE)
        patch.setattr(latent_space, "NETWORKS", {"short": ONCE, "long": LONG})
        patch.setattr(latent_space, "SWEEP", {0.0: FREE, 1.0: ONCE})
        for one in (*ONCE, *FREE, *LONG):
            make(one)
        yield folder


@pytest.fixture
def network():
    return read(ONCE[0].folder, vae.train)


@pytest.fixture
def images(network):
    return latent_posterior.load_images(network.settings)


def test_pixels_binarised_once_are_those_of_the_training_and_others_are_left_grey():
    drawn = []
    for seed in range(2):
        settings = Settings(images=200, validation=150, pixels="once", seed=seed)
        parts = images_of(DATA, settings)
        seen = training_images(settings, once=seed)
        assert np.array_equal(parts["training"], seen.train)
        assert np.array_equal(parts["validation"], seen.validation)
        assert set(np.unique(parts["test"])) == {0, 1}
        drawn.append(parts)
    assert np.array_equal(drawn[0]["test"], drawn[1]["test"])  # the same for all seeds
    assert not np.array_equal(drawn[0]["training"], drawn[1]["training"])
    parts = images_of(DATA, Settings(validation=150, pixels="stochastic"))
    grey = DATA.train_images[:300], DATA.train_images[300:], DATA.test_images
    assert all(map(np.array_equal, parts.values(), map(to_unit, grey)))


@pytest.mark.parametrize("run", [*ONCE, *LONG], ids=str)
def test_training_and_validation_cost_what_they_did_at_the_end_of_training(run):
    network = read(run.folder, vae.train)
    found, row = tanh_vae.costs_of(network, DATA), network.rows[-1]
    assert tuple(found) == tanh_vae.PARTS
    for part, name in (("training", "train"), ("validation", "validation")):
        assert found[part].nll == row[f"{name}_nll [nats/image]"]
        assert found[part].kl == row[f"{name}_kl [nats/image]"]
    parts = images_of(DATA, network.settings)
    assert found["test"] == evaluate(network.params, parts["test"], network.settings)
    assert found["training, corrupted"] == tanh_vae.corrupted(network, parts["training"])


def test_corrupted_is_the_encoders_input_and_not_its_target(network):
    x = (to_unit(DATA.test_images) >= 0.5).astype(np.float32)

    def at(**options):
        return network._replace(settings=Settings(**vars(network.settings) | options))

    whole, black = (tanh_vae.corrupted(at(keep=keep, noise=0.0), x) for keep in (1.0, 0.0))
    assert np.allclose(whole, evaluate(network.params, x, at(noise=0.0).settings), rtol=1e-6)
    mu, logvar, _ = encode(np.zeros_like(x), network.params, "tanh")
    assert np.isclose(black.kl, kl_diag_gaussian(mu, logvar).mean(), rtol=1e-5)
    p = sigmoid(decode(mu[:1], network.params, "tanh")[0]).astype(np.float64)
    assert np.isclose(black.nll, -np.log(np.where(x == 1, p, 1 - p)).sum(axis=1).mean(), rtol=1e-5)
    assert tanh_vae.corrupted(network, x).kl not in (whole.kl, black.kl)


def test_all_networks_are_measured_and_the_weights_of_the_long_training_kept(place):
    numbers = tanh_vae.measure()
    table = numbers["networks"]
    assert [row["network"] for row in table] == ["once"] * 4 + ["long"] * 4
    assert [len(row["each seed"]) for row in table] == [2] * 4 + [1] * 4
    costs = [tanh_vae.costs_of(read(run.folder, vae.train), DATA) for run in ONCE]
    assert table[2]["each seed"] == [sum(parts["test"]) for parts in costs]
    assert table[2]["cost"] == np.mean(table[2]["each seed"])
    kept = read_weights(place / "weights" / "long.npz")
    assert same_bits(kept, read(LONG[0].folder, vae.train).params)
    there = record.read("tanh_vae").numbers
    assert shape(numbers) == shape(there) and numbers["source"] == there["source"]


def test_every_epoch_stands_beside_the_assignments():
    numbers = experiments.tanh_vae_curves.measure()
    series = [read(run.folder, vae.train).series("validation_kl") for run in ONCE]
    assert numbers["validation_kl"]["mean"] == np.mean(series, axis=0).tolist()
    there = record.read("tanh_vae_curves").numbers
    assert shape(numbers) == shape(there)
    final = record.read("tanh_vae").numbers["networks"][0]  # on another number of threads
    assert there["train_cost"]["mean"][-1] == pytest.approx(final["cost"], rel=1e-6)


def test_costs_by_digit_add_up_and_the_mean_image_costs_what_independent_pixels_do(network, images):
    q = latent_posterior.encode(network, images.x)
    row = latent_posterior.reconstruction_by_digit(network, q, images)
    np.testing.assert_allclose(row["cost"], row["reconstruction"] + row["KL"])
    assert row["cost"][3] == pytest.approx((q.nll + q.kl)[images.labels == 3].mean())
    p = np.clip(images.train.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3)
    expected = np.mean([-np.log(np.where(x, p, 1 - p)).sum() for x in images.x[images.labels == 5]])
    assert row["cost of the mean image"][5] == pytest.approx(expected)
    assert row["deviance explained"][5] == pytest.approx(1 - row["reconstruction"][5] / expected)


def test_costs_are_means_over_five_codes_an_image(network, images):
    q = latent_posterior.encode(network, np.tile(images.x, (8, 1)))  # more than fit at a time
    mu, logvar, _ = encode(images.x, network.params, "tanh")
    np.testing.assert_allclose(q.mu, np.tile(mu, (8, 1)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(q.logvar, np.tile(logvar, (8, 1)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(q.kl[:150], kl_diag_gaussian(mu, logvar), rtol=1e-5)
    q = latent_posterior.encode(network, images.x)
    eps = stream(0, "questions", 0).standard_normal((5, 150, 2), dtype=np.float32)
    outputs, _ = decode(mu + np.exp(logvar / 2) * eps, network.params, "tanh")
    expected = np.mean([bernoulli_nll(logits, images.x) for logits in outputs], axis=0)
    np.testing.assert_allclose(q.nll, expected, rtol=1e-5)


def test_digits_that_lie_apart_are_all_found(network, images):
    q = latent_posterior.encode(network, images.x)
    q, reference = (q._replace(mu=100.0 * d[:, None]) for d in (images.labels, images.train_labels))
    table = latent_posterior.separation(reference, q, images)
    assert table["accuracy, all"] == 1 and not table["confused"].any()
    mixed = images._replace(train_labels=np.where(images.train_labels == 4, 9, images.train_labels))
    table = latent_posterior.separation(reference, q, mixed)
    assert table["accuracy"].tolist() == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]
    assert table["confused"][4, 9] == table["confused"].sum() == (images.labels == 4).sum()


def test_a_pale_image_is_recognised_as_its_dark_twin(images):
    recognised = latent_posterior.recognised
    np.testing.assert_array_equal(recognised(0.2 * images.x, images), recognised(images.x, images))
    assert (recognised(images.x, images) == images.labels).mean() > 0.6


def test_correlations_are_taken_within_digits(network, images):
    q = latent_posterior.encode(network, images.x)
    # Within every digit the cost rises with the variance, over all digits it falls.
    place = np.argsort(np.argsort(q.nll)) / len(q.nll)
    logvar = (place - 10 * images.labels)[:, None] * np.ones(2)
    nll = place + 20.0 * images.labels
    made = q._replace(nll=nll, kl=0 * nll, logvar=logvar)
    table = latent_posterior.posterior_and_cost(made, images)
    assert table["reconstruction with mean log variance"] < -0.9
    np.testing.assert_allclose(table["reconstruction with mean log variance, by digit"], 1)
    assert table["reconstruction with mean log variance, mean within digits"] == pytest.approx(1)
    rho = measures.rank_correlation(nll, np.linalg.norm(q.mu, axis=1))
    assert table["reconstruction with |mu|"] == pytest.approx(rho)


def test_the_grid_is_square_and_its_fractions_are_of_its_codes(network, images):
    z = latent_prior.grid()
    assert len(z) == latent_prior.SIDE**2 == len(np.unique(z, axis=0))
    np.testing.assert_array_equal([z.min(axis=0), z.max(axis=0)], [[-3, -3], [3, 3]])
    below, last = network.params.decoder
    steep = below._replace(W=30 * below.W), last
    network = network._replace(params=network.params._replace(decoder=steep))
    reference = latent_posterior.encode(network, images.train)
    # Digits 2 and 6 alone have codes: those left of 1 and those right of it.
    x = np.where(np.arange(200) % 2, -50.0, 52.0)
    reference = reference._replace(mu=np.stack([x, 0 * x], axis=1))
    where = images._replace(train_labels=np.where(x < 0, 2, 6))
    found = latent_prior.fractions_of_grid(network, reference, where)
    fraction = found["fraction of the grid, by codes"]
    assert fraction[2] == np.mean(z[:, 0] < 1) and fraction[6] == 1 - fraction[2]
    by_images = latent_posterior.recognised(latent_posterior.decoded(network, z), where)
    assert found["fraction of the grid, by images"][2] == np.mean(by_images == 2)


def test_a_decoder_that_ignores_its_codes_draws_one_image(network, images):
    odds = np.where(np.arange(784) < 100, 5.0, -5.0).astype(np.float32)
    below, last = network.params.decoder
    params = network.params._replace(decoder=(below, last._replace(W=0 * last.W, b=odds)))
    stuck = network._replace(params=params)
    reference = latent_posterior.encode(stuck, images.train)
    table = latent_prior.distances_to_images(stuck, reference, images)
    differ = ((odds > 0) != images.x).sum(axis=1)
    assert table["prior sample to nearest image"] == differ.min()
    assert table["image to nearest prior sample"] == pytest.approx(differ.mean())
    assert table["reconstruction to nearest image"] == differ.min()


def test_the_circle_holds_its_part_of_the_prior(network, images):
    q = latent_posterior.encode(network, images.x)
    z = np.random.default_rng(8).standard_normal((2000, 2))
    table = latent_prior.spread_of_codes(q._replace(mu=3 * z))
    # 3 z lies within the radius r with probability 1 - exp(-r^2 / 18) = 1 - 0.01^(1/9)
    expected = 1 - 0.01 ** (1 / 9)
    assert abs(table["means where 99% of the prior lie"] - expected) < 5 * (0.24 / 2000) ** 0.5
    assert table["deviation of the means"] == pytest.approx(np.sqrt((3 * z).var(axis=0).mean()))


def test_the_most_confused_pairs_are_fractions_of_the_images_of_both():
    labels, said = np.array([4, 9, 9, 4, 2]), np.array([9, 4, 9, 9, 3])
    table = measures.confusions(labels, said)
    assert table[4, 9] == 3 and table[2, 3] == 1 and table.sum() == 4
    table[4, 9], table[2, 3], table[1, 2] = 10, 0, 9
    labels = np.concatenate([np.repeat([4, 9, 1, 2], [90, 10, 15, 15]), np.arange(10)])
    first, second = latent_space.most_confused(table, labels)[:2]
    assert first == {"digits": [1, 2], "fraction of both": 9 / 32}
    assert second == {"digits": [4, 9], "fraction of both": 10 / 102}


def test_the_latent_space_is_measured_as_the_record_has_it():
    numbers = latent_space.measure()
    assert shape(numbers) == shape(record.read("latent_space").numbers)
    free, one = numbers["weight of the KL"]
    assert (free["beta"], one["beta"]) == (0, 1)
    table, counts = numbers["digits"]["short"], np.array(numbers["images of each digit"])
    assert one["accuracy"]["mean"] == table["accuracy, all"]["mean"]
    for name in ("cost", "KL"):
        in_all = table[name]["mean"] @ counts / counts.sum()
        assert one[name]["mean"] == pytest.approx(in_all, rel=1e-12)
    images = latent_posterior.load_images(read(FREE[0].folder, vae.train).settings)
    kl = [latent_posterior.encode(read(r.folder, vae.train), images.x).kl.mean() for r in FREE]
    assert free["KL"]["mean"] == pytest.approx(np.mean(kl))


MODULES = figures.tanh_vae, figures.tanh_vae_curves, figures.latent_space


@pytest.fixture
def shown():
    return read(LONG[0].folder, vae.train)


@pytest.mark.parametrize("drawing", [d for m in MODULES for d in m.DRAWINGS], ids=lambda d: d.name)
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
    shown = read(runs[0].folder, vae.train)
    whole = images_of(DATA, shown.settings)
    labels = (DATA.train_labels, DATA.train_labels[300:], DATA.test_labels)
    for count in (120, 1000):  # no more than there are
        parts = figures.tanh_vae.first_images(shown, DATA, count)
        for part, name, labelled in zip(parts, whole, labels, strict=True):
            grey = whole[name][:count]
            assert part.name == name and np.array_equal(part.labels, labelled[: len(grey)])
            assert set(np.unique(part.x)) == {0, 1}
            assert not part.x[grey == 0].any() and part.x[grey == 1].all()
            if shown.settings.pixels != "once":
                assert not np.array_equal(part.x, grey >= 0.5)


def test_ellipses_stand_where_the_encoder_puts_the_images(shown):
    figure = figures.tanh_vae.posteriors(shown, DATA)
    pixels(figure)  # which settles the axes
    parts = figures.tanh_vae.first_images(shown, DATA, figures.tanh_vae.SHOWN)
    for axes, part in zip(figure.axes, parts, strict=True):
        assert axes.get_title() == f"{len(part.x)} {part.name} images"
        (drawn,) = axes.collections
        mu, logvar, _ = encode(part.x, shown.params, "tanh")
        assert np.allclose(drawn.get_offsets(), mu)
        sizes = np.stack([drawn.get_widths(), drawn.get_heights()], axis=1)
        assert np.allclose(sizes / 2, np.exp(logvar / 2))
        radii = axes.transData.transform(mu + sizes / 2) - axes.transData.transform(mu)
        assert np.allclose(drawn.get_transform().transform(sizes / 2), radii)  # on the screen
        assert drawn.get_offset_transform() == axes.transData
        colours = [to_rgb(TEN[digit]) for digit in part.labels]
        assert np.allclose(np.array(drawn.get_facecolor())[:, :3], colours)
        low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
        assert (mu - sizes / 2 >= low).all() and (mu + sizes / 2 <= high).all()  # none is cut off
        assert axes.get_aspect() == 1


def test_each_image_stands_above_its_reconstruction(shown):
    screen = pixels(figures.tanh_vae.reconstructions(shown, DATA))
    for i, part in enumerate(figures.tanh_vae.first_images(shown, DATA, 20)):
        found = tiles(screen, 144, 94 + 225 * i, 3, (2, 20))
        assert close(found[0], part.x)
        assert close(found[1], decoded(shown, encode(part.x, shown.params, "tanh")[0]))


def test_samples_are_black_and_white_and_have_the_means_beside_them(shown):
    # A decoder to which codes matter more than after two epochs.
    below, last = shown.params.decoder
    steep = below._replace(W=8 * below.W), last
    shown = shown._replace(params=shown.params._replace(decoder=steep))
    screen = pixels(figures.tanh_vae.prior_samples(shown, DATA))
    left, right = (tiles(screen, x, 115, 5, (4, 5)).reshape(20, 28, 28) for x in (50, 870))
    z = stream(0, "figure prior").standard_normal((20, 2), dtype=np.float32)
    p = decoded(shown, z).astype(np.float64)
    assert close(left, p)
    assert set(np.unique(right)) == {0, 1}
    ink = 1 - right.reshape(20, 784)
    # The same codes in the same places: the log-likelihood is about what these means expect.
    expected = (p * np.log(p) + (1 - p) * np.log(1 - p)).sum(axis=1)
    spread = np.sqrt((p * (1 - p) * np.log(p / (1 - p)) ** 2).sum(axis=1))
    found = (ink * np.log(p) + (1 - ink) * np.log(1 - p)).sum(axis=1)
    assert np.abs((found - expected) / spread).max() < 5.5


def test_the_grid_spans_the_codes_of_training_images(shown):
    screen = pixels(figures.tanh_vae.grid(shown, DATA))
    mu, _, _ = encode(figures.tanh_vae.first_images(shown, DATA, 5000)[0].x, shown.params, "tanh")
    low, high = mu.min(axis=0), mu.max(axis=0)
    found = tiles(screen, 100, 50, 2, (20, 20), gap=0)
    for row, column in ((0, 0), (0, 19), (19, 0), (19, 19), (7, 12)):
        z = low + (high - low) * np.array([column, 19 - row]) / 19
        assert close(found[row : row + 1, column], decoded(shown, z[None]))


def test_costs_are_those_of_the_run_and_of_the_assignment(shown):
    figure = figures.tanh_vae_curves.costs_beside(shown, DATA)
    tenth = {"cost": 9213.6939, "nll": 8997.1585, "kl": 216.5354}  # sums over a batch
    for axes, (part, value) in zip(figure.axes, tenth.items(), strict=False):
        train, validation, there = axes.get_lines()
        assert list(train.get_ydata()) == shown.series(f"train_{part}")
        assert list(validation.get_ydata()) == shown.series(f"validation_{part}")
        assert validation.get_linestyle() == "--" and "validation" in validation.get_label()
        points = dict(zip(there.get_xdata(), there.get_ydata(), strict=True))
        assert 1 not in points and points[10] == value / 50
    cost, nll, kl = tanh_vae.printed_costs().values()
    assert np.allclose(np.add(nll, kl), cost, rtol=0, atol=0.005)
    ours, there = (line.get_ydata() for line in figure.axes[3].get_lines())
    first, last = shown.series("validation_cost")
    assert list(ours) == [first / last, 1]
    assert there[0] == 355722.7557 / 304218.1616 and there[19] == 1


def test_bars_and_points_are_those_of_the_record():
    table = record.read("latent_space").numbers["digits"]["short"]
    figure = figures.latent_space.digit_by_digit([], DATA)
    accuracy = [bar.get_height() for bar in figure.axes[2].patches]
    assert accuracy == table["accuracy"]["mean"]
    nll, kl = np.reshape(figure.axes[0].patches, (2, 10))
    assert [bar.get_y() for bar in kl] == [bar.get_height() for bar in nll]
    assert np.allclose([b.get_y() + b.get_height() for b in kl], table["cost"]["mean"])
    points = [line.get_xydata()[0] for line in figure.axes[5].get_lines()]
    expected = table["fraction of the grid, by codes"]["mean"], table["deviance explained"]["mean"]
    assert np.allclose(points, np.transpose(expected))


def test_costs_of_single_images_stand_against_their_posteriors():
    shown = read(ONCE[0].folder, vae.train)
    q = latent_posterior.encode(shown, latent_posterior.load_images(shown.settings).x)
    figure = figures.latent_space.posterior_and_cost([shown], DATA)
    for axes, x in zip(figure.axes, (q.logvar.mean(axis=1), np.hypot(*q.mu.T)), strict=True):
        found = np.array(axes.collections[0].get_offsets())
        assert np.allclose(found[found[:, 1].argsort()].T, (x[q.nll.argsort()], np.sort(q.nll)))


def test_rows_of_prior_samples_are_decoded_by_their_own_networks():
    runs = [read(run.folder, vae.train) for run in (FREE[0], ONCE[0])]
    figure = figures.latent_space.kl_weights(runs, DATA)
    (picture,) = figure.axes[5].images
    z = stream(0, "figure prior").standard_normal((figures.latent_space.DRAWN, 2))
    for i, run in enumerate(runs):
        expected = paper(decoded(run, z), (28, 28))
        assert np.allclose(picture.get_array()[29 * i : 29 * i + 28, :28], expected[0], atol=1e-6)
