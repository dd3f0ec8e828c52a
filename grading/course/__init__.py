"""What is asked, what is handed in, and who grades: kits, assignments, one submission or many.

assignment        what is graded, and for how many points
template          the kit that a student fills in
kit_readme        its README: order, reading, limits
intake            a submission as it is handed in, nested or flat
unpack            the Python files of a zip, the code cells of a notebook
grade             one submission: the screen, and the files that were asked for
batch             a folder of submissions, as many at once as there are cores
table             what such a folder holds, and its table
autograder        the grader as one zip, for Gradescope or a container
"""
