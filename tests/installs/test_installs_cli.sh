#!/bin/sh
# `slackapp installs` from end to end, on stores of Bolt and on files of people.
# usage: tests/installs/test_installs_cli.sh BUILD_FOLDER INBOX_MAKER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=${1?usage: tests/installs/test_installs_cli.sh BUILD_FOLDER INBOX_MAKER}
slackapp=$build/slackapp
subcommand=installs
maker=$(cd "$(dirname "${2?}")" && pwd)/$(basename "$2")
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/processes.sh
. "$here/../../tools/processes.sh"
cd "$work" || exit 1
# shellcheck source=tests/support/stores.sh
. "$here/../support/stores.sh"
for name in $(env | sed -n 's/^\(SLACK[A-Z_]*\)=.*/\1/p'); do
    unset "$name"
done
key=$("$slackapp" key 2>/dev/null)
export SLACK_CLIENT_ID=111.222 SLACK_STORE_KEY="$key"

# A store of its own for each case; `store NAME` makes an empty one.
store() {
    use_store "$1"
    has_store "$1" || empty_store "$1"
}

# unpack FILE FOLDER: the files of a text with a line "== PATH" before each.
unpack() {
    mkdir -p "$2" && awk -v to="$2" '
        /^== / { path = to "/" substr($0, 4); folder = path; sub("/[^/]*$", "", folder)
                 system("mkdir -p " folder); next }
        path { printf "%s", $0 >path; close(path) }' "$here/$1"
}

# The installations in the store, with their tokens.
tokens() {
    rm -f "$work/tokens"
    "$slackapp" installs export "$work/tokens" --clear >/dev/null && awk -F'"' '{
        place = ""; token = ""
        for (i = 1; i < NF; i++) {
            if ($i == "enterprise_id" || $i == "team_id") place = place $(i + 2) "/"
            if ($i == "user_id") person = $(i + 2)
            if ($i == "access" && token == "") token = $(i + 2)
            if ($i == "refresh") token = token "+" $(i + 2)
        }
        print place (/"for_user":true/ ? person : "") " " token }' "$work/tokens" | tr '\n' ' '
}

everything='T1/ xoxb-2+xoxe-1-2 T1/U1 xoxp-1 T1/U2 xoxp-2+xoxe-1-u2 E1/ xoxb-e E1/T2/U4 xoxp-4 '

# imports PATH NOTE: an import into a new store finds everything, the next one nothing new, and none of
# the tokens is in the store's files in clear.
imports() {
    name=$(echo "$1" | tr /. __)
    store "$name" && expect 0 'would import 5, unchanged 0, kept 0, skipped 0' import --dry-run "$1" &&
        expect 0 'no workspace has installed' list &&
        expect 0 'imported 5, unchanged 0, kept 0, skipped 0' import "$1" && grep -qF "$2" out &&
        expect 0 'imported 0, unchanged 5, kept 0, skipped 0' import "$1" &&
        [ "$(tokens)" = "$everything" ] && ! dump_store "$name" | grep -q 'xox[bpe]'
}

bolt_js() {
    unpack bolt_js.txt js && imports js 'left out: 8 files' &&
        imports js/111.222 'left out: 8 files' &&
        expect 0 'bot        B1' show T1 && grep -q '^changed *2023-11-16 02:00:00 UTC' out &&
        SLACK_APP_ID=A2 expect 1 'E1/app-latest: it belongs to another app than SLACK_APP_ID' import js &&
        # A version of before 2024, which puts a slash before the workspace.
        mkdir old && mv js/111.222T1 old/T1 && store old && expect 0 'imported 3,' import old
}

