// SPDX-License-Identifier: MIT
/* Writes a row of the wire as a command that a person pastes into a shell. Pure. A secret is the
 * name of its variable, which `slackapp sim env` sets; it is never the secret itself. */

import { HIDDEN, octal, visibleJson } from "./hidden.js";

/** The longest argument that Linux hands to a program, with room for the rest. */
const ARGUMENT_MAX = 100000;

/* The arguments of calls whose values the feed does not show, and the variables that have them. */
const VARIABLES = {
  token: "SLACK_BOT_TOKEN",
  client_id: "SLACK_CLIENT_ID",
  client_secret: "SLACK_CLIENT_SECRET",
};

/* The feed shows a response URL as this and digits. */
const HIDDEN_URL = "https://hooks.slack.com/redacted/";

/* The line that sets the variables; `port` is "" for the usual one. */
function variables(port, what) {
  return `# eval "$(slackapp sim env${port ? ` --port ${port}` : ""})" sets ${what}\n`;
}

/** A word of a POSIX shell, quoted if it needs quotes. A character that a terminal would obey, or
 * that nobody sees, comes from printf. */
export function quote(word) {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  const text = word.replaceAll("'", "'\\''");
  return `'${text.replace(HIDDEN, (character) => `'"$(printf '${octal(character)}')"'`)}'`;
}

function isId(text) {
  return typeof text === "string" && /^[A-Z][A-Z0-9]{6,}$/.test(text);
}

/* --- deliveries --- */

/* Slack's own form: spaces are '+'. */
function formEncoded(fields) {
  return new URLSearchParams(fields).toString();
}

