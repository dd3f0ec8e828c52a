"""Dense and convolutional VAEs, likelihoods, sample counts: what is measured, on tiny trainings."""

import math
from dataclasses import replace

import numpy as np
import pytest

import training.images
import training.parallel
import vae.train
from autograd_lite.ops import sigmoid
from data.pixels import to_unit
from experiments import conv_vae, dense_vae, dense_vae_curves, likelihoods, measures, sample_count
from experiments.record import read
from tests.small_runs import make, parsed
from tests.small_vaes import DATA, network, shape
from training.parallel import Training
from training.trained import read as read_run
from vae.densities import gaussian_nll
from vae.elbo import kl_diag_gaussian
from vae.mlp import decode, encode
from vae.train import Settings, evaluate

TINY = "--data digits --images 100 --epochs 3 --hidden 8 --batch-size 20 --learning-rate 0.003"
SEEDS = (0, 1)
MODULES = {
    "dense_vae": dense_vae, "dense_vae_curves": dense_vae_curves, "conv_vae": conv_vae,
    "likelihoods": likelihoods, "sample_count": sample_count,
}  # fmt: skip


def tiny(label, model, options):
    """The same training, but quick: of an option that is there twice the last one counts."""
    more = TINY if "--validation 0" in " ".join(options) else f"{TINY} --validation 60"
    return Training(label, model, (*options, *more.split()))


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    """The experiments measure tiny networks of two seeds, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", tmp_path_factory.mktemp("vae"))
        for module in (training.images, *MODULES.values()):
            patch.setattr(module, "load", lambda choice: DATA)
        for module in MODULES.values():
            patch.setattr(module, "SEEDS", SEEDS)
            patch.setattr(module, "Training", tiny, raising=False)
            one_by_one = lambda parts: [p.function(*p.arguments) for p in parts]  # noqa: E731
            patch.setattr(module, "compute", one_by_one, raising=False)
        for name, value in {"PAIRS": 3, "ROUNDS": 1, "STEPS": 1, "BATCH": 5}.items():
            patch.setattr(sample_count, name, value)
        asked = [dense_vae.training(*of, s) for of in KINDS for s in SEEDS]
        asked += [likelihoods.training(name, s) for name in likelihoods.LIKELIHOODS for s in SEEDS]
        asked += [sample_count.training(K, s) for K in sample_count.SAMPLES for s in SEEDS]
        for one in [*asked, *map(conv_vae.training, SEEDS), conv_vae.whole()]:
            make(one)
        yield


KINDS = [(likelihood, codes) for likelihood in dense_vae.EPOCHS for codes in dense_vae.CODES]


@pytest.fixture(scope="module")
def numbers():
    return {name: module.measure() for name, module in MODULES.items()}


@pytest.mark.parametrize("name", MODULES)
def test_the_record_has_the_form_that_is_measured(name, numbers):
    assert shape(numbers[name]) == shape(read(name).numbers)


def runs_of(plan, *args):
    return [read_run(plan(*args, seed).folder, vae.train) for seed in SEEDS]


def use_for_tests(monkeypatch, module, images):
    monkeypatch.setattr(module, "load", lambda choice: DATA._replace(test_images=images))


def test_a_cost_is_the_mean_over_seeds_on_the_test_images(numbers):
    rows = {(row["likelihood"], row["codes"]): row for row in numbers["dense_vae"]}
    assert list(rows) == KINDS
    row, x = rows["squared", 8], to_unit(DATA.test_images)
    runs = runs_of(dense_vae.training, "squared", 8)
    parts = np.array([evaluate(run.params, x, run.settings) for run in runs])
    costs = parts.sum(axis=1)
    assert np.allclose(row["each seed"], costs, rtol=1e-12)
    found = [row[name] for name in ("cost", "spread", "nll", "kl")]
    assert np.allclose(found, [costs.mean(), costs.std(ddof=1), *parts.mean(axis=0)], rtol=1e-12)
    assert row["source"] == 29.62 and rows["bernoulli", 8]["source"] is None
    for row in (*rows.values(), *read("dense_vae").numbers):
        kl = [sum(units["KL [nats/image]"]) for units in row["code units of each seed"]]
        assert np.mean(kl) == pytest.approx(row["kl"], rel=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_code_units_are_told_the_most_used_first(activation):
    run, x = network(4, activation=activation, silent=2), to_unit(DATA.test_images)
    mu, logvar, _ = encode(x, run.params, activation)
    found = dense_vae.code_units(run, x)
    variances = mu.astype(float).var(axis=0)
    order = np.argsort(-variances)
    assert order[-1] == 2 and found["active"] == 3
    assert np.allclose(found["variance of the mean"], variances[order])
    kl = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).mean(axis=0)
    assert np.allclose(found["KL [nats/image]"], kl[order], rtol=1e-4)
    assert np.isclose(sum(found["KL [nats/image]"]), kl_diag_gaussian(mu, logvar).mean())


def test_active_units_are_those_whose_mean_varies():
    mu = np.random.default_rng(0).standard_normal((4000, 3)) * [0.11, 0.09, 0] + [0, 5, 7]
    assert measures.active_units(mu).tolist() == [True, False, False]
    constant = np.full((100_000, 2), 3000.3, np.float32)
    assert not measures.active_units(constant).any()  # summed in float64


def test_a_curve_of_the_training_images_is_that_of_the_training(monkeypatch):
    use_for_tests(monkeypatch, dense_vae_curves, DATA.train_images[:100])
    found = dense_vae_curves.curve(8, 1)
    assert found["test"] == found["train"] and len(set(found["test"])) == 3
    run = runs_of(dense_vae.training, "squared", 8)[1]
    whole = sum(evaluate(run.params, to_unit(DATA.train_images), run.settings))
    assert found[dense_vae_curves.ALL] == whole != found["train"][-1]


def test_the_best_epoch_is_that_of_the_lowest_cost_on_the_first_test_images(monkeypatch):
    more = np.concatenate([DATA.train_images[:100], DATA.test_images])  # of which 100 count
    use_for_tests(monkeypatch, conv_vae, more)
    monkeypatch.setattr(conv_vae, "FIRST", 100)
    found = conv_vae.curve(1)
    first, second, third = found["train"]
    assert found["test"] == found["train"] and third < second < first
    curves = dense_vae_curves
    load = curves.load_params
    swapped = {1: 1, 2: 3, 3: 2}
    monkeypatch.setattr(dense_vae_curves, "load_params", lambda f, e, p: load(f, swapped[e], p))
    found = conv_vae.curve(1)
    assert found["test"] == [first, third, second]
    assert (found["best"], found["best epoch"], found["last"]) == (third, 2, second)


def test_the_epoch_is_chosen_on_validation_and_its_snapshot_is_tested(monkeypatch):
    run, name = read_run(conv_vae.whole().folder, vae.train), "validation_cost [nats/image]"
    before = run.series("validation_cost")
    rows = [row | {name: cost} for row, cost in zip(run.rows, (3.0, 1.0, 2.0), strict=True)]
    monkeypatch.setattr(conv_vae, "read", lambda *of: run._replace(rows=rows))
    use_for_tests(monkeypatch, conv_vae, DATA.train_images[100:])  # the validation images
    monkeypatch.setattr(conv_vae, "FIRST", 10)
    found = conv_vae.chosen()
    assert found["validation"] == [3.0, 1.0, 2.0] and found["best epoch"] == 2
    assert (found["best"]["validation"], found["last"]["validation"]) == (1.0, 2.0)
    assert (found["best"]["test"], found["last"]["test"]) == (before[1], before[2])
    use_for_tests(monkeypatch, conv_vae, DATA.train_images[100:110])
    again = conv_vae.chosen()["last"]
    assert again["test"] == found["last"]["first test images"] != found["last"]["test"]


def test_the_whole_set_keeps_images_for_validation_and_has_the_settings_of_the_few():
    whole, *few = (parsed(Settings, *one.options) for one in conv_vae.EXPERIMENT.trainings)
    assert whole.validation == 5000
    assert few == [replace(whole, validation=0, images=10_000, seed=seed) for seed in range(3)]


@pytest.mark.parametrize("beta", [1.0, 0.1, 3.0])
def test_squared_error_as_a_density_is_the_gaussian_of_variance_half_beta(beta):
    draw = np.random.default_rng(4)
    logits, x = draw.standard_normal((3, 7)), draw.random((3, 7))
    squared = ((1 / (1 + np.exp(-logits)) - x) ** 2).sum(axis=1)
    fixed = np.full((3, 1), math.log(beta / 2))
    expected = gaussian_nll(np.concatenate([logits, fixed], axis=1), x)
    settings = Settings(likelihood="squared", beta=beta)
    found = [likelihoods.density(value, settings, 7) for value in squared]
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert likelihoods.density(5.0, Settings(likelihood="laplace"), 7) == 5.0
    assert likelihoods.density(5.0, Settings(likelihood="bernoulli"), 7) is None


@pytest.mark.parametrize("likelihood", ["squared", "gaussian"])
def test_errors_are_of_the_decoded_means_and_leave_scales_out(likelihood):
    run, x = network(3, likelihood=likelihood, silent=1), to_unit(DATA.test_images[:20])
    mu, _, _ = encode(x, run.params, "tanh")
    logits = decode(mu, run.params, "tanh")[0][:, :784].astype(np.float64)
    error = sigmoid(logits) - x
    found = likelihoods.measured(run, x)
    assert found["squared error [1/image]"] == pytest.approx((error**2).sum(axis=1).mean(), 1e-5)
    assert found["absolute error [1/image]"] == pytest.approx(np.abs(error).sum(1).mean(), 1e-5)
    assert found["active units"] == 2
    nll, kl = evaluate(run.params, x, run.settings)
    both = likelihoods.density(float(nll), run.settings, 784) + kl
    assert (found["KL [nats/image]"], found["cost as a density [nats/image]"]) == (kl, both)


def test_each_likelihood_is_measured_on_its_own_networks(numbers):
    rows = {row["likelihood"]: row for row in numbers["likelihoods"]}
    assert list(rows) == list(likelihoods.LIKELIHOODS)
    for name, (likelihood, beta) in likelihoods.LIKELIHOODS.items():
        runs = runs_of(likelihoods.training, name)
        assert {(r.settings.likelihood, r.settings.beta) for r in runs} == {(likelihood, beta)}
        held_out = to_unit(DATA.train_images[-60:])
        expected = measures.over_seeds([likelihoods.measured(run, held_out) for run in runs])
        assert rows[name] == {"likelihood": name, **expected}
    assert rows["Bernoulli"]["cost as a density [nats/image]"]["mean"] is None


def test_the_trace_is_that_of_the_covariance_and_its_error_is_honest():
    draw, scales = np.random.default_rng(7), np.array([0.5, 1.0, 2.0])

    def one():
        return (5 + scales * draw.standard_normal(3), 3 * draw.standard_normal((2, 1)))

    def estimate():
        return sample_count.trace_of_covariance((one(), one()) for _ in range(50))

    values, errors = np.array([estimate() for _ in range(400)]).T
    exact = (scales**2).sum() + 2 * 9
    assert abs(values.mean() - exact) < 5 * values.std() / 20
    assert errors.mean() == pytest.approx(values.std(), rel=0.12)


def test_the_noise_of_the_gradient_falls_as_one_over_the_samples(monkeypatch):
    monkeypatch.setattr(sample_count, "PAIRS", 150)
    run, x = network(3), to_unit(DATA.train_images)

    def variance(K, same_batch):
        return sample_count.trace_of_covariance(sample_count.draws(run, x, K, same_batch, 0))

    (one, error), (five, error_of_five) = variance(1, True), variance(5, True)
    assert abs(one - 5 * five) < 5 * math.hypot(error, 5 * error_of_five)
    in_all, _ = variance(5, False)
    assert one > 2 * five and in_all > 2 * five  # the images vary too


def test_costs_times_and_variances_stand_in_the_row_of_their_sample_count(numbers, monkeypatch):
    x = to_unit(DATA.train_images[:100])
    for row, K in zip(numbers["sample_count"], (1, 2, 5, 10), strict=True):
        runs = runs_of(sample_count.training, K)
        assert row["samples"] == K and {run.settings.samples for run in runs} == {K}
        last = [run.series("validation_cost")[-1] for run in runs]
        assert row[sample_count.COST]["mean"] == pytest.approx(np.mean(last))
        one_sample = list(zip(runs_of(sample_count.training, 1), SEEDS, strict=True))
        for name, same_batch in ((sample_count.NOISE, True), (sample_count.TOTAL, False)):
            pairs = [sample_count.draws(run, x, K, same_batch, s) for run, s in one_sample]
            found = [sample_count.trace_of_covariance(pair) for pair in pairs]
            assert found == list(zip(row[name], row[f"{name}: standard error"], strict=True))
    monkeypatch.setattr(sample_count, "step_times", lambda: [[2, 2, 5], *3 * [[4, 6, 20]]])
    assert [row[sample_count.TIME] for row in sample_count.measure()] == [1, 3, 3, 3]
