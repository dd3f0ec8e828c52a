"""Data: digits in, arrays out.

idx      the file format of MNIST, read with suspicion
mnist    MNIST: found on disk or fetched, and verified
digits   drawn digits, for where MNIST cannot be had
sets     which of the two is used, and the split into training and validation
pixels   grey levels to [0, 1], black and white, pixels taken away
batches  a fresh order every epoch, cut into batches

`python -m data` says which data there are.
"""
