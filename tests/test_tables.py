"""The tables of README.md and SOURCES.md are those of the results, and no number is typed in."""

import json
import re

import pytest

from experiments.tables import PAGES, ROOT, TABLES, filled


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_up_to_date(page):
    assert page.read_text() == filled(page.read_text()), "python -m experiments.tables"


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


def test_losses_of_the_gan_stand_beside_the_sources_where_it_has_them():
    def player(first, spread):
        epochs = [first + epoch for epoch in range(50)]
        return {"by epoch": epochs, "last ten epochs": 1.25, "spread": spread}

    numbers = {
        "non-saturating": {"discriminator": player(1.0, 0.5), "generator": player(2.0, 0.25)},
        "saturating": {"discriminator": player(3.0, None), "generator": player(-4.0, None)},
    }
    lines = TABLES["gan_losses"][1](numbers).splitlines()
    shown = [1, 5, 10, 20, 30, 40, 50]
    assert lines[0].split(" | ")[2:9] == [f"epoch {epoch}" for epoch in shown]
    values = " | ".join(f"{2.0 + epoch - 1:.3f}" for epoch in shown)
    end = "1.250 &plusmn; 0.250 | 1.067 |"
    assert lines[3] == f"| non-saturating | generator | {values} | {end}"
    assert lines[2].endswith("| 1.250 &plusmn; 0.500 | 1.275 |")
    assert lines[4].startswith("| saturating | discriminator | 3.000 |")
    assert lines[4].endswith("| 1.250 |  |")


def test_scores_have_a_row_a_family():
    def of(mean, spread=None):
        return {"mean": mean, "spread": spread}

    names = ("classifier score", "digits", "smallest share", "Frechet distance", "nearest distance")
    row = {name: of(i + 0.125, 0.5 if i == 0 else None) for i, name in enumerate(names)}
    table = TABLES["scores"][1]({"families": [{"family": "ours", **row}]})
    assert table.splitlines()[0] == "| images | " + " | ".join(names) + " |"
    assert table.splitlines()[2] == "| ours | 0.12 &plusmn; 0.50 | 1.1 | 2.125 | 3.1 | 4.12 |"


def test_tricks_show_the_averaged_generator_before_the_last():
    def of(score):
        return {"classifier score": score, "smallest share": 0.05, "Frechet distance": 10 * score}

    row = {"what": "neither", "averaged": of(8.5), "last": of(8.25)}
    table = TABLES["tricks"][1]([row])
    expected = "| neither | 8.50 / 8.25 | 0.050 / 0.050 | 85.0 / 82.5 |"
    assert table.splitlines()[2] == expected
