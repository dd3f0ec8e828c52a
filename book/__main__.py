"""`python -m book`: writes the chapters as pages, beside their code, to out/book/index.html."""

import argparse
import sys
import time
from pathlib import Path

from grading.chapters import ROOT


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "book", metavar="FOLDER")
    out: Path = parser.parse_args(arguments).out
    try:
        from book.build import build
        from book.formulas import BookError
    except ModuleNotFoundError as error:
        print(f"There is no module {error.name}: `make book` sets it up.", file=sys.stderr)
        return 2
    start = time.perf_counter()
    try:
        counts = build(out)
    except (BookError, OSError) as error:
        print(f"The book was not written: {error}", file=sys.stderr)
        return 2
    print(f"{out / 'index.html'}: {counts}; {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
