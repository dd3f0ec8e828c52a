"""The variational autoencoder: a bound on log p(x), and networks that make it tight."""
