#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds long pages of docs/ to a list of their parts at the top, between the introduction and the first part.

usage: contents.py SOURCE_FOLDER [--write]    (writes the lists anew)
"""
import pathlib
import re
import sys

LONG = 200  # lines
HEADING = re.compile(r"^## (.+)$", re.M)
CONTENTS = re.compile(r"^\*\*On this page\*\*: .*\n\n", re.M)


def without_code(text):
    return re.sub(r"^```.*?^```$", lambda block: re.sub(r"[^\n]", "x", block[0]), text, flags=re.M | re.S)


def anchor(heading):
    plain = re.sub(r"`|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def with_contents(page):
    text = CONTENTS.sub("", page.read_text(encoding="utf-8"), count=1)
    headings = list(HEADING.finditer(without_code(text)))
    if text.count("\n") <= LONG or len(headings) < 3:
        return text
    links = ", ".join(f"[{text[at.start(1):at.end(1)].replace('`', '')}]({page.name}#{anchor(at[1])})" for at in headings)
    first = headings[0].start()
    return f"{text[:first]}**On this page**: {links}.\n\n{text[first:]}"


def main():
    wrong = []
    for page in sorted((pathlib.Path(sys.argv[1]) / "docs").rglob("*.md")):
        wanted = with_contents(page)
        if wanted == page.read_text(encoding="utf-8"):
            continue
        if "--write" in sys.argv:
            page.write_text(wanted, encoding="utf-8")
        else:
            wrong.append(f"{page}: its contents are old: tests/contents.py . --write")
    print("\n".join(wrong) or "ok")
    sys.exit(1 if wrong else 0)


main()
