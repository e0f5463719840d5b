// SPDX-License-Identifier: MIT
/* The rows of the wire: what becomes of them, how many there are, which a filter shows. */
import assert from "node:assert/strict";
import test from "node:test";

import {
  applyWire, beginWire, callsAfter, clearWire, duration, matches, outcomeOf, ROWS_MAX, seenListeners,
} from "../../tools/sim/page/drawer/wire.js";
import { deliveries, rowOf } from "./rows.js";

const all = { kind: "", direction: "", failed: false, text: "" };
const call = () => ["chat.postMessage", { text: "Hey" }, { ok: true }];
const acked = (ack) => rowOf([deliveries["a message"][0], ack]).row;

function answered(own) {
  const wire = beginWire();
  return applyWire(wire, { kind: "call", number: 1, id: 1, at: 1, method: "chat.postMessage", arguments: {}, ...own }).row;
}

for (const [name, row, state, why] of [
  ["an ack in time", acked({ took_ms: 999 }), "good", /acknowledged/],
  ["a slow ack", acked({ took_ms: 1000 }), "near", /near the limit/],
  ["an ack after the limit", acked({ took_ms: 3000 }), "failed", /too late/],
  ["an error", acked({ took_ms: 3, error: "http_error 500" }), "failed", /http_error 500/],
  ["a call without an answer so far", answered({}), "waiting", /waiting/],
  ["an answer", answered({ status: 200, answer: { ok: true }, took_ms: 5000 }), "good", /answered/],
  ["Slack's error", answered({ status: 200, answer: { ok: false, error: "no_text" }, took_ms: 1 }), "failed", /no_text/],
  ["a limit", answered({ status: 429, retry_after: 30, took_ms: 1 }), "failed", /ratelimited/],
  ["a page of a server", answered({ status: 503, took_ms: 1 }), "failed", /HTTP 503/],
  ["a lost call", answered({ error: "connection lost", took_ms: 1 }), "failed", /connection lost/],
]) test(`outcome: ${name}`, () => {
  assert.equal(outcomeOf(row).state, state);
  assert.match(outcomeOf(row).why, why);
});

test("a redelivery is an attempt of the same row, and waits anew", () => {
  const { wire, row } = rowOf([deliveries["a message"][0], { error: "no ack within 3 s", took_ms: 3000 }]);
  const news = applyWire(wire, { kind: "delivery", number: 1, id: 9, at: 9, type: "event", retry_num: 1, payload: {} });
  assert.deepEqual([news.row, news.fresh, wire.rows.length], [row, false, 1]);
  assert.deepEqual([row.retries, row.tookMs, row.attempts.map(({ error }) => error)], [1, null, ["no ack within 3 s"]]);
  assert.equal(row.payload.event.text, "hello");
});

test("ten thousand rows stay, the newest first, and an ack for one that is gone is ignored", () => {
  const wire = beginWire();
  for (let number = 1; number <= ROWS_MAX + 5; number++)
    applyWire(wire, { kind: "delivery", number, id: number, at: number, type: "event", payload: {} });
  assert.deepEqual([wire.rows.length, wire.byKey.size, wire.dropped, wire.rows[0].number], [ROWS_MAX, ROWS_MAX, 5, ROWS_MAX + 5]);
  assert.equal(applyWire(wire, { kind: "ack", number: 5, took_ms: 1 }), null);
  clearWire(wire);
  assert.deepEqual([wire.rows.length, wire.byKey.size, wire.dropped], [0, 0, 0]);
});

test("entries that are not about the wire change nothing", () => {
  for (const kind of ["message", "gone", "view", "toString", "__proto__"])
    assert.equal(applyWire(beginWire(), { kind, number: 1 }), null);
});

const failed = acked({ error: "http_error 500" });
for (const [name, row, filter, shown] of [
  ["everything", failed, {}, true],
  ["the kind", failed, { kind: "event" }, true],
  ["another kind", failed, { kind: "call" }, false],
  ["to the app", failed, { direction: "to" }, true],
  ["from the app", failed, { direction: "from" }, false],
  ["failures", failed, { failed: true }, true],
  ["failures only", acked({}), { failed: true }, false],
  ["a text of the payload, in any case", failed, { text: " HELLO" }, true],
  ["the name of a member", failed, { text: "event_id" }, true],
  ["the error", failed, { text: "error 500" }, true],
  ["a text that is nowhere", failed, { text: "goodbye" }, false],
]) test(`filter: ${name}`, () => assert.equal(matches(row, { ...all, ...filter }), shown));

test("a delivery has the calls up to what a person does next, past the app's own events", () => {
  const { wire, row } = rowOf([deliveries["a message"][0], {}, [call(), call()]]);
  const own = { payload: { event: { type: "message", bot_id: "B1", user: "U0BOT00001" } } };
  const take = (entry) => applyWire(wire, { id: 20, at: 20, number: 20, ...entry });
  take({ kind: "delivery", type: "event", ...own });
  take({ kind: "call", method: "reactions.add", arguments: {} });
  take({ kind: "delivery", number: 21, type: "command", payload: { command: "/echo" } });
  take({ kind: "call", number: 22, method: "views.open", arguments: {} });
  assert.deepEqual(callsAfter(wire, row).map(({ name }) => name), ["chat.postMessage", "chat.postMessage", "reactions.add"]);
});

test("what the app has answered is counted by kind and name", () => {
  const { wire } = rowOf(deliveries["a click"]);
  applyWire(wire, { kind: "delivery", number: 2, id: 9, at: 9, type: "command", payload: { command: "/echo" } });
  applyWire(wire, { kind: "ack", number: 2, took_ms: 1, error: "http_error 500" });
  assert.deepEqual(seenListeners(wire), [
    { kind: "command", name: "/echo", count: 1, failed: 1 },
    { kind: "interaction", name: "block_actions hello_click", count: 1, failed: 0 }]);
});

test("durations", () => assert.deepEqual([0, 999, 1000, 2449, 65000, 3660000].map(duration), ["0 ms", "999 ms", "1.0 s", "2.4 s", "1 min 5 s", "1 h 1 min"]));
