#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes include/slack/api.h and include/slack/api/ from src/protocol/methods.def.

usage: make_api.py             writes the headers, and prints the names of those that it changed
       make_api.py --check     only compares: prints the files that differ, and fails
       make_api.py --requests  prints C for a test: a request of each method with all its arguments
"""
import json
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src/protocol/methods.def"
FOLDER = ROOT / "include/slack"
WIDTH = 100
LINE = re.compile(
    r'METHOD\((?P<tag>\w+), "(?P<method>[\w.]+)", (?P<tier>\w+), (?P<effect>\w+), (?P<flags>[\w| ]+), '
    r'"(?P<scopes>[^"]*)"\)'
    r"|    (?P<need>ARG|REQUIRED)\((?P<of>\w+), (?P<type>\w+), (?P<name>\w+)\)(?: /\* (?P<values>.*) \*/)?"
    r'|    BOUNDS\("(?P<bounded>[\w.]+)", (?P<bound>\w+), (?P<least>\d+), (?P<most>\d+|INT64_MAX)\)'
    r"|    UPLOAD\((?P<upload_of>\w+), (?P<upload>\w+)\)"
    r'|    PAGES\((?P<kind>\w+), "(?P<items>[\w/]*)", (?P<max>\d+)\)'
    r"|    END"
)
MEMBERS = {
    "ID": "const char *",
    "STRING": "const char *",
    "BOOL": "slack_flag_t ",
    "INT": "int64_t ",
    "JSON": "const slack_json_t *",
}
EFFECTS = {
    "READS": "Changes nothing.",
    "REPEATABLE": "A second call changes nothing more.",
    "ACTS": "A second call may act again, or fail.",
}


def bounds(type, least, most):
    if type != "INT":
        return f"at most {most} characters"
    return f"at least {least}" if most == "INT64_MAX" else f"{least} to {most}"


def read_table(text):
    """The methods in order: dicts of the fields of METHOD and PAGES, with `args` and `uploads`."""
    methods = []
    for number, line in enumerate(text[text.index("\nMETHOD(") + 1 :].splitlines()):
        match = LINE.fullmatch(line)
        if not match:
            sys.exit(f"{TABLE}: line {number} behind the comment is malformed: {line}")
        fields = {key: value for key, value in match.groupdict().items() if value is not None}
        if "method" in fields:
            methods.append(fields | {"args": [], "uploads": []})
            if fields["tag"] != fields["method"].replace(".", "_"):
                sys.exit(f"{TABLE}: {fields['method']} has the tag {fields['tag']}")
        elif "name" in fields:
            methods[-1]["args"].append(fields)
            if fields["of"] != methods[-1]["tag"]:
                sys.exit(f"{TABLE}: {methods[-1]['method']} has an argument of {fields['of']}")
        elif "bound" in fields:
            arg = methods[-1]["args"][-1]
            if (fields["bounded"], fields["bound"]) != (methods[-1]["method"], arg["name"]):
                sys.exit(f"{TABLE}: {methods[-1]['method']} has the bounds of {fields['bound']}")
            arg["values"] = bounds(arg["type"], fields["least"], fields["most"])
            if arg["type"] == "INT":
                arg.update(least=fields["least"], most=fields["most"])
        elif "upload" in fields:
            methods[-1]["uploads"].append(fields["upload"])
        else:
            for arg in methods[-1]["args"]:
                sizes_page = "max" in fields and arg["name"] in ("limit", "count")
                if sizes_page and arg.get("most", fields["max"]) != fields["max"]:
                    sys.exit(f"{TABLE}: {methods[-1]['method']} has two maxima of {arg['name']}")
            methods[-1].update(fields)
    if methods != sorted(methods, key=lambda method: method["method"]):
        sys.exit(f"{TABLE}: the methods are not sorted")
    return methods


def comment(method):
    """What a reader of the header wants to know of a method."""
    tier = "a special rate" if method["tier"] == "SPECIAL" else f"tier {method['tier']}"
    facts = [f"{tier[0].upper()}{tier[1:]}. {EFFECTS[method['effect']]}"]
    required = [
        arg["name"] + (' ("" is sent)' if arg["type"] == "STRING" else "")
        for arg in method["args"]
        if arg["need"] == "REQUIRED"
    ]
    if required:
        facts.append(f"Required: {', '.join(required)}.")
    if "NO_TOKEN" in method["flags"]:
        facts.append("Sent without a token.")
    if "ANY_TOKEN" in method["flags"]:
        facts.append("Needs no token.")
    if method["scopes"]:
        facts.append(f"Scopes: {method['scopes']}.")
    if "kind" in method:
        where = f" of {method['items']}" if method["items"] else ""
        facts.append(f"A list in pages{where}.")
    if "DEPRECATED" in method["flags"]:
        facts.append("Deprecated by Slack.")
    if method["uploads"]:
        facts.append(f"Without {' and '.join(method['uploads'])}, which no form can carry.")
    lines = textwrap.wrap(" ".join(facts), WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    link = f"/** https://docs.slack.dev/reference/methods/{method['method']}"
    return "\n".join([link] + [f" * {line}" for line in lines]) + " */"


def members(method):
    """The members of the struct, each below the values that Slack accepts."""
    lines = []
    for arg in method["args"]:
        if "values" in arg:
            lines.append(f"    /* {arg['values']} */")
        lines.append(f"    {MEMBERS[arg['type']]}{arg['name']};")
    return lines


def broken(line):
    """A line of a macro that another one follows."""
    return f"{line:<{WIDTH - 1}}\\"


def macro(method):
    tag = f"slack_{method['tag']}"
    head, call = f"#define {tag}(...)", f'SLACK_REQUEST("{method["method"]}", {tag}, __VA_ARGS__)'
    if len(head) + len(call) < WIDTH:
        return [f"{head} {call}"]
    if len(call) + 4 <= WIDTH:
        return [broken(head), f"    {call}"]
    first = f'    SLACK_REQUEST("{method["method"]}", {tag},'
    if len(first) < WIDTH - 1:
        return [broken(head), broken(first), f"{' ' * 18}__VA_ARGS__)"]
    return [
        broken(head),
        broken(f'    SLACK_REQUEST("{method["method"]}",'),
        f"{' ' * 18}{tag}, __VA_ARGS__)",
    ]


def header(guard, includes, lines):
    return "\n".join(
        [
            "/* SPDX-License-Identifier: MIT */",
            "/* Made by tools/make_api.py from src/protocol/methods.def. */",
            f"#ifndef {guard}",
            f"#define {guard}",
            "",
        ]
        + [f"#include <slack/{name}>" for name in includes]
        + [""]
        + lines
        + ["", "#endif", ""]
    )


def family_header(family, methods):
    lines = [f"/** @file api/{family}.h  The methods {family}.*; request.h shows how to call them. */"]
    for method in methods:
        tag = f"slack_{method['tag']}"
        lines += ["", comment(method), f"struct {tag} {{", "    SLACK_REQUEST_MEMBERS;"]
        lines += members(method) + ["};"] + macro(method)
    return header(f"SLACK_API_{family.upper()}_H", ["request.h"], lines)


def headers(methods):
    """The names and the texts of all headers."""
    families = {}
    for method in methods:
        families.setdefault(method["method"].split(".")[0], []).append(method)
    files = {f"api/{name}.h": family_header(name, family) for name, family in families.items()}
    about = "/** @file api.h  The methods of the Web API, a header for each family of names. */"
    return files | {"api.h": header("SLACK_API_H", sorted(files), [about])}


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def request(method):
    """A call of the macro with all arguments, and the answer of tests/support/form_peer.js."""
    given, decoded = ['.more = json_exact("{\\"new\\":\\"more\\"}")'], {"new": "more"}
    for i, arg in enumerate(method["args"]):
        name, odd = arg["name"], i % 2 == 1
        text = f'{name} &=+%;"\\ \u00e4\u20ac'
        json_text = json.dumps({name: [i, text]}, separators=(",", ":"), ensure_ascii=False)
        value, form = {
            "ID": (c_string(text), text),
            "STRING": (c_string(text), text),
            "BOOL": ("SLACK_YES", "true") if odd else ("SLACK_NO", "false"),
            "INT": (f"{10**12 + i}", f"{10**12 + i}") if odd else ("SLACK_ZERO", "0"),
            "JSON": (f"json_exact({c_string(json_text)})", json_text),
        }[arg["type"]]
        if "least" in arg:
            value = form = str(int(arg["least"]) + 1)  # SLACK_ZERO is tried elsewhere
        given.append(f".{name} = {value}")
        decoded[name] = form
    answer = {"ok": True, "method": method["method"], "args": decoded}
    call = f"slack_{method['tag']}({', '.join(given)})"
    return f"    expect({call},\n           {c_string(json.dumps(answer, ensure_ascii=False))});"


def requests(methods):
    lines = ["#include <slack/api.h>", "", "static void expect_all(void)", "{"]
    return "\n".join(lines + [request(method) for method in methods] + ["}"])


def main():
    methods = read_table(TABLE.read_text())
    if sys.argv[1:] == ["--requests"]:
        print(requests(methods))
        return
    files = headers(methods)
    paths = [FOLDER / "api.h", *FOLDER.glob("api/*.h")]
    old = {str(path.relative_to(FOLDER)): path.read_text() for path in paths if path.exists()}
    changed = sorted(name for name in files.keys() | old.keys() if files.get(name) != old.get(name))
    for name in changed:
        print(f"include/slack/{name}")
        if sys.argv[1:] == ["--check"]:
            continue
        if name in files:
            (FOLDER / name).write_text(files[name])
        else:
            (FOLDER / name).unlink()
    if changed and sys.argv[1:] == ["--check"]:
        sys.exit("differ from src/protocol/methods.def: run tools/make_api.py")


if __name__ == "__main__":
    main()
