// SPDX-License-Identifier: MIT
/* Writes a delivery, and what the app has done about it, as a test of the kit: a function of C for
 * slack/test.h. Pure. docs/testing.md has the functions that it uses. */

import { HIDDEN, octal, visibleJson } from "./hidden.js";

/* --- JSON values as templates of slack_jsonf(), and templates as string literals of C --- */

const LITERAL_MAX = 92;

/* JSON.stringify() writes a lone surrogate as \ud800, which no UTF-8 text can have. */
function templateString(text) {
  const json = visibleJson(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
  const body = json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${body.replaceAll("%", "%%")}'`;
}

function templateKey(name) {
  return /^[A-Za-z_]\w*$/.test(name) ? name : templateString(name);
}

/* A value on one line: "{text: 'Hi', blocks: []}". */
function flatTemplate(value) {
  if (typeof value === "string") return templateString(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(flatTemplate).join(", ")}]`;
  const members = Object.entries(value).map(([name, member]) =>
    `${templateKey(name)}: ${flatTemplate(member)}`);
  return `{${members.join(", ")}}`;
}

function templateLines(value, lead, indent, room) {
  const flat = flatTemplate(value);
  if (value === null || typeof value !== "object" || lead.length + flat.length <= room)
    return [lead + flat];
  const list = Array.isArray(value);
  const inner = " ".repeat(indent + 2);
  const lines = [lead + (list ? "[" : "{")];
  for (const [name, member] of Object.entries(value)) {
    const begin = list ? inner : `${inner}${templateKey(name)}: `;
    lines.push(...templateLines(member, begin, indent + 2, room));
    lines[lines.length - 1] += ",";
  }
  lines.push(" ".repeat(indent) + (list ? "]" : "}"));
  return lines;
}

/* A string literal. Two question marks in a row begin a trigraph in old C. */
function literal(text) {
  const body = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(/(?<=\?)\?/g, "\\?");
  return `"${body.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")
    .replace(HIDDEN, octal)}"`;
}

/* The literals of a template, one below the other, each behind `indent` spaces. */
function templateLiterals(value, indent) {
  const room = LITERAL_MAX - indent;
  return templateLines(value, "", 0, room).map((line) => " ".repeat(indent) + literal(line))
    .join("\n");
}

const LINE_MAX = 96;

/** slackapp's answer to a command that no listener has taken, or whose handler has failed. */
const REFUSAL = "The app could not do that. Please try again later.";

/* Calls that the kit answers by itself, outside of a test's expectations. */
const UNSEEN = /^(auth\.test|apps\.connections\.open|oauth\.|openid\.)/;

/* Calls whose answer the kit makes up, so that a test need not name it. */
const ANSWERED = /^(chat\.|views\.|reactions\.|pins\.|files\.|assistant\.|functions\.|response_url|webhook)/;

/* Arguments that name something of one run only. */
const OF_ONE_RUN = new Set(["token", "ts", "thread_ts", "message_ts", "trigger_id", "view_id",
  "external_id", "hash", "file_id", "files", "function_execution_id", "interactivity_pointer",
  "cursor", "oldest", "latest", "post_at", "client_msg_id", "team_id", "stream_ts"]);

/* --- calls of the kit --- */

function isId(text) {
  return typeof text === "string" && /^[A-Z][A-Z0-9]+$/.test(text);
}

/* `t` and the words; a word is C already. */
function call(name, ...words) {
  return `    ${name}(${["t", ...words].join(", ")});`;
}

function string(text) {
  return typeof text === "string" ? literal(text) : "NULL";
}

/* A call whose last word is a template: on one line if there is room. */
function templated(name, words, value) {
  const flat = call(name, ...words, literal(flatTemplate(value)));
  if (flat.length <= LINE_MAX && !flat.includes("\\n")) return flat;
  const head = `    ${name}(${["t", ...words].join(", ")},`;
  return `${head}\n${templateLiterals(value, 8)});`;
}

/* --- what was delivered --- */

function linesOfEvent(payload) {
  const event = payload.event;
  if (payload.type === "app_rate_limited") return [call("slack_test_app_rate_limited")];
  if (!event) return linesOfBody(payload);
  const plain = !event.subtype && !event.bot_id && !event.thread_ts && !event.files &&
    typeof event.text === "string";
  if (plain && event.type === "message") return [call("slack_test_message", string(event.text))];
  const mention = plain && event.type === "app_mention" && /^<@[^>]*>(?: |$)(.*)$/s.exec(event.text);
  if (mention) return [call("slack_test_mention", string(mention[1]))];
  if (event.type === "function_executed" && event.function)
    return [templated("slack_test_function", [string(event.function.callback_id)],
      event.inputs ?? {})];
  return [templated("slack_test_event", [], event)];
}

