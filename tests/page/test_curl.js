// SPDX-License-Identifier: MIT
/* "Copy as curl" and "copy as command": a shell, curl and openssl run what was copied, and a server
 * gets what Slack would have sent. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import crypto from "node:crypto";
import http from "node:http";
import test, { after, before } from "node:test";
import { promisify } from "node:util";

import { commandOf, curlOfCall, curlOfDelivery, curlOfResend, quote } from "../../tools/sim/page/drawer/curl.js";
import { kitTest } from "../../tools/sim/page/drawer/kit_test.js";
import { deliveries, rowOf } from "./rows.js";

const env = { PATH: process.env.PATH, SLACK_SIGNING_SECRET: "it's a $ecret", SLACK_BOT_TOKEN: "the-bot's", SLACK_APP_TOKEN: "the-app's", SLACK_CLIENT_SECRET: "$ecret" };
const got = [];
const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  got.push({ url: request.url, headers: request.headers, body });
  response.end("{}");
});
let origin = "";
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
  origin = `http://127.0.0.1:${server.address().port}`;
  resolve();
})));
after(() => server.close());

async function shell(text) {
  got.length = 0;
  const pasted = promisify(execFile)("sh", ["-eu"], { env });
  pasted.child.stdin.end(text);
  const { stdout } = await pasted;
  return { stdout, request: got[0] };
}

function payloadOf(request) {
  if (request.headers["content-type"] === "application/json") return JSON.parse(request.body);
  const form = Object.fromEntries(new URLSearchParams(request.body));
  return form.payload ? JSON.parse(form.payload) : form;
}

for (const name of ["a message", "a command", "an action in a modal", "a notice of dropped events", "a command with a response URL"])
  test(`${name} as curl is a signed request`, async () => {
    const { row } = rowOf(deliveries[name]);
    const { request } = await shell(curlOfDelivery(row, `${origin}/slack/events`, ""));
    const { "x-slack-signature": signature, "x-slack-request-timestamp": at } = request.headers;
    const hmac = crypto.createHmac("sha256", env.SLACK_SIGNING_SECRET).update(`v0:${at}:${request.body}`).digest("hex");
    assert.equal(signature, `v0=${hmac}`);
    assert.ok(Math.abs(at - Date.now() / 1000) < 60);
    const { event_id: id, ...payload } = payloadOf(request), { event_id: old, ...sent } = row.payload;
    if (sent.response_url) sent.response_url = "http://127.0.0.1:4390/redacted/3"; // and not Slack's host
    assert.deepEqual(payload, sent);
    if (old) assert.match(id, /^Ev\d+$/); // another one: the app handles each once
  });

for (const [name, method, args, form, bearer] of [
  ["a call", "chat.postMessage", { text: "it's 100% & \"=\" \u00e9\n", blocks: "[{}]", token: "redacted:1" },
    { text: "it's 100% & \"=\" \u00e9\n", blocks: "[{}]" }, "the-bot's"],
  ["arguments that look like files", "chat.update", { text: "@/etc/passwd", ts: "1.2" }, { text: "@/etc/passwd", ts: "1.2" }, "the-bot's"],
  ["values of JSON", "views.publish", { view: { type: "home" }, n: 2, yes: true }, { view: '{"type":"home"}', n: "2", yes: "true" }, "the-bot's"],
  ["a long argument", "chat.postMessage", { text: "'".repeat(60000) }, { text: "'".repeat(60000) }, "the-bot's"],
  ["names that mean something to a script or to curl", "chat.update", { constructor: "x", toString: "y", "a@/etc/passwd": "1", "b=c&d": "2" },
    { constructor: "x", toString: "y", "a@/etc/passwd": "1", "b=c&d": "2" }, "the-bot's"],
  ["characters that a terminal obeys", "chat.update", { text: "\u0003\r\u001b[201~\u009b\u202eid\u061c\u{e0041}\n!!" },
    { text: "\u0003\r\u001b[201~\u009b\u202eid\u061c\u{e0041}\n!!" }, "the-bot's"],
  ["a zero byte", "chat.update", { text: "a\0b" }, { text: "a\0b" }, "the-bot's"],
  ["a method that is no method", "a.{b,c}/../[1-9]'$(id)", {}, {}, "the-bot's"],
  ["no arguments", "auth.test", {}, {}, "the-bot's"],
  ["the app's own token", "apps.connections.open", {}, {}, "the-app's"],
  ["the secret of the app", "oauth.v2.access", { client_secret: "redacted:2", code: "redacted:3" }, { client_secret: "$ecret", code: "redacted:3" }],
]) test(`${name} as curl`, async () => {
  const { request } = await shell(curlOfCall({ name: method, payload: args }, origin, "4391"));
  assert.equal(request.url, `/api/${encodeURIComponent(method)}`);
  assert.equal(got.length, 1);
  assert.equal(request.headers.authorization, bearer && `Bearer ${bearer}`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(request.body)), form);
});

test("a delivery over Socket Mode as curl asks the simulator to send it again", async () => {
  const { request } = await shell(curlOfResend({ number: 17 }, origin));
  assert.deepEqual([request.url, JSON.parse(request.body)], ["/sim/resend", { number: 17 }]);
});

test("no secret is in what was copied", () => {
  const { row } = rowOf(deliveries["a message"]);
  assert.match(curlOfDelivery(row, origin, "4391"), /sim env --port 4391\)" sets SLACK_SIGNING_SECRET/);
  assert.doesNotMatch(curlOfDelivery(row, origin, ""), /ecret\b(?!")/);
  assert.equal(curlOfCall({ name: "response_url", payload: {} }, origin, ""), "");
});

const ann = "--user U0ANN00001", there = `${ann} --channel C0GENERAL1`;
for (const [name, words] of Object.entries({
  "a message": `${there} message hello`,
  "a message in a thread": `${there} message --thread 1767225599.000001 hello`,
  "a mention": `${there} mention 'what is it?'`,
  "a reaction": `${there} react --message 1.2 eyes`,
  "a step": `${there} step add_up a=1 b-c=2`,
  "a click": `${there} click hello_click --message 1767225600.000002`,
  "a date": `${there} click day --message 1767225600.000002 --value 2026-01-01`,
  "an action in a modal": `${ann} click size --value large`,
  "a shortcut": `${ann} shortcut open_form`,
  "a shortcut on a message": `${there} shortcut --message 1767225600.000002 close`,
  "a form": `${ann} submit form name/value=Ada`,
  "a closed form": `${ann} close-view form`,
  "options": `${there} options fruit ap`,
  "a command with a response URL": `${there} command /later on`,
})) test(`${name} as a command`, () =>
  assert.equal(commandOf(rowOf(deliveries[name]).row, ""), `slackapp sim send ${words}\n`));

test("a dialog is nothing that a command does", () => assert.equal(commandOf(rowOf(deliveries["a dialog"]).row, ""), ""));

test("a text that looks like an option goes behind two dashes, and the port and the workspace are named", () => {
  const row = { kind: "command", workspace: "T0SIM00002", payload: { command: "/x", text: "--force" } };
  assert.equal(commandOf(row, "4391", true), "slackapp sim --port 4391 send --workspace T0SIM00002 command /x -- --force\n");
});

test("what was copied shows all that it says", () => {
  const odd = "\u0003\r\t\u001b[201~\u007f\u0085\u009b\u061c\u200b\u202e\u2066\u{e0041}";
  const message = { type: "message", text: odd, event_id: "Ev1" };
  const event = { kind: "event", payload: { event_id: "Ev1", event: message } };
  const command = { kind: "command", name: odd, payload: { command: "/x", text: odd } };
  const call = { name: `a.${odd}`, summary: odd, payload: { text: odd, [odd]: odd } };
  const all = [curlOfDelivery(event, origin, ""), curlOfDelivery(command, origin, ""), commandOf(event, ""), commandOf(command, ""),
    curlOfCall(call, origin, ""), kitTest({ ...event, name: odd, summary: odd, wire: "HTTP", tookMs: 1, error: "" }, [call])];
  for (const copy of all) assert.doesNotMatch(copy, /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
  assert.equal(commandOf({ kind: "command", payload: { command: "/x", text: "a\0b" } }, ""), "");
});

test("a shell reads a quoted word as it was", async () => {
  for (const word of ["", "a b", "it's", "$HOME `id` \\ \"", "-n", "é\n*", "a=b;c", "\u0003'\u202e'\t", "\u001b", "👩\u200d💻"])
    assert.equal((await shell(`printf '%s' ${quote(word)}`)).stdout, word);
});
