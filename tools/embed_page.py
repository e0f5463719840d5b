#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the files of the simulator's page as C: name, type, ETag and bytes of each.

usage: embed_page.py OUTPUT.c DEPFILE FOLDER [FILE...]

Every file of the folder is embedded, and each FILE, which a build has made. The depfile names them
and the folder, so that ninja notices a new file, too.
"""
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
PER_LINE = 24

HEAD = """/* SPDX-License-Identifier: MIT */
/* Made by tools/embed_page.py. */
#include "sim/page_files.h"
"""


def type_of(path):
    if path.suffix not in TYPES:
        sys.exit(f"embed_page.py: {path}: no media type is known for '{path.suffix}': add it to TYPES")
    return TYPES[path.suffix]


def bytes_of(number, data):
    lines = [
        "    " + ", ".join(str(byte) for byte in data[at : at + PER_LINE]) + ","
        for at in range(0, len(data), PER_LINE)
    ]
    return f"\nstatic const unsigned char file_{number}[] = {{\n" + "\n".join(lines or ["    0,"]) + "\n};\n"


def row_of(number, path, data):
    etag = hashlib.sha256(data).hexdigest()[:16]
    return f'    {{"{path.name}", "{type_of(path)}", "\\"{etag}\\"", (const char *)file_{number}, {len(data)}}},\n'


def main(output, depfile, folder, *made):
    folder = pathlib.Path(folder)
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    paths += [pathlib.Path(path) for path in made]
    contents = [path.read_bytes() for path in paths]
    text = HEAD + "".join(map(bytes_of, range(len(paths)), contents))
    rows = "".join(map(row_of, range(len(paths)), paths, contents))
    text += f"\nconst sim_page_file_t sim_page_files[] = {{\n{rows}}};\n"
    text += f"const size_t sim_page_file_count = {len(paths)};\n"
    pathlib.Path(output).write_text(text)
    names = " ".join(str(path).replace(" ", "\\ ") for path in [folder, *paths])
    pathlib.Path(depfile).write_text(f"{output}: {names}\n")


main(*sys.argv[1:])
