"""The README's tables are those of the results, and its numbers are nobody's typing."""

import json

from results.tables import README, ROOT, TABLES, filled


def test_the_tables_are_up_to_date():
    assert README.read_text() == filled(README.read_text()), "python -m results.tables"


def test_every_table_has_its_place_and_its_numbers():
    text = README.read_text()
    for name in TABLES:
        assert f"<!-- table {name} -->" in text and f"<!-- end {name} -->" in text
    numbers = json.loads((ROOT / "results" / "vae_costs.json").read_text())["numbers"]
    for row in numbers:
        assert f"**{row['cost']:.2f}**" in text


def test_the_best_of_a_column_is_bold():
    rows = [
        {"method": "a", "missing": 0.2, "right": 0.9, "cross-entropy [nats/missing pixel]": 0.3},
        {"method": "b", "missing": 0.2, "right": 0.8, "cross-entropy [nats/missing pixel]": 0.1},
    ]
    table = TABLES["inpainting"](rows)
    assert "| a | **90.00 %**, 0.3000 |" in table and "| b | 80.00 %, **0.1000** |" in table
