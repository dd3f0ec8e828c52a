"""Commands about a VAE: its layers in a table, and pictures of weights that are in a file."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

import vae.__main__
from figures import weights
from tests.screen import close, tiles
from tests.small_vaes import DATA, decoded, encoded, network
from training.command import run_cli
from vae import summary
from vae.weights import save_weights


@pytest.mark.parametrize(
    ("Z", "H", "kind", "sums"),
    [
        (2, 256, "bernoulli", ["201,988", "202,256", "404,244"]),
        (8, 256, "squared", ["205,072", "203,792", "408,864"]),
        (16, 256, "bernoulli", ["209,184", "205,840", "415,024"]),
        (2, 500, "bernoulli", ["394,504", "394,284", "788,788"]),
        (3, 7, "laplace", ["5,543", "6,308", "11,851"]),
    ],
)
def test_the_table_has_the_sums_of_the_documents(capsys, Z, H, kind, sums):
    summary.main(["--codes", str(Z), "--hidden", str(H), "--likelihood", kind])
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head == f"Dense VAE: codes {Z}, hidden {H}, likelihood {kind}"
    of_layers = [line.split()[-1] for line in lines if "in all" not in line]
    assert [line.split()[-1] for line in lines if "in all" in line] == sums
    assert lines[-1].split() == ["both", "in", "all", sums[-1]]
    assert len(of_layers) == 5
    assert f"{sum(int(n.replace(',', '')) for n in of_layers):,}" == sums[-1]


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["summary", "--codes", "0"], "--codes is 0; expected at least 1."),
        (["summary", "--epochs", "3"], "unrecognized arguments: --epochs 3"),
        (["summary", "--hidden", "1" + 12 * "0"], "Unable to allocate"),
        (["sumary"], "`train` and options, or `summary` and options"),
        ([], "`train` and options, or `summary` and options"),
    ],
)
def test_wrong_input_is_one_sentence_and_status_2(capsys, argv, sentence):
    with pytest.raises(SystemExit) as end:
        run_cli(vae.__main__.main, argv)
    said = capsys.readouterr()
    assert end.value.code == 2 and not said.out
    assert sentence in said.err and len(said.err.splitlines()) == 1


# Weights from a file


@pytest.mark.parametrize(("Z", "names"), [(2, "theirs"), (3, "ours")])
def test_pictures_of_weights_in_a_file(tmp_path, monkeypatch, capsys, Z, names):
    run = network(Z, H=11, likelihood="gaussian")
    file = tmp_path / "some$^$weights.npz"  # no mathematics
    if names == "theirs":
        save_weights(file, run.params)
    else:
        np.savez(file, **run.params._asdict(), note="of another program")
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    weights.main([str(file), "--activation", "tanh", "--out", str(tmp_path / "a" / "out")])
    drawn = {Path(line).stem: Path(line) for line in capsys.readouterr().out.splitlines()}
    plane = {"manifold", "means"} if Z == 2 else set()
    assert set(drawn) == {"reconstructions", "traversals"} | plane
    found = tiles(imread(drawn["reconstructions"])[..., :3], 235, 52 + 130, 4, (1, 10))
    assert close(found[0], decoded(run, encoded(run, DATA.test_images[:10])[0]))
    same = weights.trained(file, DATA, "tanh", "none")
    assert all(np.array_equal(a, b) for a, b in zip(same.params, run.params, strict=True))


@pytest.mark.parametrize(
    ("change", "argv", "sentence"),
    [
        ({"W1": None}, [], "w.npz has no matrix W1"),
        ({"W_mu": np.zeros(3)}, [], "w.npz has no matrix W_mu"),
        ({"W_mu": np.zeros((5, 0))}, [], "w.npz has no matrix W_mu"),
        ({"W3": np.zeros((5, 790))}, [], "w.npz has W3 of shape (5, 790); expected (5, 784)."),
        ({"W1": np.zeros((9, 5)), "W3": np.zeros((5, 9)), "b3": np.zeros(9)}, [],
         "is for images of 9 pixels; expected 784, as in drawn digits."),
        ({}, ["--out", "w.npz"], "w.npz cannot be made (File exists)."),
        ({}, ["--activation", "swish"], "invalid choice: 'swish'"),
    ],
)  # fmt: skip
def test_weights_that_do_not_fit_are_refused(tmp_path, monkeypatch, capsys, change, argv, sentence):
    arrays = network().params._asdict() | change
    np.savez(tmp_path / "w.npz", **{k: v for k, v in arrays.items() if v is not None})
    monkeypatch.setattr(weights, "load", lambda choice: DATA)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        run_cli(weights.main, ["w.npz", *argv])
    said = capsys.readouterr().err
    assert end.value.code == 2 and sentence in said and len(said.splitlines()) == 1, said
