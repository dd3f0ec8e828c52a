"""Commands that measure, each beside the JSON file it writes: `python -m results.<name>`."""
