"""Experiments: found by themselves, run, recorded; their parts kept; their tables shown."""

import json
import statistics

import pytest

from experiments import cache, command, record, tables
from experiments.cache import Part, compute
from experiments.experiment import Experiment, find, named
from training.parallel import Training
from training.run import RunError
from training.settings import SettingsError

FOUND = {package: find(package) for package in ("experiments", "benchmarks")}
PAIRS = [(package, name) for package, found in FOUND.items() for name in found]
RECORDS = {path.stem for path in record.RESULTS.glob("*.json")}


@pytest.mark.parametrize("package, name", PAIRS)
def test_a_record_is_that_of_its_experiment_and_every_table_shows_it(package, name):
    experiment = FOUND[package][name]
    assert len(set(experiment.trainings)) == len(experiment.trainings)
    if experiment.measure is None:
        assert name not in RECORDS and not experiment.tables
    if name not in RECORDS:
        pytest.skip("not measured yet")
    there = record.read(name)
    assert there.command == f"python -m {package} {name}"
    assert there.protocol == experiment.protocol
    assert there.seeds == list(experiment.seeds)
    assert there.data == experiment.data
    for table in experiment.tables.values():
        lines = [line for line in table(there.numbers).splitlines() if line.startswith("|")]
        assert len(lines) > 2 and len({line.count("|") for line in lines}) == 1
    assert experiment.answer is None or experiment.answer(there.numbers)


def test_every_record_belongs_to_a_command():
    assert RECORDS <= {n for p, n in PAIRS if FOUND[p][n].measure} | {"ledger", "laws", "reproduce"}


@pytest.mark.parametrize("package", FOUND)
def test_the_pages_show_the_tables_as_the_records_have_them(package, tmp_path, monkeypatch):
    for name in ("PAGE", "README"):
        page = getattr(tables, name)
        copy = tmp_path / page.parent.name / page.name
        copy.parent.mkdir()
        copy.write_text(page.read_text())
        monkeypatch.setattr(tables, name, copy)
    before = tables.PAGE.read_text(), tables.README.read_text()
    tables.refresh(package, FOUND[package])
    after = tables.PAGE.read_text(), tables.README.read_text()
    assert after == before, f"python -m {package} --tables"


def test_a_number_that_changes_shows_in_the_table():
    """No number of a page is typed in."""
    found, name = FOUND["experiments"], "dense_vae"
    there = record.read(name)
    changed = json.loads(json.dumps(there.numbers).replace(str(there.numbers[0]["cost"]), "77.777"))
    assert "77.78" in tables.section(name, found[name], there._replace(numbers=changed))
    assert "77.78" not in tables.section(name, found[name], there)


def test_a_page_without_marks_is_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\nold\n<!-- end a -->\nrest\n")
    tables.fill(page, "a", "new")
    assert page.read_text() == "<!-- a -->\n\nnew\n\n<!-- end a -->\nrest\n"
    with pytest.raises(RunError, match=r"page.md has no lines <!-- b -->"):
        tables.fill(page, "b", "new")


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A place for results, runs and pages that is not the project's."""
    results = tmp_path / "results"
    results.mkdir()
    monkeypatch.setattr(record, "RESULTS", results)
    monkeypatch.setattr(tables, "RESULTS", results)
    for name in ("PAGE", "README"):
        page = tmp_path / f"{name}.md"
        page.write_text("<!-- experiments -->\n<!-- end experiments -->\n")
        monkeypatch.setattr(tables, name, page)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tiny(numbers=3.5, **more):
    return Experiment(
        question="How much?",
        minutes=1,
        measure=lambda: numbers,
        protocol="none",
        tables={"It": lambda n: f"it is {n}"},
        answer=lambda n: f"{n} nats",
        **more,
    )


def test_a_run_trains_measures_records_and_shows(room, monkeypatch, capsys):
    made = []
    training = Training("one", "vae", ("--epochs", "1"))

    def train_all(trainings):
        made.extend(trainings)
        training.folder.mkdir(parents=True)
        (training.folder / "metrics.csv").write_text("epoch,seconds\n1,5\n2,7.5\n")

    monkeypatch.setattr(command, "train_all", train_all)
    monkeypatch.setattr(command, "find", lambda package: {"it": tiny(trainings=(training,))})
    command.main(["--all"])
    assert made == [training]
    there = record.read("it")
    assert (there.numbers, there.command, there.seeds) == (3.5, "python -m experiments it", [0])
    assert "it is 3.5" in tables.PAGE.read_text()
    assert "| How much? | 3.5 nats | [it](results/README.md#it) |" in tables.README.read_text()
    assert record.read("reproduce").numbers["it"]["trainings"] == {training.folder.name: 7.5}


