"""Every figure of the catalogue, drawn from tiny trainings; and the pages that name them."""

import re
from pathlib import Path

import pytest

import gan.train
import rbm.train
import vae.train
from data.sets import load
from figures import catalogue, chains, restored
from figures.style import Picture, save
from training.command import train_command
from training.settings import SettingsError

ROOT = Path(__file__).parent.parent
MODELS = {"rbm": rbm.train, "vae": vae.train, "gan": gan.train}
TINY = "--data digits --images 120 --validation 40 --epochs 2 --batch-size 40 --snapshots 1".split()
RUNS = list(dict.fromkeys(run for item in catalogue.ITEMS for run in item.runs))


@pytest.fixture(scope="module")
def data():
    whole = load("digits")
    train, test = slice(0, 400), slice(0, 200)
    return whole._replace(
        train_images=whole.train_images[train],
        train_labels=whole.train_labels[train],
        test_images=whole.test_images[test],
        test_labels=whole.test_labels[test],
    )


@pytest.fixture(scope="module", autouse=True)
def short_chains():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restored, "SWEEPS", dict.fromkeys(restored.SWEEPS, 3))
        patch.setattr(restored, "LAST", 1)
        patch.setattr(chains, "SWEEPS", 3)
        patch.setattr(chains, "EVERY", 1)
        yield


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder for each run, trained on few drawn digits: the last of repeated options counts."""
    made = {}
    for number, run in enumerate(RUNS):
        folder = tmp_path_factory.mktemp("runs") / str(number)
        few = ["--hidden", "7"] if run.label.endswith("-20") else []  # 2^20 states take a minute
        argv = [*run.options, *TINY, *few, "--out", str(folder)]
        train_command(["train", *argv], MODELS[run.model], "unused")
        made[run] = folder
    return made


@pytest.mark.parametrize("item", catalogue.ITEMS, ids=lambda item: item.name)
def test_every_figure_is_drawn_from_tiny_runs(item, folders, data, tmp_path):
    figure = item.draw([folders[run] for run in item.runs], data)
    path = save(Picture(item.name, "", figure), tmp_path)
    assert 3_000 < path.stat().st_size < 500_000  # noise, as tiny runs draw it, packs badly
    assert figure.get_suptitle()
    if item.runs and not item.name.startswith("s7-questions"):  # these say what was measured on
        assert data.name in figure.get_suptitle()


def test_names_are_there_once():
    names = [item.name for item in catalogue.ITEMS]
    assert len(set(names)) == len(names)
    assert catalogue.named(["dense-means"])[0].name == "dense-means"
    assert catalogue.named([]) == catalogue.ITEMS
    with pytest.raises(SettingsError, match="There is no figure nonsense"):
        catalogue.named(["nonsense"])


def test_the_page_is_up_to_date():
    written = (ROOT / "figures" / "CATALOGUE.md").read_text()
    assert written == catalogue.page(catalogue.ITEMS), "python -m figures.catalogue --write"


def test_sources_name_every_figure_and_no_other():
    text = (ROOT / "SOURCES.md").read_text()
    named = set(re.findall(r"make catalogue NAME=([a-z0-9-]+)", text))
    assert named == {item.name for item in catalogue.ITEMS}


def test_a_figure_is_drawn_by_name(monkeypatch, folders, data, tmp_path, capsys):
    item = catalogue.named(["tanh-short-grid"])[0]
    made = []
    monkeypatch.setattr(catalogue, "load", lambda choice: data)
    monkeypatch.setattr(catalogue, "train_all", made.extend)
    tiny = item._replace(runs=(), draw=lambda _, data: item.draw([folders[item.runs[0]]], data))
    monkeypatch.setattr(catalogue, "ITEMS", (tiny,))
    catalogue.main(["tanh-short-grid", "--out", str(tmp_path)])
    assert (tmp_path / "tanh-short-grid.png").exists() and made == []
    assert capsys.readouterr().out.splitlines()[0] == str(tmp_path / "tanh-short-grid.png")
