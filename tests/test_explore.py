"""The page of the models, without a browser: what is packed, what is trained, what is written."""

import base64
import json
import math

import numpy as np
import pytest

from data.sets import DataSet
from explore import page
from explore.pack import digits, models, packed, planes, rounded
from explore.trainings import TABLE, training, trainings
from explore.vectors import MAKERS, vectors
from tests.small_runs import MODELS, parsed
from tests.small_runs import digits as drawn
from training.run import RunError


def first(label, data):
    """The parameters that a training of the page starts from."""
    run = training(label, data, quick=True)
    settings = parsed(MODELS[run.model].Settings, *run.options)
    images = np.zeros((settings.images, 784), np.float32)
    return MODELS[run.model].start(settings, images).params


@pytest.fixture(scope="module")
def arrays():
    data = drawn(30, 20)
    found = {label: rounded(first(label, data)) for label in TABLE}
    return models(found) | digits(data) | planes(found, data)


def unpacked(array):
    numbers = np.frombuffer(base64.b64decode(array["base64"]), np.dtype(array["type"]))
    return numbers.reshape(array["shape"])


def test_an_array_comes_back_as_it_was_rounded():
    x = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    half = rounded(x)
    assert half.dtype == np.float64
    assert 0 < abs(half - x).max() < 2e-3
    np.testing.assert_array_equal(unpacked(packed(half)), half)
    np.testing.assert_array_equal(unpacked(packed(x.T)), half.T)
    assert packed(np.arange(3))["type"] == "uint8"


def test_a_weight_that_float16_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="65504"):
        rounded((np.ones(2), np.array([1e5])))


def test_the_whole_is_smaller_than_six_megabytes(arrays):
    assert len(json.dumps({name: packed(array) for name, array in arrays.items()})) < 6e6


def test_names_are_those_that_the_page_asks_for(arrays):
    assert {"rbm.20.W", "rbm.100.b", "rbm.500.c", "gan.G.0.W", "gan.D.2.b"} <= arrays.keys()
    assert {"vae.2.encoder.1.W", "vae.16.mu.b", "vae.autoencoder.decoder.0.W"} <= arrays.keys()
    assert arrays["rbm.500.W"].shape == (784, 500)


def test_digits_to_pick_from_take_turns(arrays):
    data = drawn(30, 200)
    labels = digits(data)["digits.labels"]
    assert len(labels) == 60
    assert labels[:10].tolist() == list(range(10))
    without = data._replace(test_labels=None)
    assert digits(without)["digits.images"].shape == (60, 784)


@pytest.mark.parametrize("count", [60_000, 700, 3])
@pytest.mark.parametrize("quick", [False, True])
def test_the_learning_rate_is_0_after_the_last_step(count, quick):
    none = np.zeros((count, 28, 28), np.uint8)
    data = DataSet("x", "digits", none, None, none, None)
    for run in trainings(data, quick).values():
        settings = parsed(MODELS[run.model].Settings, *run.options)
        steps = settings.epochs * math.ceil(settings.images / settings.batch_size)
        assert settings.decay == steps
        assert settings.images <= count


def test_vectors_name_arrays_of_the_page_and_hold_finite_numbers(arrays):
    found = vectors(arrays)
    assert {"rbm", "VAE", "GAN", "smallest game", "equations"} <= found.keys() == MAKERS.keys()
    for one in (one for several in found.values() for one in several):
        for argument in one["arguments"]:
            if isinstance(argument, dict) and "ref" in argument:
                assert any(f"{name}.".startswith(argument["ref"] + ".") for name in arrays)
        assert np.isfinite(np.hstack(one["expected"])).all()
    assert len(json.dumps(found)) < 2e6


def test_the_page_is_one_file_that_no_name_breaks(arrays, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "bundle", lambda: "let script;")
    data = drawn(3, 3)._replace(name="</script><b>mine")
    facts = {"classes": [data.name]}
    text = page.write_page(tmp_path, data, {"x": np.zeros(2)}, facts).read_text()
    assert "<b>mine" not in text
    whole = text.partition('id="models">')[2].partition("</script>")[0]
    assert json.loads(whole)["facts"] == facts
    assert "let script;" in text
    assert "http" not in text.replace("http-equiv", "")


def test_what_esbuild_lacks_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "ESBUILD", tmp_path / "esbuild")
    with pytest.raises(RunError, match="make explore"):
        page.bundle()
    (tmp_path / "esbuild").write_text("#!/bin/sh\necho no such module >&2; exit 1\n")
    (tmp_path / "esbuild").chmod(0o755)
    with pytest.raises(RunError, match="no such module"):
        page.bundle()


def test_chapters_are_linked_where_the_book_stands_beside_the_page(tmp_path):
    assert page.chapters(tmp_path / "explore") == {}
    (tmp_path / "book").mkdir()
    for name in ("ad-tape", "rbm-inpainting", "vae"):
        (tmp_path / "book" / f"{name}.html").touch()
    assert page.chapters(tmp_path / "explore") == {
        "autograd_lite/DERIVATION_TAPE.md": "../book/ad-tape.html",
        "rbm/DERIVATION_INPAINTING.md": "../book/rbm-inpainting.html",
        "vae/DERIVATION.md": "../book/vae.html",
    }
