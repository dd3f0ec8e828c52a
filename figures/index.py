"""The page of figures: one file beside its pictures; for wide, narrow, light and dark screens."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from training.run import replacing

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>Generative models by hand: figures, {data}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1c1e21; --faint: #5b6168; --page: #fbfbf9;
         --line: #dcdcd6; --code: #f0f0ec; --link: #0b5cad; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e4e4e0; --faint: #a3a9b0; --page: #16181b; --line: #34383d; --code: #22262a;
           --link: #82b8f2; }}
  img {{ filter: brightness(0.9); }}
}}
* {{ box-sizing: border-box; }}
body {{ max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; background: var(--page);
       color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }}
h1 {{ margin: 0 0 0.5rem; font-size: clamp(1.5rem, 5vw, 2.1rem); line-height: 1.2; }}
h2 {{ margin: 3.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line);
     font-size: 1.45rem; line-height: 1.25; }}
h3 {{ margin: 0 0 0.6rem; font-size: 1.1rem; line-height: 1.3; }}
p {{ margin: 0.6rem 0; }}
a {{ color: var(--link); }}
nav {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr));
      gap: 0 2rem; margin: 1.5rem 0; font-size: 0.95rem; }}
nav b {{ font-weight: 600; }}
nav ul {{ margin: 0.2rem 0 0.9rem; padding-left: 1.1rem; }}
.intro {{ max-width: 46rem; }}
figure {{ margin: 2.2rem 0 0; }}
figcaption {{ display: grid; gap: 0 2rem; }}
figure a {{ display: block; overflow-x: auto; }}
img {{ display: block; max-width: 100%; height: auto; background: #fff; border-radius: 6px;
      border: 1px solid var(--line); }}
.facts {{ color: var(--faint); font-size: 0.875rem; }}
pre {{ margin: 0.4rem 0; padding: 0.5rem 0.7rem; border-radius: 6px; background: var(--code);
      font-size: 0.8rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; }}
pre span {{ white-space: nowrap; }}
@media (min-width: 60rem) {{ figcaption {{ grid-template-columns: 11fr 9fr; }} }}
@media (max-width: 40rem) {{ img {{ width: 54rem; max-width: none; }} }}
</style>
</head>
<body>
<h1>Generative models by hand</h1>
<p class="intro">{intro}</p>
<nav aria-label="Contents">
{contents}
</nav>
{body}
</body>
</html>
"""
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
    """A picture on the page, and what stands under it."""

    name: str  # of the file, without .png
    title: str
    size: tuple[int, int]  # width and height, screen pixels
    caption: str
    alt: str
    facts: str  # data, epochs, time
    commands: Sequence[str]  # that make it


def write_index(
    sections: Mapping[str, Sequence[Entry]], data: str, intro: str, folder: Path
) -> Path:
    """Writes <folder>/index.html: contents, then under each heading its pictures.

    Raises RunError where it cannot be written.
    """
    contents, body = [], []
    for heading, entries in sections.items():
        links = (f'<li><a href="#{e.name}">{escape(e.title)}</a></li>' for e in entries)
        contents.append(f"<div><b>{escape(heading)}</b><ul>{''.join(links)}</ul></div>")
        body += [f"<h2>{escape(heading)}</h2>", *map(_figure, entries)]
    page = PAGE.format(
        data=escape(data), intro=escape(intro), contents="\n".join(contents), body="\n".join(body)
    )
    path = folder / "index.html"
    with replacing(path) as file:
        file.write(page.encode())
    return path


def _figure(entry: Entry) -> str:
    width, height = entry.size
    texts = {key: escape(text) for key, text in entry._asdict().items() if isinstance(text, str)}
    lines = (re.sub(r"--\S+ [^- ]\S*", r"<span>\g<0></span>", escape(c)) for c in entry.commands)
    return FIGURE.format(width=width, height=height, commands="\n".join(lines), **texts)
