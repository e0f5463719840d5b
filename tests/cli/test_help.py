#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The help texts of all commands of slackapp, and what is made from them: man pages, and completion in real
shells. Finds the commands by itself. usage: tests/cli/test_help.py BUILD_FOLDER VERSION"""
import filecmp
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(SOURCE, 'tools', 'help'))
import help_text  # noqa: E402
import make_help  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
VERSION = sys.argv[2]
PROGRAM = os.path.join(BUILD, 'slackapp')
MADE = os.path.join(BUILD, 'tools', 'help')
WORK = tempfile.mkdtemp()
PROBLEMS = []
PAGES = help_text.read_pages(PROGRAM, PROBLEMS)


class Skip(Exception):
    pass


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f'there is no {program}: ./dev setup --shells installs it')


def run(*words, timeout=60, env=None, stdin=None):
    """Of a program: its exit status, and its outputs."""
    done = subprocess.run(words, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=WORK, timeout=timeout,
                          env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def expect(good, *words):
    if not good:
        raise AssertionError(' '.join(str(word) for word in words))


# --- the texts ----------------------------------------------------------------------------------

def every_help_text_has_the_shape():
    expect(not PROBLEMS, '\n'.join(PROBLEMS))
    expect(len(PAGES) > 30, f'only {len(PAGES)} commands were found')


def every_command_of_the_source_has_a_page():
    """A command is a row of the table in main.c; `slackapp --help` prints that table."""
    with open(os.path.join(SOURCE, 'tools', 'main.c'), encoding='utf-8') as file:
        names = set(re.findall(r'\{"([a-z-]+)", \w+_command,', file.read()))
    found = {page.path[0] for page in PAGES if page.path}
    expect(names == found, 'in main.c or in --help only:', names ^ found)


def help_and_the_parser_have_the_same_options():
    """What the command's own table has, against the text."""
    spy = os.path.join(BUILD, 'tests', 'options_spy')
    wrong = []
    for page in PAGES:
        if not page.path:
            continue
        _, _, err = run(spy, *page.path, '--help')
        parsed = set(err.split('\n')) - {''}
        told = {option.name + (' VALUE' if option.needs_value else '') for option in page.options()}
        wrong += [f'{page.name}: the parser has {option}, the help does not' for option in sorted(parsed - told)]
        wrong += [f'{page.name}: the help has {option}, the parser does not' for option in sorted(told - parsed)]
    expect(not wrong, '\n'.join(wrong))


def help_goes_to_standard_output():
    """Three ways to ask; the reader of the pages has checked that --help is 0 and leaves standard error empty."""
    for page in PAGES[::5]:
        text = help_text.help_of(PROGRAM, page.path)
        expect('\033' not in text, page.name, 'has an escape sequence')
        expect(run(PROGRAM, *page.path, '-h') == (0, text, ''), page.name, '-h')
        expect(run(PROGRAM, 'help', *page.path) == (0, text, ''), 'slackapp help', page.name)


def ignores_options(page):
    """Whether a command says that it takes other programs' options, too."""
    return any('ther options are ignored' in block.paragraph for block in page.blocks)


def wrong_use_goes_to_standard_error():
    for page in PAGES:
        status, out, err = run(PROGRAM, *page.path, '--no-such-option')
        expect((status, out) == (2, ''), page.name, '--no-such-option:', status, out)
        expect(len(err.split('\n')) == 3 and err.endswith('\n'), page.name, 'prints two lines, not', err)
        expect(re.search(r'--help', err), page.name, 'does not say how to get help:', err)
        if page.path and not page.commands():
            expect(err.startswith(page.name + (': ' if ignores_options(page) else ': --no-such-option')), page.name, err)
            expect(err.endswith(f'See {page.name} --help\n'), page.name, err)
        elif page.commands():
            name = page.commands()[0][0]
            status, out, err = run(PROGRAM, *page.path, name + 'x')
            expect(status == 2 and f'there is no command "{name}x": do you mean' in err, err)


def mistyped_options_are_known():
    for page in PAGES[::6]:
        for option in page.options()[:0 if ignores_options(page) else 1]:
            err = run(PROGRAM, *page.path, option.name[:-1] + '_')[2]
            expect(f'do you mean {option.name}?' in err, page.name, err)


def secrets_and_control_characters_are_not_repeated():
    for page in PAGES[::5]:
        _, out, err = run(PROGRAM, *page.path, '--\033[31mxoxb-1-2-abcdefghijklmnop')
        expect('\033' not in out + err and 'abcdefghijklmnop' not in out + err, page.name, out, err)