function scalar(value) {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

/* An app handles an event_id once, so that a copy needs another one each time that it is pasted. */
function eventBody(payload) {
  const text = visibleJson(payload);
  const id = JSON.stringify(payload.event_id ?? null);
  const at = text.lastIndexOf(`"event_id":${id}`);
  if (typeof payload.event_id !== "string" || at < 0) return quote(text);
  const end = at + '"event_id":"'.length;
  return `${quote(`${text.slice(0, end)}Ev`)}"$(date +%s)$$"${quote(
    text.slice(end + id.length - 2))}`;
}

/* An answer to a hidden response URL goes to the simulator, which refuses it, and not to Slack. */
function keptHere(payload, port) {
  const text = JSON.stringify(payload);
  return JSON.parse(text.replaceAll(HIDDEN_URL, `http://127.0.0.1:${port || 4390}/redacted/`));
}

function deliveryBody(row, port) {
  if (row.kind === "event") return eventBody(row.payload);
  const payload = keptHere(row.payload, port);
  if (row.kind === "interaction")
    return quote(formEncoded({ payload: JSON.stringify(payload) }));
  const fields = Object.entries(payload).map(([name, value]) => [name, scalar(value)]);
  return quote(formEncoded(fields));
}

/**
 * The signed request of a delivery over HTTP.
 * @param {import("./wire.js").Row} row
 * @param {string} requestUrl where the app takes requests
 * @param {string} port of the simulator; "" for the usual one
 */
export function curlOfDelivery(row, requestUrl, port) {
  const type = row.kind === "event" ? "application/json" : "application/x-www-form-urlencoded";
  return `${variables(port, "SLACK_SIGNING_SECRET")}body=${deliveryBody(row, port)}
timestamp=$(date +%s)
signature=$(printf 'v0:%s:%s' "$timestamp" "$body" |
    openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" | sed 's/^.*= */v0=/')
printf '%s' "$body" | curl -i ${quote(requestUrl)} \\
    -H 'Content-Type: ${type}' \\
    -H "X-Slack-Request-Timestamp: $timestamp" \\
    -H "X-Slack-Signature: $signature" \\
    --data-binary @-
`;
}

/** The request that makes the simulator send a delivery again, over the wire that is open. */
export function curlOfResend(row, origin) {
  return `curl ${quote(`${origin}/sim/resend`)} -H 'Content-Type: application/json' \\
    -d '${JSON.stringify({ number: row.number })}'
`;
}

/* --- calls --- */

/* curl encodes the value, and not the name. */
function fieldOf([name, value]) {
  if (Object.hasOwn(VARIABLES, name)) return `"${name}=$${VARIABLES[name]}"`;
  return quote(`${encodeURIComponent(name)}=${scalar(value)}`);
}

function bearerOf(method) {
  if (method.startsWith("oauth.") || method.startsWith("openid.")) return "";
  const variable = method === "apps.connections.open" ? "SLACK_APP_TOKEN" : "SLACK_BOT_TOKEN";
  return ` \\\n    -H "Authorization: Bearer $${variable}"`;
}

function curlOfMethod(row, url, port) {
  const fields = Object.entries(row.payload).filter(([name]) => name !== "token");
  const said = fields.map(fieldOf);
  const bearer = bearerOf(row.name);
  const intro = variables(port, "the tokens");
  if (said.some((word) => word.length > ARGUMENT_MAX || word.includes("\\000"))) {
    const body = quote(formEncoded(fields.map(([name, value]) => [name, scalar(value)])));
    return `${intro}printf '%s' ${body} |\n    curl ${quote(url)}${bearer} \\\n    --data-binary @-\n`;
  }
  const data = said.map((word) => ` \\\n    --data-urlencode ${word}`).join("");
  return `${intro}curl ${quote(url)}${bearer}${data || " \\\n    -d ''"}\n`;
}

/**
 * A call of a method by the app.
 * @param {import("./wire.js").Row} row
 * @param {string} origin of the simulator: "http://127.0.0.1:4390"
 * @param {string} port of the simulator; "" for the usual one
 * @returns {string} "" for a post to a response_url, a webhook or a trigger: their URLs are secrets
 */
export function curlOfCall(row, origin, port) {
  if (!row.name.includes(".")) return "";
  return curlOfMethod(row, `${origin}/api/${encodeURIComponent(row.name)}`, port);
}

/* --- what a person did --- */

/* A text that begins with two dashes would be an option. */
function text(value) {
  return value.startsWith("--") ? ["--", value] : [value];
}

/* The value that a person has chosen or typed, if it is one text. */
function valueOf(state) {
  return state?.value ?? state?.selected_option?.value ?? state?.selected_date ??
    state?.selected_time ?? state?.selected_user ?? state?.selected_channel ??
    state?.selected_conversation;
}

function actionWords(payload) {
  const [action, ...more] = payload.actions ?? [];
  if (!action || more.length > 0 || action.selected_options) return null;
  const words = ["click", action.action_id];
  if (payload.container?.message_ts) words.push("--message", payload.container.message_ts);
  if (action.type !== "button" && valueOf(action)) words.push("--value", valueOf(action));
  return words;
}

function submitWords(view) {
  const words = ["submit"];
  if (view.callback_id) words.push(view.callback_id);
  for (const [block, actions] of Object.entries(view.state?.values ?? {}))
    for (const [action, state] of Object.entries(actions))
      if (typeof valueOf(state) === "string") words.push(`${block}/${action}=${valueOf(state)}`);
  return words;
}

function wordsOfInteraction(payload) {
  switch (payload.type) {
    case "block_actions": return actionWords(payload);
    case "shortcut": return ["shortcut", payload.callback_id];
    case "message_action":
      return ["shortcut", "--message", payload.message?.ts ?? "newest", payload.callback_id];
    case "view_submission": return submitWords(payload.view);
    case "view_closed": return ["close-view", payload.view?.callback_id].filter(Boolean);
    case "block_suggestion": return ["options", payload.action_id, payload.value ?? ""];
    default: return null;
  }
}

function wordsOfEvent(event) {
  const plain = !event.subtype && typeof event.text === "string";
  const thread = event.thread_ts && event.thread_ts !== event.ts
    ? ["--thread", event.thread_ts] : [];
  if (event.type === "message" && plain && !event.bot_id)
    return ["message", ...thread, text(event.text)];
  if (event.type === "app_mention" && plain)
    return ["mention", ...thread, text(event.text.replace(/^\s*<@[^>]*>\s*/, ""))];
  if (event.type === "reaction_added") return ["react", "--message", event.item?.ts, event.reaction];
  if (event.type === "app_home_opened" && event.tab === "home") return ["open-home"];
  if (event.type === "function_executed") {
    const inputs = Object.entries(event.inputs ?? {});
    return ["step", event.function?.callback_id,
      ...inputs.map(([name, value]) => `${name}=${scalar(value)}`)];
  }
  const { event_ts: _ts, ...rest } = event;
  return ["event", JSON.stringify(rest)];
}

/* The options of `slackapp sim send` that name the person and the place. */
function placeOf(row) {
  const { payload } = row, event = payload.event ?? {};
  const user = payload.user_id ?? payload.user?.id ?? (isId(event.user) ? event.user : undefined);
  const channel = payload.channel_id ?? payload.channel?.id ?? event.channel ?? event.item?.channel;
  const words = [];
  if (isId(user)) words.push("--user", user);
  if (isId(channel)) words.push("--channel", channel);
  return words;
}

/**
 * The `slackapp sim send` that does the same once more.
 * @param {import("./wire.js").Row} row
 * @param {string} port of the simulator; "" for the usual one
 * @param {boolean} several whether there are several workspaces
 * @returns {string} "" for a delivery that no person causes by one act, or with a zero byte, which
 *   no command can have
 */
export function commandOf(row, port, several) {
  const { payload } = row;
  const words = row.kind === "command" ? ["command", payload.command, text(payload.text ?? "")]
    : row.kind === "interaction" ? wordsOfInteraction(payload)
      : payload.event ? wordsOfEvent(payload.event) : null;
  if (!words || !words.flat().every((word) => typeof word === "string" && !word.includes("\0")))
    return "";
  const at = port ? ["--port", port] : [];
  const where = several && row.workspace ? ["--workspace", row.workspace] : [];
  return `slackapp sim ${[...at, "send", ...where, ...placeOf(row), ...words.flat()].map(quote)
    .join(" ")}\n`;
}
