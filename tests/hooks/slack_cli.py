# SPDX-License-Identifier: MIT
"""
The Slack CLI, as far as it calls hooks: how it finds and merges .slack/hooks.json, how it makes the line for the
shell, what it passes, and which answers it accepts. https://docs.slack.dev/tools/slack-cli/reference/hooks

Each class and function names the source of the CLI that it follows (https://github.com/slackapi/slack-cli).
"""

import json
import os
import subprocess

# A member that is missing or null is accepted, any other type is not, as with Go's encoding/json.
INTERFACE = {  # internal/hooks/sdk_config.go
    "runtime": str,
    "hooks": {
        name: str
        for name in (
            "build", "check-update", "deploy", "doctor", "get-hooks", "get-manifest", "get-trigger", "install-update",
            "start",
        )
    },
    "config": {
        "protocol-version": [str],
        "sdk-managed-connection-enabled": bool,
        "trigger-paths": [str],
        "watch": {
            "filter-regex": str,
            "paths": [str],
            "manifest": {"filter-regex": str, "paths": [str]},
            "app": {"filter-regex": str, "paths": [str]},
        },
    },
}
DOCTOR = {  # cmd/doctor/doctor.go
    "versions": [{"name": str, "current": str, "message": str, "error": {"message": str}}],
}
CHECK_UPDATE = {  # internal/update/sdk.go
    "name": str,
    "releases": [
        {
            "name": str, "current": str, "latest": str, "breaking": bool, "update": bool, "message": str, "url": str,
            "error": {"message": str},
        }
    ],
    "message": str,
    "url": str,
    "error": {"message": str},
}


class HookError(Exception):
    """The CLI's sdk_hook_invocation_failed, or an answer that it cannot read."""

    def __init__(self, text, status=None):
        super().__init__(text)
        self.status = status


def accepts(value, shape, at=""):
    """Raises HookError if Go would not decode the value into the struct of this shape."""
    if value is None:
        return
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise HookError(f"{at}: no object")
        for name, inner in shape.items():
            accepts(value.get(name), inner, f"{at}/{name}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise HookError(f"{at}: no array")
        for i, item in enumerate(value):
            accepts(item, shape[0], f"{at}/{i}")
    elif not isinstance(value, shape):
        raise HookError(f"{at}: {value!r} is not {shape.__name__}")


def script(command, args=()):
    """processExecOpts() and ShellExec.command(): the words are cut at blanks, and joined by single ones."""
    return " ".join([*command.split(), *args])


def option(name, value):
    """MapToStringSlice()"""
    escaped = value.replace('"', '\\"')
    return f'--{name}="{escaped}"'


def shell(line):
    """ShellExec.command()"""
    return [os.environ.get("SHELL") or "sh", "-c", line]


class Bounded:
    """BoundariedWriter of internal/iostreams/writer.go: called with each piece that is read."""

    def __init__(self, boundary):
        self.boundary, self.active, self.text = boundary, False, ""

    def write(self, piece):
        line = piece.rstrip("\n")
        if self.boundary in line:
            for chunk in line.split(self.boundary):
                if self.active:
                    self.text += chunk
                self.active = not self.active
            self.active = not self.active
        elif self.active:
            self.text += line


class Project:
    """InitSDKConfig() of internal/shared/clients.go: the project of a working directory."""

    def __init__(self, here, env=None):
        self.here = str(here)
        self.env = dict(os.environ if env is None else env)
        self.root = self.here
        while not os.path.isfile(f"{self.root}/.slack/hooks.json"):
            if self.root in ("/", ""):
                raise HookError("hooks_json_location_error")
            self.root = os.path.dirname(self.root)
        with open(f"{self.root}/.slack/hooks.json", encoding="utf-8") as file:
            try:
                own = json.load(file)
            except ValueError as error:
                raise HookError(f"unable_to_parse_json: {error}") from error
        accepts(own, INTERFACE)
        self.answer = {}
        if own.get("hooks", {}).get("get-hooks", "").strip():
            self.config = own
            self.answer = json.loads(self.call("get-hooks", protocol="default"))
            accepts(self.answer, INTERFACE)
        self.config = merge(self.answer, own)
        self.protocol = next(
            (p for p in self.config.get("config", {}).get("protocol-version", [])
             if p in ("default", "message-boundaries")), "default")

    def command(self, name):
        command = self.config.get("hooks", {}).get(name, "")
        if not command.strip():
            raise HookError("sdk_hook_not_found")
        return command

    def call(self, name, args=(), protocol=None, boundary="b3c0" * 16):
        """Execute() of internal/hooks/hook_executor_default.go and hook_executor_v2.go"""
        bounded = (protocol or self.protocol) == "message-boundaries"
        args = [*args]
        if bounded:
            args += ["--protocol=message-boundaries", "--boundary=" + boundary]
        line = shell(script(self.command(name), args))
        with subprocess.Popen(line, cwd=self.here, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as child:
            text, writer = "", Bounded(boundary)
            # A hook here says little on standard error: less than a pipe holds.
            while piece := os.read(child.stdout.fileno(), 32768).decode():
                text += piece
                writer.write(piece)
            said = child.stderr.read().decode()
        self.said = said
        if child.returncode != 0:
            raise HookError(said.strip(), child.returncode)
        return writer.text if bounded else text.strip()

    def manifest(self, protocol=None):
        """GetManifestLocal() of internal/app/manifest.go"""
        answer = self.call("get-manifest", [option("source", self.root)], protocol)
        if "{" not in answer:
            raise HookError("invalid_manifest")
        return json.loads(answer[answer.index("{"):])

    def doctor(self, protocol=None):
        """doctorHook() of cmd/doctor/doctor.go"""
        answer = json.loads(self.call("doctor", protocol=protocol))
        accepts(answer, DOCTOR)
        return answer["versions"]

    def check_update(self, protocol=None):
        """CheckUpdateHook() of internal/update/sdk.go"""
        answer = json.loads(self.call("check-update", protocol=protocol))
        accepts(answer, CHECK_UPDATE)
        return answer

    def start(self, xoxb, xapp, path=None, **more):
        """StartDelegate() of internal/pkg/platform/localserver.go. The process of the hook."""
        env = {"SLACK_CLI_XAPP": xapp, "SLACK_CLI_XOXB": xoxb}
        if path:
            env["SLACK_APP_PATH"] = env["SLACK_CLI_CUSTOM_FILE_PATH"] = path
        return subprocess.Popen(shell(script(self.command("start"))), cwd=self.here, env={**env, **self.env}, **more)

    def deploy(self):
        """deployHook() of cmd/platform/deploy.go: always with the default protocol."""
        return self.call("deploy", protocol="default")


def merge(base, over):
    """MergeJSON() of internal/goutils: the members of the project's file are decoded over those of get-hooks."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return {**base, **{name: merge(base.get(name), value) for name, value in over.items()}}
