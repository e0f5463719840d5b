// SPDX-License-Identifier: MIT
/* The text that a person types: completion, commands, mentions, edits; and the addresses of places. */
import assert from "node:assert/strict";
import test from "node:test";

import { complete, editableText, parseCommand, typedText } from "../../tools/sim/page/messages/typing.js";
import { formatRoute, parseRoute, threadOf } from "../../tools/sim/page/state/route.js";

const sources = {
  people: [{ name: "ann", real_name: "Ann Lee" }, { name: "joann" }, { name: "ben", real_name: "Ben Annan" }, { name: "anna", deactivated: true }],
  channels: [{ name: "general" }, { name: "dev-general" }, { name: "random" }],
  commands: ["/echo", "/later"],
  emojiNames: ["wave", "water_wave", "smile"],
  emoji: (name) => ({ wave: "W" })[name],
};

for (const [typed, from, inserts] of [
  ["hi @ann", 3, ["@ann ", "@ben ", "@joann ", "@channel "]],
  ["@", 0, ["@ann ", "@joann ", "@ben ", "@here ", "@channel ", "@everyone "]],
  ["(@HER", 1, ["@here "]],
  ["mail me: ann@ben", null],
  ["@nobody", null],
  ["see #gen", 4, ["#general ", "#dev-general "]],
  ["no#gen", null],
  [":wav", 0, [":wave: ", ":water_wave: "]],
  [":w", null],
  ["at 10:30", null],
  ["/e", 0, ["/echo "]],
  ["/echo x", null],
  ["not /e", null],
  ["", null],
])
  test(`completion of "${typed}"`, () => {
    const found = complete(typed, sources);
    assert.deepEqual(found && [found.from, found.items.map(({ insert }) => insert)], from === null ? null : [from, inserts]);
  });

test("a command that nobody has used has a note in the place of completions", () => {
  for (const [typed, noted] of [["/", true], ["/nope", true], ["/e", false], ["/nope x", false], ["/usr/bin", false], ["@nobody", false]])
    assert.equal(/once they were used/.test(complete(typed, { ...sources, commands: typed === "/" ? [] : sources.commands })?.note), noted, typed);
});

for (const [typed, command] of [
  ["/echo a  b", { command: "/echo", text: "a  b" }],
  ["  /later  ", { command: "/later", text: "" }],
  ["/deploy a\nb", { command: "/deploy", text: "a\nb" }],
  ["/ echo", null],
  ["// not one", null],
  ["/usr/bin/env", null],
  ["say /echo", null],
])
  test(`"${typed}" as a command`, () => assert.deepEqual(parseCommand(typed), command));

const names = { user: (id) => ({ U1: "ann" })[id] || null, channel: (id) => ({ C1: "general" })[id] || null };
for (const [text, editable] of [
  ["<@U1> in <#C1> and <#C2|other>", "@ann in #general and #other"],
  ["<@U9> &lt;b&gt; &amp;amp;", "<@U9> <b> &amp;"],
  ["<!here> <!channel|channel>", "@here @channel"],
  ["<https://example.com/?a=1&amp;b=2|text> <mailto:a@example.com>", "https://example.com/?a=1&b=2 mailto:a@example.com"],
])
  test(`"${text}" as one edits it`, () => assert.equal(editableText(text, names), editable));

test("@here notifies; inside of a word it does not", () => {
  assert.equal(typedText("@here (@channel) x@here @hereabouts"), "<!here> (<!channel>) x@here @hereabouts");
});

test("an address leads back to its place", () => {
  const route = { workspace: "T1", channel: "C1", tab: "home", thread: "C1/1.000001", message: "1.000002" };
  assert.deepEqual(parseRoute(formatRoute(route)), route);
  assert.deepEqual(threadOf(route), { channel: "C1", ts: "1.000001" });
  for (const hash of ["", "#", "#channel", "#thread=C1", "#thread=/", "#%00=%zz"]) {
    const parsed = parseRoute(hash);
    assert.deepEqual([parsed.channel, threadOf(parsed)], ["", null]);
  }
});
