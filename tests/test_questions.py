"""S7's questions and S8: measurements against definitions; commands and figures on tiny runs."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

import experiments.record
import training.images
import training.parallel
import vae.train
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments import latent_answers as answers
from experiments import latent_plane as plane
from experiments import latent_space as questions
from experiments import likelihoods
from experiments import measures as latent
from experiments import sample_count as samples
from experiments.runs import short
from figures.digits import one_of_each
from figures.likelihoods import deviations, measured
from figures.questions import ITEMS
from figures.style import paper
from training.command import begin
from training.follow import follow, train
from training.parallel import Training
from training.run import RunError, finished
from training.settings import SettingsError
from training.trained import Trained, read
from vae.densities import gaussian_nll, laplace_nll
from vae.mlp import decode, encode, init
from vae.networks import Dense
from vae.objective import gradient
from vae.train import Settings

TINY = "--data digits --images 120 --validation 200 --epochs 2 --hidden 8 --batch-size 40"


def some_digits():
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 400), *draw_digits(rng, 200))


DATA = some_digits()


def network(codes=2, likelihood="bernoulli", **options):
    """A network that was never trained, wide enough that its codes differ."""
    settings = Settings(
        data="digits", codes=codes, hidden=8, images=120, validation=200, pixels="once",
        likelihood=likelihood, **options,
    )  # fmt: skip
    return Trained(vae.train.start(settings, np.zeros((1, 784), np.float32)).params, settings, [])


@pytest.fixture
def images(monkeypatch):
    for module in (training.images, answers):
        monkeypatch.setattr(module, "load", lambda choice: DATA)
    return answers.images_of(network().settings)


# --- neighbours ---


@given(st.integers(0, 10**6), st.integers(1, 8))
def test_a_point_gets_the_most_frequent_digit_of_its_neighbours(seed, k):
    rng = np.random.default_rng(seed)
    points, reference, labels = rng.random((5, 2)), rng.random((9, 2)), rng.integers(0, 10, 9)
    for point, said in zip(points, latent.classify(points, reference, labels, k), strict=True):
        near = sorted(range(9), key=lambda j: math.dist(point, reference[j]))[:k]
        counts = [sum(labels[j] == digit for j in near) for digit in range(10)]
        assert counts[said] == max(counts)


def test_of_equally_frequent_digits_the_nearer_one_is_taken():
    reference = np.array([[1.0], [2.0], [3.0], [4.0]])
    for labels in ([7, 2, 2, 7], [2, 7, 7, 2]):
        said = latent.classify(np.zeros((1, 1)), reference, np.array(labels), 2)
        assert said == labels[0]
    # Ten votes: the weights that break ties may never overturn a majority.
    reference, labels = np.arange(1.0, 11)[:, None], np.array([3] * 4 + [8] + [1] * 5)
    assert latent.classify(np.zeros((1, 1)), reference, labels, 10) == 1


def test_distances_count_the_pixels_that_differ_whatever_is_done_at_a_time(monkeypatch):
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 2, (n, 30)).astype(np.float32) for n in (7, 4))
    differ = (a[:, None] != b).sum(axis=-1)
    np.testing.assert_array_equal(latent.squared_distances(a, b), differ)
    labels = np.arange(4)
    whole = latent.classify(a, b, labels, 1)
    np.testing.assert_array_equal(differ[range(7), whole], differ.min(axis=1))
    monkeypatch.setattr(latent, "AT_A_TIME", 3)
    np.testing.assert_array_equal(latent.nearest_distance(a, b), differ.min(axis=1))
    np.testing.assert_array_equal(latent.classify(a, b, labels, 1), whole)


def test_confusions_count_both_directions_once():
    labels, said = np.array([4, 9, 9, 4, 2]), np.array([9, 4, 9, 9, 3])
    table = latent.confusions(labels, said)
    assert table[4, 9] == 3 and table[2, 3] == 1 and table.sum() == 4


def test_most_confused_pairs_are_shares_of_the_images_of_both():
    table = np.zeros((10, 10))
    table[4, 9], table[1, 2] = 10, 9
    labels = np.repeat([4, 9, 1, 2], [90, 10, 15, 15])
    with np.errstate(invalid="ignore"):
        first, second = questions.confused(table, np.concatenate([labels, np.arange(10)]))[:2]
    assert first == {"digits": [1, 2], "share of both": 9 / 32}
    assert second == {"digits": [4, 9], "share of both": 10 / 102}


# --- ranks ---


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=12))
def test_ranks_are_mean_places(values):
    places = sorted(values)
    expected = [np.mean([i + 1 for i, v in enumerate(places) if v == value]) for value in values]
    np.testing.assert_allclose(latent.ranks(np.array(values)), expected, rtol=1e-15)


@given(st.permutations(range(8)))
def test_rank_correlation_is_spearmans_formula_where_no_values_are_equal(order):
    a, b = np.arange(8) ** 3.0, np.exp(order)  # monotone maps change no rank
    expected = 1 - 6 * sum((i - r) ** 2 for i, r in enumerate(order)) / (8 * (64 - 1))
    assert latent.rank_correlation(a, b) == pytest.approx(expected, abs=1e-14)
    assert latent.rank_correlation(a, -b) == pytest.approx(-expected, abs=1e-14)


def test_rank_correlation_with_equal_values_is_that_of_the_ranks():
    a, b = np.array([1, 2, 2, 3, 9]), np.array([2.0, 2.0, 1.0, 5.0, 4.0])
    expected = np.corrcoef([1, 2.5, 2.5, 4, 5], [2.5, 2.5, 1, 5, 4])[0, 1]
    assert latent.rank_correlation(a, b) == pytest.approx(expected, abs=1e-14)
    with pytest.raises(ValueError, match="all values are equal"):
        latent.rank_correlation(np.ones(4), np.arange(4))


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.5])
def test_the_standard_error_is_the_deviation_over_repetitions(slope):
    rng = np.random.default_rng(2)
    a = rng.standard_normal((2000, 60))
    b = slope * a + rng.standard_normal(a.shape)
    found = np.array([latent.rank_correlation(*pair) for pair in zip(a, b, strict=True)])
    stated = latent.rank_correlation_error(found.mean(), 60)
    assert stated == pytest.approx(found.std(), rel=0.08)  # of 2,000: 1.6 %; the formula: 5 %


def test_partial_rank_correlation_takes_a_common_cause_away():
    rng = np.random.default_rng(3)
    cause, a, b = rng.standard_normal((3, 20_000))
    assert latent.rank_correlation(a + cause, b + cause) > 0.45
    # Nearly: ranks of sums of normals are not quite linear in one another.
    assert abs(latent.partial_rank_correlation(a + cause, b + cause, cause)) < 0.03
    own = latent.rank_correlation(a, a + b)
    assert latent.partial_rank_correlation(a, a + b, cause) == pytest.approx(own, abs=0.01)


def test_over_seeds_keeps_numbers_and_lists():
    rows = [{"a": 1.0, "b": np.array([1, 2]), "c": None}, {"a": 3.0, "b": np.array([3, 2])}]
    table = latent.over_seeds(rows)
    assert table["a"] == {"mean": 2.0, "spread": pytest.approx(2**0.5)}
    assert table["b"] == {"mean": [2.0, 2.0], "spread": pytest.approx([2**0.5, 0])}
    assert table["c"] == {"mean": None, "spread": None}
    assert latent.over_seeds(rows[:1])["a"] == {"mean": 1.0, "spread": None}


# --- likelihoods ---


@pytest.mark.parametrize("beta", [1.0, 0.1, 3.0])
def test_squared_error_as_a_density_is_the_gaussian_of_variance_half_beta(beta):
    rng = np.random.default_rng(4)
    logits, x = rng.standard_normal((3, 7)), rng.random((3, 7))
    squared = ((1 / (1 + np.exp(-logits)) - x) ** 2).sum(axis=1)
    fixed = np.full((3, 1), math.log(beta / 2))
    expected = gaussian_nll(np.concatenate([logits, fixed], axis=1), x)
    settings = Settings(likelihood="squared", beta=beta)
    found = [likelihoods.density(value, settings, 7) for value in squared]
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert likelihoods.density(5.0, Settings(likelihood="laplace"), 7) == 5.0
    assert likelihoods.density(5.0, Settings(likelihood="bernoulli"), 7) is None


def test_beta_of_squared_error_is_a_fixed_variance_up_to_a_factor():
    """The claim on which the two fixed variances rest, for the whole gradient."""
    rng = np.random.default_rng(5)
    variance = 0.05
    wide = init(rng, 6, 5, 2, np.float64, scales=1)
    wide.W3[:, -1], wide.b3[-1] = 0, math.log(variance)  # a scale that depends on nothing
    narrow = wide._replace(W3=wide.W3[:, :-1], b3=wide.b3[:-1])
    x, eps = rng.random((4, 6)), rng.standard_normal((3, 4, 2))
    exact = gradient(x, eps, Dense(wide, "relu"), "gaussian")
    ours = gradient(x, eps, Dense(narrow, "relu"), "squared", beta=2 * variance)
    for name, a, b in zip(exact._fields, exact, ours, strict=True):
        a = a[..., :-1] if name in ("W3", "b3") else a
        np.testing.assert_allclose(a, b / (2 * variance), rtol=1e-10, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("likelihood", ["squared", "gaussian"])
def test_errors_are_of_the_decoded_means_and_leave_scales_out(likelihood):
    trained = network(codes=3, likelihood=likelihood)
    x = to_unit(DATA.test_images[:20])
    mu, _, _ = encode(x, trained.params)
    logits = decode(mu, trained.params)[0][:, :784].astype(np.float64)
    error = 1 / (1 + np.exp(-logits)) - x
    expected = (error**2).sum(axis=1).mean(), np.abs(error).sum(axis=1).mean()
    found = likelihoods.errors(trained.params, x, trained.settings)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_active_units_are_those_whose_mean_moves():
    trained = network(codes=3)
    still = trained.params.W_mu.copy()
    still[:, 1] = 0
    params = trained.params._replace(W_mu=still)
    x = to_unit(DATA.test_images[:50])
    assert likelihoods.measured(params, x, trained.settings)["active units"] == 2


def test_deviations_are_those_of_the_densities():
    rng = np.random.default_rng(6)
    scale = np.array([0.3])
    assert deviations(2 * np.log(scale), "gaussian") == pytest.approx(0.3)
    drawn = rng.laplace(0, 0.3, 200_000)
    assert deviations(np.log(scale), "laplace") == pytest.approx(drawn.std(), rel=0.02)
    # That this scale is the density's own: its mean cost is the entropy, 1 + log(2 scale).
    outputs = np.concatenate([np.zeros((len(drawn), 1)), np.full((len(drawn), 1), np.log(0.3))], 1)
    entropy = laplace_nll(outputs, 0.5 + drawn[:, None]).mean()
    assert entropy == pytest.approx(1 + math.log(0.6), rel=0.02)


# --- samples ---


def test_the_trace_is_that_of_the_covariance_and_its_error_is_honest():
    scales = np.array([0.5, 1.0, 2.0])

    def estimate(rng):
        def draw():
            return (5 + scales * rng.standard_normal(3), 3 * rng.standard_normal((2, 1)))

        return samples.trace_of_covariance((draw(), draw()) for _ in range(50))

    rng = np.random.default_rng(7)
    found = np.array([estimate(rng) for _ in range(400)])
    values, errors = found.T
    exact = (scales**2).sum() + 2 * 9
    assert abs(values.mean() - exact) < 5 * values.std() / 20
    assert errors.mean() == pytest.approx(values.std(), rel=0.12)


def test_the_noise_of_the_gradient_falls_as_one_over_m(monkeypatch):
    monkeypatch.setattr(samples, "PAIRS", 150)
    monkeypatch.setattr(samples, "BATCH", 5)
    params, x = network(codes=3).params, to_unit(DATA.train_images[:120])

    def variance(m, same_batch):
        return samples.trace_of_covariance(samples.draws(params, x, m, same_batch, 0))

    (one, error), (five, error_of_five) = variance(1, True), variance(5, True)
    assert abs(one - 5 * five) < 5 * math.hypot(error, 5 * error_of_five)
    assert one > 2 * five
    in_all, _ = variance(5, False)
    assert in_all > 2 * five  # the images vary too


def test_pairs_of_gradients_are_of_one_batch_or_of_two(monkeypatch):
    monkeypatch.setattr(samples, "PAIRS", 3)
    monkeypatch.setattr(samples, "BATCH", 5)
    params, x = network(codes=3).params, to_unit(DATA.train_images[:120])
    certain = params._replace(b_logvar=params.b_logvar - 80)  # no noise is left
    for a, b in samples.draws(certain, x, 1, True, 0):
        np.testing.assert_allclose(a.W3, b.W3, atol=1e-7)
    for a, b in samples.draws(certain, x, 1, False, 0):
        assert np.abs(a.W3 - b.W3).max() > 1e-3


# --- the five questions ---


def test_images_are_binary_and_carry_their_own_labels(images):
    assert set(np.unique(images.x)) == {0, 1} and len(images.x) == 200 and len(images.train) == 120
    np.testing.assert_array_equal(images.labels, DATA.train_labels[200:])
    np.testing.assert_array_equal(images.train_labels, DATA.train_labels[:120])
    grey = to_unit(DATA.train_images)
    assert (grey[200:][images.x == 1] > 0).all() and (grey[:120][images.train == 1] > 0).all()


def test_costs_by_digit_add_up_to_the_cost(images):
    trained = network()
    seen = answers.look(trained, images.x)
    row = answers.come_back(trained, seen, images)
    counts = np.bincount(images.labels, minlength=10)
    for name in ("cost", "reconstruction", "KL", "recognised"):
        assert row[name] @ counts / counts.sum() == pytest.approx(row[f"{name}, all"])
    np.testing.assert_allclose(row["cost"], row["reconstruction"] + row["KL"])
    of = seen.nll[images.labels == 3] + seen.kl[images.labels == 3]
    assert row["cost"][3] == pytest.approx(of.mean())
    error = row["standard error of the cost"][3]
    assert error == pytest.approx(of.std(ddof=1) / len(of) ** 0.5)
    # The noise of an image is averaged over samples, so the mean is that of the bound.
    assert row["cost, all"] == pytest.approx(seen.nll.mean() + seen.kl.mean())


def test_the_mean_image_costs_what_independent_pixels_cost(images):
    trained = network()
    row = answers.come_back(trained, answers.look(trained, images.x), images)
    p = np.clip(images.train.mean(axis=0, dtype=np.float64), 1e-3, 1 - 1e-3)
    of = images.x[images.labels == 5]
    expected = np.mean([-np.log(np.where(x == 1, p, 1 - p)).sum() for x in of])
    assert row["cost of the mean image"][5] == pytest.approx(expected)
    assert row["explained"][5] == pytest.approx(1 - row["reconstruction"][5] / expected)


def test_a_pale_image_is_recognised_as_its_dark_twin(images):
    np.testing.assert_array_equal(
        answers.recognise(0.2 * images.x, images), answers.recognise(images.x, images)
    )
    one = images._replace(train=images.x, train_labels=images.labels)
    assert (answers.recognise(images.x, one) == images.labels).mean() > 0.8


def test_correlations_are_taken_within_digits(images):
    trained = network()
    seen = answers.look(trained, images.x)
    # Within every digit the cost rises with the variance, over all digits it falls.
    place = np.argsort(np.argsort(seen.nll)) / len(seen.nll)
    logvar = (place - 10 * images.labels)[:, None] * np.ones(2)
    nll = place + 20.0 * images.labels
    table = answers.tell(seen._replace(nll=nll, kl=0 * nll, logvar=logvar), images)
    assert table["cost with mean log variance"] < -0.9
    np.testing.assert_allclose(table["cost with mean log variance, by digit"], 1)
    assert table["cost with mean log variance, mean within digits"] == pytest.approx(1)
    by = np.linalg.norm(seen.mu, axis=1)
    assert table["reconstruction with |mu|"] == pytest.approx(latent.rank_correlation(nll, by))


def test_the_grid_is_square_and_its_shares_are_of_its_codes(images):
    z = plane.grid()
    assert len(z) == plane.SIDE**2 == len(np.unique(z, axis=0))
    np.testing.assert_array_equal([z.min(axis=0), z.max(axis=0)], [[-3, -3], [3, 3]])
    trained = network()
    reference = answers.look(trained, images.train)
    # Digits 2 and 6 alone have codes: those left of 1 and those right of it.
    x = np.where(np.arange(120) % 2, -50.0, 52.0)
    reference = reference._replace(mu=np.stack([x, 0 * x], axis=1))
    where = images._replace(train_labels=np.where(x < 0, 2, 6))
    share = plane.shares_of_grid(trained, reference, where)["share of the grid, by codes"]
    assert share[2] == np.mean(z[:, 0] < 1) and share[6] == 1 - share[2]


def test_a_decoder_that_ignores_its_codes_draws_one_image(images):
    trained = network()
    odds = np.where(np.arange(784) < 100, 5.0, -5.0).astype(np.float32)
    stuck = trained.params._replace(W3=0 * trained.params.W3, b3=odds)
    trained = trained._replace(params=stuck)
    parts = [answers.look(trained, x) for x in (images.train, images.x)]
    table = plane.prior_and_images(trained, *parts, images)
    differ = ((odds > 0) != images.x).sum(axis=1)
    assert table["prior's image to nearest real"] == differ.min()
    assert table["real to nearest of the prior"] == pytest.approx(differ.mean())
    assert table["reconstruction to nearest real"] == differ.min()


def test_the_circle_holds_its_share_of_the_prior(images):
    trained = network()
    seen = answers.look(trained, images.x)
    z = np.random.default_rng(8).standard_normal((len(seen.mu), 2))
    drawn = seen._replace(mu=3 * z)
    table = plane.prior_and_images(trained, seen, drawn, images)
    # 3 z lies within the radius r with probability 1 - exp(-r^2 / 18) = 1 - 0.01^(1/9)
    expected = 1 - 0.01 ** (1 / 9)
    assert abs(table["codes in the circle of 99%"] - expected) < 5 * (0.24 / 200) ** 0.5
    assert table["spread of the codes"] == pytest.approx(np.sqrt((3 * z).var(axis=0).mean()))


# --- commands and figures, on tiny runs ---


def make_here(runs):
    """Makes runs in this process, as training.parallel.train_all does in others."""
    for one in runs:
        if not finished(one.folder):
            job = begin("test", Settings, "never", [*one.options, "--out", str(one.folder)])
            state = vae.train.start(job.settings, job.images.train)
            states = train(vae.train.step, state, job.images.train, job.settings)
            follow(job.run, state, [], states, job.images, job.settings, vae.train.measure)
            job.run.lock.close()


def tiny(plan):
    def planned(*args):
        one = plan(*args)
        return Training(one.label, one.model, (*one.options, *TINY.split()))

    return planned


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """All three commands have run, on drawn digits and tiny networks."""
    folder = tmp_path_factory.mktemp("questions")
    (folder / "results").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", folder / "runs")
        patch.setattr(experiments.record, "HERE", folder / "results")
        for module in (training.images, answers, likelihoods, samples):
            patch.setattr(module, "load", lambda choice: DATA)
        for module, name in (
            (likelihoods, "planned"), (samples, "planned"), (questions, "short"),
            (questions, "long"),
        ):  # fmt: skip
            patch.setattr(module, name, tiny(getattr(module, name)))
        for module in (likelihoods, samples, questions):
            patch.setattr(module, "train_all", make_here)
            patch.setattr(module, "SEEDS", (0, 1))
        patch.setattr(questions, "BETAS", (0.0, 1.0))
        for name, value in {"PAIRS": 3, "ROUNDS": 1, "STEPS": 1}.items():
            patch.setattr(samples, name, value)
        patch.setattr(samples, "on_one_thread", samples.step_times)
        likelihoods.main([])
        samples.main([])
        questions.main(["long"])
        yield folder


def test_the_commands_write_what_they_measured(place):
    rows = measured("likelihoods").numbers
    assert [row["likelihood"] for row in rows] == list(likelihoods.KINDS)
    trained = read(likelihoods.planned("Gaussian, variance 0.05", 1).folder, vae.train)
    assert trained.settings.likelihood == "squared" and trained.settings.beta == 0.1
    for row in rows[1:]:
        parts = (
            row[f"{part} [nats/image]"]["mean"] for part in ("reconstruction as a density", "KL")
        )
        assert row["cost as a density [nats/image]"]["mean"] == pytest.approx(sum(parts))
    assert rows[0]["cost as a density [nats/image]"]["mean"] is None
    rows = measured("samples").numbers
    assert [row["samples"] for row in rows] == [1, 2, 5, 10]
    assert all(len(row["gradient's variance in all"]) == 2 for row in rows)
    there = measured("questions").numbers
    assert set(there["digits"]) == {"short", "long"}
    assert [row["beta"] for row in there["weight of the KL"]] == [0, 1]
    record = json.loads((place / "results" / "questions.json").read_text())
    assert record["command"].startswith("python -m experiments.latent_space")


def test_the_sweep_at_weight_one_measures_the_networks_of_the_questions(place):
    there = measured("questions").numbers
    row, table = there["weight of the KL"][1], there["digits"]["short"]
    for ours, theirs in (("cost", "cost, all"), ("KL", "KL, all"), ("accuracy", "accuracy, all")):
        assert row[ours]["mean"] == pytest.approx(table[theirs]["mean"], rel=1e-12)


def test_an_unknown_argument_is_told():
    with pytest.raises(SettingsError, match="The argument is short; expected `long` or none"):
        questions.main(["short"])


def test_a_figure_without_its_numbers_says_which_command_makes_them(monkeypatch, tmp_path):
    monkeypatch.setattr(experiments.record, "HERE", tmp_path)
    with pytest.raises(
        RunError, match=r"samples.json cannot be read .*python -m experiments.sample_count"
    ):
        measured("samples")


@pytest.fixture(scope="module")
def drawn(place):
    """Every item, drawn from tiny runs."""
    make_here([tiny(short)("once", 0)])
    folders = {
        "s7-questions-posterior": [tiny(short)("once", 0).folder],
        "s7-questions-weights": [tiny(short)("once", 0, beta).folder for beta in (0.0, 1.0)],
        "s8-likelihoods": [likelihoods.planned(kind, 0).folder for kind in likelihoods.KINDS],
        "s8-samples": [samples.planned(m, 0).folder for m in samples.SAMPLES],
    }
    return {item.name: item.draw(folders.get(item.name, []), DATA) for item in ITEMS}


def screen(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


@pytest.mark.parametrize("name", [item.name for item in ITEMS])
def test_every_item_is_drawn(drawn, name):
    picture = screen(drawn[name])
    assert picture.std() > 10
    (item,) = (item for item in ITEMS if item.name == name)
    assert item.caption.endswith(".") and Path(item.name).name == item.name


def test_rows_of_digits_are_decoded_by_their_own_networks(drawn):
    picture = screen(drawn["s8-likelihoods"])
    x = to_unit(one_of_each(DATA))
    rows = [x]
    for kind in likelihoods.KINDS:
        trained = read(likelihoods.planned(kind, 0).folder, vae.train)
        mu, _, _ = encode(x, trained.params)
        logits = decode(mu, trained.params)[0][:, :784]
        rows.append(1 / (1 + np.exp(-logits)))
    for i, row in enumerate(rows):
        for j, tile in enumerate(paper(row)):
            top, left = 55 + 5 * 29 * i, 260 + 5 * 29 * j
            shown = picture[top + 2 : top + 140 : 5, left + 2 : left + 140 : 5]
            np.testing.assert_allclose(shown / 255, tile, atol=0.004)


def test_the_panel_of_variances_has_a_line_of_slope_minus_one(drawn):
    axes = drawn["s8-samples"].axes[0]
    (line,) = (one for one in axes.get_lines() if one.get_linestyle() == "--")
    m, value = line.get_data()
    np.testing.assert_allclose(value * m, value[0])
    noise = measured("samples").numbers[0]["gradient's variance of the noise"]
    assert value[0] == pytest.approx(np.mean(noise))


def test_the_cost_is_drawn_against_epochs_times_the_price_of_a_step(drawn):
    _, middle, right = drawn["s8-samples"].axes
    prices = [row["step, as a multiple of one sample's"] for row in measured("samples").numbers]
    for a, b, price in zip(middle.get_lines(), right.get_lines(), prices, strict=True):
        np.testing.assert_allclose(b.get_xdata(), price * a.get_xdata())
        np.testing.assert_array_equal(b.get_ydata(), a.get_ydata())
