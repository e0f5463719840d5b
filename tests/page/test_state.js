// SPDX-License-Identifier: MIT
/* The state of the page: snapshots, what the feed says after them, and what a person sees of it. */
import assert from "node:assert/strict";
import test from "node:test";

import {
  addOlder, apply, applyAll, begin, entriesFor, isVisible, knownEntry, place, unreadCount,
} from "../../tools/sim/page/state/state.js";

const message = (ts, own) => ({ ts, user: "UANN", text: `at ${ts}`, ...own });
const said = (id, kind, own) => ({ id, workspace: "T1", kind, ...own });
const posted = (id, ts, own) => said(id, "message", { channel: "C1", message: message(ts, own) });
const snapshot = {
  id: 10, workspace: "T1", workspaces: [{ id: "T1", name: "One", bot: "UBOT" }, { id: "T2" }],
  people: [{ id: "UANN", name: "ann" }], channels: [{ id: "C1", name: "general", type: "channel" }],
  messages: [{ channel: "C1", message: message("2.0") }, { channel: "C1", message: message("4.0"), user: "UBEN" }],
};
const after = (...entries) => applyAll(begin(snapshot), entries);
const timesIn = (state, key = "C1") => (state.messages.get(key) || []).map(({ ts }) => ts);

for (const [name, entries, times] of [
  ["a new message is the last one", [posted(11, "5.0")], ["2.0", "4.0", "5.0"]],
  ["a message that comes late is at its place", [posted(11, "3.0"), posted(12, "1.0")], ["1.0", "2.0", "3.0", "4.0"]],
  ["an edit replaces, and repeats nothing", [posted(11, "2.0", { text: "new" })], ["2.0", "4.0"]],
  ["what is in the snapshot is not taken again", [posted(9, "5.0"), posted(10, "6.0")], ["2.0", "4.0"]],
  ["an entry that comes twice is taken once", [posted(11, "5.0"), said(12, "gone", { channel: "C1", ts: "5.0" }), posted(11, "5.0")], ["2.0", "4.0"]],
  ["a message that is gone is gone", [said(11, "gone", { channel: "C1", ts: "2.0" })], ["4.0"]],
  ["of a message that never was, nothing goes", [said(11, "gone", { channel: "C1", ts: "3.0" })], ["2.0", "4.0"]],
  ["another workspace has its own messages", [{ ...posted(11, "5.0"), workspace: "T2" }], ["2.0", "4.0"]],
  ["a kind that is not known changes nothing", [said(11, "constructor"), said(12, "news")], ["2.0", "4.0"]],
  ["a reply is in its thread only", [posted(11, "5.0", { thread_ts: "2.0" })], ["2.0", "4.0"]],
  ["the first message of a thread is in the channel", [posted(11, "5.0", { thread_ts: "5.0" })], ["2.0", "4.0", "5.0"]],
  ["a broadcast is in both", [posted(11, "5.0", { thread_ts: "2.0", subtype: "thread_broadcast" })], ["2.0", "4.0", "5.0"]],
])
  test(name, () => {
    const state = after(...entries);
    assert.deepEqual(timesIn(state), times);
    assert.deepEqual(timesIn(entries.reduce(apply, begin(snapshot))), times, "one by one, too");
  });

test("a thread has its replies, until they are gone from it and from the channel", () => {
  const reply = posted(11, "5.0", { thread_ts: "2.0", subtype: "thread_broadcast" });
  assert.deepEqual(timesIn(after(reply), place("C1", "2.0")), ["5.0"]);
  const state = after(reply, said(12, "gone", { channel: "C1", ts: "5.0" }));
  assert.deepEqual([timesIn(state, place("C1", "2.0")), timesIn(state)], [[], ["2.0", "4.0"]]);
});

test("a state that was handed out never changes", () => {
  const state = begin(snapshot);
  const before = structuredClone(state);
  applyAll(state, [posted(11, "3.0"), said(12, "gone", { channel: "C1", ts: "2.0" }),
    said(13, "view", { action: "opened", user: "UANN", view: { id: "V1" } }), said(14, "channel", { channel: { id: "C2" } }),
    said(15, "delivery", { type: "command", payload: { command: "/echo" } })]);
  addOlder(state, "C1", [message("1.0")], false);
  assert.deepEqual(state, before);
});