def versions():
    status, out, err = run(PROGRAM, 'version', '--json')
    expect(status == 0 and err == '' and out.count('\n') == 1, status, out, err)
    told = json.loads(out)
    expect(told['slackapp'] == VERSION, out)
    text = run(PROGRAM, 'version')[1]
    expect(text.startswith(f'slackapp {VERSION}\n') and text == run(PROGRAM, '--version')[1], text)
    for name, version in told['libraries'].items():
        expect(re.search(rf'^{re.escape(name)} +{re.escape(version)}( |$)', text, re.M), name, version, text)
        expect(re.match(r'\d+\.\d+', version), name, version)
    expect({'libuv', 'libcurl', 'mbedtls', 'wslay', 'libllhttp', 'sqlite3'} <= set(told['libraries']), out)
    expect(told['features']['postgres'] == ('libpq' in told['libraries']), out)
    if shutil.which('pkg-config'):  # what the build was made with is what runs
        for name in ('libuv', 'mbedtls', 'sqlite3', 'yyjson', 'libcrypto'):
            done = subprocess.run(['pkg-config', '--modversion', name], stdout=subprocess.PIPE, check=False)
            version = done.stdout.decode().strip()
            expect(done.returncode != 0 or name not in told['libraries'] or told['libraries'][name] == version,
                   name, version, out)


# --- what is made of them -----------------------------------------------------------------------

def made_files_are_not_stale():
    again = os.path.join(WORK, 'again')
    os.makedirs(again)
    make_help.make(PAGES, VERSION, again)
    names = ['slackapp', '_slackapp', 'slackapp.fish'] + [f'man1/{name}' for name in os.listdir(f'{again}/man1')]
    expect(len(names) == len(PAGES) + 3, len(names), 'files of', len(PAGES), 'pages')
    _, different, missing = filecmp.cmpfiles(again, MADE, names, shallow=False)
    expect(not different and not missing, 'build again; these differ:', different + missing)
    expect(sorted(os.listdir(f'{again}/man1')) == sorted(os.listdir(f'{MADE}/man1')), 'a page too many')


def manuals():
    return sorted(os.path.join(MADE, 'man1', name) for name in os.listdir(f'{MADE}/man1'))


def mandoc_likes_the_man_pages():
    need('mandoc')
    _, out, err = run('mandoc', '-Tlint', *manuals())
    # The pages are made at every build: they have no date.
    told = [line for line in (out + err).split('\n') if line and 'missing date' not in line]
    expect(not told, '\n'.join(told))


def groff_likes_the_man_pages():
    need('groff')
    status, out, err = run('groff', '-ww', '-man', '-Tutf8', *manuals())
    expect(status == 0 and err == '', err)
    names = re.findall('^NAME$', re.sub('.\x08', '', out), re.M)  # bold is a letter over itself
    expect(len(names) == len(PAGES), 'not every page is printed:', len(names))


def man_shows_the_text():
    need('man', 'col')
    page = next(page for page in PAGES if page.path == ('sim', 'send'))
    _, out, _ = run('sh', '-c', 'man -l "$0" | col -bx', os.path.join(MADE, 'man1', 'slackapp-sim-send.1'),
                    env={'MANWIDTH': '200', 'LC_ALL': 'C.UTF-8'})
    for row in page.rows():
        expect(row.term in out, row.term, 'is not in', out)
        expect(re.sub(r'\s+', ' ', row.text) in re.sub(r'\s+', ' ', out), row.text, 'is not in', out)


# --- completion ---------------------------------------------------------------------------------

# A command line up to the cursor, and what a shell has to offer for its last word, and what not.
CASES = [
    ('', ['sim', 'run', 'doctor', 'version'], ['send']),
    ('s', ['sim'], ['run']),
    ('run --tr', ['--transport'], ['--build']),
    ('run --transport ', ['socket', 'http', 'both'], ['--build']),
    ('run --transport b', ['both'], ['http']),
    ('run --watch ', ['folder/'], ['file.txt', 'socket']),
    ('run --port-file f', ['file.txt'], ['--build']),
    ('run --port ', [], ['file.txt', 'both']),
    ('run f', ['file.txt', 'folder/'], []),
    ('run ./file.txt --tr', [], ['--transport']),
    ('inbox ', ['list', 'show', 'retry', 'drop', 'stats'], ['sim', 'all']),
    ('inbox list --', ['--state', '--limit', '--store', '--help'], ['--port']),
    ('inbox show --', ['--store'], ['--state']),
    ('inbox list --state d', ['dead', 'done'], ['waiting']),
    ('inbox retry a', ['all'], ['list']),
    ('sim --por', ['--port'], ['--host']),
    ('sim ', ['send', 'fault', 'access'], ['run']),
    ('sim --port 4400 sen', ['send'], []),
    ('sim send me', ['mention', 'message'], ['send']),
    ('sim send --user ann cl', ['click', 'close-view'], ['message']),
    ('sim send upload fi', ['file.txt'], ['message']),
    ('sim access ', ['granted', 'revoked'], ['send']),
    ('sim fault api-', ['api-status', 'api-cut'], ['list']),
    ('installs import fi', ['file.txt'], []),
    ('version --js', ['--json'], []),
]


