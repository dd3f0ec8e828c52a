"""The pages of figures, what all figures share, and the figures of the GAN and of all families."""

import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

import figures.compare
import figures.gan
import figures.gan_ablation
import figures.rbm
import gan.train
import training.images
import training.parallel
from autograd_lite.ops import Layer
from autograd_lite.threads import BLAS_THREADS
from data.pixels import to_unit
from data.sets import DataSet
from experiments import experiment, families, record
from experiments.families import FAMILIES, Family
from experiments.gan import PLAYERS
from figures import __main__ as program
from figures import drawing, quick
from figures.images import MISSING, mosaic, one_of_each, paper, pitch
from figures.index import write_index
from tests.screen import close, pixels, tiles
from tests.small_runs import MODELS, digits, make, parsed
from training.checkpoint import save_params
from training.parallel import Training
from training.settings import check_settings
from training.streams import stream
from training.trained import Trained

DATA = digits(450, 200)
REAL_TABLE, QUICK = quick.TABLE, drawing.captions("QUICK.md")
FEW = " --images 300 --validation 100 --epochs 2 --batch-size 50"  # the last of two options counts
OF = {"rbm": " --gibbs-steps 1", "vae": " --hidden 8", "gan": " --generator 8 --discriminator 8"}
LARGE = {"rbm-500": " --epochs 3 --hidden 120"}
TABLE = tuple(
    row._replace(options=row.options + FEW + OF[row.model] + LARGE.get(row.label, ""))
    for row in REAL_TABLE
)


def make_missing(trainings):
    for one in trainings:
        if not one.folder.exists():
            make(one)