/* Any payload, without the token that Slack has replaced by signatures. */
function linesOfBody(payload) {
  const { token: _token, ...body } = payload;
  return [templated("slack_test_body", [], body)];
}

function inMessage(payload) {
  const container = payload.container ?? {};
  const ts = container.message_ts ?? payload.message_ts ?? payload.message?.ts;
  if (typeof ts !== "string") return [];
  const thread = container.thread_ts ?? payload.message?.thread_ts;
  return [call("slack_test_in_message", "NULL", string(ts), string(thread))];
}

function linesOfAction(payload) {
  const [action, ...more] = payload.actions ?? [];
  const state = Object.keys(payload.state?.values ?? {});
  if (!action || more.length > 0 || state.length > 0 || payload.container?.type !== "message")
    return linesOfBody(payload);
  const lines = inMessage(payload);
  if (action.type === "button")
    return [...lines, call("slack_test_action", string(action.action_id), string(action.value))];
  const { action_ts: _ts, ...given } = action;
  return [...lines, templated("slack_test_block_action", [], given)];
}

function linesOfView(payload) {
  const view = payload.view ?? {};
  const lines = view.private_metadata
    ? [call("slack_test_private_metadata", string(view.private_metadata))] : [];
  if (payload.type === "view_closed")
    return [...lines, call("slack_test_view_closed", string(view.callback_id))];
  if (payload.response_urls?.length > 0) return linesOfBody(payload);
  return [...lines, templated("slack_test_view_submission", [string(view.callback_id)],
    view.state?.values ?? {})];
}

function linesOfAttachment(payload) {
  const action = payload.actions?.[0];
  if (action)
    return [...inMessage(payload), templated("slack_test_attachment_action",
      [string(payload.callback_id)], action)];
  return [...inMessage(payload), call("slack_test_attachment_options", string(payload.callback_id),
    string(payload.name), string(payload.value))];
}

function linesOfDialog(payload) {
  if (payload.state) return linesOfBody(payload);
  const callback = string(payload.callback_id);
  if (payload.type === "dialog_cancellation") return [call("slack_test_dialog_canceled", callback)];
  if (payload.type === "dialog_suggestion")
    return [call("slack_test_dialog_options", callback, string(payload.name),
      string(payload.value))];
  return [templated("slack_test_dialog", [callback], payload.submission ?? {})];
}

const INTERACTIONS = {
  block_actions: linesOfAction,
  view_submission: linesOfView,
  view_closed: linesOfView,
  interactive_message: linesOfAttachment,
  dialog_submission: linesOfDialog,
  dialog_cancellation: linesOfDialog,
  dialog_suggestion: linesOfDialog,
  shortcut: (payload) => [call("slack_test_shortcut", string(payload.callback_id))],
  message_action: (payload) => [...inMessage(payload), call("slack_test_message_shortcut",
    string(payload.callback_id), string(payload.message?.text ?? ""))],
  block_suggestion: (payload) => payload.view ? linesOfBody(payload)
    : [...inMessage(payload), call("slack_test_options", string(payload.action_id),
      string(payload.value))],
};

function linesOfDelivery(row) {
  const { payload } = row;
  if (row.kind === "event") return linesOfEvent(payload);
  if (row.kind === "command")
    return [call("slack_test_command", string(payload.command), string(payload.text ?? ""))];
  const lines = payload.function_data ? linesOfBody : INTERACTIONS[payload.type] ?? linesOfBody;
  return lines(payload);
}

/* The person who acts, and the place. */
function linesOfScene(row) {
  const { payload } = row, event = payload.event ?? {};
  const user = payload.user_id ?? payload.user?.id ?? event.user;
  const channel = payload.channel_id ?? payload.channel?.id ?? event.channel;
  const lines = isId(user) || isId(channel)
    ? [call("slack_test_as", isId(user) ? string(user) : "NULL",
      isId(channel) ? string(channel) : "NULL")] : [];
  if (row.retries > 0)
    lines.push(call("slack_test_retry", String(row.retries), '"http_timeout"'));
  return lines;
}

/* --- what the app did --- */

/* Without those arguments that another run has otherwise: only what the test itself delivers is
 * the same in each. */
function expectedArguments(args, delivered) {
  const kept = Object.entries(args).filter(([name, value]) =>
    name !== "token" && !String(value).startsWith("redacted:") &&
    (!OF_ONE_RUN.has(name) || (typeof value === "string" && delivered.includes(literal(value)))));
  return Object.fromEntries(kept);
}

