#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_help.py SLACKAPP VERSION FOLDER: man pages and completion, made from the help texts of the program.

FOLDER/man1/slackapp*.1, and for bash FOLDER/slackapp, for zsh FOLDER/_slackapp, for fish FOLDER/slackapp.fish.
"""
import os
import sys

sys.dont_write_bytecode = True  # the sources may be read-only
import completion  # noqa: E402
import help_text  # noqa: E402
import man_page  # noqa: E402


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def make(pages, version, folder):
    manuals = os.path.join(folder, 'man1')
    os.makedirs(manuals, exist_ok=True)
    for name in os.listdir(manuals):
        os.unlink(os.path.join(manuals, name))
    for page in pages:
        write(os.path.join(manuals, man_page.file_name(page) + '.1'), man_page.man_page(page, pages, version))
    write(os.path.join(folder, 'slackapp'), completion.bash(pages))
    write(os.path.join(folder, '_slackapp'), completion.zsh(pages))
    write(os.path.join(folder, 'slackapp.fish'), completion.fish(pages))
    os.utime(manuals)  # ninja asks for its time


def main(program, version, folder):
    problems = []
    pages = help_text.read_pages(program, problems)
    for problem in problems:  # the test fails for it; nobody's build does
        print('warning: no page:', problem, file=sys.stderr)
    make(pages, version, folder)


if __name__ == '__main__':
    main(*sys.argv[1:])
