#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the files of the simulator's page as C: name, type, ETag and bytes of each.

usage: embed_page.py OUTPUT.c DEPFILE FOLDER [NAME=FILE...]

Every file in the folder and in its folders is embedded under its path there, and each FILE, which a
build has made, under NAME. A style sheet that another one imports becomes part of that one. The
depfile names the files and the folders, so that ninja notices a new file, too.
"""
import hashlib
import pathlib
import re
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PER_LINE = 24
IMPORT = re.compile(rb'^@import "([^"]+)";$', re.M)

HEAD = """/* SPDX-License-Identifier: MIT */
/* Made by tools/embed_page.py. */
#include "sim/page_files.h"
"""


def type_of(name):
    suffix = pathlib.PurePath(name).suffix
    if suffix not in TYPES:
        sys.exit(f"embed_page.py: {name}: no media type is known for '{suffix}': add it to TYPES")
    return TYPES[suffix]


def bytes_of(number, data):
    lines = [
        "    " + ", ".join(str(byte) for byte in data[at : at + PER_LINE]) + ","
        for at in range(0, len(data), PER_LINE)
    ]
    return f"\nstatic const unsigned char file_{number}[] = {{\n" + "\n".join(lines or ["    0,"]) + "\n};\n"


def join_sheets(contents):
    """Puts the imported sheets into those that import them: the browser asks once."""
    joined = set()

    def imported(match):
        name = match[1].decode()
        if name not in contents:
            sys.exit(f"embed_page.py: {name}: a sheet imports it, and it is not there")
        joined.add(name)
        return contents[name]

    for name in [name for name in contents if name.endswith(".css")]:
        contents[name] = IMPORT.sub(imported, contents[name])
    for name in joined:
        del contents[name]


def row_of(number, name, data):
    etag = hashlib.sha256(data).hexdigest()[:16]
    return f'    {{"{name}", "{type_of(name)}", "\\"{etag}\\"", (const char *)file_{number}, {len(data)}}},\n'


def main(output, depfile, folder, *made):
    folder = pathlib.Path(folder)
    found = [path for path in sorted(folder.rglob("*")) if not path.name.startswith(".")]
    files = {path.relative_to(folder).as_posix(): path for path in found if path.is_file()}
    files.update((name, pathlib.Path(path)) for name, path in (one.split("=", 1) for one in made))
    contents = {name: path.read_bytes() for name, path in files.items()}
    join_sheets(contents)
    text = HEAD + "".join(map(bytes_of, range(len(contents)), contents.values()))
    rows = "".join(map(row_of, range(len(contents)), contents, contents.values()))
    text += f"\nconst sim_page_file_t sim_page_files[] = {{\n{rows}}};\n"
    text += f"const size_t sim_page_file_count = {len(contents)};\n"
    pathlib.Path(output).write_text(text)
    names = " ".join(str(path).replace(" ", "\\ ") for path in [folder, *filter(pathlib.Path.is_dir, found), *files.values()])
    pathlib.Path(depfile).write_text(f"{output}: {names}\n")


main(*sys.argv[1:])
