"""A browser without a network, for `make test-web`."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# As root, in a container, Chromium has no sandbox; the rest keeps it from calling home.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


def executable():
    named = os.environ.get("CHROMIUM")
    found = [path for name in ([named] if named else NAMES) if (path := shutil.which(name))]
    if not found:
        pytest.exit(
            f"No browser here: {named or ', '.join(NAMES)} not found. Debian and Ubuntu: install"
            " chromium; elsewhere set CHROMIUM to the path of one.",
            returncode=2,
        )
    return found[0]


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture
def trouble():
    """What the test's pages asked of a network, and the errors they met: any fails the test."""
    said = []
    yield said
    assert not said, said


@pytest.fixture
def open_page(browser, trouble):
    """Opens a file: open_page(path, "#fragment", width=390, dark=True)."""
    contexts = []

    def refuse(route):
        trouble.append(f"asked for {route.request.url}")
        route.abort()

    def open_one(path, fragment="", *, width=1440, height=900, dark=False, **options):
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        context.route(lambda url: not url.startswith(("file:", "data:", "blob:")), refuse)
        page = context.new_page()
        page.on("console", lambda m: trouble.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(Path(path).resolve().as_uri() + fragment)
        return page

    yield open_one
    for context in contexts:
        context.close()
