# SPDX-License-Identifier: MIT
"""A help text as a page for man(1), in the macros of man(7)."""
import re
import textwrap

ESCAPES = {'\\': '\\e', '-': '\\-', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti', '"': '\\(dq'}


def escaped(text):
    text = ''.join(ESCAPES.get(char, char if ord(char) < 128 else f'\\[u{ord(char):04X}]') for char in text)
    return '\\&' + text if text.startswith('.') else text


def filled(text):
    """A paragraph, in lines that a person can read in the source, too."""
    lines = textwrap.wrap(escaped(text), 80, break_long_words=False, break_on_hyphens=False)
    return '\n'.join('\\&' + line if line.startswith('.') else line for line in lines)


def file_name(page):
    return '-'.join(('slackapp',) + page.path)


def bold(text):
    return f'\\fB{escaped(text)}\\fR'


def italic(text):
    return f'\\fI{escaped(text)}\\fR'


def term_of(row):
    """The options and the words to type bold, what stands for something else italic."""
    parts = []
    for part in re.split(r'([\s,\[\]|]+)', row.term):
        if re.fullmatch(r'--[a-z-]+|[a-z][a-z0-9_-]*|\d+', part):
            parts.append(bold(part))
        elif re.search('[A-Z]', part):
            parts.append(italic(part))
        else:
            parts.append(escaped(part))
    return ''.join(parts)


def section_of(block):
    if block.heading:
        return block.heading.upper()
    return 'OPTIONS' if any(row.options for row in block.rows) else 'ARGUMENTS'


def rows_of(rows):
    return [line for row in rows for line in ('.TP', term_of(row), filled(row.text))]


def see_also(page, pages):
    names = [file_name(other) for other in pages
             if other is not page and (other.path == page.path[:-1] or other.path[:-1] == page.path) and other.path != page.path]
    if not names:
        return []
    return ['.SH SEE ALSO'] + [f'.BR {escaped(name)} (1){"," if name != names[-1] else ""}' for name in sorted(names)]


def man_page(page, pages, version):
    lines = [f'.\\" Made by tools/help/make_help.py from {page.name} --help.',
             f'.TH {file_name(page).upper()} 1 "" "slackapp {version}" "slackapp"',
             '.SH NAME', filled(f'{file_name(page)} - {page.brief}'), '.SH SYNOPSIS', '.nf']
    lines += [bold(page.name) + escaped(usage[len(page.name):]) for usage in page.usages]
    lines += ['.fi', '.SH DESCRIPTION', filled(page.summary)]
    for block in page.blocks:
        if block.paragraph:
            lines += ['.PP', filled(block.paragraph)]
    sections = {}
    for block in page.blocks:
        if block.rows:
            sections.setdefault(section_of(block), []).extend(block.rows)
    for name, rows in sections.items():
        lines += [f'.SH {name}'] + rows_of(rows)
    lines += ['.SH EXAMPLES', '.nf'] + [escaped(line.strip()) for line in page.examples.lines] + ['.fi']
    lines += ['.SH EXIT STATUS'] + rows_of(page.exit_status.rows)
    return '\n'.join(lines + see_also(page, pages)) + '\n'
