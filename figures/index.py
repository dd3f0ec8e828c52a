"""The page of figures: one file beside its pictures; for wide, narrow, light and dark screens."""

import os
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from training.run import write_text

PAGE = Path(__file__).with_name("page.html")
OTHERS = {"book": "the chapters beside their code", "explore": "trained models to play with"}
FIGURE = """\
<figure id="{name}">
<h3>{title}</h3>
<a href="{name}.png"><img src="{name}.png" width="{width}" height="{height}" alt="{alt}"/></a>
<figcaption>
<p>{caption}</p>
<div><p class="facts">{facts}</p>
<pre>{commands}</pre></div>
</figcaption>
</figure>"""


class Entry(NamedTuple):
    name: str  # of the file, without .png
    title: str
    caption: str
    alt: str
    facts: str  # data, epochs, time
    commands: str  # that make it, a line each
    width: int  # screen pixels
    height: int


def other(name: str, folder: Path) -> str:
    """A sentence on another page: a link to it from this folder, or the command that makes it."""
    page = Path("out", name, "index.html")
    there = f'<a href="{os.path.relpath(page, folder)}">out/{name}/index.html</a>'
    return f"<code>make {name}</code>: {OTHERS[name]}{f', {there}' if page.exists() else ''}."


def write_index(
    sections: Mapping[str, Sequence[Entry]], data: str, intro: str, folder: Path
) -> Path:
    """Writes <folder>/index.html: contents, then under each heading its pictures. RunError."""
    contents, body = [], []
    for heading, entries in sections.items():
        links = (f'<li><a href="#{e.name}">{escape(e.title)}</a></li>' for e in entries)
        contents.append(f"<div><b>{escape(heading)}</b><ul>{''.join(links)}</ul></div>")
        body.append(f"<h2>{escape(heading)}</h2>")
        for entry in entries:
            texts = {key: escape(str(value)) for key, value in entry._asdict().items()}
            whole = re.sub(r"--\S+ [^- ]\S*", r"<span>\g<0></span>", texts["commands"])
            body.append(FIGURE.format(**texts | {"commands": whole}))
    parts = {"contents": contents, "body": body, "others": [other(name, folder) for name in OTHERS]}
    page = Template(PAGE.read_text()).substitute(
        {name: "\n".join(texts) for name, texts in parts.items()},
        data=escape(data),
        intro=escape(intro),
    )
    path = folder / "index.html"
    write_text(path, page)
    return path
