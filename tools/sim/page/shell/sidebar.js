// SPDX-License-Identifier: MIT
/* The side bar: workspaces, channels, direct messages and the app. In narrow windows it folds. */

import { h, replace } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { directMessage, isVisible } from "../state/state.js";

/* --- the fold --- */

const find = (id) => document.getElementById(id);

/** The side bar folds in narrow windows. @returns {{toggle: function(), close: function(): boolean}} */
export function createFold() {
  const sidebar = find("sidebar"),
    conversation = find("conversation");
  const isOpen = () => document.body.classList.contains("side-open");
  const button = () => conversation.querySelector(".side-toggle");

  function set(open) {
    document.body.classList.toggle("side-open", open);
    conversation.inert = open;
    button()?.setAttribute("aria-expanded", String(open));
  }

  function close() {
    if (!isOpen()) return false;
    const focused = sidebar.contains(document.activeElement);
    set(false);
    if (focused) button()?.focus();
    return true;
  }

  function toggle() {
    if (close()) return;
    set(true);
    sidebar.querySelector("[aria-current=page]")?.focus();
  }

  sidebar.addEventListener("click", (event) => event.target.closest("a") && close());
  find("panes").addEventListener(
    "click",
    (event) => event.target === event.currentTarget && close(),
  );
  return { toggle, close };
}

/* --- the rows --- */

const UNREAD_MAX = 99;

/* `target`: what page.show() takes. */
function drawRow(page, { target, sign, title, chosen, unread, quiet }) {
  const classes = ["side-row", unread > 0 && "unread", quiet && "quiet"];
  return h(
    "li",
    null,
    h(
      "a",
      {
        class: classes.filter(Boolean).join(" "),
        href: page.addressOf(target),
        "aria-current": chosen ? "page" : null,
        "data-row": `${target.channel} ${target.tab}`,
      },
      icon(sign),
      h("span", { class: "side-title one-line" }, title),
      unread > 0
        ? h(
            "span",
            { class: "count" },
            unread > UNREAD_MAX ? `${UNREAD_MAX}+` : unread,
            h("span", { class: "unseen" }, " unread"),
          )
        : null,
    ),
  );
}

function channelRow(page, channel) {
  const signs = { group: "lock", mpim: "message" };
  return drawRow(page, {
    target: { channel: channel.id, tab: "" },
    sign: signs[channel.type] || "channel",
    title: channel.name,
    chosen: page.channel === channel.id,
    unread: page.unread(channel.id),
    quiet: channel.bot_is_member === false,
  });
}

function drawSection(title, rows) {
  if (rows.length === 0) return null;
  return h(
    "section",
    { class: "side-section", "aria-label": title },
    h("h2", null, title),
    h("ul", null, rows),
  );
}

function appRows(page) {
  const id = directMessage(page.state, page.user)?.id || page.user;
  const chosen = (tab) => page.channel === id && page.route.tab === tab;
  const home = {
    target: { channel: id, tab: "home" },
    sign: "home",
    title: "Home",
    chosen: chosen("home"),
  };
  const messages = {
    target: { channel: id, tab: "" },
    sign: "message",
    title: "Messages",
    chosen: chosen(""),
    unread: page.unread(id),
  };
  return [drawRow(page, home), drawRow(page, messages)];
}

function drawWorkspace(page) {
  const { workspaces, workspace } = page.state;
  if (workspaces.length < 2)
    return h("p", { class: "side-team one-line" }, workspace.name || workspace.domain);
  const choose = (event) =>
    page.show({ workspace: event.target.value, channel: "", tab: "", thread: "" });
  return h(
    "select",
    { class: "side-team one-line", "aria-label": "Workspace", onchange: choose },
    workspaces.map((team) =>
      h("option", { value: team.id, selected: team.id === workspace.id }, team.name || team.domain),
    ),
  );
}

function draw(page) {
  const { state, user } = page;
  const byName = (a, b) => a.name.localeCompare(b.name);
  const seen = [...state.channels.values()]
    .filter((channel) => isVisible(channel, user))
    .sort(byName);
  const rows = (...types) =>
    seen.filter(({ type }) => types.includes(type)).map((channel) => channelRow(page, channel));
  return [
    drawWorkspace(page),
    drawSection("Channels", rows("channel", "group")),
    drawSection("Direct messages", rows("mpim")),
    drawSection(page.appName(), appRows(page)),
  ];
}

/** The side bar in its element. @returns {{update: function()}} */
export function createSidebar(page, element) {
  let shown = "",
    channels = null;

  function update() {
    const { state, user, channel, route } = page;
    const counts = [...state.channels.keys()].map((id) => page.unread(id));
    const wanted = JSON.stringify([state.workspace.id, user, channel, route.tab, counts]);
    if (wanted === shown && channels === state.channels) return;
    shown = wanted;
    channels = state.channels;
    const focused = element.contains(document.activeElement) && document.activeElement.dataset.row;
    const { scrollTop } = element;
    replace(element, draw(page));
    element.scrollTop = scrollTop;
    if (focused) element.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus();
  }

  return { update };
}
