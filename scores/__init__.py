"""How good samples are: a classifier of our own, and what it says of anybody's images."""
