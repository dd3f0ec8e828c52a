"""Around a training, whatever the model: from a command line to a folder with its parameters.

settings    a frozen dataclass, which is also the command line
model       what a model's module of training offers
images      the images that the settings name
streams     random streams, one for each purpose and step
diverged    trainings that diverge, told by their numbers
loop        the loop over steps, a row of metrics and a checkpoint an epoch
progress    the line on a terminal meanwhile
early       early stopping, and the epoch of the lowest validation cost
run         a run's folder
checkpoint  parameters and metrics in files
command     from a command line to a run, and errors of one sentence
ending      signals that ask a process to end
trained     a finished run, for whoever looks at it
parallel    several trainings at once
farm        independent jobs, on this machine or on a cluster
cluster     the workers of a Dask scheduler: what each is sent, and must have
memory      how steps that return new arrays stay fast
"""
