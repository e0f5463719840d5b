#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes declarations of headers, with their comments, as texts in C.

usage: excerpts.py OUTPUT.c HEADER:NAME,NAME…[@TEXT]…

Every TEXT ("interface" if it is left out) becomes an array of lines, `advise_TEXT`, of the declarations
in the order given. A name is that of a function, of a type, or of a struct or enum.
"""
import pathlib
import re
import sys


def declaration(lines, name, header):
    found = re.compile(rf"^(?!#|\s|/| \*).*\b(?:struct|enum)\s+{name}\s*\{{|\b{name}\)?\s*\(|^typedef.*\b{name};")
    for at, line in enumerate(lines):
        if found.search(line) and not re.match(r"\s|/?\*| \*|#", line):
            break
    else:
        sys.exit(f"excerpts.py: {header} declares no {name}")
    first = at
    while first > 0 and re.match(r"\s*(/\*| \*|\*)", lines[first - 1]):
        first -= 1
    depth = 0
    for last in range(at, len(lines)):
        code = re.sub(r"/\*.*?(\*/|$)|^\s*\*.*$", "", lines[last])
        depth += code.count("{") - code.count("}")
        if depth == 0 and ";" in code:
            return lines[first : last + 1]
    sys.exit(f"excerpts.py: {header}: {name} has no end")


def literal(line):
    text = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'    "{text}\\n"'


def main():
    output, *wanted = sys.argv[1:]
    texts = {}
    for item in wanted:
        place, _, text = item.partition("@")
        header, _, names = place.partition(":")
        lines = pathlib.Path(header).read_text(encoding="utf-8").splitlines()
        for name in names.split(","):
            part = texts.setdefault(text or "interface", [])
            part += ([""] if part else []) + declaration(lines, name, header)
    made = ['/* SPDX-License-Identifier: MIT */', "/* Made by tools/advise/excerpts.py. */", '#include "advise/excerpts.h"', ""]
    for text, lines in texts.items():
        made.append(f"const char *const advise_{text}[] = {{")
        made += [literal(line) + "," for line in lines] + ["    0};", ""]
    pathlib.Path(output).write_text("\n".join(made), encoding="utf-8")


main()
