"""Headless Chromium from Debian's package, as a person with a mouse, a keyboard or a screen reader would use it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
SIZES = {"phone": (360, 780), "desk": (1366, 768), "wall": (1920, 1080)}
Scheme = Literal["light", "dark"]
PATIENCE_SECONDS = 60
"""A machine with other work takes long to draw what an idle one draws at once."""
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it; without one, skip, or fail where CI counts on it."""
    path = shutil.which("chromium")
    if path is None:
        reason = "no Chromium here: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    url: str,
    size: str = "wall",
    scheme: Scheme = "light",
    *,
    still: bool = True,
    now: datetime | None = None,
    locale: str = "en-GB",
) -> Iterator[Page]:
    """Open a page. Afterwards, its console must be empty: no error, nothing that the page's policy refused.

    `now` stops the page's clock.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce" if still else "no-preference",
        locale=locale,
        accept_downloads=True,
    )
    said: list[str] = []
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    if now is not None:
        page.clock.set_fixed_time(now)
    try:
        page.goto(url)
        yield page
        complaints = [text for text in said if "ERR_CONNECTION_REFUSED" not in text and "ERR_INCOMPLETE" not in text]
        assert complaints == []
    finally:
        context.close()
