"""Figures: each is written, and shows what it says it shows, pixel by pixel where that can be."""

import os
import re
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from numpy.typing import NDArray

import figures.compared
import figures.gan
import figures.rbm
import figures.vae
import gan.train
import rbm.train
import training.images
import training.parallel
import vae.train
from autograd_lite.ops import sigmoid
from data.digits import draw_digits
from data.pixels import to_unit
from data.sets import DataSet
from experiments.families import FAMILIES, Family
from figures import __main__ as program
from figures import plan
from figures.digits import one_of_each
from figures.index import write_index
from figures.plan import Quick, estimate, family, planned
from figures.read import facts
from figures.style import DPI, MISSING, TEN, Floats, mosaic, new_figure, paper, paste, write
from figures.words import WORDS
from gan.mlp import Layer
from rbm.model import Params
from training.checkpoint import save_params
from training.command import begin, run_cli
from training.follow import follow, train
from training.parallel import THREADS, Training
from training.run import RunError, create_run, finished
from training.settings import add_settings, check_settings, with_preset
from training.streams import stream
from training.trained import Trained, read

MODELS = {"rbm": rbm.train, "vae": vae.train, "gan": gan.train}
TINY = "--images 300 --validation 100 --epochs 2 --batch-size 50"
TABLE = (
    *(Quick("rbm", n, f"--hidden {n} --gibbs-steps 1 {TINY}", 1) for n in (120, 20, 6)),
    *(Quick("vae", n, f"--codes {n} --hidden 8 {TINY}", 1) for n in (2, 16, 8)),
    Quick("autoencoder", 2, f"--codes 2 --hidden 8 --beta 0 --noise 0 {TINY}", 1),
    Quick("convolutional", 2, f"--codes 2 --network conv {TINY}", 1),
    Quick("gan", 5, f"--noise 5 --generator 8 --discriminator 8 --snapshots 1 {TINY}", 1),
)


SIZES = {"rbm": "6/20/120 hidden", "vae": "2/8/16 code", "gan": "generator 5-8, discriminator 8"}
OF_THE_PLANE = ("vae-manifold", "vae-latent-means", "vae-autoencoder", "vae-convolutional")


def some_digits() -> DataSet:
    rng = np.random.default_rng(0)
    return DataSet("drawn digits", *draw_digits(rng, 450), *draw_digits(rng, 200))


DATA = some_digits()


def make_here(runs: Sequence[Training]) -> None:
    """Makes runs as training.parallel.train_all does, but in this process, which is faster."""
    for one in runs:
        if finished(one.folder):
            continue
        model: Any = MODELS[one.model]
        words = [*one.options, "--out", str(one.folder)]
        job = begin("test", model.Settings, "never-used", words)
        state = model.start(job.settings, job.images.train)
        states = train(model.step, state, job.images.train, job.settings)
        follow(job.run, state, [], states, job.images, job.settings, model.measure)
        job.run.lock.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which `python -m figures` finds a tiny plan and tiny data."""
    folder = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.parallel, "RUNS", folder / "runs")
        patch.setattr(plan, "TABLE", TABLE)
        patch.setattr(program, "TABLE", TABLE)
        patch.setattr(program, "train_all", make_here)
        patch.setattr(figures.rbm, "SWEEPS", 10)
        patch.setattr(program, "load", lambda choice: DATA)
        patch.setattr(training.images, "load", lambda choice: DATA)
        yield folder


@pytest.fixture(scope="module")
def drawn(place: Path) -> Path:
    """The folder with all the figures and their page."""
    program.main(["--out", str(place / "new" / "out")])
    return place / "new" / "out"


@pytest.fixture(scope="module")
def machines(drawn: Path) -> list[Trained]:
    return [read(run.folder, rbm.train) for run in family("rbm", "digits")]


@pytest.fixture(scope="module")
def networks(drawn: Path) -> list[Trained]:
    return [read(run.folder, vae.train) for run in family("vae", "digits")]


def pixels(figure: Figure) -> Floats:
    """What is on the screen, (height, width, 3), in [0, 1]."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] / 255


