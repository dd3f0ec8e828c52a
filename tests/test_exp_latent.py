"""The tanh VAE and its latent space: what is measured, against definitions and on tiny runs."""

import numpy as np
import pytest

import vae.train
from autograd_lite.losses import bernoulli_nll
from autograd_lite.ops import sigmoid
from data.pixels import to_unit
from experiments import (
    latent_posterior,
    latent_prior,
    latent_space,
    measures,
    record,
    tanh_networks,
    tanh_vae,
    tanh_vae_curves,
)
from tests.small_runs import same_bits
from tests.small_vaes import shape
from tests.tanh_runs import DATA, FREE, LONG, ONCE, made_in
from training.images import training_images
from training.run import RunError
from training.streams import stream
from training.trained import read
from vae.elbo import kl_diag_gaussian
from vae.mlp import decode, encode
from vae.objective import Costs
from vae.train import Settings, evaluate
from vae.weights import load_weights, read_weights


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    with made_in(tmp_path_factory.mktemp("latent")) as folder:
        yield folder


@pytest.fixture
def network():
    return read(ONCE[0].folder, vae.train)


@pytest.fixture
def images(network):
    return latent_posterior.load_images(network.settings)


# --- the tanh VAE ---


def test_pixels_binarised_once_are_those_of_the_training():
    drawn = []
    for seed in range(2):
        settings = Settings(images=200, validation=150, pixels="once", seed=seed)
        parts = tanh_networks.images(DATA, settings)
        seen = training_images("digits", 200, 150, once=seed)
        assert np.array_equal(parts["training"], seen.train)
        assert np.array_equal(parts["validation"], seen.validation)
        assert all(set(np.unique(x)) == {0, 1} for x in parts.values())
        drawn.append(parts)
    assert np.array_equal(drawn[0]["test"], drawn[1]["test"])  # the same for all seeds
    assert not np.array_equal(drawn[0]["training"], drawn[1]["training"])


def test_pixels_binarised_afresh_are_left_grey():
    parts = tanh_networks.images(DATA, Settings(validation=150, pixels="stochastic"))
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
    parts = tanh_networks.images(DATA, network.settings)
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


def test_rows_have_the_mean_and_the_spread_over_seeds():
    costs = [{"test": Costs(np.array(nll), np.array(kl))} for nll, kl in ((170.0, 4.0), (173, 5))]
    (row,) = tanh_vae.rows("short", costs)
    assert (row["cost"], row["nll"], row["kl"]) == (176, 171.5, 4.5)
    assert row["each seed"] == [174, 178] and np.isclose(row["spread"], np.sqrt(8))
    assert (row["network"], row["images"]) == ("short", "test")
    assert tanh_vae.rows("long", costs[:1])[0]["spread"] is None


def test_weights_are_kept_and_cost_what_they_did(tmp_path, monkeypatch):
    network = read(LONG[0].folder, vae.train)
    x = tanh_networks.images(DATA, network.settings)["validation"]
    found = tanh_vae.keep_weights(network, x, tmp_path / "new" / "w.npz")
    assert same_bits(read_weights(tmp_path / "new" / "w.npz"), network.params)
    cost = network.rows[-1]["validation_cost [nats/image]"]
    assert found["validation cost"] == found["of the file"] == cost

    def spoilt(path, like):
        return load_weights(path, like)._replace(b3=like.b3 + 1)

    monkeypatch.setattr(tanh_vae, "load_weights", spoilt)
    with pytest.raises(RunError, match=r"w\.npz costs \d+\.\d+ nats an image; expected \d+\.\d+"):
        tanh_vae.keep_weights(network, x, tmp_path / "w.npz")


def test_all_networks_are_measured(place):
    numbers = tanh_vae.measure()
    table = numbers["networks"]
    assert [row["network"] for row in table] == ["once"] * 4 + ["long"] * 4
    assert [len(row["each seed"]) for row in table] == [2] * 4 + [1] * 4
    costs = [tanh_vae.costs_of(read(run.folder, vae.train), DATA) for run in ONCE]
    assert table[2]["cost"] == np.mean([sum(parts["test"]) for parts in costs])
    assert (place / "weights" / "long.npz").exists()
    there = record.read("tanh_vae").numbers
    assert shape(numbers) == shape(there) and numbers["source"] == there["source"]


def test_the_printed_parts_add_up_to_the_printed_cost():
    printed = tanh_vae.printed_costs()
    cost, nll, kl = (np.array(printed[name]) for name in ("cost", "nll", "kl"))
    assert len(cost) == 20 and round(cost[-1], 1) == 182.6
    assert np.abs(nll + kl - cost).max() < 0.005


