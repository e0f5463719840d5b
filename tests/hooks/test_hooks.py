#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
The hooks in a C project, called as the Slack CLI calls them. usage: tests/hooks/test_hooks.py BUILD_FOLDER
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from slack_cli import HookError, Project

BUILD = Path(sys.argv[1]).resolve()
SOURCE = Path(__file__).resolve().parents[2]
SLACKAPP = f"{BUILD}/slackapp"
HELLO = f"{BUILD}/examples/hello"
LIMIT_S = 20

for variable in [name for name in os.environ if name.startswith("SLACK")] + ["SHELL", "CC", "PORT"]:
    os.environ.pop(variable, None)
os.environ["PKG_CONFIG_LIBDIR"] = "/nowhere"
os.umask(0o077)

BOT_C = r"""
#include <slack/slack.h>
#include <stdio.h>

static int answer(slack_ctx_t *ctx, void *user_data)
{
    (void)user_data;
    return slack_say(ctx, "ANSWER");
}

int main(void)
{
    slack_app_t *app = NULL;
    puts("a log of the bot, {");
    int rc = slack_app_new(&app, NULL);
    if (rc == 0) rc = slack_on_message(app, "hello", answer, NULL);
    if (rc == 0) rc = slack_on_command(app, "/deploy", answer, NULL);
    if (rc == 0) rc = slack_app_run(app);
    if (rc != 0) fprintf(stderr, "%s\n", slack_app_error(app));
    slack_app_free(app);
    return rc != 0;
}
"""
MAKEFILE = f"""
mybot: bot.c
	$(CC) -o mybot bot.c -I{SOURCE}/include -L{BUILD}/src -Wl,-rpath,{BUILD}/src -lslackapp
"""