def tile(picture: Floats, left: int, top: int, scale: int, row: int, column: int) -> Floats:
    """A tile of a mosaic that was pasted, at its own size again: (28, 28, 3)"""
    y, x = top + 29 * scale * row, left + 29 * scale * column
    cut = picture[y : y + 28 * scale, x : x + 28 * scale, :3].reshape(28, scale, 28, scale, 3)
    assert (cut == cut[:, :1, :, :1]).all(), "the tile is not where it should be, or blurred"
    return cut[:, 0, :, 0]


# The pages as a whole


def test_every_figure_is_a_picture_of_a_sensible_size(drawn: Path) -> None:
    assert {path.name for path in drawn.iterdir()} == {f"{w}.png" for w in WORDS} | {"index.html"}
    for name in WORDS:
        content = (drawn / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) < 400_000
        picture = imread(drawn / f"{name}.png")[..., :3]
        height, width, _ = picture.shape
        assert 1200 <= width <= 1900 and 500 <= height <= 1300
        assert 0.01 < (picture < 0.9).any(axis=-1).mean() < 0.9  # neither blank nor all ink
        assert len(np.unique(picture @ np.array([1, 10, 100], np.float32))) > 20  # colours
        edge = np.concatenate([picture[:2].reshape(-1, 3), picture[-2:].reshape(-1, 3)])
        assert (edge == 1).all()  # nothing is cut off above or below


class Page(HTMLParser):
    """Every tag closed, and what stands in which."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.images: list[dict[str, str]] = []
        self.text: dict[str, str] = {}  # of each figure, by its id
        self.ids: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "figure":
            self.ids.append(given["id"])
        if tag == "img":
            self.images.append(given)
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "figure" in self.open:
            self.text[self.ids[-1]] = self.text.get(self.ids[-1], "") + data


def test_the_page_shows_every_figure_and_says_how_it_was_made(drawn: Path) -> None:
    text = (drawn / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert sorted(page.ids) == sorted(WORDS)
    for name, image in zip(page.ids, page.images, strict=True):
        assert image["src"] == f"{name}.png" and image["alt"] == WORDS[name].alt
        height, width, _ = imread(drawn / image["src"]).shape
        assert (image["width"], image["height"]) == (str(width), str(height))
        assert WORDS[name].title in page.text[name] and WORDS[name].caption in page.text[name]
        assert "Data: drawn digits." in page.text[name]
        assert "2 epochs of 300 images" in page.text[name]
        assert re.search(r"Training took [\d/]+ s\.", page.text[name])
        sizes = SIZES[name.partition("-")[0]]
        assert sizes in page.text[name] or name in OF_THE_PLANE
    assert "http" not in text and "color-scheme: light dark" in text
    for quick in TABLE:
        assert f"make {quick.model} DATA=digits ARGS=&quot;{quick.options}&quot;" in text


def test_a_second_time_draws_the_same_without_training(
    drawn: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in (place / "runs").rglob("*")}
    program.main(["--out", str(place / "again")])
    first, last = capsys.readouterr().out.splitlines()
    assert first == "Data: drawn digits. All trainings are there already."
    assert last.endswith(f" s in all. Open {place / 'again' / 'index.html'}")
    assert before == {path: path.stat().st_mtime_ns for path in (place / "runs").rglob("*")}
    for path in drawn.iterdir():
        assert path.read_bytes() == (place / "again" / path.name).read_bytes(), path.name


def test_what_is_wrong_is_one_sentence_and_status_2(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as end:
        run_cli(program.main, ["--out", str(tmp_path / "file")])
    assert end.value.code == 2
    assert capsys.readouterr().err == f"{tmp_path / 'file'} cannot be made (File exists).\n"
    (tmp_path / "busy" / "index.html").mkdir(parents=True)
    with pytest.raises(RunError, match=r"index.html was not written \(Is a directory\)"):
        write_index({}, "MNIST", [], tmp_path / "busy")
    assert not list((tmp_path / "busy").glob(".*"))  # no unfinished file is left


def test_an_interrupt_is_no_traceback(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(runs: Sequence[Training]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "train_all", interrupted)
    with pytest.raises(SystemExit) as end:
        program.main(["--out", str(place / "never")])
    assert end.value.code == 130 and not (place / "never").exists()
    assert "goes on from here" in capsys.readouterr().err


def test_drawing_takes_one_thread_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda path, argv, env: begun.append((argv, env)))
    monkeypatch.setattr(sys, "argv", ["figures", "--data", "digits"])
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    program.with_one_thread()
    (argv, env) = begun.pop()
    assert argv[1:] == ["-m", "figures", "--data", "digits"]
    assert {env[name] for name in THREADS} == {"1"} and env["PATH"] == os.environ["PATH"]
    monkeypatch.setenv(THREADS[0], "2")
    program.with_one_thread()
    assert not begun


# The plan


def real_table() -> tuple[Quick, ...]:
    """The plan as it is, whatever this module's fixtures made of it."""
    source = Path(plan.__file__).read_text()
    space: dict[str, Any] = {"__name__": "figures.plan_as_it_is"}
    exec(compile(source, plan.__file__, "exec"), space)
    return tuple(Quick(*row) for row in space["TABLE"])