def test_every_epoch_stands_beside_the_assignments():
    numbers = tanh_vae_curves.measure()
    series = [read(run.folder, vae.train).series("validation_kl") for run in ONCE]
    assert numbers["validation_kl"]["mean"] == np.mean(series, axis=0).tolist()
    there = record.read("tanh_vae_curves").numbers
    assert shape(numbers) == shape(there)
    final = record.read("tanh_vae").numbers["networks"][0]  # on another number of threads
    assert there["train_cost"]["mean"][-1] == pytest.approx(final["cost"], rel=1e-6)


# --- the five questions ---


def test_images_are_binary_and_carry_their_own_labels(images):
    assert set(np.unique(images.x)) == {0, 1} and len(images.x) == 150 and len(images.train) == 200
    np.testing.assert_array_equal(images.labels, DATA.train_labels[300:])
    np.testing.assert_array_equal(images.train_labels, DATA.train_labels[:200])
    grey = to_unit(DATA.train_images)
    assert (grey[300:][images.x == 1] > 0).all() and (grey[:200][images.train == 1] > 0).all()


def test_costs_by_digit_add_up_and_the_mean_image_costs_what_independent_pixels_do(network, images):
    q = latent_posterior.encode(network, images.x)
    row = latent_posterior.reconstruction_by_digit(network, q, images)
    counts = np.bincount(images.labels, minlength=10)
    for name in ("cost", "reconstruction", "KL", "reconstructions recognised"):
        assert row[name] @ counts / counts.sum() == pytest.approx(row[f"{name}, all"])
    np.testing.assert_allclose(row["cost"], row["reconstruction"] + row["KL"])
    of, error = (q.nll + q.kl)[images.labels == 3], row["standard error of the cost"][3]
    assert row["cost"][3] == pytest.approx(of.mean())
    assert error == pytest.approx(of.std(ddof=1) / len(of) ** 0.5)
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
    one = images._replace(train=images.x, train_labels=images.labels)
    assert (recognised(images.x, one) == images.labels).mean() > 0.8


def test_correlations_are_taken_within_digits(network, images):
    q = latent_posterior.encode(network, images.x)
    # Within every digit the cost rises with the variance, over all digits it falls.
    place = np.argsort(np.argsort(q.nll)) / len(q.nll)
    logvar = (place - 10 * images.labels)[:, None] * np.ones(2)
    nll = place + 20.0 * images.labels
    made = q._replace(nll=nll, kl=0 * nll, logvar=logvar)
    table = latent_posterior.posterior_and_cost(made, images)
    assert table["cost with mean log variance"] < -0.9
    np.testing.assert_allclose(table["cost with mean log variance, by digit"], 1)
    assert table["cost with mean log variance, mean within digits"] == pytest.approx(1)
    rho = measures.rank_correlation(nll, np.linalg.norm(q.mu, axis=1))
    assert table["reconstruction with |mu|"] == pytest.approx(rho)


def test_the_grid_is_square_and_its_fractions_are_of_its_codes(network, images):
    z = latent_prior.grid()
    assert len(z) == latent_prior.SIDE**2 == len(np.unique(z, axis=0))
    np.testing.assert_array_equal([z.min(axis=0), z.max(axis=0)], [[-3, -3], [3, 3]])
    network = network._replace(params=network.params._replace(W2=30 * network.params.W2))
    reference = latent_posterior.encode(network, images.train)
    # Digits 2 and 6 alone have codes: those left of 1 and those right of it.
    x = np.where(np.arange(200) % 2, -50.0, 52.0)
    reference = reference._replace(mu=np.stack([x, 0 * x], axis=1))
    where = images._replace(train_labels=np.where(x < 0, 2, 6))
    found = latent_prior.fractions_of_grid(network, reference, where)
    fraction = found["fraction of the grid, by codes"]
    assert fraction[2] == np.mean(z[:, 0] < 1) and fraction[6] == 1 - fraction[2]
    by_images = latent_posterior.recognised(latent_posterior.decoded(network, z), where)
    agree = by_images == np.where(z[:, 0] < 1, 2, 6)
    assert found["fraction of the grid on which both agree"] == agree.mean()


def test_a_decoder_that_ignores_its_codes_draws_one_image(network, images):
    odds = np.where(np.arange(784) < 100, 5.0, -5.0).astype(np.float32)
    params = network.params._replace(W3=0 * network.params.W3, b3=odds)
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
    table = numbers["digits"]["short"]
    for name in ("cost", "KL", "accuracy"):
        assert one[name]["mean"] == pytest.approx(table[f"{name}, all"]["mean"], rel=1e-12)
    images = latent_posterior.load_images(read(FREE[0].folder, vae.train).settings)
    kl = [latent_posterior.encode(read(r.folder, vae.train), images.x).kl.mean() for r in FREE]
    assert free["KL"]["mean"] == pytest.approx(np.mean(kl))
