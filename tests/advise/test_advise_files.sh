#!/bin/sh
# What `slackapp advise --write` makes: the real programs accept it, its figures agree, and it replaces nothing
# without --force.
# usage: tests/advise/test_advise_files.sh BUILD_FOLDER
# shellcheck disable=SC2317 # run() calls the functions
set -u
build=$(cd "${1?usage: tests/advise/test_advise_files.sh BUILD_FOLDER}" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tools/processes.sh
. "$source/tools/processes.sh"
cd "$work" || exit 1
npm=$build/tests/npm/node_modules

# write NAME OPTION…: the files of that case.
write() {
    folder=cases/$1
    shift
    "$build/slackapp" advise --name my-bot --host b.example --image r.example/b:1 "$@" --part decision --write "$folder" >out 2>err ||
        { echo "$folder: $*" && cat err && return 1; }
}

# Every platform, mode, number of machines, audience and rule for secrets.
all_cases() {
    count=0
    for platform in kubernetes vm on-premises laptop serverless; do
        for machines in 1 3 30; do
            for rest in '--ingress yes' '--ingress yes --audience distributed --secrets environment --autoscaling yes' '--ingress no' \
                '--ingress no --audience distributed --secrets rotated' '--ingress yes --machines 3 --cold-start 500'; do
                case "$platform $rest" in 'serverless --ingress no'*) continue ;; esac
                count=$((count + 1))
                # shellcheck disable=SC2086 # they are words
                write "$platform-$count" --platform $platform --machines $machines $rest || return 1
            done
        done
    done
    for name in null true on no; do # words that YAML takes for something else
        write "named-$name" --platform kubernetes --machines 30 --ingress yes --audience distributed --name "$name" || return 1
        count=$((count + 1))
    done
    if grep -rn '{{' cases; then return 1; fi
    # libpq connects with verify-full only where it has a file of authorities.
    if grep -rn 'verify-full' cases | grep -v 'sslrootcert=/'; then return 1; fi
    [ "$(find cases -name README.md | wc -l)" = "$count" ] && [ "$(find cases -name nginx.conf | wc -l)" -gt 8 ]
}

# Names of variables are the library's or libpq's.
variables() {
    grep -rhoE '\b(SLACK|PG)[A-Z_]*[A-Z]' cases "$source/docs/examples/kubernetes" | sed 's/_FILE$//' | sort -u >names
    while read -r name; do
        case $name in PGPASSWORD | PGSSLROOTCERT | SLACK_CLI*) continue ;; esac
        grep -qF "\"$name" "$source/src/app/options.def" || { echo "$name" && return 1; }
    done <names
}

# README.md names each file of its folder, and each secret.
readmes() {
    for folder in cases/*; do
        find "$folder" -type f -printf '%f\n' >named
        sed -n 's/^\(SLACK_[A-Z_]*\(TOKEN\|SECRET\|KEY\)\)=$/\1/p' "$folder/.env.example" >>named
        while read -r name; do
            grep -qF "| \`$name\` |" "$folder/README.md" || { echo "$folder: no $name" && return 1; }
        done <named
    done
}

# The commands of README.md.
commands() {
    for readme in cases/vm-*/README.md cases/on-premises-*/README.md; do
        echo '#!/bin/sh' >commands.sh
        # shellcheck disable=SC2016 # the marks of Markdown
        sed -n '/^```sh$/,/^```$/{/^```/d; p}' "$readme" >>commands.sh
        if [ "$(wc -l <commands.sh)" -lt 5 ] || ! shellcheck commands.sh; then
            echo "$readme"
            return 1
        fi
    done
}

# A deployment has the variables of .env.example.
kubernetes() { node "$source/tests/advise/check_files.mjs" "$npm" cases/* "$source/docs/examples/kubernetes/bot.yaml"; }

# The check sees what is wrong.
planted() {
    cp -r cases/kubernetes-1 planted
    sed -i 's/terminationGracePeriodSeconds: .*/terminationGracePeriodSeconds: 8/' planted/kubernetes.yaml
    if node "$source/tests/advise/check_files.mjs" "$npm" planted >out; then return 1; fi
    grep -q 'grace of 8 s' out || return 1
    cp cases/kubernetes-1/kubernetes.yaml planted && sed -i 's/containerPort: 9090/containerPort: ninety/' planted/kubernetes.yaml
    if node "$source/tests/advise/check_files.mjs" "$npm" planted >out; then return 1; fi
    grep -q containerPort out
}