def test_the_plan_has_the_sizes_and_settings_that_are_asked_for() -> None:
    table = real_table()
    families = ("rbm", "vae", "autoencoder", "convolutional", "gan")
    sizes = {m: sorted(q.size for q in table if q.family == m) for m in families}
    assert sizes == {"rbm": [20, 100, 500], "vae": [2, 8, 16]} | {
        "autoencoder": [2],
        "convolutional": [2],
        "gan": [64],
    }
    for quick in table:
        kind: Any = MODELS[quick.model].Settings
        parser = ArgumentParser(allow_abbrev=False)
        add_settings(parser, kind)
        given = vars(parser.parse_args(planned(quick, "digits").options))
        settings = kind(**with_preset(given, kind))
        check_settings(settings)
        assert settings.data == "digits"
        size = {"rbm": "hidden", "vae": "codes", "gan": "noise"}[quick.model]
        assert getattr(settings, size) == quick.size
        if quick.family == "autoencoder":
            assert settings.beta == settings.noise == 0
    assert sum(quick.seconds for quick in table) / 2 < 195  # with drawing, less than 4 minutes
    folders = {planned(quick, data).folder for quick in table for data in ("mnist", "digits")}
    assert len(folders) == 2 * len(table)


def test_the_estimate_leaves_out_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training.parallel, "RUNS", tmp_path)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    rows = [Quick("rbm", n, f"--hidden {n}", seconds) for n, seconds in ((1, 50), (2, 20), (3, 10))]
    assert estimate(rows, "mnist") == "3 trainings, about 50 s with 2 at a time:"
    assert estimate(rows[1:] + rows[1:], "mnist").startswith("4 trainings, about 30 s")
    folder = planned(rows[0], "mnist").folder
    create_run(folder, "", rbm.train.Settings(epochs=1)).lock.close()
    (folder / "metrics.csv").write_text("epoch\n1\n")
    (folder / "checkpoint.npz").touch()
    assert estimate(rows, "mnist").startswith("2 trainings, about 20 s")
    assert estimate(rows[:1], "mnist") == "All trainings are there already."
    assert estimate(rows, "digits").startswith("3 trainings")


# Runs as figures read them


def test_reading_gives_what_was_trained(drawn: Path, machines: list[Trained]) -> None:
    (folder,) = (run.folder for run in family("rbm", "digits") if "rbm-20-" in run.folder.name)
    machine = machines[1]
    with np.load(folder / "checkpoint.npz") as file:
        assert np.array_equal(machine.params.W, file["state.params.W"])
    assert machine.settings.hidden == 20 and machine.settings.data == "digits"
    header, *lines = (folder / "metrics.csv").read_text().splitlines()
    column = header.split(",").index("validation_pseudo [nats/image]")
    assert machine.series("validation_pseudo") == [float(x.split(",")[column]) for x in lines]
    assert machine.seconds == float(lines[-1].split(",")[1])


