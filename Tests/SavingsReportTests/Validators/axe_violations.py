"""Prints what axe finds in the pages given, one `page rule count` a line; needs chromium and axe-playwright-python."""
import pathlib
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    # As root Chromium has no sandbox of its own; the pages are ours, and have no script.
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    for page_path in map(pathlib.Path, sys.argv[2:]):
        # The page's own policy forbids scripts, axe's too.
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto(page_path.resolve().as_uri())
        found = Axe().run(page)
        assert found.response["passes"], "axe looked at nothing"
        for violation in found.response["violations"]:
            print(page_path.name, violation["id"], len(violation["nodes"]))
    browser.close()
