"""The cases as a good user of another package would write them, compiled where it compiles.

Each module offers `run(case) -> Run`. It runs in an environment of its own, .venv-bench, and starts
from the parameters that this project starts from.
"""
