"""The page that shows all figures: one file beside its pictures, for light and dark screens."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from figures.style import Picture
from figures.words import WORDS, Words
from training.run import replacing

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Generative models by hand: figures, {data}</title>
<style>
:root {{ color-scheme: light dark; --faint: #595959; }}
@media (prefers-color-scheme: dark) {{ :root {{ --faint: #b0b0b0; }} }}
body {{ max-width: 68rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
       font-family: system-ui, sans-serif; }}
figure {{ margin: 2.5rem 0; }}
figure h3 {{ margin: 0 0 0.5rem; }}
figcaption {{ max-width: 48rem; margin-top: 0.5rem; }}
img {{ display: block; max-width: 100%; height: auto; background: #fff; border-radius: 6px; }}
.facts {{ display: block; margin-top: 0.3rem; color: var(--faint); font-size: 0.875rem; }}
code {{ font-size: 0.875rem; }}
</style>
</head>
<body>
<h1>Generative models by hand</h1>
<p>Every digit below that is not marked as an original was made by a model in pure NumPy, trained on
<strong>{data}</strong> with gradients that were written out by hand. The trainings are short, so
that all of this takes a few minutes; longer ones make better pictures.</p>
{body}
<h2>The trainings</h2>
<p>Each of these commands makes one of the models anew, in a folder of its own.</p>
<ul>
{commands}
</ul>
</body>
</html>
"""
FIGURE = """\
<figure id="{name}">
<h3>{title}</h3>
<a href="{name}.png"><img src="{name}.png" width="{width}" height="{height}" alt="{alt}"></a>
<figcaption>{caption}
<span class="facts">{facts}</span></figcaption>
</figure>"""


def write_index(
    sections: Mapping[str, Sequence[Picture]],
    data: str,
    commands: Sequence[str],
    folder: Path,
    words: Mapping[str, Words] = WORDS,
) -> Path:
    """Writes <folder>/index.html: a section's heading, its pictures; how to train such models.

    Raises RunError where it cannot be written.
    """
    body = []
    for heading, pictures in sections.items():
        body += [
            f"<h2>{escape(heading)}</h2>",
            *(_figure(picture, words[picture.name]) for picture in pictures),
        ]
    items = [f"<li><code>{escape(command)}</code></li>" for command in commands]
    page = PAGE.format(data=escape(data), body="\n".join(body), commands="\n".join(items))
    path = folder / "index.html"
    with replacing(path) as file:
        file.write(page.encode())
    return path


def _figure(picture: Picture, words: Words) -> str:
    width, height = picture.figure.bbox.size
    escaped = {key: escape(text) for key, text in words._asdict().items()}
    return FIGURE.format(
        name=picture.name,
        facts=escape(picture.facts),
        width=round(width),
        height=round(height),
        **escaped,
    )
