"""Differentiation: operations with their rules, losses, optimisers, and two witnesses."""
