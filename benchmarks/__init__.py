"""Commands that judge the project itself, each beside the JSON file it writes."""
