"""Why a mutant that the tests let pass changes nothing that matters."""

REASONS: dict[str, str] = {}
