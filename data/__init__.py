"""Data: images in, arrays out.

idx        the file format of MNIST, read with suspicion
npz        arrays in .npz; mnist.npz of Keras; how to convert mnist.pkl.gz
download   a file over the network, within bounds of time and size
files      files that are there whole or not at all
published  the sets that others publish: their classes, mirrors and sums
fetch      their files from the mirrors, and whether these are the right ones
mnist      MNIST and these sets: found on disk or fetched
digits     drawn digits, for where MNIST cannot be had, and drawn letters
glyphs     the shapes of both, as strokes of a pen
own        your own images: a folder of IDX files, or an .npz file
pack       pictures, in a folder for each class, into an .npz file of your own images
grey       whatever arrays people have for images and labels, or how to convert them
sets       which of these is used, and the split into training and validation
pixels     grey levels to [0, 1], black and white, pixels taken away
batches    the images in a fresh order each epoch, cut into batches

MNIST is looked for in the folder MNIST_DIR, else in data/cache: first its four IDX files, then
mnist.npz. It and the other published sets must have the SHA-256 that is known for them. Nothing in
a file is executed.

`python -m data --data X` says what X holds: a set's name, or the path of your own images;
`python -m data pack FOLDER OUT.npz` makes such a file of pictures.
"""
