"""The tables of README.md and SOURCES.md are those of the results, and no number is typed in."""

import json
import re

import pytest

from results.tables import PAGES, ROOT, TABLES, filled


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_up_to_date(page):
    assert page.read_text() == filled(page.read_text()), "python -m results.tables"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_empty_table_is_filled(page):
    text = page.read_text()
    empty = re.sub(r"(<!-- table (\w+) -->\n).*?(<!-- end \2 -->)", r"\1\3", text, flags=re.DOTALL)
    assert len(empty) < len(text) and filled(empty) == text


def test_every_table_has_its_place_and_its_numbers():
    text = "".join(page.read_text() for page in PAGES)
    for name in TABLES:
        assert text.count(f"<!-- table {name} -->") == text.count(f"<!-- end {name} -->") == 1, name
    numbers = json.loads((ROOT / "results" / "vae_costs.json").read_text())["numbers"]
    for row in numbers:
        assert f"**{row['cost']:.2f}**" in text


def row(way, right, cost, **more):
    return {"way": way, "of": "all", "missing": 0.2, "right": right, "cost": cost, **more}


def test_the_best_of_a_column_is_bold():
    machine = {"kind": "CD-30", "hidden": 20}
    rows = [row("a", 0.9, 0.3), row("clamped", 0.8, 0.1, **machine)]
    table = TABLES["restored"][1]({"restored": rows})
    assert "| a | **90.0 %**, 0.300 |" in table
    assert "| RBM, 20 units, CD-30, clamped | 80.0 %, **0.100** |" in table


def test_the_readme_shows_clamped_machines_of_two_kinds():
    rows = [
        row("a", 0.9, 0.3),
        row("clamped", 0.8, 0.1, kind="PCD-5", hidden=20),
        row("unclamped", 0.7, 0.5, kind="PCD-5", hidden=20),
        row("clamped", 0.6, 0.6, kind="grey CD-30, 3 epochs", hidden=20),
    ]
    table = TABLES["inpainting"][1]({"restored": rows})
    assert [line.split(" | ")[0] for line in table.splitlines()[2:]] == [
        "| a",
        "| RBM, 20 units, PCD-5, clamped",
    ]


def test_exact_answers_stand_beside_the_chains_of_the_same_machine():
    machine = {"kind": "CD-30", "hidden": 20}
    exact = [row("exact", 0.8, 0.2, **machine)]
    chains = [
        row(way, 0.8, 0.5, **machine) | {"on the first": {"cost": cost}}
        for way, cost in (("clamped", 0.25), ("clamped, from coin flips", 0.3))
    ]
    other = [chains[0] | {"hidden": 100, "on the first": {"cost": 0.9}}]
    table = TABLES["exact"][1]({"exact": exact, "restored": chains + other})
    assert [line.split(" | ")[1] for line in table.splitlines()[2:]] == [
        "0.2000 |",
        "0.2500 |",
        "0.3000 |",
    ]


def test_the_largest_difference_from_the_source_is_that_from_epoch_5_on():
    source = json.loads((ROOT / "results" / "source_numbers.json").read_text())["S4"]["costs"]
    numbers = []
    for theirs in source:
        ours = list(theirs["test"])
        ours[0] += 7  # before epoch 5: does not count
        ours[9] -= 0.5
        numbers.append({"codes": theirs["codes"], "test": ours})
    lines = TABLES["vae_curves"][1](numbers).splitlines()[2:]
    assert [line.split(" | ")[-1] for line in lines] == ["-0.50 |"] * 3