def lines_of(pages):
    """The cases, and each of these commands with all its options."""
    return [line for line, _, _ in CASES] + [' '.join(page.path + (last,)) for page in pages for last in ('', '--')]


def folder_of_words():
    folder = os.path.join(WORK, 'words')
    os.makedirs(os.path.join(folder, 'folder'), exist_ok=True)
    with open(os.path.join(folder, 'file.txt'), 'w', encoding='utf-8'):
        pass
    return folder


def judge(shell, offers, pages):
    """`offers(line)` are the words that the shell offers behind "slackapp "."""
    wrong = []
    for line, wanted, unwanted in CASES:
        told = {word.rstrip() for word in offers(line)}
        told |= {word.rstrip('/') + '/' for word in told if word.rstrip('/') == 'folder'}
        wrong += [f'{shell}: "slackapp {line}" does not offer {word}, but {sorted(told)}' for word in wanted if word not in told]
        wrong += [f'{shell}: "slackapp {line}" offers {word}' for word in unwanted if word in told]
    for page in pages:
        line = ' '.join(page.path + ('',))
        told = {word.rstrip() for word in offers(line)}
        wanted = [name for name, _ in page.commands() + page.words()]
        told |= {word.rstrip() for word in offers(line + '--')}
        wanted += [option.name for option in page.options()] + ['--help'] * (page.path != ())
        wrong += [f'{shell}: {page.name} lacks {word}' for word in wanted if word not in told]
    expect(not wrong, '\n'.join(wrong))


def answers_of(done):
    """The lines that a shell printed for each command line, up to a line with a dot."""
    return re.split(r'^\.\n', done.stdout.decode(), flags=re.M)


def bash_completes():
    need('bash')
    script = """
. "$1"
[[ $(complete -p slackapp) == 'complete -F _slackapp slackapp' ]] || exit 3
while IFS= read -r line; do
    read -ra COMP_WORDS <<<"slackapp $line"
    [[ $line == *' ' || ! $line ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _slackapp slackapp "${COMP_WORDS[COMP_CWORD]}"
    printf '%s\\n' "${COMPREPLY[@]}" .
done
"""
    told = {}
    lines = lines_of(PAGES)
    done = subprocess.run(['bash', '--norc', '-c', script, 'bash', os.path.join(MADE, 'slackapp')], timeout=60,
                          input='\n'.join(lines + ['run --transport = h', '']).encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, cwd=folder_of_words(), check=False)
    expect(done.returncode == 0 and done.stderr == b'', done.returncode, done.stderr.decode())
    answers = answers_of(done)
    for line, answer in zip(lines, answers):
        told[line] = answer.split('\n')
    expect(answers[len(lines)] == 'http\n', '--transport=h:', answers[len(lines)])  # as bash splits it
    judge('bash', told.__getitem__, PAGES)


def fish_completes():
    need('fish')
    lines = lines_of(PAGES)
    script = 'source $argv[1]\nwhile read -l line\n complete -C "slackapp $line"\n echo .\nend'
    done = subprocess.run(['fish', '--no-config', '-c', script, os.path.join(MADE, 'slackapp.fish')], timeout=100,
                          input='\n'.join(lines + ['']).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          cwd=folder_of_words(), env=dict(os.environ, HOME=WORK), check=False)
    expect(done.returncode == 0 and done.stderr == b'', done.returncode, done.stderr.decode())
    told = {}
    for line, answer in zip(lines, answers_of(done)):
        told[line] = [word.split('\t')[0] for word in answer.split('\n')]
    judge('fish', told.__getitem__, PAGES)


ZSH = r"""
unsetopt auto_list auto_menu list_beep beep
unset zle_bracketed_paste
PS1= RPS1=
fpath=("$MADE" $fpath)
autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' insert-tab false
bindkey -e
compadd() # notes what it would add
{
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
    typeset -a hits
    builtin compadd -O hits "$@"
    print -rl -- $hits >>"$OUT"
    builtin compadd "$@"
}
zle-line-init() { print . >>"$OUT"; } # the next line may be typed: the terminal is the editor's
zle -N zle-line-init
"""


