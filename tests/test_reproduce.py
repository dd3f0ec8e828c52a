"""Measurements in parts that are kept, and the list of all of them."""

import statistics

import pytest

from experiments import cache as cells
from experiments import reproduce
from experiments.cache import Cell, measure
from training.run import RunError
from training.settings import SettingsError


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "KEPT", tmp_path / "cells")
    return tmp_path


def test_answers_come_in_order_and_are_kept(kept, monkeypatch, capfd):
    asked = [Cell(statistics.fmean, ([1, 2],)), Cell(statistics.fmean, ([5, 8],))]
    assert measure(asked) == [1.5, 6.5]
    assert "2 of 2" in capfd.readouterr().err
    monkeypatch.setattr(cells, "_run", lambda todo: pytest.fail(f"measured again: {todo}"))
    assert measure(asked[::-1]) == [6.5, 1.5]


def test_a_part_is_measured_anew_when_what_it_reads_has_changed(kept, monkeypatch):
    file = kept / "machine"
    file.write_bytes(b"one")
    cell = Cell(statistics.fmean, ([1, 2],), (file,))
    measure([cell])
    file.write_bytes(b"another")
    todo = []
    run = cells._run
    monkeypatch.setattr(cells, "_run", lambda parts: (todo.extend(parts), run(parts)))
    measure([cell])
    assert [part for part, _ in todo] == [cell]


def test_what_was_measured_before_a_failure_is_kept(kept, monkeypatch):
    monkeypatch.setattr(cells, "at_once", lambda: 1)
    good, bad = Cell(statistics.fmean, ([3, 4],)), Cell(statistics.fmean, ([],))
    with pytest.raises(statistics.StatisticsError):
        measure([good, bad])
    monkeypatch.setattr(cells, "_run", lambda todo: pytest.fail("measured again"))
    assert measure([good]) == [3.5]


def test_the_plan_says_what_and_how_long_and_does_nothing(monkeypatch, capsys):
    monkeypatch.setattr(reproduce, "_run", lambda *part: pytest.fail("it ran"))
    reproduce.main(["--plan"])
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(reproduce.PARTS) + 1
    assert said[-1].split()[0] == str(sum(part.minutes for part in reproduce.PARTS))
    reproduce.main(["--plan", "--only", "samples"])
    assert "experiments.sample_count" in capsys.readouterr().out.splitlines()[0]
    with pytest.raises(SettingsError, match="expected one of vae_costs, vae_curves"):
        reproduce.main(["--only", "nonsense"])


def test_a_part_that_fails_says_how_to_go_on(monkeypatch):
    monkeypatch.setattr(reproduce, "PARTS", (reproduce.Part("results.none", 0, "no module"),))
    monkeypatch.setattr(reproduce, "write", lambda *a, **k: pytest.fail("written"))
    with pytest.raises(RunError, match=r"status 1; once that is mended.*--only none"):
        reproduce.main([])


def test_what_trainings_took_is_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(reproduce, "RUNS", tmp_path)
    for name, table in (("a-1", "epoch,seconds\n1,5\n2,7.5\n"), ("a-2", "epoch,seconds\n1,2\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(table)
    (tmp_path / "b-1").mkdir()
    (tmp_path / "b-1" / "metrics.csv").write_text("epoch,seconds\n1,100\n")
    assert reproduce.trained(reproduce.Part("x.y", 0, "", labels=("a-",))) == 9.5
