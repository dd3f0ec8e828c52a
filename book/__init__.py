"""The chapters as pages: each derivation beside its code, each equation with its evidence."""