# The package itself writes the store, where npm is.
bolt_js_now() {
    oauth=$build/tests/npm/node_modules/@slack/oauth
    [ -d "$oauth" ] || return 0
    node -e '
        const { FileInstallationStore } = require(process.argv[1]);
        const store = new FileInstallationStore({ baseDir: "now", clientId: "111.222" });
        const bot = { token: "xoxb-1", scopes: ["chat:write"], id: "B1", userId: "UB1" };
        (async () => {
            await store.storeInstallation({ team: { id: "T1" }, user: { id: "U1", token: "xoxp-1" }, bot });
            await store.storeInstallation({ enterprise: { id: "E1" }, user: { id: "U1" }, bot,
                                            isEnterpriseInstall: true });
        })();' "$oauth" &&
        store now && expect 0 'imported 3, unchanged 0, kept 0, skipped 0' import now &&
        [ "$(tokens)" = 'T1/ xoxb-1 T1/U1 xoxp-1 E1/ xoxb-1 ' ]
}

bolt_python() {
    unpack bolt_python.txt python && imports python 'left out: 11 files' &&
        grep -q 'note .*none-T1/installer-latest: left out: custom_values' out &&
        expect 0 'url        https://org.enterprise.slack.com/' show E1 &&
        # Without history there is no installer-latest, and no bot-latest once Bolt has deleted it.
        rm python/111.222/none-T1/installer-latest python/111.222/none-T1/bot-* &&
        store few && expect 0 'imported 5,' import python && [ "$(tokens)" = "$everything" ] &&
        # A bot that was stored alone.
        unpack bolt_python.txt alone && rm alone/*/*/installer-* && store alone &&
        expect 0 'imported 2,' import alone && [ "$(tokens)" = 'T1/ xoxb-2+xoxe-1-2 E1/ xoxb-e ' ]
}

bolt_sqlite() {
    : >python.db && "$maker" sqlite:python.db sql "$(cat "$here/bolt_python.sql")" &&
        imports python.db 'left out: 1 rows' &&
        "$maker" sqlite:python.db sql 'DROP TABLE slack_installations' && store bots &&
        expect 0 'imported 2,' import python.db && [ "$(tokens)" = 'T1/ xoxb-2+xoxe-1-2 E1/ xoxb-e ' ] &&
        "$maker" sqlite:python.db sql 'ALTER TABLE slack_bots RENAME TO b;
            CREATE VIEW slack_bots AS SELECT * FROM b' &&
        expect 1 'it has no table slack_installations' import python.db &&
        "$maker" sqlite:python.db sql 'DROP VIEW slack_bots;
            CREATE VIRTUAL TABLE slack_bots USING fts5(client_id, enterprise_id, team_id, id, installed_at)' &&
        expect 1 'it has no table slack_installations' import python.db &&
        head -c 6000 python.db >cut.db && expect 1 'cannot read cut.db: ' import cut.db
}

# What is newer in the store stays.
newer() {
    unpack bolt_js.txt again && store newer && expect 0 'imported 5,' import again &&
        sed -i 's/xoxb-2/xoxb-3/; s/expiresAt":17001/expiresAt":16001/g' again/111.222T1/app-latest &&
        mv again/111.222T1/app-1700100000000 again/111.222T1/app-1600000000000 &&
        expect 0 'kept       T1: the store has a newer one, of 2023-11-16 02:00:00 UTC' import again &&
        expect 0 'imported 1,' import --replace again && tokens | grep -q 'xoxb-3' &&
        expect 0 'previous   the token before' show T1
}

