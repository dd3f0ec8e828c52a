"""The generative adversarial network: two dense networks, one game."""
