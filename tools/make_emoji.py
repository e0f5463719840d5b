#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes emoji.js, the names of emoji and their characters, from the Python package emoji.

usage: make_emoji.py OUTPUT.js

Debian has the package as python3-emoji. Without it the table is empty, and a text keeps its :names:.
"""
import json
import pathlib
import re
import sys

# Debian's packages, also for a python3 that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")

FULLY_QUALIFIED = 2
SKIN_TONES = {chr(code) for code in range(0x1F3FB, 0x1F400)}
REGIONAL = {chr(0x1F1E6 + at): letter for at, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
NAME = re.compile(r"[a-z0-9_+'-]+")
PERSONS = {"man_": ("man-", "male-"), "woman_": ("woman-", "female-")}  # as Slack writes them

# Slack's names of emoji for which the package has others.
SLACK_NAMES = {
    "octagonal_sign": "stop_sign",
    "simple_smile": "slightly_smiling_face",
    "large_green_circle": "green_circle",
    "large_yellow_circle": "yellow_circle",
    "large_orange_circle": "orange_circle",
    "large_purple_circle": "purple_circle",
    "large_brown_circle": "brown_circle",
    "large_green_square": "green_square",
    "large_red_square": "red_square",
    "large_yellow_square": "yellow_square",
}

CODE = """// SPDX-License-Identifier: MIT
/* Made by tools/make_emoji.py. */

const characters = new Map(JSON.parse(%s));

/** The character of an emoji's name, without colons; "" for a name that is not known. */
export function emoji(name) {
  return characters.get(name) || "";
}

/** All names, sorted. */
export const emojiNames = [...characters.keys()];
"""


def names_of(character, facts):
    for name in [facts["en"], *facts.get("alias", [])]:
        name = name.strip(":").lower()
        yield name
        for person, others in PERSONS.items():
            if name.startswith(person):
                yield from (other + name[len(person) :] for other in others)
    if len(character) == 2 and set(character) <= REGIONAL.keys():
        yield "flag-" + "".join(REGIONAL[letter] for letter in character)


def table():
    try:
        from emoji import EMOJI_DATA
    except ImportError:
        return {}
    found = {}
    for character, facts in EMOJI_DATA.items():
        if facts["status"] == FULLY_QUALIFIED and not SKIN_TONES & set(character):
            names = filter(NAME.fullmatch, names_of(character, facts))
            found.update(dict.fromkeys(names, character))
    for name, other in SLACK_NAMES.items():
        if other in found:
            found.setdefault(name, found[other])
    return found


def main(output):
    rows = json.dumps(sorted(table().items()), ensure_ascii=False, separators=(",", ":"))
    pathlib.Path(output).write_text(CODE % json.dumps(rows, ensure_ascii=False), encoding="utf-8")


main(*sys.argv[1:])
