// SPDX-License-Identifier: MIT
/* The shell: reads the state, follows the feed, and lets each part of the page draw what it shows. */

import { replace } from "./base/dom.js";
import { drawDrawer, updateDrawer } from "./drawer/drawer.js";
import { Conversation } from "./messages/conversation.js";
import { Thread } from "./messages/thread.js";
import { goToPart, listenToKeys, showKeys } from "./shell/keys.js";
import { createFold, createSidebar } from "./shell/sidebar.js";
import { createPeople, createTools } from "./shell/top.js";
import * as api from "./state/api.js";
import { Page } from "./state/page.js";
import { actors, applyAll, authorOf, begin, knownEntry } from "./state/state.js";
import { drawMrkdwn } from "./text/text.js";
import { Views } from "./views/views.js";

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
const tools = createTools(page, find("tools"), showKeys);
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
  for (const part of [tools, sidebar, people, conversation, thread, views])
    guarded(() => part.update());
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

/* --- the feed --- */

function showBanner(text) {
  clearTimeout(bannerTimer);
  bannerTimer = setTimeout(
    () => {
      const banner = find("banner");
      banner.hidden = text === "";
      banner.textContent = text;
      tools.setGone(text);
    },
    text === "" ? 0 : BANNER_MS,
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
  feed = api.openFeed({ after: page.state.id, entry: takeEntry, reset: start, status: showBanner });
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

listenToKeys({
  keys: showKeys,
  compose: () => conversation.composer.focus(),
  part: (event) => goToPart(["sidebar", "conversation", "thread", "drawer", "top"], event.shiftKey),
  channel: (event) => goToChannel(event, "channel"),
  unread: (event) => goToChannel(event, "unread"),
  person: actAsNth,
  wire: tools.toggleWire,
  close: () => fold.close() || (page.thread && page.show({ thread: "" })),
});
window.addEventListener("focus", redraw);
start();
