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
    "eject": "eject_button",
    "face_palm": "person_facepalming",
    "first_place_medal": "1st_place_medal",
    "knife_fork_plate": "fork_and_knife_with_plate",
    "ladybug": "lady_beetle",
    "large_blue_square": "blue_square",
    "large_brown_circle": "brown_circle",
    "large_brown_square": "brown_square",
    "large_green_circle": "green_circle",
    "large_green_square": "green_square",
    "large_orange_circle": "orange_circle",
    "large_orange_square": "orange_square",
    "large_purple_circle": "purple_circle",
    "large_purple_square": "purple_square",
    "large_red_square": "red_square",
    "large_yellow_circle": "yellow_circle",
    "large_yellow_square": "yellow_square",
    "lightning": "cloud_with_lightning",
    "medal": "military_medal",
    "mostly_sunny": "sun_behind_small_cloud",
    "octagonal_sign": "stop_sign",
    "rain_cloud": "cloud_with_rain",
    "rainbow-flag": "rainbow_flag",
    "scooter": "kick_scooter",
    "second_place_medal": "2nd_place_medal",
    "shopping_trolley": "shopping_cart",
    "simple_smile": "slightly_smiling_face",
    "spock-hand": "vulcan_salute",
    "the_horns": "sign_of_the_horns",
    "third_place_medal": "3rd_place_medal",
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


def own_names(character, facts):
    """The names by which people write an emoji."""
    yield from (name.strip(":").lower() for name in facts.get("alias", []))
    if len(character) == 2 and set(character) <= REGIONAL.keys():
        yield "flag-" + "".join(REGIONAL[letter] for letter in character)


def unicode_names(_character, facts):
    """The name of the standard, which may be the own name of another emoji."""
    name = facts["en"].strip(":").lower()
    yield name
    for person, others in PERSONS.items():
        if name.startswith(person):
            yield from (other + name[len(person) :].replace("_", "-") for other in others)


def table():
    try:
        from emoji import EMOJI_DATA
    except ImportError:
        return {}
    plain = {
        character: facts
        for character, facts in EMOJI_DATA.items()
        if facts["status"] == FULLY_QUALIFIED and not SKIN_TONES & set(character)
    }
    found = {}
    for names_of in (own_names, unicode_names):
        for character, facts in plain.items():
            for name in filter(NAME.fullmatch, names_of(character, facts)):
                found.setdefault(name, character)
    for name, other in SLACK_NAMES.items():
        if other in found:
            found.setdefault(name, found[other])
    return found


def main(output):
    rows = json.dumps(sorted(table().items()), ensure_ascii=False, separators=(",", ":"))
    pathlib.Path(output).write_text(CODE % json.dumps(rows, ensure_ascii=False), encoding="utf-8")


main(*sys.argv[1:])
