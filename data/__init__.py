"""Data: digits in, arrays out.

idx           the file format of MNIST, read with suspicion
archives      MNIST in one file: mnist.npz of Keras, mnist.pkl.gz of deeplearning.net
instructions  what a stranger's pickle would do, without doing it
pickled       the arrays that such a pickle describes
mnist         MNIST: found on disk or fetched, and verified
digits        drawn digits, for where MNIST cannot be had
sets          which of the two is used, and the split into training and validation
pixels        grey levels to [0, 1], black and white, pixels taken away
batches       orders of the images, cut into batches; labels as rows of 0 and 1

MNIST is looked for in the folder MNIST_DIR, else in data/cache: first its four IDX files, then
mnist.npz, then mnist.pkl.gz, then mnist.pkl. Whichever it is, the images and labels must have the
SHA-256 of MNIST's, and nothing in a file is executed: a pickle is taken apart, not unpickled.

`python -m data` says which data there are.
"""