def test_an_unfinished_run_is_one_sentence(drawn: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(family("rbm", "digits")[0].folder, folder)
    (folder / "checkpoint.npz").unlink()
    with pytest.raises(RunError, match=r"run has no finished epoch; expected a run .*\.$"):
        read(folder, rbm.train)


def test_facts_list_what_differs() -> None:
    def run(hidden: int, images: int, seconds: float) -> Trained:
        settings = SimpleNamespace(hidden=hidden, epochs=4, images=images, validation=50, rate=0.1)
        return Trained(None, settings, [{"seconds": 1.0}, {"seconds": seconds}])

    phrases = ("{hidden} units", "rate {rate}")
    assert facts([run(20, 0, 9.6), run(100, 1300, 31)], DATA, phrases) == (
        "Data: drawn digits. 20/100 units, rate 0.1, 4 epochs of 400/1,300 images."
        " Training took 10/31 s."
    )


# Mosaics


def test_tiles_stand_where_they_should() -> None:
    tiles = np.arange(5 * 2 * 3.0).reshape(5, 2, 3) / 100
    picture = mosaic(tiles, columns=3, gap=2)
    expected = np.ones((2 + 2 + 2, 3 + 2 + 3 + 2 + 3))
    for i, (top, left) in enumerate([(0, 0), (0, 5), (0, 10), (4, 0), (4, 5)]):
        expected[top : top + 2, left : left + 3] = tiles[i]
    assert np.array_equal(picture, expected)
    assert np.array_equal(mosaic(tiles[:4], 2, gap=0), np.block([[*tiles[:2]], [*tiles[2:4]]]))
    assert mosaic(np.zeros((2, 2, 2, 3)), 1, gap=1).shape == (5, 2, 3)


def test_a_mosaic_is_pasted_to_the_pixel() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3)) / 255
    figure = new_figure(200, 100, "")
    paste(figure, picture, left=31, top=17, scale=3)
    screen = pixels(figure)
    assert screen.shape == (100, 200, 3)
    large = np.kron(picture, np.ones((3, 3, 1)))
    assert np.allclose(screen[17 : 17 + 15, 31 : 31 + 21], large, atol=1e-6)
    screen[17 : 17 + 15, 31 : 31 + 21] = 1
    assert (screen == 1).all()


def test_text_stands_where_it_should() -> None:
    figure = new_figure(300, 200, "")
    write(figure, 120, 60, "HHH")
    write(figure, 120, 140, "HHH", ha="right")
    rows, columns = np.nonzero(pixels(figure)[..., 0] < 0.5)
    above = rows < 100
    assert abs(rows[above].mean() - 60) < 4 and abs(columns[above].mean() - 120) < 2
    assert abs(rows[~above].mean() - 140) < 4 and 115 <= columns[~above].max() <= 120


def test_ink_is_dark_and_a_missing_pixel_has_a_colour() -> None:
    x = np.array([[0, 0.25, 1, 1]], np.float32)
    known = np.array([[True, True, True, False]])
    grey = np.array([[[1, 1, 1], [0.75, 0.75, 0.75]], [[0, 0, 0], [0, 0, 0]]])
    assert np.array_equal(paper(x), grey[None]) and paper(x).dtype == np.float32
    grey[1, 1] = MISSING
    assert np.allclose(paper(x, known), grey[None]) and paper(x, known).dtype == np.float32
    assert max(MISSING) - min(MISSING) > 0.3  # no grey looks like it


def test_ten_colours_are_ten() -> None:
    """Any two differ by more than two neighbouring greys of a screen would, in every pair."""
    colours = np.array([to_rgb(colour) for colour in TEN])
    apart = np.linalg.norm(colours[:, None] - colours, axis=-1)
    assert colours.shape == (10, 3) and apart[~np.eye(10, dtype=bool)].min() > 0.15


