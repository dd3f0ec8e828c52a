"""The browser of these tests sees what a page must not do."""

import pytest


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("fetch('https://example.org/').catch(() => 0)", "asked for https://example.org/"),
        ("console.error('broken')", "broken"),
        ("undefined.x", "Cannot read properties of undefined"),
    ],
)
def test_a_page_that_misbehaves_is_told_of(open_page, trouble, tmp_path, script, said):
    (tmp_path / "page.html").write_text(f"<title>x</title><script>{script}</script>")
    open_page(tmp_path / "page.html").wait_for_timeout(100)
    assert said in " ".join(trouble)
    trouble.clear()