@pytest.mark.parametrize("package", FOUND)
def test_without_a_name_they_are_listed_and_nothing_runs(package, room, monkeypatch, capsys):
    monkeypatch.setattr(command, "train_all", lambda trainings: pytest.fail("trained"))
    command.main([], package)
    said = capsys.readouterr().out
    assert len(FOUND[package]) >= 7 and all(f"{name} " in said for name in FOUND[package])
    minutes = [experiment.minutes for experiment in FOUND[package].values()]
    assert minutes == sorted(minutes)


def test_a_wrong_name_and_a_record_that_is_not_there_are_one_sentence(room):
    with pytest.raises(SettingsError, match=r"There is no nothing; expected one of ais_accuracy, "):
        named(FOUND["experiments"], ["gan", "nothing"])
    with pytest.raises(SettingsError, match="--all goes with no names"):
        command.main(["--all", "gan"])
    with pytest.raises(RunError, match=r"gan.json cannot be read .*python -m experiments gan"):
        record.read("gan")


def test_a_failed_measurement_leaves_the_record_as_it_was(room, monkeypatch):
    experiment = Experiment("q", 1, protocol="p")
    record.write("it", "c", experiment, 1)
    with pytest.raises(TypeError):
        record.write("it", "c", experiment, object())
    assert record.read("it").numbers == 1


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "KEPT", tmp_path / "cache")
    cache.code_digest.cache_clear()
    yield tmp_path
    cache.code_digest.cache_clear()


def test_answers_come_in_order_and_are_kept(kept, monkeypatch, capfd):
    asked = [Part(statistics.fmean, ([1, 2],)), Part(statistics.fmean, ([5, 8],))]
    assert compute(asked) == [1.5, 6.5]
    assert "2 of 2" in capfd.readouterr().err
    monkeypatch.setattr(cache, "_run", lambda todo: pytest.fail(f"measured again: {todo}"))
    assert compute(asked[::-1]) == [6.5, 1.5]


def test_what_was_measured_before_a_failure_is_kept(kept, monkeypatch):
    monkeypatch.setattr(cache.farm, "processes", lambda: 1)
    good, bad = Part(statistics.fmean, ([3, 4],)), Part(statistics.fmean, ([],))
    with pytest.raises(statistics.StatisticsError):
        compute([good, bad])
    monkeypatch.setattr(cache, "_run", lambda todo: pytest.fail("measured again"))
    assert compute([good]) == [3.5]


@pytest.mark.parametrize(
    "path, text, same",
    [
        ("package/far.py", "def f():\n    return 2\n", False),
        ("package/far.py", "# a comment\ndef f():\n\n    return 1\n", True),
        ("package/beside.py", "changed = True\n", True),
        ("read", "another machine", False),
    ],
)
def test_a_part_is_measured_anew_when_code_or_files_change(kept, monkeypatch, path, text, same):
    """far.py is imported by near.py, which is imported by the module of the part's function."""
    monkeypatch.setattr(cache, "ROOT", kept)
    (kept / "package").mkdir()
    for name, content in {
        "package/far.py": "def f():\n    return 1\n",
        "package/near.py": "from package.far import f\n",
        "package/beside.py": "changed = False\n",
        "top.py": "import json\n\nfrom package import near\n\n\ndef ask():\n    return 1\n",
        "read": "one machine",
    }.items():
        (kept / name).write_text(content)
    code = compile((kept / "top.py").read_text().replace("from", "# from"), kept / "top.py", "exec")
    exec(code, space := {})
    monkeypatch.setattr(cache.inspect, "getfile", lambda function: str(kept / "top.py"))
    part = Part(space["ask"], (), (kept / "read",))
    before = cache._place(part)
    (kept / path).write_text(text)
    cache.code_digest.cache_clear()
    assert (cache._place(part) == before) == same


def test_the_code_of_a_real_part_reaches_the_models():
    module = cache.ROOT / "experiments" / "dense_vae.py"
    reached = {
        path.relative_to(cache.ROOT).as_posix() for path in cache.reached(cache.ROOT, module)
    }
    assert {"vae/elbo.py", "autograd_lite/ops.py", "training/streams.py"} <= reached
    assert not any(path.startswith(("figures", "grading", "tests")) for path in reached)