# Each is skipped with its reason, and the others are imported.
files_of_others() {
    unpack bolt_js.txt odd && ln -s "$work/js/111.222/E1" odd/111.222/E2 && mkdir odd/111.222/E3 &&
        ln -s ../../odd/111.222/E1/app-latest odd/111.222/E3/app-latest &&
        mkdir odd/111.222/E4 && mkfifo odd/111.222/E4/app-latest &&
        mkdir odd/111.222/E5 && head -c 70000 /dev/zero >odd/111.222/E5/app-latest &&
        mkdir odd/111.222/E6 && echo '{"team":' >odd/111.222/E6/app-latest &&
        mkdir odd/111.222/E7 && cp odd/111.222/E1/app-latest odd/111.222/E7/app-latest &&
        mkdir odd/111.222/E8 && echo '[]' >odd/111.222/E8/app-latest &&
        mkdir odd/111.222/E9 && echo '{"enterprise":{"id":"E9"},"isEnterpriseInstall":true,"user":{"id":"U"},
            "bot":{"token":"xoxb 1"}}' >odd/111.222/E9/app-latest &&
        mkdir odd/111.222/EA && cp odd/111.222/E1/app-latest odd/111.222/EA/user-U1-latest &&
        mkdir odd/111.222/EB && cp odd/111.222/E1/app-latest odd/111.222/EB/app-latest &&
        chmod 666 odd/111.222/EB/app-latest && echo x >odd/111.222/README && echo x >odd/111.222/E1/notes &&
        printf '{"enterprise":{"id":"E/../"},"isEnterpriseInstall":true,"bot":{"token":"x"}}' \
            >"odd/111.222/E1-T2/user-U9-latest" &&
        cp odd/111.222T1/user-U1-latest odd/111.222T1/user-U7-latest &&
        store odd && expect 1 'imported 5, unchanged 0, kept 0, skipped 14' import odd || return 1
    while read -r line; do
        grep -qF "$line" out || { echo "no \"$line\"" && cat out && return 1; }
    done <<END
skipped    E2: it is not a folder of an installation
skipped    README: it is not a folder of an installation
skipped    E3/app-latest: it is a symbolic link
skipped    E4/app-latest: it is not a file
skipped    E5/app-latest: it is larger than 64 KiB
skipped    E6/app-latest: it is not JSON
skipped    E7/app-latest: it is in the folder of another workspace
skipped    E8/app-latest: it is not an object of JSON
skipped    E9/app-latest: a token holds white space
skipped    EA/user-*: there is no app-latest beside it
skipped    EB/app-latest: every user may change it (mode 0666)
skipped    E1/notes: it is not a file of Bolt's store
skipped    E1-T2/user-U9-latest: it is in the folder of another workspace
skipped    111.222T1/user-U7-latest: it is the file of another person
END
}