def page(data, out, runs, patch):
    patch.setattr(training.parallel, "RUNS", runs)
    patch.setattr(quick, "TABLE", TABLE)
    patch.setattr(program, "train_all", make_missing)
    patch.setattr(families, "SWEEPS", 10)
    for module in (program, training.images):
        patch.setattr(module, "load", lambda choice: data)
    program.main(["--out", str(out)])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder of a quick page whose models are tiny."""
    folder = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as patch:
        page(DATA, folder / "new" / "out", folder / "runs", patch)
        yield folder


def page_in(folder):
    """The page, every tag closed: its contents' links, its images, its figures' texts by id."""
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "http" not in text and "color-scheme: light dark" in text
    root = ElementTree.fromstring(text.partition("\n")[2])
    links = [link.get("href") for link in root.iterfind(".//nav//a")]
    said = {figure.get("id"): "".join(figure.itertext()) for figure in root.iter("figure")}
    return links, list(root.iter("img")), said


def test_the_quick_page_has_contents_and_says_what_each_figure_shows_and_how_it_was_made(place):
    folder = place / "new" / "out"
    links, images, said = page_in(folder)
    named = {one.name: one for group in quick.drawings(DATA).values() for one in group}
    assert list(said) == list(named) == list(QUICK)
    assert links == [f"#{name}" for name in named]
    assert {path.name for path in folder.iterdir()} == {f"{x}.png" for x in named} | {"index.html"}
    for image, (name, one) in zip(images, named.items(), strict=True):
        caption, alt = QUICK[name]
        assert image.get("src") == f"{name}.png" and image.get("alt") == alt != ""
        picture = imread(folder / f"{name}.png")[..., :3]
        assert (image.get("width"), image.get("height")) == tuple(map(str, picture.shape[1::-1]))
        assert 1200 <= picture.shape[1] <= 1900 and 500 <= picture.shape[0] <= 1300
        assert 0.01 < (picture < 0.9).any(axis=-1).mean() < 0.9  # neither blank nor all ink
        assert (picture[[0, 1, -2, -1]] == 1).all()  # nothing is cut off above or below
        assert caption in said[name]
        epochs = "2/2/3" if name.startswith("rbm") else "2"
        assert f"Data: drawn digits. {epochs} epochs of 300 images; training took " in said[name]
        for run in one.trainings:
            assert f'make {run.model} ARGS="{" ".join(run.options)}"' in said[name]


def test_own_images_of_another_size_without_labels_have_a_page_too(tmp_path, monkeypatch):
    size = 18, 9
    x = np.random.default_rng(0).random((408, *size), np.float32)
    name = (
        "my $x_1{$ images, <of> a name that would not fit above any figure in letters of usual size"
    )
    own = DataSet(name, "/my images", x[:400], None, x[400:], None, digest="0123456789abcdef")
    page(own, tmp_path, tmp_path / "runs", monkeypatch)
    _, _, said = page_in(tmp_path)
    assert list(said) == list(QUICK) and "digit" not in (tmp_path / "index.html").read_text()
    for one in said:
        picture = imread(tmp_path / f"{one}.png")[..., :3]
        assert (picture[[0, 1, -2, -1]] == 1).all() and (picture[:, -2:] == 1).all(), one
    assert [pitch((n, n - 1), 112)[0] for n in (8, 18, 28, 32, 64, 300)] == [14, 6, 4, 4, 2, 1]
    shown = imread(tmp_path / "vae-reconstructions.png")[..., :3]
    assert close(tiles(shown, 235, 52, 6, (1, 8), size=size)[0], x[400:].reshape(8, -1))


def test_few_images_are_seen_for_more_epochs_and_many_for_fewer():
    def options(label, count, side=28, digest=""):
        x = np.zeros((count, side, side), np.uint8)
        data = DataSet("own", "own", x, None, x[:1], None, digest=digest)
        training = next(row for row in REAL_TABLE if row.label == label).training("own", data)
        words = training.options
        return dict(zip(words[::2], words[1::2], strict=True)), training.folder

    for count, epochs in ((60_000, "5"), (20_000, "15"), (10, "100"), (240_000, "1")):
        assert options("rbm-500", count)[0]["--epochs"] == epochs
    assert options("gan", 15_000)[0]["--snapshots"] == "4"
    few, _ = options("convolutional", 1_000, 14)
    assert (few["--images"], few["--epochs"], few["--beta"]) == ("900", "33", "0.25")
    assert options("vae-2", 100, digest="a" * 16)[1] != options("vae-2", 100, digest="b" * 16)[1]


def test_a_second_time_draws_the_same_without_training(place, monkeypatch, capsys):
    words = "The generative adversarial network"
    monkeypatch.setattr(quick, "SECTIONS", {words: quick.SECTIONS[words]})
    before = {path: path.stat().st_mtime_ns for path in (place / "runs").rglob("*")}
    program.main(["--out", str(place / "again")])
    first, last = capsys.readouterr().out.splitlines()
    assert first == "Data: drawn digits. All trainings are there already."
    assert last.endswith(f" s in all. Open {place / 'again' / 'index.html'}")
    assert before == {path: path.stat().st_mtime_ns for path in (place / "runs").rglob("*")}
    for path in (place / "again").glob("gan-*.png"):
        assert path.read_bytes() == (place / "new" / "out" / path.name).read_bytes(), path.name


def test_figures_of_experiments_are_drawn_by_name(place, tmp_path, monkeypatch, capsys):
    tiny = (next(row for row in TABLE if row.label == "gan").training("digits"),)
    found = drawing.find()
    found["gan"] = tuple(d._replace(trainings=tiny * bool(d.trainings)) for d in found["gan"])
    captions = {one.name: ('Is 1 < 2 & "so"?', "") for one in found["gan"]}
    monkeypatch.setattr(drawing, "find", lambda: found)
    monkeypatch.setattr(program, "captions", lambda page: captions if "FIG" in page else {})
    for argv, names in ((["gan-epochs"], found["gan"][1:2]), (["gan"], found["gan"])):
        program.main([*argv, "--out", str(tmp_path)])
        _, images, said = page_in(tmp_path)
        assert list(said) == [one.name for one in names]
        for name, words in said.items():
            assert 'Is 1 < 2 & "so"?' in words and f"python -m figures {name}" in words
            assert (tmp_path / f"{name}.png").exists()
    found["gan"] = ()  # as of an experiment that has no module here
    program.main(["gan"])
    assert capsys.readouterr().out.endswith("Nothing is drawn of gan.\n")
    assert images[2].get("alt") == "Samples of a GAN and their nearest training images"


@pytest.mark.parametrize(
    "argv, sentence",
    [
        (["nonsense"], "There is no figure nonsense; expected one of "),
        (["gan", "--data", "digits"], "Experiments are on MNIST; expected"),
        (["--all", "gan"], "Experiments are on MNIST; expected names or --all"),
        (["--chapters", "gan"], "--chapters goes with no names"),
        (["--out", "pyproject.toml"], "pyproject.toml cannot be made (File exists)."),
        (["--out", "busy"], "index.html was not written (Is a directory)"),
    ],
)
def test_what_is_wrong_is_one_sentence(place, tmp_path, argv, sentence, monkeypatch, refusal):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "busy" / "index.html").mkdir(parents=True)
    monkeypatch.setattr(quick, "SECTIONS", {})
    assert sentence in refusal(program.main, *argv)
    assert not list((tmp_path / "busy").glob(".*"))  # no unfinished file is left


def test_drawing_takes_one_thread_unless_told_otherwise(monkeypatch):
    begun = []
    monkeypatch.setattr(os, "execve", lambda path, argv, env: begun.append((argv, env)))
    monkeypatch.setattr(sys, "argv", ["figures", "--data", "digits"])
    for name in BLAS_THREADS:
        monkeypatch.delenv(name, raising=False)
    program.with_one_thread()
    monkeypatch.setenv(BLAS_THREADS[0], "2")
    program.with_one_thread()
    ((argv, env),) = begun
    assert argv[1:] == ["-m", "figures", "--data", "digits"]
    assert {env[name] for name in BLAS_THREADS} == {"1"} and env["PATH"] == os.environ["PATH"]


def test_the_small_models_are_trained_in_150_seconds(place, monkeypatch):
    for row in REAL_TABLE:
        check_settings(parsed(MODELS[row.model].Settings, *row.training("digits").options))
    assert sum(row.seconds for row in REAL_TABLE) / 2 <= 150
    assert len({row.training(d).folder for row in REAL_TABLE for d in ("mnist", "digits")}) == 18
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    rows = [quick.Quick(str(n), "rbm", f"--epochs {n}", n) for n in (50, 20, 10)]
    for there, seconds in ((rows, 50), (rows[1:], 20)):  # half of all, or the longest alone
        monkeypatch.setattr(quick, "TABLE", (*there, TABLE[0]))  # of which the last is there
        assert f"{len(there)} trainings, about {seconds} s" in quick.estimate(DATA)


def test_the_list_of_figures_has_every_figure_under_its_experiment():
    asked, found = experiment.find(), drawing.find()
    _, *sections = (drawing.DOCS / "FIGURES.md").read_text().split("\n## ")
    assert [s.splitlines()[0] for s in sections] == [name for name in found if found[name]]
    said = drawing.captions("FIGURES.md")
    for section in sections:
        name, question, command, *_ = section.split("\n\n")
        minutes = f"about {asked[name].minutes:.0f} minutes"
        assert question == asked[name].question
        assert command == f"`python -m figures {name}`, {minutes}"
        names = [one.name for one in found[name]]
        assert re.findall("^### (.*)$", section, re.MULTILINE) == names
        assert all(one.startswith(f"{name}-") and said[one][0].endswith(".") for one in names)


PICTURES = {one.name: one for one in drawing.pictures()}


def test_the_gallery_holds_the_pictures_of_the_chapters_and_stays_small():
    sizes = {path.name: path.stat().st_size for path in drawing.GALLERY.iterdir()}
    assert set(sizes) == set(PICTURES), "python -m figures --chapters"
    assert max(sizes.values()) < 300_000 and sum(sizes.values()) < 4_000_000
    for name in PICTURES:
        if name.endswith(".png"):  # no reader's dark page may shine through
            image = imread(drawing.GALLERY / name)
            corners = image[[0, 0, -1, -1], [0, -1, 0, -1]]
            assert (corners == 1).all() and 800 <= image.shape[1] <= 1020, name


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shown_by_a_chapter_and_said_in_words(name):
    chapters = drawing.GALLERY.parent.parent.glob("*/DERIVATION*.md")
    place = re.escape(f"](../figures/gallery/{name})")
    alts = re.findall(rf"!\[([^\]]*){place}", "".join(page.read_text() for page in chapters))
    assert alts and min(map(len, alts)) >= 40


@pytest.mark.parametrize("name", [name for name, one in PICTURES.items() if not one.trainings])
def test_a_line_drawing_is_drawn_from_nothing(name, tmp_path):
    text = drawing.save_picture(PICTURES[name], tmp_path).read_text()
    points = float(ElementTree.fromstring(text).get("width").removesuffix("pt"))
    assert 800 <= points * 96 / 72 <= 1000  # pixels of a page
    assert "fill: #ffffff" in text


def test_a_picture_is_the_same_bytes_each_time(tmp_path):
    paths = [drawing.save_picture(PICTURES["ad-tape.svg"], tmp_path / turn) for turn in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_mosaic_is_white_between_and_after_its_tiles():
    shades = np.arange(5 * 2 * 3.0).reshape(5, 2, 3) / 100
    expected = np.ones((2 + 2 + 2, 3 + 2 + 3 + 2 + 3))
    for i, (top, left) in enumerate([(0, 0), (0, 5), (0, 10), (4, 0), (4, 5)]):
        expected[top : top + 2, left : left + 3] = shades[i]
    assert np.array_equal(mosaic(shades, columns=3, gap=2), expected)


def test_ink_is_dark_and_a_missing_pixel_has_a_colour():
    x, known = np.array([[0, 0.25, 1, 1]], np.float32), np.array([[True, True, True, False]])
    grey = np.array([[[1, 1, 1], [0.75, 0.75, 0.75]], [[0, 0, 0], [0, 0, 0]]])
    assert np.array_equal(paper(x, (2, 2)), grey[None]) and paper(x, (2, 2)).dtype == np.float32
    grey[1, 1] = MISSING
    shown = paper(x, (2, 2), known)
    assert np.allclose(shown, grey[None]) and shown.dtype == np.float32
    assert max(MISSING) - min(MISSING) > 0.3  # no grey looks like it


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        ([3, 3, 0, 1, 2, 9, 4, 8, 7, 0, 6, 5, 9], [2, 3, 4, 0, 6, 11, 10, 8, 7, 5]),
        ([7, 7, 7, -1, 7, -1], [3, 0, 5, 1, 2, 4]),
        (range(19, 0, -1), [18, 16, 14, 12, 10, 8, 6, 4, 2, 0]),
        (None, range(10)),
    ],
)
def test_images_are_the_first_of_each_class(labels, shown):
    images = np.arange(len(labels or range(13)))[:, None, None] * np.ones((3, 2), np.uint8)
    labels = labels and np.array(labels)
    data = DataSet("some", "some", images, labels, images, labels)
    assert one_of_each(data)[:, 0, 0].tolist() == list(shown)


@pytest.fixture
def grey_run(tmp_path):
    """A generator whose images are all of one grey, tanh(z) of its only unit of noise."""
    G = (Layer(np.ones((1, 784), np.float32), np.zeros(784, np.float32)),)
    rows = [
        {"epoch": e, "train_discriminator [n]": 1 + e, "train_generator [n]": 2 - e}
        for e in (1.0, 2.0)
    ]
    settings = gan.train.Settings(noise=1, generator="1", discriminator="1", label=0.8)
    return Trained(gan.train.Players(G, G, G), settings, rows, tmp_path)


def test_samples_stand_above_the_nearest_images_and_between_two_draws_is_a_line(grey_run):
    screen = pixels(figures.gan.samples([grey_run], DATA))
    train, rng = to_unit(DATA.train_images), stream(0, "figure fresh noise")
    z = 2 * rng.random((28, 1), dtype=np.float32) - 1
    greys = (np.tanh(z[:16]) + 1) / 2 * np.ones((1, 784))
    near = [train[((train - grey) ** 2).sum(axis=1).argmin()] for grey in greys]
    found = tiles(screen, 150, 75, 3, (2, 16))
    assert close(found[0], greys) and close(found[1], np.array(near))
    ways = z[16:22] + (z[22:] - z[16:22]) * np.linspace(0, 1, 12)
    for half in range(2):
        found = tiles(screen, 150 + 735 * half, 310, 2, (3, 12)).reshape(36, 28, 28)
        expected = (np.tanh(ways[3 * half : 3 * half + 3]) + 1) / 2
        assert close(found, expected.reshape(36, 1) * np.ones((1, 784)))


def test_samples_during_training_are_of_the_snapshots(grey_run, tmp_path):
    for epoch in range(11):
        layer = grey_run.params.G[0]
        average = (layer._replace(b=layer.b + np.float32(epoch / 10)),)
        save_params(tmp_path, epoch, grey_run.params._replace(average=average))
    figure = figures.gan.during_training([grey_run], DATA)
    words = [text.get_text() for text in figure.texts][1:]
    epochs = [0, *(int(word.split()[1]) for word in words[1:])]
    assert words[0] == "before training" and epochs == [0, 1, 3, 4, 6, 7, 9, 10]
    z, screen = 2 * stream(0, "figure noise").random((16, 1), dtype=np.float32) - 1, pixels(figure)
    for k, epoch in enumerate(epochs):
        found = tiles(screen, 20 + 365 * (k % 4), 75 + 390 * (k // 4), 3, (4, 4))
        greys = (np.tanh(z + epoch / 10) + 1) / 2 * np.ones((1, 784))
        assert close(found.reshape(16, 28, 28), greys)


def test_losses_stand_beside_their_equilibrium_and_the_notebooks(grey_run):
    (axes,) = figures.gan.losses([grey_run], DATA).axes
    lines = {line.get_label(): (line.get_ydata(), line.get_linestyle()) for line in axes.lines}
    # D = 0.4 is the best answer to labels 0.8 and 0, half of the time each.
    smoothed = -(0.8 * np.log(0.4) + 0.2 * np.log(0.6)) - np.log(0.6), -np.log(0.4)
    for i, (player, series) in enumerate(zip(PLAYERS, ([2, 3], [1, 0]), strict=True)):
        expected = {player: (series, "-")}
        for D, value, style in ((0.4, smoothed[i], "--"), (0.5, (2 - i) * np.log(2), "-.")):
            expected[f"{player} at the equilibrium, D = {D}: {value:.3f}"] = value, style
        for label, (values, style) in expected.items():
            assert np.allclose(lines[label][0], values) and lines[label][1] == style
    assert len(lines) == 6
    figure = figures.gan.losses_and_notebook([], DATA)
    for axes, player in zip(figure.axes, PLAYERS, strict=True):
        ours = record.read("gan").numbers["non-saturating"][player]["by epoch"]
        there = np.reshape(record.printed("notebook, GAN")[player]["printed"], (50, 3))
        shown = [line.get_xydata() for line in axes.lines[:3]]
        expected = [np.stack([range(1, 51), y], 1) for y in (there[:, 2], there.mean(axis=1), ours)]
        assert axes.get_title() == player and np.allclose(shown, expected)


def test_the_ablation_shows_the_averaged_generator_and_the_last_of_each_change():
    figure = figures.gan_ablation.ablation([], DATA)
    rows = {row["what"]: row for row in record.read("gan_ablation").numbers}
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names[0] == "preset best" and len(names) == 10
    for axes in figure.axes:
        for line, which in zip(axes.lines, ("averaged", "last"), strict=True):
            expected = [rows[name][which][axes.get_xlabel()] for name in names]
            assert list(line.get_xdata()) == expected and list(line.get_ydata()) == list(range(10))


def test_each_family_that_is_scored_has_its_own_images_and_scores(monkeypatch):
    def images(grey):
        return lambda rng, data, run, count: (run or grey) + 0.05 * rng.random((count, 784))

    run = Training("run", "gan", ())
    greys = {"real": 0.1, "not yet": 0.2, "three seeds": 0.6, "mean": 0.4, "one seed": 0.9}
    untrained = {name: Family((), images(greys[name])) for name in ("real", "mean")}
    counts = {"not yet": 1, "three seeds": 3, "one seed": 1}
    trained = {name: Family((run,) * count, images(0)) for name, count in counts.items()}
    of = {name: (untrained | trained)[name] for name in greys}
    del greys["not yet"]  # has a run, but no scores
    headings = list(figures.compare.HEADINGS)
    rows = [  # in another order than the families
        {"family": name} | {score: {"mean": 10 * i + j} for j, score in enumerate(headings)}
        for i, name in enumerate(sorted(greys))
    ]
    found = SimpleNamespace(numbers={"families": rows})
    monkeypatch.setattr(figures.compare, "FAMILIES", of)
    monkeypatch.setattr(figures.compare, "record", lambda name: found)
    (drawing,) = figures.compare.DRAWINGS
    assert list(drawing.trainings) == [f.trainings[0] for f in FAMILIES.values() if f.trainings]
    figure = drawing.draw([0.2, 0.6, 0.9], DATA)  # the runs: so grey are their images
    screen, noise = pixels(figure), stream(0, "shown images").random((17, 784))
    for i, (name, grey) in enumerate(greys.items()):
        assert close(tiles(screen, 310, 110 + 62 * i, 2, (1, 17))[0], grey + 0.05 * noise)
        middle = figure.bbox.height - (138 + 62 * i)
        beside = [text for text in figure.texts if text.get_position()[1] == middle]
        words = [text.get_text() for text in sorted(beside, key=lambda text: text.get_position())]
        first = 10 * sorted(greys).index(name)
        assert words == [name, f"{first}.00", f"{first + 1}.0", f"{first + 2}.0", f"{first + 3}.00"]


def test_the_page_leads_to_the_book_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pages, folder = [], Path("out/figures")
    folder.mkdir(parents=True)
    for _ in range(2):
        pages.append(write_index({}, "digits", "All of them.", folder).read_text())
        book = tmp_path / "out/book/index.html"
        book.parent.mkdir(exist_ok=True)
        book.touch()
    assert all("make book" in page and "make explore" in page for page in pages)
    assert ['href="../book/index.html"' in page for page in pages] == [False, True]
    assert not any("explore/index.html" in page for page in pages)
