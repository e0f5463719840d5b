// SPDX-License-Identifier: MIT
/* The bot's side: how the app is connected, what it has answered so far, and its log. */

import { h, replace } from "../base/dom.js";
import { seenListeners } from "./wire.js";

const LOG_LINES_MAX = 2000;
const READ_AGAIN_MS = 1000;

/* --- the connection --- */

function sentenceOf(app) {
  if (app.transport === "Socket Mode")
    return `Connected over Socket Mode, with ${app.connections} connection` +
      `${app.connections === 1 ? "" : "s"}.`;
  if (app.transport === "HTTP") return "Connected over HTTP.";
  if (app.request_url) return "The request URL does not answer.";
  return "No app is connected.";
}

function drawConnection(app) {
  const facts = [
    app.user_agent && ["User-Agent", app.user_agent],
    app.request_url && ["Request URL", h("code", null, app.request_url),
      app.request_url_verified ? " verified" : " not verified"],
    app.events_off && ["Events", "switched off, since more than 95 % of them failed: ",
      h("code", null, "slackapp sim request-url URL"), " switches them on again"],
  ].filter(Boolean);
  return [
    h("p", { class: app.connected ? "app-state good" : "app-state quiet" },
      h("span", { class: "app-dot", "aria-hidden": "true" }, app.connected ? "●" : "○"),
      sentenceOf(app)),
    !app.connected && h("div", { class: "app-how" }, h("p", null, "Start one from a terminal:"),
      h("pre", null, `eval "$(slackapp sim env${location.port === "4390" ? ""
        : ` --port ${location.port}`})"\nSLACK_TRANSPORT=socket build/examples/showcase`)),
    facts.length > 0 && h("dl", { class: "app-facts" }, facts.map(([term, ...said]) =>
      [h("dt", null, term), h("dd", null, said)])),
  ];
}

/* --- what it has answered --- */

function drawListeners(list) {
  if (list.length === 0)
    return h("p", { class: "quiet" }, "Nothing yet: say something to the bot.");
  return h("table", { class: "app-listeners" },
    h("thead", null, h("tr", null, ["Kind", "Of", "Answered", "Failed"].map((text) =>
      h("th", { scope: "col" }, text)))),
    h("tbody", null, list.map((one) => h("tr", null, h("td", null, one.kind),
      h("td", null, h("bdi", null, one.name)), h("td", null, one.count - one.failed),
      h("td", { class: one.failed > 0 && "bad" }, one.failed)))));
}

/* --- the log --- */

function levelOf(line) {
  return /\b(?:level=)?(ERROR|WARN|INFO|DEBUG)\b/i.exec(line)?.[1].toLowerCase() ?? "";
}

function drawLine(line) {
  return h("div", { class: `log-line log-${levelOf(line)}` }, line);
}

/* Reads on where it has stopped. */
function logReader(api, lines, note) {
  let after = 0, timer = 0, rest = "";

  function add(text) {
    const bottom = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    const parts = (rest + text).split("\n");
    rest = parts.pop();
    lines.append(...parts.map(drawLine));
    while (lines.childElementCount > LOG_LINES_MAX) lines.firstElementChild.remove();
    if (bottom) lines.scrollTop = lines.scrollHeight;
  }

  async function read() {
    clearTimeout(timer);
    const answer = await api.get("/sim/log", { after }).catch(() => null);
    const there = Boolean(answer && answer.path);
    lines.hidden = !there;
    replace(note, there ? answer.path
      : "There is none. ./dev demo --stay shows it here, and so does slackapp sim --log FILE, with "
        + "the file to which the bot writes it.");
    if (there && answer.after < after) replace(lines);
    if (there) add(answer.text);
    after = answer?.after ?? 0;
    if (there && lines.checkVisibility()) timer = setTimeout(read, answer.more ? 0 : READ_AGAIN_MS);
  }

  return read;
}

/**
 * @param {{app: Object}} shared what the drawer knows
 * @param {{get: function}} api
 * @param {Object} wire of wire.js
 * @returns {{element: HTMLElement, shown: function(), changed: function()}}
 */
export function appPanel(shared, api, wire) {
  const connection = h("div", { role: "status" });
  const listeners = h("div", null);
  const note = h("p", { class: "quiet" });
  const lines = h("div", { class: "log", role: "log", tabindex: "0", "aria-label": "Log of the bot",
    "aria-live": "off", hidden: true });
  const readLog = logReader(api, lines, note);
  const changed = () => replace(connection, drawConnection(shared.app));

  function shown() {
    changed();
    replace(listeners, drawListeners(seenListeners(wire)));
    return readLog();
  }

  const element = h("div", { class: "app" },
    h("section", null, h("h3", null, "Connection"), connection),
    h("section", null, h("h3", null, "What the app has answered"), listeners),
    h("section", null, h("h3", null, "Log"), note, lines));
  changed();
  return { element, shown, changed };
}
