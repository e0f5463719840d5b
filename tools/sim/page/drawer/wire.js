// SPDX-License-Identifier: MIT
/* The rows of the wire: each delivery to the app and each call of the app, as the feed tells of
 * them. No DOM. The newest row is the first; above ROWS_MAX the oldest one is dropped. */

export const ROWS_MAX = 10000;

/** Slack waits that long for an ack. A bot that takes a third of it is near the limit. */
export const ACK_LIMIT_MS = 3000;
const ACK_NEAR_MS = 1000;

/**
 * @typedef {Object} Row
 * @property {string} key "delivery 17", "call 4"
 * @property {number} number
 * @property {"delivery"|"call"} what
 * @property {"event"|"command"|"interaction"|"call"} kind
 * @property {string} name the type of the event, the command, the method …
 * @property {string} summary what tells it from others of its name
 * @property {string} wire "Socket Mode", "HTTP"; "" while it is unknown
 * @property {number} at milliseconds since 1970
 * @property {number|null} tookMs null while it waits
 * @property {number} retries
 * @property {Object} payload of a delivery: its payload; of a call: its arguments
 * @property {*} answer the body of the ack or of the answer
 * @property {number|null} status HTTP status of the answer to a call
 * @property {string} error "" if there is none
 * @property {Array<{at: number, tookMs: number|null, error: string}>} attempts earlier ones
 */

/** Begin with no rows. */
export function beginWire() {
  return { rows: [], byKey: new Map(), dropped: 0 };
}

function text(value) {
  return typeof value === "string" ? value : "";
}

function actionNames(payload) {
  const actions = Array.isArray(payload.actions) ? payload.actions : [];
  return actions.map((action) => text(action?.action_id) || text(action?.name)).join(", ");
}

function nameOfEvent(payload) {
  const event = payload.event ?? {};
  const type = text(event.type) || text(payload.type);
  return event.subtype ? `${type} ${text(event.subtype)}` : type;
}

function summaryOfEvent(event = {}) {
  return text(event.text) || text(event.message?.text) || text(event.reaction) ||
    text(event.function?.callback_id) || text(event.tab) || text(event.name);
}

function summaryOfInteraction(payload) {
  return actionNames(payload) || text(payload.callback_id) || text(payload.view?.callback_id) ||
    text(payload.action_id) || text(payload.name);
}

function summaryOfCall(args) {
  return text(args.text) || text(args.markdown_text) || text(args.name) ||
    text(args.view?.callback_id) || text(args.channel) || text(args.user);
}

