"""Figures of chains: rows show the machine that they name, and masks are the same for all."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import figures.chains
import figures.restored
import rbm.train
from autograd_lite.ops import sigmoid
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from figures.chains import Machine, before_each_epoch, machine_after, snapshots, under_way
from figures.digits import one_of_each
from figures.restored import SHARES, damage, restorations, restored
from figures.style import MISSING, Floats
from rbm.exact import conditional
from rbm.model import Params
from rbm.train import Settings
from training.checkpoint import save_checkpoint, save_params
from training.run import RunError, save_settings

RNG = np.random.default_rng(0)
DATA = DataSet("drawn digits", *draw_digits(RNG, 60), *draw_digits(RNG, 60))
# Binary images: what is shown of them is then black or white.
SETTINGS = Settings(data="digits", validation=0, hidden=2, epochs=5, snapshots=1)
HALF = np.arange(784) < 392


def dictated(picture: Any) -> Params:
    """A machine that draws `picture` at every sweep, whatever it sees."""
    b = np.where(picture, 50, -50).astype(np.float32)
    return Params(np.zeros((784, 2), np.float32), b, np.zeros(2, np.float32))


def stripe(epoch: int) -> Any:
    """A picture of its own for every epoch: ink in the rows from the one of its number on."""
    return np.arange(784) // 28 >= epoch


def planted(folder: Path, settings: Settings, machines: dict[int, Params]) -> Path:
    """A run whose snapshots are given. Its last parameters are no snapshot's."""
    folder.mkdir()
    save_settings(folder, settings)
    state = rbm.train.start(settings, np.full((1, 784), 0.3, np.float32))
    rows = [{"epoch": float(i + 1), "seconds": 1.0} for i in range(settings.epochs)]
    save_checkpoint(folder, state, rows)
    for epoch, params in machines.items():
        save_params(folder, epoch, params)
    return folder


@pytest.fixture
def striped(tmp_path: Path) -> Path:
    return planted(tmp_path / "run", SETTINGS, {n: dictated(stripe(n)) for n in range(6)})


