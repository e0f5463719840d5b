# SPDX-License-Identifier: MIT
"""The help texts of slackapp, read from the program itself, and the shape that each of them has:

    A sentence or two.

    usage: slackapp COMMAND [OPTION…] FILE
           slackapp COMMAND …

      FILE               an argument
      --name VALUE       an option with a value; "--name [VALUE]" needs none
      --kind a|b|c       an option with a choice of words
      --flag             an option without a value

    Commands:
      name               a command of this command: `slackapp COMMAND name --help` explains it

    Paragraphs, and more blocks of rows. A block may have a heading that ends with a colon; a row whose
    name is in lower case is a word to type.

    Examples:
      slackapp COMMAND file

    Exit status:
      0  …
      2  its words are wrong
"""
import re
import subprocess

WIDTH = 80
# What a value or an argument of this name is.
FILES = {'FILE', 'PATH', 'BOT'}
FOLDERS = {'FOLDER'}


class ShapeError(Exception):
    pass


class Option:
    """`--name VALUE` of a row."""

    def __init__(self, text):
        match = re.fullmatch(r'(--[a-z][a-z0-9-]*)(?: (\[?)([^\s\[\]]+)\]?)?', text)
        if not match:
            raise ShapeError(f'an option looks like "--name VALUE", not "{text}"')
        self.name, bracket, value = match.groups()
        self.value = value or ''  # '' for a flag
        self.needs_value = bool(value) and not bracket

    def choices(self):
        words = self.value.split('|')
        return [word for word in words if re.fullmatch('[a-z0-9_-]+', word)] if len(words) > 1 else []

    def is_file(self):
        return self.value in FILES

    def is_folder(self):
        return self.value in FOLDERS


class Row:
    """`  TERM  text` of a block."""

    def __init__(self, term, text):
        self.term, self.text = term, text
        self.options = [Option(part) for part in term.split(', ')] if term.startswith('-') else []

    def word(self):
        """The word to type, if it is one."""
        first = self.term.split()[0]
        return first if re.fullmatch('[a-z][a-z0-9_-]*', first) else None


class Block:
    """A paragraph, or rows with or without a heading."""

    def __init__(self, lines):
        self.heading = None
        self.rows, self.paragraph = [], ''
        if len(lines) > 1 and lines[0].endswith(':') and lines[1].startswith('  '):
            self.heading = lines.pop(0)[:-1]
        self.lines = lines
        if not lines[0].startswith('  '):
            self.paragraph = ' '.join(lines)
            if any(line.startswith(' ') for line in lines):
                raise ShapeError(f'a paragraph begins at the first column: "{lines[0]}"')
        elif self.heading != 'Examples':
            self._read_rows(lines)

    def _read_rows(self, lines):
        for line in lines:
            match = re.fullmatch(r'  (\S.*?)(?:  +(\S.*))?', line)
            if match:
                self.rows.append(Row(match[1], match[2] or ''))
            elif self.rows and line.startswith('    '):
                row = self.rows[-1]
                row.text = (row.text + ' ' + line.strip()).strip()
            else:
                raise ShapeError(f'neither a row nor its continuation: "{line}"')
        for row in self.rows:
            if not row.text:
                raise ShapeError(f'no text explains "{row.term}"')


class Page:
    """The help text of one command; `path` is its words: () of slackapp itself, ('sim', 'send')."""

    def __init__(self, path, text, brief):
        self.path, self.brief = path, brief
        self.name = ' '.join(('slackapp',) + path)
        try:
            self._read(text)
        except ShapeError as error:
            raise ShapeError(f'{self.name} --help: {error}') from None

    def _read(self, text):
        for line in text.split('\n'):
            if len(line) > WIDTH:
                raise ShapeError(f'longer than {WIDTH} columns: "{line}"')
            if line != line.rstrip() or '\t' in line:
                raise ShapeError(f'a blank at the end, or a tab: "{line}"')
        if not text.endswith('\n') or text.endswith('\n\n') or '\n\n\n' in text:
            raise ShapeError('one empty line is between blocks, and none at the end')
        blocks = [part.split('\n') for part in text[:-1].split('\n\n')]
        if len(blocks) < 4:
            raise ShapeError('a sentence, "usage:", "Examples:" and "Exit status:" are needed')
        self.summary = ' '.join(blocks[0])
        if blocks[0][0].startswith('usage:') or not self.summary.endswith('.'):
            raise ShapeError('it begins with a sentence')
        self.usages = self._usages(blocks[1])
        self.blocks = [Block(lines) for lines in blocks[2:]]
        self.exit_status = self.blocks.pop()
        self.examples = self.blocks.pop()
        self._check_end()
        if self.options() and not re.search(r'OPTION|--', ' '.join(self.usages)):
            raise ShapeError('it has options, and no usage line has [OPTION…]')

    def _usages(self, lines):
        usages = [line[7:] for line in lines]
        for number, line in enumerate(lines):
            head = 'usage: ' if number == 0 else '       '
            if not re.match(re.escape(head + self.name) + r'(?= |$)', line):
                raise ShapeError(f'a usage line begins with "{head}{self.name}", not "{line}"')
        return usages

    def _check_end(self):
        if self.examples.heading != 'Examples' or len(self.examples.lines) < 2:
            raise ShapeError('at least two "Examples:" are before the last block')
        for line in self.examples.lines:
            if not line.startswith('  ') or not re.search(self.name + r'\b', line):
                raise ShapeError(f'an example is two blanks, and a command with "{self.name}": "{line}"')
        if self.exit_status.heading != 'Exit status':
            raise ShapeError('the last block is "Exit status:"')
        statuses = [row.term for row in self.exit_status.rows]
        if statuses[0] != '0' or '2' not in statuses or not all(term.isdigit() for term in statuses):
            raise ShapeError('"Exit status:" has a row for 0, one for 2, and only numbers')

    def rows(self):
        return [row for block in self.blocks for row in block.rows]

    def options(self):
        return [option for row in self.rows() for option in row.options]

    def option_texts(self):
        """Every option with its explanation."""
        return [(option, row.text) for row in self.rows() for option in row.options]

    def commands(self):
        """The names of its commands, with what they do."""
        return [(row.word(), row.text) for block in self.blocks if block.heading == 'Commands' for row in block.rows]

    def words(self):
        """The words that an argument may be, with what they mean."""
        return [(row.word(), row.text) for block in self.blocks if block.heading != 'Commands'
                for row in block.rows if row.word()]

    def _names(self, names):
        terms = [usage[len(self.name):] for usage in self.usages]
        terms += [row.term for row in self.rows() if not row.options]
        return any(set(re.findall(r'[A-Z]+', term)) & names for term in terms)

    def takes_files(self):
        return self._names(FILES)

    def takes_folders(self):
        return self._names(FOLDERS)

    def starts_program(self):
        """Whether the words behind the first argument are another program's."""
        return self._names({'BOT'})


def help_of(program, path):
    done = subprocess.run([program, *path, '--help'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 0 or done.stderr:
        raise ShapeError(f'slackapp {" ".join(path)} --help: exit status {done.returncode}, {done.stderr.decode()}')
    return done.stdout.decode()


def read_pages(program, problems, path=(), brief='build, run, test and operate Slack apps'):
    """The pages of a command and of all commands below it. Those of another shape go to `problems`."""
    try:
        page = Page(path, help_of(program, path), brief)
    except ShapeError as error:
        problems.append(str(error))
        return []
    pages = [page]
    for name, text in page.commands():
        pages += read_pages(program, problems, path + (name,), text)
    return pages