def write(path, text, executable=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if executable:
        path.chmod(0o700)


def hooks_json(folder, options="", **hooks):
    """Writes .slack/hooks.json. `options` are those of get-hooks; None: a file without it."""
    if options is not None:
        hooks = {"get-hooks": f"{SLACKAPP} hooks get-hooks {options}", **hooks}
    write(folder / ".slack/hooks.json", json.dumps({"hooks": hooks}))


def c_project(folder, answer="one"):
    write(folder / "bot.c", BOT_C.replace("ANSWER", answer))
    write(folder / "Makefile", MAKEFILE)
    hooks_json(folder, "--bot mybot")
    return Project(folder)


def fails(text, status, call):
    """The call fails with this status of the hook (None: the CLI itself refuses), and a sentence with this text."""
    try:
        answer = call()
    except HookError as error:
        assert error.status == status and text in str(error), f"{error.status}: {error}"
    else:
        raise AssertionError(f"no failure, {answer}")


# ---- get-hooks ----


def interface(folder):
    """The answer has the format of the documentation, and its commands hand the options on."""
    build = "make -C 'my bot' CFLAGS=\"-O2 $(echo -g)\""
    quoted = "'" + build.replace("'", "'\\''") + "'"
    hooks_json(folder, f"--bot 'my bot/bot' --build={quoted} --sdk-slack-dev-domain=\"dev.slack.com\"")
    project = Project(folder)
    assert project.answer["runtime"] == "c" and project.protocol == "message-boundaries"
    assert project.answer["config"]["sdk-managed-connection-enabled"] is True
    assert set(project.answer["hooks"]) == {"get-manifest", "start", "doctor", "check-update"}
    for name, command in project.answer["hooks"].items():
        words = subprocess.check_output(["sh", "-c", f"for w in {command}; do echo \"$w\"; done"], text=True).splitlines()
        expected = ["exec", SLACKAPP, "hooks", name, "--bot", "my bot/bot"]
        assert words == expected + (["--build", build] if name in ("start", "get-manifest") else []), words
    watch = project.answer["config"]["watch"]
    assert watch["manifest"]["paths"] == ["manifest.json"] and watch["app"]["paths"] == ["."]
    for name, watched in {"bot.c": 1, "a.hpp": 1, "x.def": 1, "mybot": 0, "bot.o": 0, "a.c.swp": 0, ".env": 0}.items():
        assert bool(re.search(watch["app"]["filter-regex"], name)) == bool(watched), name


def resolution(folder):
    """The documentation's examples of "Hook resolution": a hook of the project's file comes first."""
    write(folder / "own", "#!/bin/sh\necho '{}'\n", executable=True)
    hooks_json(folder, "--bot mybot", **{"get-manifest": "./own", "custom-hook": "deno run my-custom-hook.ts"})
    project = Project(folder)
    assert project.manifest("default") == {} and project.command("start").endswith(" hooks start --bot mybot")
    assert project.command("custom-hook") == "deno run my-custom-hook.ts"
    fails("sdk_hook_not_found", None, project.deploy)
    fails("sdk_hook_not_found", None, lambda: project.call("install-update"))


def peer(folder):
    """@slack/cli-hooks answers with the same members, of the same types."""
    package = BUILD / "tests/npm/node_modules/@slack/cli-hooks"
    if not package.is_dir():
        return "@slack/cli-hooks is not installed"
    hooks_json(folder, None, **{"get-hooks": f"node {package}/src/get-hooks.js"})
    theirs = Project(folder).answer
    hooks_json(folder, "--bot mybot")
    ours = Project(folder).answer

    def shape(value):
        if isinstance(value, dict):
            return {name: shape(inner) for name, inner in value.items()}
        return [type(item) for item in value[:1]] if isinstance(value, list) else type(value)

    assert shape(ours) == shape(theirs), f"{shape(ours)}\n{shape(theirs)}"
    return None


# ---- get-manifest ----


def manifest(folder):
    """The manifest is that of `slackapp manifest`, with both protocols, although the bot prints."""
    project = c_project(folder)
    both = project.manifest("default"), project.manifest("message-boundaries")
    made = json.loads(subprocess.check_output([SLACKAPP, "manifest", "./mybot"], cwd=folder, stderr=subprocess.DEVNULL))
    assert both == (made, made), both
    assert made["features"]["slash_commands"][0]["command"] == "/deploy" and made["settings"]["socket_mode_enabled"]
    assert "a log of the bot" in project.said


def merged(folder):
    """manifest.json keeps what a person has written, and gets what the listeners need."""
    project = c_project(folder)
    written = {
        "display_information": {"name": "Deployer", "description": "Deploys"},
        "features": {
            "bot_user": {"display_name": "deployer", "always_online": False},
            "slash_commands": [{"command": "/deploy", "description": "Deploys now", "usage_hint": "[host]"},
                               {"command": "/old", "description": "By another program"}],
        },
        "oauth_config": {"scopes": {"bot": ["users:read"], "user": ["files:read"]}},
        "settings": {"socket_mode_enabled": False, "event_subscriptions": {"bot_events": ["app_mention"]}},
    }
    write(folder / "manifest.json", json.dumps(written))
    answer = project.manifest()
    assert answer["display_information"] == written["display_information"]
    assert answer["features"]["bot_user"] == written["features"]["bot_user"]
    commands = zip(answer["features"]["slash_commands"], written["features"]["slash_commands"], strict=True)
    assert all({**merged, **own} == merged for merged, own in commands), answer
    assert answer["features"]["app_home"]["messages_tab_enabled"] is True
    scopes = answer["oauth_config"]["scopes"]
    assert scopes["user"] == ["files:read"] and scopes["bot"][0] == "users:read"
    assert {"commands", "chat:write", "im:history"} < set(scopes["bot"]) and len(set(scopes["bot"])) == len(scopes["bot"])
    assert answer["settings"]["socket_mode_enabled"] is True
    assert answer["settings"]["event_subscriptions"]["bot_events"][:2] == ["app_mention", "message.channels"]
    hooks_json(folder)
    assert Project(folder).manifest() == written  # without a bot it is the file, as with Slack's own hooks


def examples(folder):
    """The manifests of examples."""
    for name in ("hello", "showcase", "assistant"):
        hooks_json(folder, f"--bot {BUILD}/examples/{name} --build true")
        answer = Project(folder).manifest()
        assert answer == json.loads((SOURCE / f"examples/{name}.manifest.json").read_text()), name


# ---- start ----


class Simulator:
    def __init__(self):
        self.process = subprocess.Popen([SLACKAPP, "sim", "--port", "0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.env = {"SLACKAPP_SIM": re.search(r"http://127\.0\.0\.1:\d+", self.wait_for("Start a bot"))[0]}
        said = subprocess.check_output([SLACKAPP, "sim", "env"], env={**os.environ, **self.env}, text=True)
        self.given = dict(re.findall(r"^export (\w+)=(.*)$", said, re.M))

    def wait_for(self, text):
        for line in self.process.stdout:
            if text in line:
                return line
        raise AssertionError(f"the simulator ended without {text!r}")

    def send(self, text):
        subprocess.check_output([SLACKAPP, "sim", "send", "message", text], env={**os.environ, **self.env})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def start(folder):
    """`slack run`: the bot is built, gets the tokens of the CLI, answers a message, and ends by SIGINT."""
    with Simulator() as slack:
        tokens = slack.given["SLACK_BOT_TOKEN"], slack.given["SLACK_APP_TOKEN"]
        project = c_project(folder / "project", "built and started")
        # A secret for HTTP beside the app token leaves the transport open.
        project.env.update(SLACK_API_URL=slack.given["SLACK_API_URL"], SLACK_SIGNING_SECRET="0123456789abcdef" * 2,
                           SLACK_LOG_LEVEL="warn")
        project.manifest()
        bot = project.start(*tokens, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            slack.wait_for("connected over Socket Mode")
            slack.send("hello")
            slack.wait_for("bot: built and started")
            bot.send_signal(signal.SIGINT)
            assert bot.wait(LIMIT_S) == 0, bot.returncode
            # `slack run PATH`, in a folder of the project
            write(folder / "project/src/other", f"#!/bin/sh\nexec {HELLO}\n", executable=True)
            inner = Project(folder / "project/src", project.env)
            bot = inner.start(*tokens, path="./other")
            slack.wait_for("connected over Socket Mode")
            slack.send("hello")
            slack.wait_for("bot: Hey there")
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(LIMIT_S) == 0, bot.returncode
        finally:
            bot.kill()


def ends(folder):
    """Status and signals are those of the bot; a variable that somebody has set comes before the CLI's token."""
    write(folder / "mybot", '#!/bin/sh\necho "$SLACK_BOT_TOKEN $SLACK_APP_TOKEN $SLACK_TRANSPORT"\nexit 7\n', True)
    hooks_json(folder, "--bot mybot --build true")
    project = Project(folder)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    bot = project.start("xoxb-1", "xapp-1", **pipes)
    assert bot.communicate(timeout=LIMIT_S) == ("xoxb-1 xapp-1 socket\n", "") and bot.returncode == 7
    project.env.update(SLACK_BOT_TOKEN="xoxb-mine", SLACK_TRANSPORT="http,socket")
    out, err = project.start("xoxb-1", "xapp-1", **pipes).communicate(timeout=LIMIT_S)
    assert out == "xoxb-mine xapp-1 http,socket\n" and "SLACK_BOT_TOKEN is set and differs" in err, (out, err)
    assert "mine" not in err and "xoxb-1" not in err
    del project.env["SLACK_BOT_TOKEN"], project.env["SLACK_TRANSPORT"]
    assert project.start("", "", **pipes).communicate(timeout=LIMIT_S) == ("  \n", "")
    write(folder / "mybot", "#!/bin/sh\necho up\nkill -TERM $$\n", True)
    bot = project.start("xoxb-1", "xapp-1", **pipes)
    bot.communicate(timeout=LIMIT_S)
    assert bot.returncode == -signal.SIGTERM, bot.returncode


def stopped_build(folder):
    """A signal during the build ends the build with all its processes, and the hook; the bot does not start."""
    write(folder / "mybot", "#!/bin/sh\ntouch started\n", True)
    write(folder / "build.sh", "#!/bin/sh\nsh -c \"echo building; exec sleep 600\"\n:\n", True)
    hooks_json(folder, "--bot mybot --build 'echo 1; ./build.sh'")
    hook = Project(folder).start("xoxb-1", "xapp-1", stderr=subprocess.PIPE, text=True)
    with hook.stderr as out:
        assert out.readline() == "1\n" and out.readline() == "building\n"
        hook.send_signal(signal.SIGINT)
        try:  # the end of the pipe: every process that has it has ended
            hook.communicate(timeout=LIMIT_S)
        finally:
            hook.kill()
        assert hook.wait(LIMIT_S) == -signal.SIGINT, hook.returncode
    assert not (folder / "started").exists()


# ---- doctor and check-update ----


def doctor(folder):
    """The versions of what an app is made with, in the members that the CLI reads."""
    project = c_project(folder)
    for protocol in ("default", "message-boundaries"):
        rows = {row["name"]: row for row in project.doctor(protocol)}
        assert set(rows) >= {"c", "slackapp", "libuv", "libcurl", "mbedtls", "sqlite3", "./mybot"}, rows
        assert all(re.match(r"\d+\.\d+", rows[name]["current"]) for name in ("slackapp", "libuv", "libcurl"))
        assert "build the bot first" in rows["./mybot"]["error"]["message"] and "error" not in rows["c"], rows
    project.manifest()
    rows = {row["name"]: row for row in project.doctor()}
    assert rows["./mybot"] == {"name": "./mybot", "current": "slackapp " + rows["slackapp"]["current"]}, rows
    project.env["CC"] = "no-such-compiler"
    assert "no C compiler" in {row["name"]: row for row in project.doctor()}["c"]["error"]["message"]


def check_update(folder):
    """The version that the bot runs with, and the one that pkg-config knows: nothing is made up."""
    hooks_json(folder, f"--bot {HELLO}")
    project = Project(folder)
    version = json.loads(subprocess.check_output(
        [HELLO], env={**os.environ, "SLACK_DESCRIBE": "/dev/stdout"}))["version"]

    def release(installed):
        if installed:
            write(folder / "pc/slackapp.pc", f"Name: slackapp\nDescription: .\nVersion: {installed}\n")
            project.env["PKG_CONFIG_LIBDIR"] = str(folder / "pc")
        answer = project.check_update()
        assert answer["name"] == "slackapp" and len(answer["releases"]) == 1
        found = answer["releases"][0]
        assert found["name"] == "slackapp" and found["current"] == version and "error" not in found, found
        return found["latest"], found["update"], found["breaking"]

    major, minor, patch = (int(part) for part in version.split("."))
    assert release(None) == (version, False, False)
    newer = f"{major}.{minor}.{patch + 10}"
    assert release(newer) == (newer, True, False)
    assert release(f"{major + 1}.0.0") == (f"{major + 1}.0.0", True, True)
    if major == 0:
        assert release(f"0.{minor + 1}.0") == (f"0.{minor + 1}.0", True, True)
    assert release("0.0.1") == (version, False, False)
    hooks_json(folder, "--bot nothing")
    broken = Project(folder, project.env).check_update()["releases"][0]
    assert "current" not in broken and not broken["update"] and "build the bot first" in broken["error"]["message"]


# ---- deploy ----


def deploy(folder):
    """The project's own command; without one the CLI finds no hook, and the command says what to do."""
    hooks_json(folder, "--deploy './deploy.sh \"to all\"'")
    write(folder / "deploy.sh", '#!/bin/sh\necho "deployed $1 $SLACK_BOT_TOKEN"\n', True)
    project = Project(folder)
    project.env["SLACK_BOT_TOKEN"] = "xoxb-1"
    assert project.deploy() == "deployed to all xoxb-1"
    write(folder / "deploy.sh", "#!/bin/sh\nexit 9\n", True)
    fails("", 9, project.deploy)
    hooks_json(folder, deploy=f"{SLACKAPP} hooks deploy")
    fails("docs/slack-cli.md", 1, Project(folder).deploy)


# ---- what is wrong ----


def bad_projects(folder):
    """No bot, a bot that does not build or run, and files that are broken: each names the cause and the cure."""
    hooks_json(folder)
    project = Project(folder)
    fails("add --bot", 1, project.manifest)
    fails("add --bot", 1, lambda: project.call("start", protocol="default"))
    assert "add --bot" in project.check_update()["releases"][0]["error"]["message"]
    project = c_project(folder / "project")
    write(folder / "project/bot.c", "int main(void) { return no_such_name; }\n")
    for name in ("get-manifest", "start"):
        fails("ended with status 2: correct what it says", 1, lambda: project.call(name, protocol="default"))
        assert "no_such_name" in project.said
    hooks_json(folder, "--bot mybot --build true")
    for name in ("get-manifest", "start"):
        fails("cannot start ./mybot", 1, lambda: Project(folder).call(name, protocol="default"))
    write(folder / "mybot", "#!/bin/sh\nexit 3\n", True)
    fails("ended with status 3 without a description", 1, Project(folder).manifest)
    write(folder / "manifest.json", '{\n"a": 1,\n}\n')
    fails("manifest.json is no JSON: look at line 2", 1, Project(folder).manifest)
    write(folder / "manifest.json", "[]")
    fails("manifest.json: the JSON is no object", 1, Project(folder).manifest)


def bad_files(folder):
    """A broken hooks.json: the CLI refuses it, and the doctor says where it is broken."""
    write(folder / ".slack/hooks.json", '{"hooks": {\n"get-hooks": "x",,\n}}')
    fails("unable_to_parse_json", None, lambda: Project(folder))
    for text, expected in (('{"hooks": {\n"get-hooks": "x",,\n}}', ".slack/hooks.json is no JSON: look at line 2"),
                           ("{}", 'no command "get-hooks"'), ("[]", "the JSON is no object")):
        write(folder / ".slack/hooks.json", text)
        answer = json.loads(subprocess.check_output([SLACKAPP, "hooks", "doctor"], cwd=folder))
        assert expected in answer["versions"][-1]["error"]["message"], answer


def bad_words(folder):
    """Words that make no sense."""
    write(folder / ".slack/hooks.json", "{}")
    for status, expected, *words in (
        (0, "usage: slackapp hooks", "--help"), (0, "usage: slackapp hooks", "start", "--help"),
        (2, 'not "build"', "build"), (2, "name one of get-hooks", ), (2, "needs a value", "start", "--bot"),
        (2, "needs --boundary", "doctor", "--protocol=message-boundaries"),
        (2, "needs --boundary", "doctor", "--protocol=message-boundaries", "--boundary="),
        (0, '{"versions"', "doctor", "--protocol=v9", "--boundary=x"), (1, "put the command into a script", "get-hooks",
        "--build", "a  b"), (1, "put the command into a script", "get-hooks", "--deploy", "a\nb"),
        (1, "put the command into a script", "get-hooks", "--bot", "a\u00a0b"),
    ):
        done = subprocess.run([SLACKAPP, "hooks", *words], cwd=folder, capture_output=True, text=True, timeout=LIMIT_S)
        assert done.returncode == status and expected in (done.stderr if status else done.stdout), (words, done)


TESTS = (interface, resolution, peer, manifest, merged, examples, start, ends, stopped_build, doctor, check_update, deploy,
         bad_projects, bad_files, bad_words)


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            name = test.__doc__.strip().splitlines()[0].rstrip(".").replace("#", "")
            try:
                skipped = test(Path(folder).resolve())
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
            except Exception:  # pylint: disable=broad-except
                failed = 1
                print(f"not ok {number} - {name}")
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), flush=True)
    return failed


sys.exit(main())
