"""Files that are there whole or not at all."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write under a name of its own, which takes the name `path` once it is whole.

    Raises OSError; what stood at `path` then still stands, and nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def keep(path: Path, content: bytes | memoryview) -> None:
    """Writes a file into the cache, whole.

    A cache only saves time: where it cannot be written (a full disk, a folder without permission)
    one line on stderr says so, and nothing is left behind.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            stream.write(content)
    except OSError as error:
        print(f"{path} is not kept for next time ({error.strerror or error}).", file=sys.stderr)
