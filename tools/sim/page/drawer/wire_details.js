// SPDX-License-Identifier: MIT
/* One row of the wire in full: how it stands, what can be done with it, its JSON. */

import { h, replace } from "../base/dom.js";
import { commandOf, curlOfCall, curlOfDelivery, curlOfResend } from "./curl.js";
import { drawJson } from "./json_tree.js";
import { kitTest } from "./kit_test.js";
import { ACK_LIMIT_MS, callsAfter, duration, outcomeOf } from "./wire.js";

/** The usual port of the simulator: a command need not name it. */
const USUAL_PORT = "4390";

function place() {
  const port = location.port === USUAL_PORT ? "" : location.port;
  return { origin: location.origin, port };
}

/* --- how it stands --- */

const MARKS = { waiting: "…", good: "✓", near: "▲", failed: "✕" };

/** The time of day, as the browser's language writes it. */
export function clock(at, fraction = false) {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
    ...(fraction && { fractionalSecondDigits: 3 }),
  });
}

/** The time that a row took, or has been waiting, with a mark for its outcome. */
export function drawOutcome(row, now) {
  const { state, why } = outcomeOf(row);
  const ms = row.tookMs ?? Math.max(0, now - row.at);
  return h("span", { class: `outcome outcome-${state}`, title: why },
    h("span", { class: "outcome-mark", "aria-hidden": "true" }, MARKS[state]), duration(ms));
}

/* The time to the ack against Slack's limit. */
function drawMeter(row) {
  const ms = row.tookMs ?? Date.now() - row.at;
  const { state } = outcomeOf(row);
  const bar = h("span", { class: `meter-bar outcome-${state}` });
  bar.style.width = `${Math.max(1, Math.min(100, (100 * ms) / ACK_LIMIT_MS))}%`;
  return h("span", {
    class: "meter", role: "img", "aria-label": `${duration(ms)} of the 3 s that Slack waits`,
  }, bar);
}

function drawFacts(row, workspaces) {
  const { why } = outcomeOf(row);
  const facts = [
    workspaces.length > 1 && workspaces.find(({ id }) => id === row.workspace)?.domain,
    row.what === "call" ? "from the app" : "to the app", row.wire, why,
    row.status !== null && `HTTP ${row.status}`, row.retryAfter > 0 && `Retry-After: ${row.retryAfter}`,
    row.fault && "a fault acted", row.attempts.length > 0 && `sent ${row.attempts.length + 1} times`,
    clock(row.at, true),
  ].filter(Boolean);
  return h("p", { class: "wire-facts" }, drawOutcome(row, Date.now()),
    row.what === "delivery" && drawMeter(row), facts.join(" · "));
}

function drawAttempts(row) {
  if (row.attempts.length === 0) return null;
  return h("section", null, h("h4", null, "Earlier attempts"),
    h("ol", { class: "wire-attempts" }, row.attempts.map((attempt) => h("li", null,
      `${clock(attempt.at)}: `,
      attempt.error || "no ack", attempt.tookMs !== null && ` after ${duration(attempt.tookMs)}`))));
}

/* --- what can be done with it --- */

/** Copy a text, or show it where it can be copied by hand. */
async function copy(text, what, tell, shown) {
  try {
    await navigator.clipboard.writeText(text);
    replace(shown);
    tell(`Copied ${what}.`);
  } catch {
    const area = h("textarea", { readonly: true, rows: "8", "aria-label": what }, text);
    replace(shown, area);
    area.select();
    tell(`The browser does not allow to copy: ${what} is selected below.`);
  }
}

async function resend(row, retry, api, tell) {
  try {
    await api.post("/sim/resend", { number: row.number, retry });
    tell(retry ? "Sent again, as a retry." : "Sent again.");
  } catch (error) {
    tell(error.message, true);
  }
}

function button(label, onclick, title) {
  return h("button", { type: "button", class: "button small", onclick, title }, label);
}

function drawActions(row, panel) {
  const { origin, port } = place(), { wire, api, tell, app } = panel;
  const shown = h("div", { class: "wire-copy" });
  const copier = (label, what, text) => text && button(label, () => copy(text, what, tell, shown));
  const http = row.wire === "HTTP" && app().request_url;
  const list = row.what === "call"
    ? [copier("Copy as curl", "the call as curl", curlOfCall(row, origin, port))]
    : [
      copier("Copy as curl", "the request as curl", http
        ? curlOfDelivery(row, app().request_url, port) : curlOfResend(row, origin)),
      copier("Copy as command", "the slackapp sim command", commandOf(row, port, panel.workspaces.length > 1)),
      button("Copy as test", () => copy(kitTest(row, callsAfter(wire, row)), "the test in C", tell,
        shown), "A function of C for the test kit, slack/test.h"),
      button("Send again", () => resend(row, false, api, tell)),
      row.kind === "event" && button("Send again as a retry", () => resend(row, true, api, tell),
        "With the same id and the next retry number: the app should do nothing more"),
    ];
  return [h("div", { class: "wire-actions", role: "group", "aria-label": "Actions" }, list), shown];
}

/* --- its JSON --- */

function drawValue(title, value, panel) {
  const shown = h("div", { class: "wire-copy" });
  const text = () => JSON.stringify(value, null, 2);
  return h("section", null,
    h("h4", null, title,
      button("Copy", () => copy(text(), title.toLowerCase(), panel.tell, shown), "Copy as JSON")),
    shown, drawJson(value, title));
}

function drawAnswer(row, panel) {
  const title = row.what === "call" ? "Answer" : "Ack";
  if (row.tookMs === null)
    return h("section", null, h("h4", null, title), h("p", { class: "quiet" }, "It is not there yet."));
  if (row.error) return h("section", null, h("h4", null, title), h("p", { class: "bad" }, row.error));
  if (row.answer === null || row.answer === "")
    return h("section", null, h("h4", null, title), h("p", { class: "quiet" }, "Without a body."));
  return drawValue(title, row.answer, panel);
}

/**
 * The pane for one row.
 * @param {{wire: Object, api: Object, tell: function(string, boolean=), app: function(): Object,
 *   workspaces: Array<Object>}} panel what the pane needs of the drawer
 * @returns {{element: HTMLElement, show: function(Row|null), update: function(Row)}} `update`
 *   redraws what an ack or an answer changes: what is open in the payload stays open
 */
export function wireDetails(panel) {
  const element = h("section", { class: "wire-details", "aria-label": "Details" });
  let parts = null, current = null;

  function refresh(row) {
    replace(parts.facts, drawFacts(row, panel.workspaces));
    replace(parts.answer, drawAttempts(row), drawAnswer(row, panel));
  }

  function show(row) {
    current = row;
    if (!row) {
      replace(element, h("p", { class: "quiet wire-none" }, "Choose a row to see what was said."));
      return;
    }
    parts = { facts: h("div", null), answer: h("div", null) };
    refresh(row);
    const title = row.what === "call" ? "Arguments" : "Payload";
    replace(element,
      h("h3", null, h("bdi", null, row.name), row.number !== undefined &&
        h("span", { class: "quiet" }, ` ${row.what} ${row.number}`)),
      parts.facts, drawActions(row, panel), drawValue(title, row.payload, panel), parts.answer);
    element.scrollTop = 0;
  }

  return { element, show, update: (row) => row === current && refresh(row) };
}
