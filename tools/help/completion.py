# SPDX-License-Identifier: MIT
"""Help texts as completion for bash, zsh and fish."""
import re

HEAD = 'Made by tools/help/make_help.py from the help texts of slackapp.'


def quoted(text):
    """A word of a shell, in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def fish_quoted(text):
    return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"


def brief(text):
    """What fits beside a name in a list: the first part of an explanation."""
    text = re.split(r'(?<=[a-z)]): | \(default|; ', text)[0]
    return text if len(text) <= 70 else text[:69].rsplit(' ', 1)[0] + '…'


def option_names(page):
    return [option.name for option in page.options()] + ['--help']


def value_kind(option):
    """What completes a value: "words a b", "files", "folders", or "" for nothing."""
    if option.choices():
        return 'words ' + ' '.join(option.choices())
    return 'files' if option.is_file() else 'folders' if option.is_folder() else ''


def argument_kind(page):
    return 'files' if page.takes_files() else 'folders' if page.takes_folders() else ''


# --- bash ---------------------------------------------------------------------------------------

BASH = '''# bash completion for slackapp. {head}

# What is known of a command: its commands, its options, the words that its first argument may be, and
# whether its arguments are files.
_slackapp_page()
{{
    commands='' options='' words='' arguments='' program=''
    case $1 in
{pages}
    esac
}}

# The value of an option: "words a b", "files", "folders", "any"; nothing for an option without one.
_slackapp_value()
{{
    case "$1 $2" in
{values}
    esac
}}

_slackapp()
{{
    local cur=${{COMP_WORDS[COMP_CWORD]}} page=slackapp kind='' count=0 i word
    local commands options words arguments program
    COMPREPLY=()
    _slackapp_page "$page"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${{COMP_WORDS[i]}}
        case $word in
        =) ;;
        --*)
            kind=$(_slackapp_value "$page" "$word")
            [[ ${{COMP_WORDS[i + 1]}} != = ]] || ((i++)) # bash splits --name=value
            if [[ $kind ]]; then ((++i < COMP_CWORD)) && kind=''; fi
            ;;
        *)
            if [[ $count = 0 && " $commands " == *" $word "* ]]; then
                page+=" $word"
                _slackapp_page "$page"
            else
                ((++count))
            fi
            ;;
        esac
    done
    [[ $cur != = ]] || cur=''
    case $kind in
    words*) mapfile -t COMPREPLY < <(compgen -W "${{kind#words}}" -- "$cur") ;;
    files) _slackapp_paths -f ;;
    folders) _slackapp_paths -d ;;
    any) ;;
    *)
        if [[ $program && $count -gt 0 ]]; then
            _slackapp_paths -f
        elif [[ $cur == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        else
            [[ $count = 0 ]] && mapfile -t COMPREPLY < <(compgen -W "$commands $words" -- "$cur")
            [[ $arguments != files ]] || _slackapp_paths -f
            [[ $arguments != folders ]] || _slackapp_paths -d
        fi
        ;;
    esac
}}

# -f: files and folders; -d: folders. Adds those that begin with the word.
_slackapp_paths()
{{
    local path
    compopt -o filenames 2>/dev/null
    while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
}}

complete -F _slackapp slackapp
'''


def bash(pages):
    cases, values = [], []
    for page in pages:
        fields = [('commands', ' '.join(name for name, _ in page.commands())),
                  ('options', ' '.join(option_names(page))),
                  ('words', ' '.join(word for word, _ in page.words())),
                  ('arguments', argument_kind(page)),
                  ('program', 'yes' if page.starts_program() else '')]
        cases.append(f'    {quoted(page.name)})')
        cases += [f'        {name}={quoted(value)}' for name, value in fields if value]
        cases.append('        ;;')
        for option in page.options():
            if option.needs_value:
                values.append(f'    {quoted(page.name + " " + option.name)}) echo {quoted(value_kind(option) or "any")} ;;')
    return BASH.format(head=HEAD, pages='\n'.join(cases), values='\n'.join(values))


# --- zsh ----------------------------------------------------------------------------------------

ZSH = """#compdef slackapp
# {head}

{functions}