test("older messages come before, none twice, and the last page says so", () => {
  const older = addOlder(begin(snapshot), "C1", [message("1.0"), message("2.0", { text: "stale" })], true);
  assert.deepEqual([timesIn(older), older.whole.has("C1")], [["1.0", "2.0", "4.0"], false]);
  assert.equal(older.messages.get("C1")[1].message.text, "at 2.0");
  assert.equal(addOlder(older, "C1", [], false).whole.has("C1"), true);
});

const view = (action, id, own) => ({ action, user: "UANN", view: { id, ...own } });
for (const [name, acts, ids] of [
  ["a modal opens", [view("opened", "V1")], ["V1"]],
  ["one that is opened replaces the stack", [view("opened", "V1"), view("pushed", "V2"), view("opened", "V3")], ["V3"]],
  ["one is pushed on top", [view("opened", "V1"), view("pushed", "V2")], ["V1", "V2"]],
  ["an update stays where it is", [view("opened", "V1"), view("pushed", "V2"), view("updated", "V1")], ["V1", "V2"]],
  ["the one that is closed goes", [view("opened", "V1"), view("pushed", "V2"), view("closed", "V1")], ["V2"]],
])
  test(name, () => {
    const state = after(...acts.map((own, i) => said(11 + i, "view", own)));
    assert.deepEqual(state.views.get("UANN").map(({ id }) => id), ids);
  });

test("a message streams until the feed says no more that it does", () => {
  const grown = (id, ts, streaming) => ({ ...posted(id, ts), streaming });
  const states = [after(grown(11, "5.0", true)), after(grown(11, "5.0", true), grown(12, "5.0"))];
  assert.deepEqual(states.map((state) => knownEntry(state, posted(13, "5.0")).streaming), [true, false]);
  assert.equal(knownEntry(states[0], posted(13, "6.0")), undefined);
});

test("the assistant's status, title and prompts are kept one by one", () => {
  const status = (id, own) => said(id, "status", { channel: "D1", thread_ts: "1.0", ...own });
  const state = after(status(11, { prompts: [{ title: "Hi" }] }), status(12, { status: "thinks" }), status(13, { status: "" }));
  assert.deepEqual(state.assistants.get(place("D1", "1.0")), { prompts: [{ title: "Hi" }], status: "" });
});

test("commands and shortcuts are seen once each", () => {
  const delivery = (id, type, payload) => said(id, "delivery", { type, payload });
  const state = after(
    delivery(11, "command", { command: "/echo" }), delivery(12, "command", { command: "/echo" }),
    delivery(13, "interaction", { type: "shortcut", callback_id: "open" }),
    delivery(14, "interaction", { type: "message_action", callback_id: "open" }), delivery(15, "event", { type: "event_callback" }));
  assert.deepEqual([state.commands, state.shortcuts, state.messageShortcuts], [["/echo"], ["open"], ["open"]]);
});

test("a person sees own ephemeral messages, and counts those of others as unread", () => {
  const state = after(posted(11, "5.0", { user: "UBOT" }), said(12, "ephemeral", { channel: "C1", user: "UCLEO", message: message("6.0", { user: "UBOT" }) }));
  const seen = (user) => entriesFor(state, "C1", user).map(({ ts }) => ts);
  assert.deepEqual([seen("UANN"), seen("UBEN"), seen("UCLEO")], [["2.0", "5.0"], ["2.0", "4.0", "5.0"], ["2.0", "5.0", "6.0"]]);
  assert.deepEqual(["", "2.0", "5.0"].map((ts) => unreadCount(state, "C1", "UANN", ts)), [1, 1, 0]);
  assert.equal(unreadCount(state, "C1", "UCLEO", "2.0"), 2);
});

test("a person sees the channels of which it is a member, and own direct messages", () => {
  const channels = [{ type: "im", user: "UANN" }, { type: "im", user: "UBEN" }, { type: "channel" }, { type: "group", members: ["UBEN"] }];
  assert.deepEqual(channels.map((channel) => isVisible(channel, "UANN")), [true, false, true, false]);
});

test("a conversation keeps 20,000 messages, and can read the older ones again", () => {
  const entries = Array.from({ length: 20000 }, (none, i) => posted(11 + i, `${5000000 + i}.000000`));
  const state = applyAll(addOlder(begin(snapshot), "C1", [], false), entries);
  assert.deepEqual([timesIn(state).length, timesIn(state)[0], state.whole.has("C1")], [19002, "5000998.000000", false]);
});
