"""Verdicts, for people and for programs.

counterexample    the smallest case that is wrong, with its inputs and both numbers
results           results for programs: JSON, JUnit, Gradescope
feedback          a page for one student
screen            how verdicts look on a terminal
report            verdicts
"""