def pixels(figure: Figure) -> Floats:
    """What is on the screen, (height, width, 3), in [0, 1]."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def tile(picture: Floats, left: int, top: int) -> Floats:
    """The colours of the pixels of a tile that was pasted twice as large: (784, 3)"""
    cut = picture[top : top + 56, left : left + 56].reshape(28, 2, 28, 2, 3)
    assert (cut == cut[:, :1, :, :1]).all(), "the tile is not where it should be, or blurred"
    return cut[:, 0, :, 0].reshape(784, 3)


def ink(picture: Floats, left: int, top: int) -> Floats:
    """The tile as ink, (784,): 1 where black."""
    colours = tile(picture, left, top)
    assert (colours == colours[:, :1]).all(), "not grey"
    return 1 - colours[:, 0]


def places(figure: Figure, words: str) -> list[tuple[float, float]]:
    """Where a text stands: right or middle, from the left; and its middle, from above."""
    texts = [text for text in figure.texts if text.get_text() == words]
    return [(text.get_position()[0], figure.bbox.height - text.get_position()[1]) for text in texts]


# Which machine


def test_the_machine_after_some_epochs_is_the_last_snapshot_until_then(striped: Path) -> None:
    for wanted, found in ((0, 0), (3, 3), (30, 5)):
        machine = machine_after(striped, wanted)
        assert machine.epochs == found and machine.settings == SETTINGS
        np.testing.assert_array_equal(machine.params.b, dictated(stripe(found)).b)
    (striped / "params-0003.npz").unlink()
    assert machine_after(striped, 3).epochs == 2
    assert snapshots(striped, 4) == [0, 1, 2, 4]


def test_a_run_without_snapshots_is_refused_in_one_sentence(striped: Path) -> None:
    for path in striped.glob("params-*"):
        path.unlink()
    with pytest.raises(RunError, match=r"run keeps no parameters of epochs 0 to 3; .*--snapshots"):
        machine_after(striped, 3)


# Chains before each epoch


def test_each_row_is_drawn_by_the_machine_before_its_epoch(striped: Path) -> None:
    figure = before_each_epoch([striped], DATA)
    picture = pixels(figure)
    for epoch in range(1, 6):  # three in the left half, two in the right one
        ((right, middle),) = places(figure, str(epoch))
        assert right < 900 if epoch <= 3 else right > 900
        for block in (0, 430):
            for chain in range(figures.chains.CHAINS):
                left = round(right) + 10 + block + 58 * chain
                drawn = ink(picture, left, round(middle) - 28)
                np.testing.assert_array_equal(drawn, stripe(epoch - 1))
    assert not places(figure, "6")


def test_chains_start_where_the_headings_say(striped: Path) -> None:
    figure = before_each_epoch([striped], DATA)
    picture = pixels(figure)
    v = (to_unit(DATA.train_images) >= 0.5).astype(float)
    assert len(places(figure, "start")) == 2
    for right, middle in places(figure, "start"):
        for chain in range(figures.chains.CHAINS):
            left, top = round(right) + 10 + 58 * chain, round(middle) - 28
            np.testing.assert_array_equal(ink(picture, left, top), v[chain])
            coins = ink(picture, left + 430, top)
            assert set(coins) == {0, 1} and abs(coins.mean() - 0.5) < 0.1
    for words, block in (("started from training images", 0), ("started from coin flips", 430)):
        middles = [x - block for x, _ in places(figure, words)]
        assert middles == [right + 10 + 202 for right, _ in places(figure, "start")]


def test_every_row_has_the_same_starts_and_the_sweeps_of_the_title(
    striped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def record(rng: Any, v: Any, W: Any, b: Any, c: Any, steps: int) -> Any:
        calls.append((rng.random(), v.tobytes(), steps))
        return v

    monkeypatch.setattr(figures.chains, "gibbs", record)
    figure = before_each_epoch([striped], DATA)
    assert len(calls) == 5 and len(set(calls)) == 1 and calls[0][2] == 200
    title = figure.get_suptitle()
    assert "200 sweeps" in title and "2 hidden units" in title and "drawn digits" in title


# A long chain


def test_a_long_chain_shows_the_state_after_the_sweeps_of_its_label(
    striped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = 0

    def count(rng: Any, v: Any, W: Any, b: Any, c: Any, steps: int) -> Any:
        nonlocal done
        done += steps
        assert b[28 * 3] > 0 > b[28 * 3 - 1], "not the machine after 3 epochs"
        states.append(v)
        return np.broadcast_to(np.arange(784) < done // 10, v.shape).astype(v.dtype)

    states: list[Any] = []
    monkeypatch.setattr(figures.chains, "gibbs", count)
    figure = under_way([striped], DATA)
    picture = pixels(figure)
    for i in range(1, 11):
        ((right, middle),) = places(figure, f"{500 * i:,}")
        drawn = ink(picture, round(right) + 12 + 58 * 19, round(middle) - 28)
        np.testing.assert_array_equal(drawn, np.arange(784) < 50 * i)
    v = to_unit(DATA.test_images[:20]) >= 0.5
    for chain in (0, 19):
        ((right, middle),) = places(figure, "original")
        left = round(right) + 12 + 58 * chain
        np.testing.assert_array_equal(ink(picture, left, round(middle) - 28), v[chain])
        ((_, middle),) = places(figure, "start")
        colours = tile(picture, left, round(middle) - 28)
        blue = np.isclose(colours, MISSING, atol=1 / 255).all(axis=1)
        assert blue.sum() == round(0.8 * 784) and not states[0][chain][blue].any()
        np.testing.assert_array_equal(states[0][chain][~blue], v[chain][~blue])
        np.testing.assert_array_equal(1 - colours[~blue, 0], v[chain][~blue])
    assert "after 3 epochs" in figure.get_suptitle() and len(states) == 10


# Restored images


def images(kind: str = "threshold") -> Floats:
    return figures.chains.seen(one_of_each(DATA), replace(SETTINGS, pixels=kind))


@pytest.mark.parametrize("kind", ["threshold", "none"])
def test_masks_are_nested_and_ink_is_all_that_is_given_where_ink_is_removed(kind: str) -> None:
    v = images(kind)
    for of, base in (("all", np.full(len(v), 784)), ("ink", (v != 0).sum(axis=1))):
        damaged, known = damage(v, of)
        parts = list(zip(SHARES, np.split(damaged, 3), np.split(known, 3), strict=True))
        for share, image, told in parts:
            np.testing.assert_array_equal(image[told], v[told])
            assert not image[~told].any()
            gone = np.round(share * base) if of == "all" else np.floor(share * base)
            left = told.sum(axis=1)
            np.testing.assert_array_equal(left, base - gone)
        for (_, _, more), (_, _, fewer) in pairwise(parts):
            assert (more | ~fewer).all() and (more != fewer).any()
        if of == "ink":
            assert (damaged[known] > 0).all() and not known[damaged == 0].any()


def test_the_masks_are_the_same_for_all_machines_and_all_calls(tmp_path: Path) -> None:
    folders = [
        planted(tmp_path / str(h), replace(SETTINGS, hidden=h), {3: random_machine(h)})
        for h in (2, 3)
    ]
    for of in ("all", "ink"):
        seen: list[tuple[bytes, bytes]] = []

        def record(one: Machine, damaged: Floats, known: Any, of: Any, to: Any = seen) -> Any:
            to.append((damaged.tobytes(), known.tobytes()))
            return {"free": damaged}

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(figures.restored, "restorations", record)
            restored(folders, DATA, of, 3)
            restored(folders[:1], DATA, of, 3)
        assert len(seen) == 3 and len(set(seen)) == 1


def random_machine(hidden: int) -> Params:
    """Hidden units are undecided where nothing is given, and learn from what is given."""
    rng = np.random.default_rng(hidden)
    W, b = 0.15 * rng.standard_normal((784, hidden)), rng.normal(-1, 1, 784)
    c = -sigmoid(b + W.sum(axis=1) / 2) @ W
    return Params(*(a.astype(np.float32) for a in (W, b, c)))


def ways(of: Any, params: Params, patch: pytest.MonkeyPatch, kind: str = "threshold") -> Any:
    """(damaged, known, restorations) after 2,200 sweeps of which the last 2,000 are averaged."""
    patch.setattr(figures.restored, "SWEEPS", {"all": 2200, "ink": 2200})
    patch.setattr(figures.restored, "LAST", 2000)
    damaged, known = damage(images(kind)[:2], of)
    settings = replace(SETTINGS, hidden=len(params.c), pixels=kind)
    return damaged, known, restorations(Machine(params, settings, 3), damaged, known, of)


@pytest.mark.parametrize("kind", ["threshold", "none"])
@pytest.mark.parametrize("of", ["all", "ink"])
def test_what_is_given_stays_where_it_is_clamped_and_nowhere_else(
    of: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged, known, made = ways(of, random_machine(3), monkeypatch, kind)
    assert list(made) == ["exact", "clamped", *["told"] * (of == "ink"), "free"]
    for way, probs in made.items():
        assert probs.shape == damaged.shape and (0 <= probs).all() and (probs <= 1).all()
        same = probs[known] == damaged[known].astype(probs.dtype)
        assert not same.any() if way == "free" else same.all()


@pytest.mark.parametrize("of", ["all", "ink"])
def test_the_chains_are_near_what_they_are_to_estimate(
    of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = random_machine(3)
    W, b, c = (a.astype(np.float64) for a in params)
    damaged, known, made = ways(of, params, monkeypatch)
    x = damaged.astype(np.float64)
    expected = {"exact": conditional(x, known, W, b, c)}
    expected["clamped"] = expected["exact"]
    expected["free"] = conditional(x, np.zeros_like(known), W, b, c)
    if of == "ink":
        parts = zip(SHARES, np.split(x, 3), np.split(known, 3), strict=True)
        told = [conditional(v, k, W, b + np.log(share), c) for share, v, k in parts]
        expected["told"] = np.concatenate(told)
        assert np.abs(expected["told"] - expected["clamped"]).mean() > 0.02
    for way, probs in made.items():
        bound = 1e-12 if way == "exact" else 0.008
        np.testing.assert_allclose(probs, expected[way], rtol=0, atol=bound)
    assert np.abs(expected["free"] - expected["clamped"])[~known].max() > 0.03


def test_only_machines_with_few_hidden_units_are_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    for most, there in ((2, []), (3, ["exact"])):
        monkeypatch.setattr(figures.restored, "SUMMED", most)
        _, _, made = ways("all", random_machine(3), monkeypatch)
        assert list(made) == [*there, "clamped", "free"]


@pytest.mark.parametrize("of", ["all", "ink"])
def test_the_table_shows_each_machine_under_its_name(
    of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures.restored, "SWEEPS", {"all": 3, "ink": 3})
    monkeypatch.setattr(figures.restored, "LAST", 1)
    folders = []
    for hidden, picture in ((21, HALF), (22, ~HALF)):
        W, c = np.zeros((784, hidden), np.float32), np.zeros(hidden, np.float32)
        pictures = {1: ~picture, 3: picture, 5: ~picture}
        machines = {epoch: Params(W, dictated(p).b, c) for epoch, p in pictures.items()}
        settings = replace(SETTINGS, hidden=hidden)
        folders.append(planted(tmp_path / str(hidden), settings, machines))
    figure = restored(folders, DATA, of, 3)
    picture = pixels(figure)
    v = images()
    damaged, known = damage(v, of)
    for i, drawn in enumerate((HALF, ~HALF)):
        ((_, middle),) = places(figure, f"{21 + i} units")
        for way in ("clamped", "free", *["told"] * (of == "ink")):
            right, row = places(figure, way)[i]
            assert abs(row - middle) < 90
            for j in range(3):
                for k in (0, 9):
                    n = j * len(v) + k
                    there = ink(picture, round(right) + 8 + 590 * j + 58 * k, round(row) - 28)
                    given = np.where(known[n], damaged[n], drawn)
                    np.testing.assert_array_equal(there, drawn if way == "free" else given)
    for j, share in enumerate(SHARES):
        words = f"{share:.0%} of {'all pixels' if of == 'all' else 'the ink'} missing"
        assert places(figure, words)[0][0] == 140 + 590 * j + 289
        for k in (0, 9):
            left = 140 + 590 * j + 58 * k
            np.testing.assert_array_equal(ink(picture, left, 84), v[k])
            colours = tile(picture, left, 84 + 58)
            blue = np.isclose(colours, MISSING, atol=1 / 255).all(axis=1)
            n = j * len(v) + k
            np.testing.assert_array_equal(blue, ~known[n] if of == "all" else 0)
            np.testing.assert_array_equal(1 - colours[~blue, 0], damaged[n][~blue])
    assert "after 3 epochs" in figure.get_suptitle() and "drawn digits" in figure.get_suptitle()


def test_chains_make_the_sweeps_of_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    swept = []

    def record(
        rng: Any, v: Any, W: Any, b: Any, c: Any, burn_in: int, average: int, known: Any
    ) -> Any:
        swept.append((rng.random(), v.tobytes(), burn_in + average))
        return v

    monkeypatch.setattr(figures.restored, "chain_mean", record)
    for of, sweeps in (("all", 5000), ("ink", 200)):
        damaged, known = damage(images(), of)
        restorations(Machine(random_machine(3), SETTINGS, 3), damaged, known, of)
        assert len(set(swept)) == 1, "the same draws, from the same start, for all ways"
        assert swept[0][1:] == (damaged.tobytes(), sweeps)
        swept.clear()


# All of them


def test_items_are_those_of_the_sources() -> None:
    items = (*figures.chains.ITEMS, *figures.restored.ITEMS)
    assert len({item.name for item in items}) == len(items) == 9
    for item in items:
        assert item.name.startswith(item.system.lower() + "-")
        assert len(item.caption) > 100 and item.there.endswith(".") and item.caption.endswith(".")
        kind = next((word for word in ("binary", "grey") if word in item.name), "grey")
        assert all(run.label.startswith(f"cd30-{kind}-") for run in item.runs)
    draws: Any = {item.name: item.draw for item in items}
    assert draws["s1-restored-grey"].keywords == {"of": "all", "epochs": 3}
    assert draws["s3-restored-grey"].keywords == {"of": "ink", "epochs": 30}