def type_into_zsh(lines):
    """Types each line and a tab at a zsh on a terminal. Returns what it would add for each."""
    paths = {'OUT': os.path.join(WORK, 'zsh.out'), 'MADE': MADE, 'HOME': WORK, 'ZDOTDIR': WORK, 'TERM': 'dumb'}
    with open(os.path.join(WORK, 'zsh.rc'), 'w', encoding='utf-8') as file:
        file.write(ZSH)
    with open(paths['OUT'], 'w', encoding='utf-8'):
        pass
    folder = folder_of_words()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe('zsh', ['zsh', '-f', '-i'], dict(os.environ, **paths))
    until = time.monotonic() + 100

    def answers():
        with open(paths['OUT'], encoding='utf-8') as file:
            return re.split(r'^\.\n', file.read(), flags=re.M)

    try:
        for number, keys in enumerate(['. ../zsh.rc\n'] + [f'slackapp {line}\t\x15:\n' for line in lines], 1):
            os.write(terminal, keys.encode())
            while len(answers()) <= number:
                expect(time.monotonic() < until, 'zsh says nothing to', keys)
                if select.select([terminal], [], [], 0.005)[0]:
                    os.read(terminal, 65536)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)
    return answers()[1:]


def zsh_completes():
    need('zsh')
    pages = PAGES[::3]  # they take the longest
    lines = lines_of(pages) + ['run --transport=h']
    told = dict(zip(lines, (answer.split('\n') for answer in type_into_zsh(lines))))
    expect('http' in told['run --transport=h'], told['run --transport=h'])
    judge('zsh', told.__getitem__, pages)


# --- terminals ----------------------------------------------------------------------------------

def on_terminal(words, env):
    """What a program prints on a terminal; how far it is goes to standard error, which is none here."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(WORK)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.execve(words[0], words, env)
    text = b''
    while select.select([terminal], [], [], 60)[0]:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # Linux says so at the end
            break
        if not more:
            break
        text += more
    os.close(terminal)
    os.waitpid(pid, 0)
    return text.decode()


def colors_are_for_terminals_and_those_who_want_them():
    """The doctor, without a token, ends at once with something bad."""
    words = [PROGRAM, 'doctor']
    plain = {'PATH': os.environ['PATH'], 'HOME': WORK, 'TERM': 'xterm'}
    piped = subprocess.run(words, stdout=subprocess.PIPE, cwd=WORK, env=plain, timeout=60, check=False).stdout.decode()
    expect('\033' not in piped and 'bad ' in piped, piped)
    colored = on_terminal(words, plain)
    expect('\033[31mbad' in colored, colored)
    expect(re.sub('\033\\[[0-9;]*m|\r', '', colored) == piped, 'the colors change the text:', colored)
    for more in ({'NO_COLOR': '1'}, {'TERM': 'dumb'}, {'TERM': ''}):
        expect('\033' not in on_terminal(words, dict(plain, **more)), more)
    expect('\033[31m' in on_terminal(words, dict(plain, NO_COLOR='')), 'an empty NO_COLOR does not count')
    for page in PAGES[::9]:
        expect('\033' not in on_terminal([PROGRAM, *page.path, '--help'], plain), page.name)


TESTS = [
    every_help_text_has_the_shape,
    every_command_of_the_source_has_a_page,
    help_and_the_parser_have_the_same_options,
    help_goes_to_standard_output,
    wrong_use_goes_to_standard_error,
    mistyped_options_are_known,
    secrets_and_control_characters_are_not_repeated,
    versions,
    made_files_are_not_stale,
    mandoc_likes_the_man_pages,
    groff_likes_the_man_pages,
    man_shows_the_text,
    bash_completes,
    fish_completes,
    zsh_completes,
    colors_are_for_terminals_and_those_who_want_them,
]


def main():
    failed = False
    print(f'1..{len(TESTS)}')
    for number, test in enumerate(TESTS, 1):
        begun = time.monotonic()
        try:
            test()
            print(f'ok {number} {test.__name__} ({time.monotonic() - begun:.2f} s)', flush=True)
        except Skip as why:
            print(f'ok {number} {test.__name__} # SKIP {why}', flush=True)
        except (AssertionError, subprocess.TimeoutExpired, help_text.ShapeError) as error:
            failed = True
            print(''.join(f'# {line}\n' for line in str(error).split('\n')) + f'not ok {number} {test.__name__}', flush=True)
    shutil.rmtree(WORK)
    return failed


if __name__ == '__main__':
    sys.exit(main())
