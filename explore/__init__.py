"""One page on which the trained models run in the browser."""
