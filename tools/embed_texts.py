#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the files of a folder as texts in C: `const cli_text_t SYMBOL[]` (tools/cli/fill.h).

usage: embed_texts.py OUTPUT.c DEPFILE SYMBOL FOLDER

The depfile names the files and the folder, so that ninja notices a new file, too.
"""
import pathlib
import sys


PER_LINE = 24


def bytes_of(number, path):
    data = path.read_bytes() + b"\0"
    lines = [", ".join(map(str, data[at : at + PER_LINE])) for at in range(0, len(data), PER_LINE)]
    return f"static const unsigned char text_{number}[] = {{\n    " + ",\n    ".join(lines) + "};\n\n"


def main(output, depfile, symbol, folder):
    folder = pathlib.Path(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    text = "/* SPDX-License-Identifier: MIT */\n/* Made by tools/embed_texts.py. */\n"
    text += '#include "cli/fill.h"\n\n' + "".join(map(bytes_of, range(len(files)), files))
    rows = "".join(f'    {{"{path.relative_to(folder).as_posix()}", (const char *)text_{i}}},\n' for i, path in enumerate(files))
    text += f"extern const cli_text_t {symbol}[];\nconst cli_text_t {symbol}[] = {{\n{rows}    {{0, 0}},\n}};\n"
    pathlib.Path(output).write_text(text, encoding="utf-8")
    names = " ".join(str(path).replace(" ", "\\ ") for path in [folder, *files])
    pathlib.Path(depfile).write_text(f"{output}: {names}\n", encoding="utf-8")


main(*sys.argv[1:])