nginx_sites() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=b.example -days 2 2>err || return 1
    for site in cases/*/nginx.conf; do
        sed -e "s|/etc/ssl/private/my-bot.key|$work/key.pem|; s|/etc/ssl/my-bot.pem|$work/cert.pem|; s|443 ssl|127.0.0.1:1443 ssl|" "$site" >site.conf
        printf 'pid %s/pid;\nerror_log stderr;\nevents {}\nhttp { include %s/site.conf; }\n' "$work" "$work" >nginx.conf
        nginx -t -q -p "$work" -c nginx.conf 2>err || { cat "$site" err && return 1; }
    done
}

# Each unit without a complaint, and stopped no sooner than the drain ends.
units() {
    seen=
    for service in cases/*/*.service; do
        sum=$(cksum <"$service")
        case $seen in *"<$sum>"*) continue ;; esac
        seen="$seen<$sum>"
        unit=$work/units/$(basename "$(dirname "$service")")
        mkdir -p "$unit"
        for one in "$(dirname "$service")"/*.service "$(dirname "$service")"/*.socket; do
            [ ! -f "$one" ] || sed "s|/usr/local/bin/my-bot|$build/examples/hello|" "$one" >"$unit/$(basename "$one")"
        done
        name=$(basename "$service" | sed 's/@/@1/')
        SYSTEMD_UNIT_PATH=$unit: systemd-analyze verify --man=no "$unit/$name" >analysis 2>&1
        if grep my-bot analysis; then return 1; fi
        stop=$(sed -n 's/^TimeoutStopSec=//p' "$service")
        drain=$(sed -n 's/.*SLACK_DRAIN_MS=\([0-9]*\).*/\1/p' "$service")
        [ $((stop * 1000)) -ge $((drain + 5000)) ] || { echo "$service: $stop s, drain $drain ms" && return 1; }
    done
    sed -n '/^# The sandbox/,/^MemoryMax/p' cases/vm-*/my-bot.service | grep -vE '^(User=|MemoryMax)' | sort -u >made
    sed -n '/^# The sandbox/,/^SystemCallErrorNumber/p' "$source/docs/examples/systemd/http.service" | sed 's/mybot/my-bot/' | sort -u | diff - made
}

# The proxy passes on to the place where the app listens.
places() {
    for socket in cases/*/*.socket; do
        folder=$(dirname "$socket")
        to=$(sed -n 's/^    server \(unix:\)\{0,1\}\(.*\);/\2/p' "$folder/nginx.conf")
        grep -qx "ListenStream=$to" "$socket" || { echo "$socket: no $to" && return 1; }
    done
}

force() {
    mkdir folder && echo mine >folder/README.md
    if "$build/slackapp" advise --write folder >out 2>err; then return 1; fi
    grep -q 'are there already, and --force replaces them: README.md' err && [ "$(cat folder/README.md)" = mine ] && [ "$(ls -A folder)" = README.md ] &&
        "$build/slackapp" advise --write folder --force >out 2>err && grep -q 'wrote folder/mybot.service' err && ! grep -q '^mine$' folder/README.md || return 1
    if "$build/slackapp" advise --write folder/README.md >out 2>err; then return 1; fi
    grep -q 'cannot write folder/README.md.*: Not a directory' err || return 1
    if "$build/slackapp" advise --write none --audience marketplace >out 2>err; then return 1; fi
    grep -q 'no files are written' err && [ ! -e none ]
}

run_if() { # PROGRAM NAME FUNCTION
    if command -v "$1" >/dev/null && { [ "$1" != node ] || [ -d "$npm/kubernetes-models" ]; }; then
        run "$2" "$3"
    else
        number=$((number + 1))
        echo "ok $number - $2 # SKIP there is no $1, or its packages are missing"
    fi
}

echo 1..10
run 'the files of every case' all_cases
run 'variables that exist' variables
run 'each README names its files and secrets' readmes
run_if shellcheck 'shellcheck accepts the commands' commands
run_if node 'the schemas of Kubernetes, a linter of Dockerfiles, and figures that agree' kubernetes
run_if node 'a wrong figure and a wrong type are seen' planted
run_if nginx 'nginx accepts the sites' nginx_sites
run_if systemd-analyze 'systemd accepts the units' units
run 'the proxy and the sockets agree' places
run 'nothing is replaced by mistake' force
exit $failed