function linesOfAnswer(row) {
  const answer = row.answer ?? {};
  if (row.status === 429) return [call("slack_test_answer_limited", String(row.retryAfter || 1))];
  if (row.status >= 500)
    return [call("slack_test_answer_http", String(row.status), '"Content-Type: text/html"', '""')];
  if (!row.status || row.error) return [call("slack_test_answer_lost", "SLACK_ECLOSED")];
  if (answer.ok === false && typeof answer.error === "string")
    return [call("slack_test_answer_error", string(answer.error))];
  if (ANSWERED.test(row.name) || Object.keys(answer).length <= 1) return [];
  return [templated("slack_test_answer", [], answer)];
}

function linesOfCall(row, delivered) {
  const args = expectedArguments(row.payload, delivered);
  const expected = Object.keys(args).length === 0
    ? call("slack_test_expect", string(row.name), "NULL")
    : templated("slack_test_expect", [string(row.name)], args);
  return [expected, ...linesOfAnswer(row)];
}

/* A refusal is 404 over HTTP and silence over Socket Mode. */
function outcomeOfError(row) {
  if (row.error.includes("503")) return "SLACK_TEST_LATER";
  const refused = row.error.includes("404") || row.wire === "Socket Mode";
  return refused ? "SLACK_TEST_REFUSED" : "SLACK_TEST_NOT_ACKED";
}

function textOfAck(row) {
  const body = row.answer;
  if (typeof body === "string") return body;
  /* Over Socket Mode a text goes as the only member of an object. */
  const only = body && typeof body === "object" && Object.keys(body).join() === "text";
  return only && row.wire === "Socket Mode" ? body.text : null;
}

function linesOfAck(row) {
  const outcome = (name) => [call("slack_test_expect_outcome", name)];
  if (row.tookMs === null) return outcome("SLACK_TEST_NOT_ACKED");
  if (row.error) return outcome(outcomeOfError(row));
  const text = textOfAck(row);
  if ((text ?? row.answer?.text) === REFUSAL) return outcome("SLACK_TEST_REFUSED");
  if (text !== null) return [templated("slack_test_expect_ack", [], text)];
  if (row.answer) return [templated("slack_test_expect_ack", [], row.answer)];
  return row.kind === "event" ? [] : [call("slack_test_expect_ack", "NULL")];
}

/* Time for calls that a limit has held back. */
function linesOfWait(calls) {
  const seconds = calls.filter((row) => row.status === 429)
    .reduce((sum, row) => sum + (row.retryAfter || 1), 0);
  return seconds > 0 ? [call("slack_test_advance_ms", String(seconds * 1000))] : [];
}

/* --- the test --- */

function functionName(row) {
  const words = `${row.name} ${row.summary}`.toLowerCase().match(/[a-z0-9]+/g) ?? ["delivery"];
  const name = words.slice(0, 5).join("_").slice(0, 40);
  return /^[0-9]/.test(name) ? `test_${name}` : `takes_${name}`;
}

/* A text in a comment: it must not end it, begin another, nor leave its line. */
function comment(text) {
  return text.replace(/[^\x20-\x7e]+/g, " ").replace(/(?<=[*/])(?=[*/])/g, " ").slice(0, 60);
}

/* The place of a click matters if a call of the app names it. */
function isIdle(line, calls) {
  const ts = /slack_test_in_message\(t, NULL, "([\d.]+)"/.exec(line)?.[1];
  return ts !== undefined && !calls.some((one) => JSON.stringify(one.payload).includes(ts));
}

/**
 * A test that delivers the same, and expects the same calls and the same ack.
 * @param {import("./wire.js").Row} row a delivery
 * @param {import("./wire.js").Row[]} calls those that the app has made because of it
 * @param {string} name of the function; "": a name out of what was delivered
 * @returns {string} a function of C
 */
export function kitTest(row, calls, name = "") {
  const seen = calls.filter((one) => !UNSEEN.test(one.name));
  const delivery = [...linesOfScene(row), ...linesOfDelivery(row)]
    .filter((line) => !isIdle(line, seen));
  const delivered = delivery.join("\n");
  const last = delivery.length - 1;
  const lines = [
    ...delivery.slice(0, last),
    ...seen.flatMap((one) => linesOfCall(one, delivered)),
    delivery[last],
    ...linesOfWait(seen),
    ...linesOfAck(row),
  ];
  return `/* ${comment(`${row.name} ${row.summary}`).trim()}, from slackapp sim. */
static void ${name || functionName(row)}(slack_test_t *t)
{
${lines.join("\n")}
}
`;
}
