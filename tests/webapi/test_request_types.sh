#!/bin/sh
# A wrong argument of a request does not compile, with any compiler that is here. Speaks TAP.
# usage: test_request_types.sh SOURCE_FOLDER
set -eu
include=$1/include
count=0
failed=0

# compiles EXPRESSION: the exit status, and $said.
compiles() {
    said=$(printf '%s\n' '#include <slack/api/chat.h>' '#include <slack/api/users.h>' \
        '#include <slack/call.h>' 'extern char c_is_cxx[sizeof(slack_flag_t) == sizeof(int) ? 1 : -1];' \
        'int test(slack_client_t *client, bool known, int number);' \
        'int test(slack_client_t *client, bool known, int number)' \
        "{ return known && number ? slack_call(client, $1, NULL, NULL) : 0; }" |
        $compiler -pedantic-errors -Wall -Wextra -Werror=pedantic "-I$include" -fsyntax-only - 2>&1)
}

# expect WANTED TITLE EXPRESSION
expect() {
    count=$((count + 1))
    got=refused
    if compiles "$3"; then got=compiled; fi
    if [ "$got" = "$1" ] && { [ "$got" = refused ] || [ -z "$said" ]; }; then
        echo "ok $count - $compiler: $2"
    else
        failed=1
        echo "not ok $count - $compiler: $2"
        echo "$said" | sed 's/^/# /'
    fi
}

right() {
    expect compiled 'no argument' 'slack_users_list()'
    expect compiled 'one of each type' \
        'slack_chat_postMessage(.channel = "C1", .blocks = NULL, .mrkdwn = SLACK_YES, .text = "x")'
    expect compiled 'flags and integers' \
        'slack_users_list(.include_locale = slack_flag(known), .limit = number)'
    expect compiled 'no and zero' 'slack_users_list(.include_locale = SLACK_NO, .limit = SLACK_ZERO)'
    expect compiled 'a method by its name' 'slack_request("users.list", NULL)'
}

wrong() {
    expect refused 'a misspelt argument' 'slack_chat_postMessage(.channel = "C1", .txet = "x")'
    expect refused 'an argument of another method' 'slack_users_info(.channel = "C1")'
    expect refused 'a misspelt method' 'slack_chat_postMesage(.channel = "C1")'
    expect refused 'an integer for a string' 'slack_users_info(.user = number)'
    expect refused 'a string for an integer' 'slack_users_list(.limit = "200")'
    expect refused 'a string for JSON' 'slack_chat_postMessage(.channel = "C1", .blocks = "[]")'
    expect refused 'true for a flag' 'slack_users_list(.include_locale = true)'
    expect refused 'false for a flag' 'slack_users_list(.include_locale = false)'
    expect refused '0 for a flag' 'slack_users_list(.include_locale = 0)'
    expect refused 'a boolean for a flag' 'slack_users_list(.include_locale = known)'
    expect refused 'a flag for an integer' 'slack_users_list(.limit = SLACK_NO)'
    expect refused 'a flag of run time for an integer' 'slack_users_list(.limit = slack_flag(known))'
    expect refused 'a flag for a string' 'slack_users_info(.user = SLACK_YES)'
    expect refused 'a string for a flag' 'slack_users_list(.include_locale = "true")'
    expect refused 'an argument without its name' 'slack_users_info("U1")'
}

cxx='-x c++ -std=c++20 -Wno-missing-field-initializers'
for compiler in 'gcc -x c -std=c11' 'clang -x c -std=c11' "g++ $cxx" "clang++ $cxx"; do
    command -v "${compiler%% *}" >/dev/null || continue
    right
    wrong
done
echo "1..$count"
exit $failed