def test_the_digits_are_the_first_of_each_class() -> None:
    labels = np.array([3, 3, 0, 1, 2, 9, 4, 8, 7, 0, 6, 5, 9], np.uint8)
    images = np.arange(13, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    data = DataSet("some", images, labels, images, labels)
    assert one_of_each(data)[:, 0, 0].tolist() == [2, 3, 4, 0, 6, 11, 10, 8, 7, 5]


# The figures of the RBM


def test_restored_digits_keep_what_was_given_and_miss_what_was_taken(drawn: Path) -> None:
    picture = imread(drawn / "rbm-restored.png")
    originals = paper((to_unit(one_of_each(DATA)) >= 0.5).astype(np.float32))
    masks: dict[tuple[int, int, int], NDArray[np.bool_]] = {}
    changed = 0
    for machine in range(3):
        for k, share in enumerate((0.2, 0.5, 0.8)):
            left, top = 140 + 590 * k, 90 + 200 * machine
            for i, original in enumerate(originals):
                first, corrupted, restored = (tile(picture, left, top, 2, r, i) for r in range(3))
                assert np.array_equal(first, original)
                missing = np.abs(corrupted - MISSING).max(axis=-1) < 0.0021
                assert missing.sum() == round(share * 784)
                assert np.array_equal(corrupted[~missing], original[~missing])
                assert np.array_equal(restored[~missing], original[~missing])
                assert (np.ptp(restored, axis=-1) == 0).all()  # grey: nothing is missing any more
                changed += int((restored[missing] != original[missing]).any())
                masks[machine, k, i] = missing
    for machine, k, i in masks:
        assert np.array_equal(masks[machine, k, i], masks[0, k, i])
        assert k == 0 or (masks[0, k - 1, i] <= masks[0, k, i]).all()
    assert changed == 90  # it is the machine that restores, and not the original that is shown


def test_pixels_are_as_the_run_saw_them(machines: list[Trained]) -> None:
    settings = SimpleNamespace(**vars(machines[0].settings) | {"pixels": "none"})
    grey = machines[0]._replace(settings=settings)
    picture = pixels(figures.rbm.restored([grey], DATA))
    first = tile(picture, 140, 90, 2, 0, 0)
    assert np.abs(first - paper(to_unit(one_of_each(DATA)))[0]).max() < 0.0021
    assert len(np.unique(first)) > 5


def fake_machine(W: Floats, b: Floats | None = None) -> Trained:
    D, H = W.shape
    params = Params(W, np.zeros(D, W.dtype) if b is None else b, np.zeros(H, W.dtype))
    return Trained(params, SimpleNamespace(hidden=H, pixels="none"), [])


def test_filters_are_columns_of_W_the_strongest_first() -> None:
    W = np.full((784, 20), 0.001, np.float32)
    W[:28, 7] = 3.0  # positive in the top row of pixels
    W[0::28, 4] = -2.0  # negative in the left column
    W[:, 7] += np.where(np.arange(784) >= 756, -1.5, 0).astype(np.float32)
    picture = pixels(figures.rbm.filters([fake_machine(W)] * 3, DATA))
    strongest, second, third = (tile(picture, 15, 85, 4, 0, i) for i in range(3))
    red, blue = strongest[0], strongest[-1]
    assert (red[:, 0] > red[:, 2]).all() and (blue[:, 2] > blue[:, 0]).all()
    assert (second[:, 0, 2] > second[:, 0, 0]).all()
    # White stands for zero, and only for it.
    assert (strongest[1:-1].min() > 0.95) and (second[:, 1:].min() > 0.95)
    assert third.min() > 0.95
    assert np.allclose(strongest[0, 0], to_rgb("#67001f"), atol=0.01)  # the end of the scale
    assert np.allclose(strongest[-1, 0], to_rgb("#6bacd1"), atol=0.01)  # half way to the other


def test_filters_say_how_many_of_how_many(machines: list[Trained]) -> None:
    figure = figures.rbm.filters(machines, DATA)
    assert [text.get_text() for text in figure.texts][1:] == [
        "6 hidden units, all",
        "20 hidden units, all",
        "120 hidden units, the 100 strongest",
    ]
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert low == -high < 0


def test_pseudo_likelihood_shows_the_metrics(machines: list[Trained]) -> None:
    figure = figures.rbm.pseudo_likelihood(machines, DATA)
    (axes,) = figure.axes
    lines = {str(line.get_label()): line for line in axes.lines}
    assert len(lines) == 6
    for machine in machines:
        for part, column, dashes in (
            ("training", "train_pseudo", "-"),
            ("validation", "validation_pseudo", "--"),
        ):
            line = lines[f"{machine.settings.hidden} hidden units, {part}"]
            assert np.array_equal(np.asarray(line.get_xdata()), [1, 2])
            assert np.array_equal(np.asarray(line.get_ydata()), machine.series(column))
            assert line.get_linestyle() == dashes
    assert "nats an image" in axes.get_ylabel() and axes.get_xlabel() == "epochs"


def test_samples_are_probabilities_that_noise_comes_to(monkeypatch: pytest.MonkeyPatch) -> None:
    b = np.linspace(-3, 3, 784, dtype=np.float32)
    picture = pixels(figures.rbm.samples([fake_machine(np.zeros((784, 5), np.float32), b)], DATA))
    for row, column in ((0, 0), (4, 5)):
        shown = tile(picture, 18, 90, 3, row, column)
        assert np.abs(shown - paper(sigmoid(b)[None])[0]).max() < 0.0021


def test_samples_come_from_coin_flips_by_many_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    def sweeps(rng: object, v: Floats, W: Floats, b: Floats, c: Floats, steps: int) -> Floats:
        assert set(np.unique(v)) == {0, 1} and abs(v.mean() - 0.5) < 0.02
        assert steps == figures.rbm.SWEEPS and len(v) == figures.rbm.CHAINS
        return np.repeat(np.arange(len(v), dtype=v.dtype)[:, None] % 2, 784, axis=1)

    monkeypatch.setattr(figures.rbm, "gibbs", sweeps)
    # One hidden unit: on where every pixel is on, off where none is.
    params = Params(*(np.full(s, x, np.float32) for s, x in (((784, 1), 1), (784, -0.5), (1, -9))))
    machine = Trained(params, SimpleNamespace(hidden=1), [])
    picture = pixels(figures.rbm.samples([machine], DATA))
    off, on = 1 - sigmoid(np.array([-0.5, 0.5]))
    for k in range(figures.rbm.CHAINS):
        shown = tile(picture, 18, 90, 3, *divmod(k, 6))
        assert np.abs(shown - (on if k % 2 else off)).max() < 0.0021


@pytest.mark.parametrize("draw", [figures.rbm.pictures, figures.vae.pictures])
def test_every_title_names_the_data(
    draw: Callable[..., Any], machines: list[Trained], networks: list[Trained]
) -> None:
    alike = draw is figures.vae.pictures
    trained = (networks, networks[0], networks[0]) if alike else (machines,)
    for picture in draw(*trained, DATA._replace(name="MNIST")):
        assert "MNIST" in picture.figure.get_suptitle() and picture.figure.dpi == DPI
        assert picture.facts.startswith("Data: MNIST.")


# The figures of the GAN


def grey_game(rows: list[dict[str, float]], label: float = 0.8) -> Trained:
    """A generator whose images are all of one grey: tanh(z) of its only unit of noise."""
    G = (Layer(np.ones((1, 784), np.float32), np.zeros(784, np.float32)),)
    settings = gan.train.Settings(noise=1, generator="1", discriminator="1", label=label)
    return Trained(gan.train.Players(G, G, G), settings, rows)


def test_generated_images_stand_above_the_nearest_real_ones() -> None:
    picture = pixels(figures.gan.samples(grey_game([]), DATA))
    train = to_unit(DATA.train_images)
    rng = stream(0, "figure fresh noise")
    z = 2 * rng.random((16, 1), dtype=np.float32) - 1
    ends = 2 * rng.random((12, 1), dtype=np.float32) - 1
    for i, grey in enumerate((np.tanh(z[:, 0]) + 1) / 2):
        assert np.abs(tile(picture, 150, 75, 3, 0, i) - (1 - grey)).max() < 0.0021
        real = train[((train - grey) ** 2).sum(axis=1).argmin()]
        assert np.abs(tile(picture, 150, 75, 3, 1, i) - paper(real[None])[0]).max() < 0.0021
    for path in range(6):
        left, row = 150 + 705 * (path // 3), path % 3
        for i in range(12):
            way = ends[path, 0] + (ends[6 + path, 0] - ends[path, 0]) * i / 11
            shown = tile(picture, left, 310, 2, row, i)
            assert np.abs(shown - (1 - (np.tanh(way) + 1) / 2)).max() < 0.0021


def test_the_epochs_are_those_of_the_snapshots(tmp_path: Path) -> None:
    game = grey_game([])
    z = 2 * stream(0, "figure noise").random((16, 1), dtype=np.float32) - 1
    for epoch in range(11):
        layer = game.params.G[0]
        average = (layer._replace(b=layer.b + np.float32(epoch / 10)),)
        save_params(tmp_path, epoch, game.params._replace(average=average))
    figure = figures.gan.through_epochs(game, tmp_path, DATA)
    picture = pixels(figure)
    words = [text.get_text() for text in figure.texts if "GAN" not in text.get_text()]
    epochs = [0, *(int(word.split()[1]) for word in words[1:])]
    assert words[0] == "before training" and epochs == sorted(epochs) and len(epochs) == 8
    assert epochs[-1] == 10
    for k, epoch in enumerate(epochs):
        left, top = 20 + 365 * (k % 4), 75 + 390 * (k // 4)
        for i, noise in enumerate(z[:, 0]):
            grey = (np.tanh(noise + epoch / 10) + 1) / 2
            assert np.abs(tile(picture, left, top, 3, i // 4, i % 4) - (1 - grey)).max() < 0.0021


def test_the_level_lines_are_the_losses_where_nothing_can_be_told_apart() -> None:
    rows = [
        {"epoch": e, "train_discriminator [nats]": 1 + e, "train_generator [nats]": 2 - e}
        for e in (1.0, 2.0)
    ]
    there = {"discriminator": 1.5, "generator": 0.25}
    (axes,) = figures.gan.losses(grey_game(rows), DATA, there).axes
    found = {str(line.get_label()): np.asarray(line.get_ydata()) for line in axes.lines}
    assert np.array_equal(found["discriminator"], [2, 3])
    assert np.array_equal(found["generator"], [1, 0])
    # D = 0.4, the best answer to labels 0.8 and 0 half the time each.
    cross = -(0.8 * np.log(0.4) + 0.2 * np.log(0.6)) - np.log(0.6)
    for player, value in (("discriminator", cross), ("generator", -np.log(0.4))):
        label = f"{player}, nothing to tell apart, label 0.8: {value:.3f}"
        assert np.allclose(found[label], value)
    assert np.allclose(found["discriminator, nothing to tell apart, label 1: 1.386"], np.log(4))
    assert np.allclose(found["generator, nothing to tell apart, label 1: 0.693"], np.log(2))
    assert np.array_equal(found["generator, source, last ten epochs: 0.250"], [0.25, 0.25])
    dashes = {str(line.get_label()): line.get_linestyle() for line in axes.lines}
    styles = {"label 0.8: ": "--", "label 1: ": "-.", "last ten epochs: ": ":"}
    for word, style in styles.items():
        assert [d for label, d in dashes.items() if word in label] == [style, style]
    assert dashes["discriminator"] == dashes["generator"] == "-" and len(axes.lines) == 8
    level = figures.gan.optimum("saturating", 1.0)
    assert np.isclose(level["generator"], -np.log(2))


def test_without_smoothing_there_is_one_level_line_a_player() -> None:
    row = {"epoch": 1.0, "train_discriminator [nats]": 1.2, "train_generator [nats]": 0.7}
    figure = figures.gan.losses(grey_game([row], label=1.0), DATA)
    (axes,) = figure.axes
    lines = {str(line.get_label()): line for line in axes.lines}
    levels = {label: line for label, line in lines.items() if "nothing" in label}
    assert len(axes.lines) == 4 and [line.get_linestyle() for line in levels.values()] == 2 * ["--"]
    for player, level in (("discriminator", np.log(4)), ("generator", np.log(2))):
        line = levels[f"{player}, nothing to tell apart, label 1: {level:.3f}"]
        assert np.allclose(np.asarray(line.get_ydata()), level)
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 4


# All families side by side


def of_a_grey(grey: float) -> Callable[..., Floats]:
    """Images of about one grey; that of its run where there is one."""

    def draw(rng: np.random.Generator, data: DataSet, run: Any, count: int) -> Floats:
        assert data is DATA
        return (run or grey) + 0.05 * rng.random((count, 784))

    return draw


def lines_of(figure: Figure) -> dict[int, list[tuple[float, str]]]:
    """What is written below the title, from left to right, by its distance from above."""
    lines: dict[int, list[tuple[float, str]]] = {}
    for text in figure.texts:
        if text.get_text() != figure.get_suptitle():
            x, y = text.get_position()
            lines.setdefault(round(figure.bbox.height - y), []).append((x, text.get_text()))
    return {y: sorted(line) for y, line in lines.items()}


def test_each_family_has_its_own_images_and_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [Training(f"run {i}", "gan", ()) for i in range(4)]
    families = (
        Family("real", (), of_a_grey(0.1)),
        Family("three seeds", tuple(runs[:3]), of_a_grey(0.0)),
        Family("mean", (), of_a_grey(0.4)),
        Family("one seed", (runs[3],), of_a_grey(0.0)),
    )
    greys = {"real": 0.1, "three seeds": 0.6, "mean": 0.4, "one seed": 0.9}
    folders = {Path("first"): (runs[0], 0.6), Path("fourth"): (runs[3], 0.9)}
    columns = ("classifier score", "digits", "Frechet distance", "nearest distance")
    numbers = {name: [i + 1.5, i + 2.0, i + 30.25, i + 4.75] for i, name in enumerate(greys)}
    rows = [  # in another order than the families
        {"family": name}
        | {column: {"mean": value} for column, value in zip(columns, numbers[name], strict=True)}
        for name in sorted(greys)
    ]

    def trained(planned: Training, folder: Path) -> float:
        run, grey = folders[folder]
        assert planned == run
        return grey

    found = {"scores": Measured("MNIST", {"families": rows})}
    monkeypatch.setattr(figures.compared, "FAMILIES", families)
    monkeypatch.setattr(figures.compared, "measured", found.__getitem__)
    monkeypatch.setattr(figures.compared, "trained", trained)
    figure = figures.compared.compared(list(folders), DATA)
    picture = pixels(figure)
    lines = lines_of(figure)
    header = lines[76]
    heads = ["classifier score", "digits of at least 4 %", "Frechet distance"]
    assert [" ".join(word.split()) for _, word in header] == [*heads, "distance to nearest real"]
    noise = stream(0, "shown images").random((18, 784))
    for i, (name, grey) in enumerate(greys.items()):
        row = lines[138 + 62 * i]  # half way down the images
        score, digits, frechet, distance = numbers[name]
        words = [f"{score:.2f}", f"{digits:g}", f"{frechet:.1f}", f"{distance:.2f}"]
        assert [word for _, word in row] == [name, *words]
        assert [x for x, _ in row[1:]] == [x for x, _ in header]
        for k, expected in enumerate(paper(grey + 0.05 * noise)):
            shown = tile(picture, 310, 110 + 62 * i, 2, 0, k)
            assert np.abs(shown - expected).max() < 0.0021
    right = 310 + 2 * (29 * 18 - 1)
    assert len(lines) == 5 and (picture[110:, right : right + 20] == 1).all()  # and no more


def test_the_families_are_drawn_from_their_first_seeds_in_their_order() -> None:
    (item,) = figures.compared.ITEMS
    first = [family.runs[0] for family in FAMILIES if family.runs]
    assert list(item.runs) == first and len(set(first)) == len(first)
    assert item.draw is figures.compared.compared
