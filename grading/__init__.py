"""Checks of every equation: on the reference, on planted slips, and on a student's own code.

check             one equation, one function, inputs that show mistakes, an oracle
judge             the verdict on arrays: what is right, and in which cases
counterexample    the smallest case that is wrong, with its inputs and both numbers
checks            the checks, a module for each part of a chapter
form              dtype, shapes and nesting of what goes in and comes out
oracles           what knows the answers by other means; NumPy and nothing else
slip              a planted mistake: one edit to the reference
slips             all of them
alternatives      right answers written differently, which no check may refuse
alternatives_conv  the same for convolutions
alternatives_gan  the same for the GAN
chapters          what the derivations say of their equations
ledger            equation, line, check, error, slips: measured, and written into the chapters
marks             what a reader sees of it, under an equation and on a page
renumber          the labels of the equations in reading order, wherever they stand
errata            what is wrong in print, with the numbers that refute it
show              one slip being caught; hints for students
order             which equation comes first
assignment        what is graded, and for how many points
given             what a function finds around it: the reference, so that a mistake costs once
template          the kit that a student fills in
kit_readme        its README: order, reading, limits
intake            a submission as it is handed in, nested or flat
unpack            the Python files of a zip, the code cells of a notebook
grade             one submission: the screen, and the files that were asked for
batch             a folder of submissions, as many at once as there are cores
table             what such a folder holds, and its table
autograder        the grader as one zip, for Gradescope or a container
results           results for programs: JSON, JUnit, Gradescope
feedback          a page for one student
screen            how verdicts look on a terminal
protocol          what goes into a student's process, and what comes out
submission        a student's files, run in a process of their own for each check; how safe that is
budget            which checks still run, when others have taken the time
integrity         whether this project's files are what they were before
processes         what is left running, and signals to the judge
workers           those processes: started, waited for, ended
jail              what shuts one in: namespaces, another user
worker            what it runs: it is self-contained, and never judges
report            verdicts
"""
