"""The sample submission gets the score and the hints that it should."""

from pathlib import Path

from grading import __main__ as command
from grading.checks import CHECKS

HALF = Path(__file__).parent.parent / "grading" / "examples" / "half"
RIGHT = (
    "ad.2 ad.3 ad.5 ad.6 ad.9 ad.10 rbm.1 rbm.5 vae.5 vae.12 vae.16"  # written differently
).split()
HINTS = {
    "ad.4": "The bias enters every row, so its gradient is a sum over the rows, not a mean.",
    "rbm.4": "The hidden biases are missing inside softplus. See (rbm.4).",
    "vae.8": "Your value is twice the true one: is the 1/2 missing? See (vae.8).",
    "vae.14": "eps is scaled by the standard deviation, exp(logvar / 2), not by the variance.",
}


def test_the_sample_submission(capsys):
    assert command.main(["grade", str(HALF)]) == 0
    said = capsys.readouterr().out
    blocks: dict[str, str] = {}
    folder, *lines, seal, score, step = said.splitlines()[:-1]
    assert folder == f"grading {HALF}"
    assert seal.startswith("seal ")
    for line in lines:
        if not line.startswith(" "):
            label = line.split()[0]
        blocks[label] = f"{blocks.get(label, '')} {line.strip()}"
    verdicts = {label: text.split()[2] for label, text in blocks.items()}
    assert [label for label, verdict in verdicts.items() if verdict == "PASS"] == RIGHT
    for label, hint in HINTS.items():
        assert verdicts[label] == "WRONG" and f"hint: {hint}" in blocks[label], blocks[label]
    assert verdicts["ad.13"] == "PARTIAL" and "with large values it returned" in blocks["ad.13"]
    assert verdicts["ad.14"] == "TODO" and verdicts["rbm.8"] == "MISSING"
    assert verdicts["rbm.6"] == "ERROR" and "rbm/model.py:17" in blocks["rbm.6"]
    assert score == f"11 of {len(CHECKS)} checks passed, 1 in part"
    assert step == "next: mend affine_vjp_Wb, (ad.4) Affine: gradients of weights and bias,"
