"""Every law holds for the reference, and fails where a slip is planted that it catches."""

import pytest

from grading.laws import find
from grading.laws.law import holds
from grading.laws.measure import facts
from grading.ledger import read_laws
from grading.slips import SLIPS

LAWS, BY_NAME = find(), {slip.name: slip for slip in SLIPS}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_no_counter_example_is_found(law):
    law.check()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_law_can_be_broken(law):
    """By the first slip that it is on record to catch."""
    assert not holds(law, BY_NAME[read_laws()[law.name]["caught"][0]])


def test_the_record_of_the_laws_is_that_of_the_laws_there_are():
    rows = read_laws()
    assert len(LAWS) == len(rows) >= 60, "python -m grading laws"
    for law in LAWS:
        assert {key: rows[law.name][key] for key in facts(law)} == facts(law)