/* In a form an array or an object is written as text. The text of a message is always a text. */
function argumentOf([name, value]) {
  if (typeof value !== "string" || name === "text" || !/^[[{]/.test(value)) return [name, value];
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

function argumentsOf(given) {
  return given === null || typeof given !== "object" || Array.isArray(given) ? given ?? {}
    : Object.fromEntries(Object.entries(given).map(argumentOf));
}

function describe(entry) {
  if (entry.kind === "call") {
    const payload = argumentsOf(entry.arguments);
    return { kind: "call", name: text(entry.method), summary: summaryOfCall(payload), payload };
  }
  const payload = entry.payload ?? {};
  const kind = text(entry.type) || "event";
  if (kind === "command")
    return { kind, name: text(payload.command), summary: text(payload.text), payload };
  if (kind === "interaction")
    return { kind, name: text(payload.type), summary: summaryOfInteraction(payload), payload };
  return { kind, name: nameOfEvent(payload), summary: summaryOfEvent(payload.event), payload };
}

function add(wire, key, entry) {
  const row = {
    key, number: entry.number, what: entry.kind, ...describe(entry), wire: text(entry.wire),
    workspace: text(entry.workspace), id: entry.id, at: entry.at, tookMs: null,
    retries: entry.retry_num ?? 0, answer: null, status: null, error: "", attempts: [],
  };
  wire.rows.unshift(row);
  wire.byKey.set(key, row);
  while (wire.rows.length > ROWS_MAX) {
    wire.byKey.delete(wire.rows.pop().key);
    wire.dropped++;
  }
  return row;
}

/* The same delivery goes out once more: what became of it so far is an earlier attempt. */
function retry(row, entry) {
  row.attempts.push({ at: row.at, tookMs: row.tookMs, error: row.error });
  Object.assign(row, { at: entry.at, tookMs: null, error: "", retries: entry.retry_num });
  if (entry.wire) row.wire = entry.wire;
  return row;
}

function finish(row, entry) {
  row.tookMs = entry.took_ms ?? 0;
  row.error = text(entry.error);
  row.status = entry.status ?? null;
  row.answer = entry.body ?? entry.answer ?? null;
  row.retryAfter = entry.retry_after ?? 0;
  row.fault = entry.fault === true;
  if (entry.wire) row.wire = entry.wire;
  return row;
}

/**
 * Take an entry of the feed.
 * @returns {{row: Row, fresh: boolean}|null} null: the entry is not about the wire, or about a row
 *   that was dropped
 */
export function applyWire(wire, entry) {
  const what = entry.kind === "ack" ? "delivery" : entry.kind;
  if (what !== "delivery" && what !== "call") return null;
  const key = `${what} ${entry.number}`;
  const known = wire.byKey.get(key);
  if (entry.kind === "ack") return known ? { row: finish(known, entry), fresh: false } : null;
  const row = known && what === "delivery" ? retry(known, entry) : known ?? add(wire, key, entry);
  if (what === "call" && (entry.status ?? entry.error ?? entry.took_ms) !== undefined)
    finish(row, entry);
  return { row, fresh: !known };
}

/** Forget all rows. A later entry about one of them is ignored. */
export function clearWire(wire) {
  wire.rows.length = 0;
  wire.byKey.clear();
  wire.dropped = 0;
}

function failureOfCall(row) {
  if (row.error) return row.error;
  if (row.status === 0) return "the connection was cut";
  if (row.status === 429) return "ratelimited";
  if (row.status && row.status !== 200) return `HTTP ${row.status}`;
  return row.answer?.ok === false ? text(row.answer.error) || "ok: false" : "";
}

/**
 * The state of a row.
 * @returns {{state: "waiting"|"good"|"near"|"failed", why: string}} `near`: acknowledged, but late
 *   enough that Slack's limit is near; `why`: a few words for a reader who sees no colour
 */
export function outcomeOf(row) {
  if (row.tookMs === null) return { state: "waiting", why: "waiting" };
  const error = row.what === "call" ? failureOfCall(row) : row.error;
  if (error) return { state: "failed", why: error };
  if (row.what === "call") return { state: "good", why: "answered" };
  if (row.tookMs >= ACK_LIMIT_MS) return { state: "failed", why: "too late" };
  if (row.tookMs >= ACK_NEAR_MS) return { state: "near", why: "near the limit of 3 s" };
  return { state: "good", why: "acknowledged" };
}

/** A time that a person reads: "41 ms", "2.4 s", "1 min 5 s". */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000), minutes = Math.floor(seconds / 60);
  const [whole, rest, unit] = minutes >= 60 ? [`${Math.floor(minutes / 60)} h`, minutes % 60, "min"]
    : [`${minutes} min`, seconds % 60, "s"];
  return rest > 0 ? `${whole} ${rest} ${unit}` : whole;
}

/* Searches without writing the JSON down: most rows have the text early, or are short. */
function contains(value, needle) {
  if (typeof value === "string") return value.toLowerCase().includes(needle);
  if (value === null || typeof value !== "object") return String(value).includes(needle);
  for (const [name, member] of Object.entries(value))
    if ((!Array.isArray(value) && name.toLowerCase().includes(needle)) || contains(member, needle))
      return true;
  return false;
}

/**
 * @param {Row} row
 * @param {{kind: string, direction: string, failed: boolean, text: string}} filter "" is any;
 *   `direction`: "to" the app or "from" it
 */
export function matches(row, filter) {
  if (filter.kind && row.kind !== filter.kind) return false;
  if (filter.direction && filter.direction !== (row.what === "call" ? "from" : "to")) return false;
  if (filter.failed && outcomeOf(row).state !== "failed" && !row.attempts.some(({ error }) => error))
    return false;
  const needle = filter.text.trim().toLowerCase();
  return needle === "" || [row.name, row.error, row.payload, row.answer].some(
    (value) => contains(value, needle));
}

/**
 * The calls that the app has made because of a delivery, as far as the wire can tell: those after
 * it, up to the next thing that a person did.
 * @returns {Row[]} oldest first
 */
export function callsAfter(wire, delivery) {
  const calls = [];
  for (let i = wire.rows.indexOf(delivery) - 1; i >= 0; i--) {
    const row = wire.rows[i];
    if (row.what === "call") calls.push(row);
    else if (!isEcho(row)) break;
  }
  return calls;
}

/* An event that tells the app what it has done itself. */
function isEcho(row) {
  const event = row.payload.event;
  if (row.kind !== "event" || !event) return false;
  const own = row.payload.authorizations?.[0]?.user_id;
  const who = event.message ?? event;
  return Boolean(who.bot_id) || (own && (who.user === own || event.user === own));
}

/** The answers of the app so far, by kind and name: the nearest that the wire knows of its
 * listeners. @returns {Array<{kind, name, count, failed}>} the most frequent first */
export function seenListeners(wire) {
  const seen = new Map();
  for (const row of wire.rows) {
    if (row.what === "call" || isEcho(row) || row.tookMs === null) continue;
    const name = row.kind === "interaction" ? `${row.name} ${row.summary}`.trim() : row.name;
    const key = `${row.kind} ${name}`;
    const one = seen.get(key) ?? { kind: row.kind, name, count: 0, failed: 0 };
    one.count++;
    if (outcomeOf(row).state === "failed") one.failed++;
    seen.set(key, one);
  }
  return [...seen.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}
