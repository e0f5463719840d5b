#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the guides to the manifests of the examples: one guide says for each example what it needs, in a
line of one form.

usage: guide_lines.py SOURCE_FOLDER [--write]    (writes the lines that are there anew)
"""
import json
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
LINE = re.compile(r"^\[examples/(\w+)\.c\]\([./]*examples/\w+\.c\) needs .*$", re.M)


def names(words):
    return ", ".join(f"`{word}`" for word in words)


def line_of(example, up):
    manifest = json.loads((source / "examples" / f"{example}.manifest.json").read_text())
    scopes, settings, features = manifest["oauth_config"]["scopes"], manifest["settings"], manifest["features"]
    parts = [f"the scopes {names(scopes['bot'])}"]
    if scopes.get("user"):
        parts.append(f"the user scopes {names(scopes['user'])}")
    if "event_subscriptions" in settings:
        parts.append(f"the events {names(settings['event_subscriptions']['bot_events'])}")
    if features.get("slash_commands"):
        parts.append(f"the commands {names(one['command'] for one in features['slash_commands'])}")
    if settings.get("interactivity", {}).get("is_enabled"):
        parts.append("interactivity")
    text = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"[examples/{example}.c]({up}examples/{example}.c) needs {text} ([its manifest]({up}examples/{example}.manifest.json))."


def main():
    wrong, seen = [], {}
    for page in sorted((source / "docs").rglob("*.md")):
        up = "../" * len(page.relative_to(source).parent.parts)
        text = page.read_text()
        new = LINE.sub(lambda match: line_of(match[1], up), text)
        for match in LINE.finditer(text):
            seen.setdefault(match[1], []).append(page.name)
        if new != text and "--write" in sys.argv:
            page.write_text(new)
        elif new != text:
            wrong.append(f"{page.name}: a line says something else than the manifest: tests/manifest/guide_lines.py . --write")
    for file in sorted((source / "examples").glob("*.manifest.json")):
        example = file.name.split(".")[0]
        if len(seen.get(example, [])) != 1:
            wrong.append(f"{example}: one page says what it needs, not {len(seen.get(example, []))}")
    print("\n".join(wrong) or "ok")
    sys.exit(1 if wrong else 0)


main()