lines_of_people() {
    store lines && cat >lines <<'END' && expect 1 'imported 2, unchanged 0, kept 0, skipped 7' import lines || return 1
{"format":1,"team_id":"T1","bot_id":"B1","token":{"access":"xoxb-1","scopes":"chat:write"}}

{"format":1,"team_id":"T1","for_user":true,"user_id":"U1","token":{"access":"xoxp-1"},"installed_ms":1}
{"format":2,"team_id":"T1"}
{"format":1,"team_id":"T2","bot_token":"xoxb-2"}
{"format":1,"team_id":"T2","token":{"acces":"xoxb-2"}}
{"format":1,"team_id":"T2"}
{"format":1,"team_id":"T2/..","token":{"access":"xoxb-2"}}
{"format":1
v1.00000000.AAAA
END
    for text in 'line 4: its "format" is not 1' 'line 5: the member "bot_token" is not known' \
        'line 6: the member "acces" is not known' 'line 7: it has no token' 'line 8: it lacks an id' \
        'line 9: it is not JSON' 'line 10: it is sealed with the key 00000000, and the keys here are'; do
        grep -qF "skipped    $text" out || { echo "no \"$text\"" && cat out && return 1; }
    done
    printf '\0{"format":1,"team_id":"T3","token":{"access":"xoxb-3"}}\n{"format":1\0}\n\0' >zeros && chmod 600 zeros &&
        expect 1 'imported 0, unchanged 0, kept 0, skipped 3' import zeros &&
        grep -qF 'line 3: it is not JSON' out && head -c 70000 zeros /dev/zero >zeros.long && chmod 600 zeros.long &&
        expect 1 'it is longer than 64 KiB' import zeros.long || return 1
    chmod 644 lines && expect 1 'cannot read lines: every user may read it' import lines &&
        expect 1 'cannot read none: No such file' import none &&
        mkfifo pipe && expect 1 'it is a pipe or a device' import pipe
}

# What is exported comes back, for the same app and with the same key only.
there_and_back() {
    store lines && expect 0 'exported 2' export sealed && ! grep -q xox sealed && store back &&
        expect 1 'sealed exists: name a file that does not exist' export sealed &&
        expect 1 'exists' export /dev/stdout && [ "$(stat -c %a sealed)" = 600 ] &&
        expect 0 'imported 2,' import sealed && [ "$(tokens)" = 'T1/ xoxb-1 T1/U1 xoxp-1 ' ] && store other &&
        SLACK_CLIENT_ID=333.444 expect 1 'sealed for another place' import sealed &&
        (SLACK_STORE_KEY=$("$slackapp" key 2>/dev/null) && expect 1 'add that key' import sealed) &&
        (SLACK_STORE_KEY='' && expect 1 'SLACK_STORE_KEY is not set, so the file' export new) &&
        (SLACK_STORE_KEY='' && expect 1 'would be stored in clear' import sealed) && [ ! -e new ]
}

# A wrong key opens nothing, and destroys nothing.
a_wrong_key() {
    store lines
    (
        SLACK_STORE_KEY=$("$slackapp" key 2>/dev/null)
        expect 1 'cannot be read: the installation install/111.222/-/T1 is sealed with the key' list &&
            expect 1 'add that key to SLACK_STORE_KEY' show T1 && expect 1 'add that key' import lines &&
            expect 1 'not exported:' export new && [ ! -e new ]
    ) && new=$("$slackapp" key 2>/dev/null) &&
        SLACK_STORE_KEY=$new,$key expect 0 'bot        B1' show T1 &&
        SLACK_STORE_KEY=$new,$key expect 0 'every installation is encrypted with the first key' reseal &&
        SLACK_STORE_KEY=$new expect 0 'bot        B1' show T1 && expect 1 'add that key' show T1 &&
        SLACK_STORE_KEY=$key,$new expect 0 'every' reseal
}

# What the simulator has set is gone with it.
end_processes() {
    # shellcheck disable=SC2086 # none or one
    end $pids
    pids=
    unset SLACKAPP_SIM SLACK_API_URL SLACK_CLIENT_SECRET SLACK_SIGNING_SECRET SLACK_APP_TOKEN SLACK_AUTHORIZE_URL
    SLACK_CLIENT_ID=111.222
}

# slack OPTION…: a simulator, whose first workspace has installed the app, and that workspace's token in
# a store of its own.
slack() {
    end_processes
    rm -f port
    "$slackapp" sim --port 0 --port-file port --quiet "$@" >sim.log 2>&1 &
    pids=$!
    until_true [ -f port ] || return 1
    SLACKAPP_SIM=http://127.0.0.1:$(cat port)
    export SLACKAPP_SIM
    eval "$("$slackapp" sim env --distributed)"
    drop_store slack && store slack
    token=$("$slackapp" sim env | sed -n 's/.*SLACK_BOT_TOKEN=//p')
    SLACK_BOT_TOKEN=$token expect 0 'T0SIM00001 is imported.' import-token
}

rotated() {
    slack --rotate 43200 && SLACK_BOT_TOKEN=$token expect 0 'has that token already' import-token &&
        expect 0 'scopes     ' show T0SIM00001 && grep -q '^scopes .*chat:write' out &&
        SLACK_BOT_TOKEN=xoxb-1 expect 1 'auth.test: invalid_auth' import-token &&
        expect 0 'T0SIM00001 rotates from now on' rotate all && expect 0 'rotates already' rotate T0SIM00001 &&
        tokens | grep -q '^T0SIM00001/ xoxe.xoxb-[^ ]*+xoxe-[^ ]* $' && expect 0 ', rotates' list &&
        SLACK_BOT_TOKEN=$token expect 1 'auth.test: token_revoked' import-token
}

# Slack has done what it was asked for, and its answer is lost: the next run says how it is.
lost_answers() {
    slack --rotate 43200 && "$slackapp" sim fault api-cut oauth.v2.exchange &&
        expect 1 "Slack's answer was lost" rotate T0SIM00001 &&
        expect 1 'T0SIM00001: the token was exchanged before' rotate all && expect 0 'does not expire' list &&
        slack && "$slackapp" sim fault api-cut auth.revoke && expect 1 'run the command again' revoke T0SIM00001 &&
        expect 0 'T0SIM00001 is revoked and deleted' revoke T0SIM00001 && expect 0 'no workspace' list
}

left() {
    slack && "$slackapp" sim fault api-error oauth.v2.exchange fatal_error &&
        expect 1 'is not exchanged, and its token stays: fatal_error' rotate all && expect 0 'bot, does' list &&
        "$slackapp" sim fault api-error apps.uninstall bad_client_secret &&
        expect 1 'T0SIM00001 is not revoked and stays in the store: bad_client_secret' revoke --uninstall T0SIM00001 &&
        expect 0 'T0SIM00001 is uninstalled in Slack and deleted' revoke --uninstall T0SIM00001 &&
        expect 0 'no workspace' list && SLACK_BOT_TOKEN=$token expect 1 'auth.test: account_inactive' import-token
}

# An app has started on the store, and nobody has installed it yet: its key counts.
the_key_of_the_app() {
    slack && drop_store slack || return 1
    (
        SLACK_BOT_TOKEN=$token SLACK_SCOPES=chat:write SLACK_TRANSPORT=socket
        SLACK_APP_TOKEN=$("$slackapp" sim env | sed -n 's/.*SLACK_APP_TOKEN=//p')
        export SLACK_BOT_TOKEN SLACK_SCOPES SLACK_TRANSPORT SLACK_APP_TOKEN
        exec "$build/examples/hello"
    ) >bot.log 2>&1 &
    bot=$!
    pids="$pids $bot"
    if ! "$slackapp" sim status --wait >/dev/null || ! end "$bot"; then
        cat bot.log
        return 1
    fi
    SLACK_STORE_KEY=$("$slackapp" key 2>/dev/null) SLACK_BOT_TOKEN=$token \
        expect 1 'SLACK_STORE_KEY: what the app has stored is sealed with the key' import-token &&
        SLACK_BOT_TOKEN=$token expect 0 'T0SIM00001' import-token
}

show_and_delete() {
    store lines && expect 0 'token      bot, does not expire' show T1 && expect 0 'person     U1' show T1/U1 &&
        expect 0 'T1/U1 is deleted from the store.' delete T1/U1 && expect 1 'T1/U1 is not in the store' show T1/U1 &&
        expect 0 'T1 is deleted' delete -/T1 && expect 0 'no workspace' list && expect 1 'is not in the store' delete T1
}

wrong_lines() {
    store lines && expect 2 'a command is missing' && expect 2 'no command "fly"' fly &&
        expect 2 'show takes a PLACE' show && expect 2 'not "X1"' show X1 && expect 2 'not "T1/T2"' show T1/T2 &&
        expect 2 'begins with the id of a workspace' show U1 && expect 2 'takes one path' export &&
        expect 2 'takes options only' import-token xoxb-1 && expect 2 '--loud' list --loud &&
        expect 0 'usage:' --help && expect 1 'SLACK_CLIENT_SECRET is not set' rotate all &&
        (unset SLACK_CLIENT_ID && expect 1 'SLACK_CLIENT_ID is not set' list) &&
        expect 1 'SLACK_BOT_TOKEN is not set' import-token &&
        SLACK_BOT_TOKEN=xoxp-1 expect 1 'must be a bot token (xoxb-…), but holds a user token' import-token &&
        SLACK_BOT_TOKEN=xoxe.xoxb-1 expect 1 'its refresh token is missing' import-token
}

echo 1..15
run 'a store of Bolt for JavaScript' bolt_js
run 'a store that the package has just written' bolt_js_now
run 'a store of Bolt for Python' bolt_python
run 'a database of Bolt for Python' bolt_sqlite
run 'the newer token stays' newer
run 'files that are not what they seem' files_of_others
run 'lines that people wrote' lines_of_people
run 'an export comes back' there_and_back
run 'a wrong key' a_wrong_key
run 'tokens that rotate' rotated
run 'answers that are lost' lost_answers
run 'a workspace that is left' left
run 'the key of the app' the_key_of_the_app
run 'show and delete' show_and_delete
run 'lines that make no sense' wrong_lines
exit $failed
