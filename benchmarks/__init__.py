"""Commands that judge the project itself, in the form of experiments: `python -m benchmarks`."""
