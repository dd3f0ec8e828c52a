"""The restricted Boltzmann machine: binary pixels, binary hidden units, contrastive divergence."""
