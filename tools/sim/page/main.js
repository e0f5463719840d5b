// SPDX-License-Identifier: MIT
/* The shell: reads the state, follows the feed, and lets each part of the page draw what it shows. */

import * as api from "./api.js";
import { Conversation } from "./conversation.js";
import { h, replace } from "./dom.js";
import { drawDrawer, updateDrawer } from "./drawer.js";
import { icon } from "./icons.js";
import { goToPart, listenToKeys, showKeys } from "./keys.js";
import { createFold, foldDrawer } from "./layout.js";
import { Page } from "./page.js";
import { createPeople } from "./people.js";
import { actors, authorOf } from "./selectors.js";
import { createSidebar } from "./sidebar.js";
import { applyAll, begin, knownEntry } from "./state.js";
import { drawMrkdwn } from "./text.js";
import { createThemeButton } from "./theme.js";
import { Thread } from "./thread.js";
import { Views } from "./views.js";

const SPOKEN_MAX = 200; // characters of a new message
const HIDDEN_MS = 250; // between two looks at the news while nobody sees the page
const BANNER_MS = 600; // a connection that comes back sooner is not worth a word

const find = (id) => document.getElementById(id);

let news = []; // of the feed, until the next frame
let waiting = false;
let feed = null;
let bannerTimer = 0;

const page = new Page({ redraw, draw });
const views = new Views(page, find("modals"));
const people = createPeople(page, find("people"));
const sidebar = createSidebar(page, find("sidebar"));
const fold = createFold();
const conversation = new Conversation(page, find("conversation"), {
  views,
  toggleSide: fold.toggle,
});
const thread = new Thread(page, find("thread"));

/* --- drawing --- */

function redraw() {
  if (waiting) return;
  waiting = true;
  if (document.hidden) setTimeout(draw, HIDDEN_MS);
  else requestAnimationFrame(draw);
}

function draw() {
  waiting = false;
  if (!page.state) return;
  if (page.route.workspace && page.route.workspace !== page.state.workspace.id) {
    start();
    return;
  }
  takeNews();
  for (const part of [sidebar, people, conversation, thread, views]) guarded(() => part.update());
  drawApp();
}

/* The failure of one part is reported, and the others go on. */
function guarded(run) {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}

function takeNews() {
  const taken = news;
  news = [];
  if (taken.length === 0) return;
  const before = page.state;
  page.state = applyAll(before, taken);
  for (const said of taken) guarded(() => updateDrawer(said));
  guarded(() => announce(taken.filter((said) => isHeard(before, said))));
}

/* True for a new message of somebody else where the person looks. */
function isHeard(before, { kind, channel, user, streaming, message }) {
  if (kind !== "message" && (kind !== "ephemeral" || user !== page.user)) return false;
  if (channel !== page.channel && channel !== page.thread?.channel) return false;
  const known = knownEntry(before, { channel, message });
  return message.user !== page.user && !streaming && (!known || known.streaming);
}

/* The newest message, for screen readers. */
function announce(said) {
  if (said.length === 0) return;
  const { channel, message } = said[said.length - 1];
  const text = String(message.text || "a message").slice(0, SPOKEN_MAX);
  const spoken = drawMrkdwn(text, page.context({ ts: message.ts, channel })).textContent;
  page.announce(`${authorOf(page.state, message).name}: ${spoken}`);
}

/* --- the top --- */

function drawApp() {
  const { app } = page.state;
  const { connected: there, connections: count } = app;
  const text = there ? app.transport || "Connected" : "No app";
  const shown = `${text} ${count} ${there}`;
  if (drawApp.shown === shown) return;
  drawApp.shown = shown;
  const state = find("top-app");
  state.classList.toggle("there", there);
  replace(
    state,
    h("span", { class: "dot" }),
    h("span", null, text, count > 1 ? ` × ${count}` : ""),
  );
  state.title = there
    ? "The app is connected"
    : "No app is connected: start one with the variables of `slackapp sim env`";
}

function createTop() {
  const wire = h(
    "button",
    { class: "top-button", type: "button", "aria-label": "Wire", "aria-controls": "drawer" },
    icon("wire"),
    h("span", null, "Wire"),
  );
  replace(
    find("tools"),
    h("span", { id: "top-app", class: "top-app" }),
    wire,
    createThemeButton(),
    h(
      "button",
      {
        class: "top-button",
        type: "button",
        "aria-label": "Keys",
        title: "Keys (?)",
        onclick: showKeys,
      },
      icon("help"),
    ),
  );
  return foldDrawer(wire);
}

/* --- the feed --- */

function showBanner(text) {
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(
    () => {
      const banner = find("banner");
      banner.hidden = text === "";
      banner.textContent = text;
    },
    text === "" ? 0 : BANNER_MS,
  );
}

function feedStatus(status) {
  showBanner(
    status === "gone"
      ? "The simulator does not answer. The page goes on by itself as soon as it is back: slackapp sim"
      : "",
  );
}

function takeEntry(said) {
  news.push(said);
  redraw();
}

async function readSnapshot() {
  for (let attempt = 0; ; attempt++) {
    try {
      return await api.get("/sim/state", { workspace: page.route.workspace || undefined });
    } catch (error) {
      if (error.cause) showBanner(error.message);
      else page.route.workspace = ""; // an address of another run may name one that is not there
      await new Promise((resolve) => setTimeout(resolve, api.pause(attempt)));
    }
  }
}

let starting = false;

async function start() {
  if (starting) return;
  starting = true;
  feed?.close();
  const snapshot = await readSnapshot();
  showBanner("");
  news = [];
  page.begin(begin(snapshot));
  replace(find("drawer"), drawDrawer(page.state, api));
  feed = api.openFeed({ after: page.state.id, entry: takeEntry, reset: start, status: feedStatus });
  starting = false;
  document.body.classList.add("ready");
  redraw();
}

/* --- keys --- */

function goToChannel(event, wanted) {
  const rows = [...find("sidebar").querySelectorAll(".side-row")].filter(
    (row) =>
      wanted === "channel" || row.classList.contains("unread") || row.hasAttribute("aria-current"),
  );
  const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[(at + (event.key === "ArrowUp" ? -1 : 1) + rows.length) % rows.length]?.click();
}

function actAsNth(event) {
  const person = actors(page.state)[Number(event.code.slice(-1)) - 1];
  if (person) page.actAs(person.id);
}

const toggleWire = createTop();
listenToKeys({
  keys: showKeys,
  compose: () => conversation.composer.focus(),
  part: (event) => goToPart(["sidebar", "conversation", "thread", "drawer", "top"], event.shiftKey),
  channel: (event) => goToChannel(event, "channel"),
  unread: (event) => goToChannel(event, "unread"),
  person: actAsNth,
  wire: toggleWire,
  close: () => fold.close() || (page.thread && page.show({ thread: "" })),
});
window.addEventListener("focus", redraw);
start();
