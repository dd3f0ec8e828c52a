"""`python -m rbm likelihood`, `sample` and `export`, of machines whose answers are known."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from small_runs import spy_on

from grading.oracles import enumeration
from rbm import evaluate, likelihood, sample
from rbm.__main__ import main
from rbm.model import Params


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def a_machine(D=6, H=4, **other):
    rng = np.random.default_rng(0)
    arrays = {"W": rng.standard_normal((D, H)), "b": rng.standard_normal(D), "c": rng.random(H)}
    arrays |= other
    np.savez("machine.npz", **arrays)
    return Params(**arrays)


def images(D=(2, 3)):
    x = np.random.default_rng(1).integers(0, 2, (40, *D)).astype(np.uint8)
    np.savez("images.npz", x_train=x, x_test=x[:20])
    return x[:20].reshape(20, -1)


def measured(*options):
    main(["likelihood", "--params", "machine.npz", "--json", "found.json", *options])
    return json.loads(Path("found.json").read_text())


def test_a_strangers_machine_is_measured_exactly_and_by_chains(capsys):
    params, v = a_machine(), images()
    nothing = np.zeros(6, bool)
    log_Z = enumeration.log_marginal(np.zeros(6), nothing, *params)
    p = enumeration.joint(*params).sum(axis=1)[enumeration.numbers_of(v)]
    found = measured("--data", "images.npz", "--annealed", "--temperatures", "100")
    np.testing.assert_allclose(found["exact"]["log Z"], log_Z, rtol=1e-6)
    np.testing.assert_allclose(found["exact"]["log p"], np.log(p).mean(), rtol=1e-5)
    low, high = found["annealed"]["interval"]
    assert low <= log_Z <= high
    below = found["annealed"]["conservative log p"]
    assert below < found["exact"]["log p"] < below + 0.5
    assert "20 test images of images.npz" in capsys.readouterr().out


def test_without_data_there_is_log_Z_alone():
    a_machine(30, 27)
    found = measured("--temperatures", "20")
    assert "exact" not in found and "log p" not in found["annealed"]
    assert found["options"]["temperatures"] == 20


def test_a_few_effective_chains_are_warned_of(capsys):
    rng = np.random.default_rng(0)
    images((5, 6))
    options = "--data", "images.npz", "--temperatures", "5"
    a_machine(30, 27, W=9 * rng.standard_normal((30, 27)))
    measured(*options)
    assert "so few say little" in capsys.readouterr().out
    a_machine(30, 27, W=np.zeros((30, 27)))
    measured(*options)
    assert "so few" not in capsys.readouterr().out


def test_a_stopped_measurement_goes_on_from_its_blocks(monkeypatch):
    a_machine(30, 27)
    images((5, 6))
    options = "--data", "images.npz", "--temperatures", "20", "--images", "10"
    whole = measured(*options)
    blocks = sorted(evaluate.KEPT.rglob("*.npz"))
    assert [path.name for path in blocks] == ["forward-0.npz", "forward-50.npz", "reverse-0.npz"]
    blocks[1].write_bytes(blocks[1].read_bytes()[:100])
    runs = spy_on(monkeypatch, likelihood, "ais")
    assert measured(*options) == whole and len(runs) == 1
    other = measured(*options, "--seed", "1")  # these images are the same, the chains are not
    assert other["annealed"]["log Z"] != whole["annealed"]["log Z"]


def test_machines_that_are_none_get_one_sentence(refusal):
    ask = "likelihood", "--params", "machine.npz"
    a_machine(c=np.zeros(5))
    assert "expected W (D, H), b (D,) and c (H,)" in refusal(main, *ask)
    a_machine(b=np.full(6, np.nan))
    assert "b of machine.npz holds other than finite numbers" in refusal(main, *ask)
    a_machine(b=np.full(6, 1e40))
    assert "too large for float32" in refusal(main, *ask)
    np.savez("machine.npz", W=np.zeros((2, 3)))
    assert "there is no b in it" in refusal(main, *ask)
    a_machine(7)
    images()
    assert "7 pixels" in refusal(main, *ask, "--data", "images.npz")
    assert "expected FILE.npz" in refusal(
        main, "sample", "--params", "machine.npz", "--out", "no/x.npz"
    )
    a_machine()
    assert "a divisor" in refusal(main, "sample", "--params", "machine.npz", "--height", "4")
    Path("folder.json").mkdir()
    for name in ("no/x.json", "images.npz", "folder.json"):
        assert "expected FILE.json" in refusal(main, *ask, "--json", name)
    assert "likelihood" in refusal(main, "measure")


def test_samples_follow_the_machine_and_are_drawn_as_a_picture():
    """In 4,000 draws a mean of numbers in [0, 1] is off by 0.05 with a chance below 1e-8."""
    params = a_machine(W=2 * a_machine().W)
    p, states = enumeration.joint(*params).sum(axis=1), enumeration.states(6)
    pairs = (states.T * p) @ states  # of different pixels, independent given h
    for temperatures in ("1", "3"):
        many = "--count", "4000", "--sweeps", "20", "--temperatures", temperatures
        main(["sample", "--params", "machine.npz", *many])
        x = np.load("samples.npz")["images"]
        assert x.shape == (4000, 2, 3)
        rows = x.reshape(4000, 6)
        assert np.abs(rows.mean(axis=0) - p @ states).max() < 0.05
        assert np.abs((rows.T @ rows / 4000 - pairs)[~np.eye(6, dtype=bool)]).max() < 0.05
    picture = imread("samples.png")[..., 0]
    assert picture.shape == (63 * 3, 64 * 4)  # with a line after each image
    np.testing.assert_allclose(picture[:2, :3], 1 - x[0], atol=2 / 255)


def test_images_are_of_the_last_tempered_machine_which_is_the_one_asked_for(monkeypatch):
    copies = Params(80 * np.eye(3), np.full(3, -40.0), np.full(3, -40.0))
    ends = np.stack([np.zeros((2, 3)), np.ones((2, 3))])
    monkeypatch.setattr(sample, "tempered", lambda *_: ends)
    x = sample.images(np.random.default_rng(0), copies, np.zeros(3), 2, 1, 2)
    np.testing.assert_allclose(x, 1)


def test_what_is_exported_is_the_run_s_machine(monkeypatch):
    params = a_machine()
    monkeypatch.setattr(sample, "named_machine", lambda run, _: type("M", (), {"params": params}))
    main(["export", "a-run", "again.npz"])
    assert all((np.load("again.npz")[name] == getattr(params, name)).all() for name in "Wbc")
