"""The catalogue of S2 and S4: the dense VAE 784-256-codes-256-784 of 2, 8 and 16 codes."""
