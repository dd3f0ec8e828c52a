"""Checks of every equation: on the reference, on planted slips, and on a student's own code."""