_slackapp "$@"
"""


def zsh_text(text):
    """A part of a specification, in which brackets and colons have a meaning."""
    return re.sub(r'([\[\]:\\])', r'\\\1', text)


def zsh_function(page):
    return '_' + '_'.join(('slackapp',) + page.path).replace('-', '_')


def zsh_action(kind):
    if kind.startswith('words '):
        return '(' + kind[6:] + ')'
    return {'files': '_files', 'folders': '_files -/', '': ' '}[kind]


def zsh_option(option, text):
    explained = f'[{zsh_text(brief(text))}]'
    if not option.value:
        return quoted(option.name + explained)
    label = option.name[2:] if option.choices() else option.value
    colons = ':' if option.needs_value else '::'
    return quoted(f'{option.name}={explained}{colons}{zsh_text(label)}:{zsh_action(value_kind(option))}')


def zsh_list(name, rows):
    return [f'    local -a {name}=('] + \
        [f'        {quoted(zsh_text(word) + ":" + brief(text))}' for word, text in rows] + ['    )']


def zsh_page(page):
    """The function of a command: _arguments says what follows, and the states what its words are."""
    lines, states = [], []
    kind = argument_kind(page)
    specs = [zsh_option(option, text) for option, text in page.option_texts()]
    specs.append("'(-h --help)'{-h,--help}'[print the help]'")
    if page.commands():
        lines += zsh_list('commands', page.commands())
        specs += ["'1: :->command'", "'*:: :->rest'"]
        states += ['    command) _describe -t commands command commands && ret=0 ;;',
                   '    rest)', '        case $words[1] in']
        states += [f'        {name}) {zsh_function(page)}_{name.replace("-", "_")} && ret=0 ;;'
                   for name, _ in page.commands()]
        states += ['        esac', '        ;;']
    elif page.words():
        lines += zsh_list('first', page.words())
        specs += ["'1: :->word'", quoted('*:argument:' + zsh_action(kind))]
        states += ['    word)', '        _describe -t words word first && ret=0']
        states += ['        _files && ret=0'] * (kind == 'files') + ['        ;;']
    elif page.starts_program():
        specs = ["-A '-*'"] + specs + ["'1:program:_files'", "'*:argument:_files'"]
    elif kind:
        specs.append(quoted(f'*:{kind[:-1]}:{zsh_action(kind)}'))
    if not states:
        return '\n'.join([f'{zsh_function(page)}()', '{', '    _arguments \\\n        ' + ' \\\n        '.join(specs), '}'])
    head = ['    local curcontext=$curcontext state line ret=1']
    call = ['    _arguments -C \\\n        ' + ' \\\n        '.join(specs) + ' && ret=0', '    case $state in']
    return '\n'.join([f'{zsh_function(page)}()', '{'] + head + lines + call + states + ['    esac', '    return ret', '}'])


def zsh(pages):
    return ZSH.format(head=HEAD, functions='\n\n'.join(zsh_page(page) for page in pages[::-1]))


# --- fish ---------------------------------------------------------------------------------------

FISH = """# {head}

# The commands of a command and the words that its first argument may be, with what they mean.
function __slackapp_words
    switch "$argv"
{words}
    end
end

function __slackapp_options
    switch "$argv"
{options}
    end
end

# The value of an option, "words a b", "files", "folders", "any"; nothing for an option without one.
function __slackapp_value
    switch "$argv"
{values}
    end
end

# What the arguments of a command are: "files", "folders", "program".
function __slackapp_arguments
    switch "$argv"
{arguments}
    end
end

# Prints what may stand at the cursor.
function __slackapp_complete
    set -l page slackapp
    set -l kind ''
    set -l count 0
    for word in (commandline -opc)[2..-1]
        if test -n "$kind"
            set kind ''
            continue
        end
        switch $word
            case '--*=*'
            case '--*'
                set kind (__slackapp_value $page $word)
            case '*'
                set -l known (__slackapp_options $page $word)
                if test $count = 0 -a (count $known) -gt 0
                    set page "$page $word"
                else
                    set count (math $count + 1)
                end
        end
    end
    set -l token (commandline -ct)
    set -l before ''
    set -l arguments (__slackapp_arguments $page)
    if string match -q -- '--*=*' $token
        set before (string split -m 1 = -- $token)[1]
        set kind (__slackapp_value $page $before)
        set before "$before="
    else if test -z "$kind"
        if test "$arguments" = program -a $count -gt 0
            set kind files
        else if string match -q -- '-*' $token
            __slackapp_options $page
        else
            test $count = 0; and __slackapp_words $page
            set kind $arguments
        end
    end
    switch "$kind"
        case 'words *'
            for word in (string split ' ' -- $kind)[2..-1]
                echo -- $before$word
            end
        case files program
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- $token) | string replace -r '^' -- $before
        case folders
            __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $token) | string replace -r '^' -- $before
    end
end

complete -c slackapp -f -a '(__slackapp_complete)'
"""


def fish_rows(page, rows):
    texts = [fish_quoted(word + '\t' + brief(text)) for word, text in rows]
    return [f'        case {fish_quoted(page.name)}', "            printf '%s\\n' \\"] + \
        [f'                {text}' + (' \\' if number + 1 < len(texts) else '') for number, text in enumerate(texts)]


def fish(pages):
    words, options, values, arguments = [], [], [], []
    for page in pages:
        if page.commands() or page.words():
            words += fish_rows(page, page.commands() + page.words())
        rows = [(option.name, text) for option, text in page.option_texts()]
        options += fish_rows(page, rows + [('--help', 'print the help')])
        for option in page.options():
            if option.needs_value:
                values += [f'        case {fish_quoted(page.name + " " + option.name)}',
                           f'            echo {fish_quoted(value_kind(option) or "any")}']
        kind = 'program' if page.starts_program() else argument_kind(page)
        if kind:
            arguments += [f'        case {fish_quoted(page.name)}', f'            echo {kind}']
    return FISH.format(head=HEAD, words='\n'.join(words), options='\n'.join(options), values='\n'.join(values),
                       arguments='\n'.join(arguments))
