"""`python -m tests.laws` finds which slips each law catches, and writes results/laws.json."""

from tests.laws import measure

if __name__ == "__main__":
    measure.write()
