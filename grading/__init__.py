"""Checks of every equation: on the reference, on planted slips, and on a student's own code.

check             one equation, one function, inputs that show mistakes, an oracle
judge             the verdict on arrays: what is right, and in which cases
checks            the checks, a module for each part of a chapter
form              dtype, shapes and nesting of what goes in and comes out
oracles           what knows the answers by other means; NumPy and nothing else
slip              a planted mistake: one edit to the reference
slips             all of them
alternatives      right answers written differently, which no check may refuse
alternatives_networks  the same for convolutions and the GAN
chapters          what the derivations say of their equations
ledger            equation, line, check, error, slips: measured, and written into the chapters
marks             what a reader sees of it, under an equation and on a page
renumber          the labels of the equations in reading order, wherever they stand
errata            what is wrong in print, with the numbers that refute it
show              one slip being caught; hints for students
course            assignments, kits, submissions, one or many; the zip for Gradescope
sandbox           a student's files, run in processes of their own
reports           verdicts: screen, page, JSON, JUnit, Gradescope
"""
