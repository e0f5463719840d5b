// SPDX-License-Identifier: MIT
/* The main pane: a channel or the app's direct message, or the app's home tab. */

import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { h, replace } from "./dom.js";
import { MessageList } from "./messages.js";
import { entriesFor } from "./selectors.js";
import { icon } from "./icons.js";
import { place } from "./state.js";

function drawIntro(page) {
  const title = page.titleOf(page.channel);
  const text = page.isApp
    ? "This is the beginning of your direct messages with the app. Write to it, or open its home tab."
    : `This is the beginning of ${title}.`;
  return [h("p", { class: "intro-title" }, title), h("p", null, text)];
}

function drawTab(page, tab, title) {
  return h(
    "a",
    { class: "tab", href: page.addressOf({ channel: page.channel, tab }), "aria-current": page.route.tab === tab ? "page" : null },
    title,
  );
}

function membersText(page, channel) {
  const people = channel?.members?.length;
  const members = people ? `${people} ${people === 1 ? "member" : "members"}` : "";
  const away = channel?.bot_is_member === false ? "the app is not in this channel" : "";
  return [members, away].filter(Boolean).join(" · ");
}

function drawHead(page, { openAssistant, toggleSide }) {
  const channel = page.state.channels.get(page.channel);
  const topic = channel?.topic?.value || channel?.topic;
  const detail = membersText(page, channel);
  return [
    h("button", { class: "quiet-button side-toggle", type: "button", "aria-label": "Side bar", "aria-controls": "sidebar", "aria-expanded": "false", onclick: toggleSide }, icon("menu")),
    page.isApp ? avatar({ id: page.state.bot, name: page.appName(), isApp: true }) : null,
    h("h1", null, page.titleOf(page.channel)),
    page.isApp
      ? h("nav", { class: "tabs", "aria-label": "App" }, drawTab(page, "home", "Home"), drawTab(page, "", "Messages"))
      : h("span", { class: "head-detail" }, [detail, typeof topic === "string" ? topic : ""].filter(Boolean).join(" · ")),
    h("span", { class: "space" }),
    h("button", { class: "head-button", type: "button", "aria-label": "Assistant", onclick: openAssistant, title: "Open the assistant beside this conversation" }, icon("spark"), h("span", null, "Assistant")),
  ];
}

function statusText(page, key) {
  const status = page.state.assistants.get(key)?.status;
  return status ? `${page.appName()} ${status}` : "";
}

/** The line above a composer: what the app does. */
export function drawStatus(page, element, key) {
  const text = statusText(page, key);
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("busy", text !== "");
}

/** The conversation in its element. @returns {{update: function(), composer: Composer, list: MessageList}} */
export function createConversation(page, element, { views, toggleSide }) {
  const head = h("header", { class: "pane-head" });
  const home = h("div", { class: "home", tabindex: 0, role: "region", "aria-label": "Home tab" });
  const status = h("p", { class: "status" });
  let key = "", headShown = "";

  const list = new MessageList(page, {
    name: "main",
    label: "Messages",
    older: () => page.loadOlder(page.channel),
    end: () => page.markRead(page.channel),
    leave: () => composer.focus(),
  });

  const composer = new Composer(page, {
    name: "composer",
    target: () => ({ channel: page.channel, thread: "", key: place(page.channel), title: `Message ${page.titleOf(page.channel)}` }),
    editLast: () => {
      const own = entriesFor(page.state, page.channel, page.user).filter(({ message }) => message.user === page.user && !message.bot_id);
      if (own.length > 0) page.edit(own[own.length - 1]);
    },
  });

  async function openAssistant() {
    const answer = await page.act("open-assistant", { channel: page.isApp ? "" : page.channel });
    const channel = answer.channel || [...page.state.channels.values()].find(({ type, user }) => type === "im" && user === page.user)?.id;
    if (answer.ok && answer.ts && channel) page.show({ thread: place(channel, answer.ts) });
  }

  function updateHead() {
    const channel = page.state.channels.get(page.channel);
    const wanted = JSON.stringify([page.channel, page.user, page.route.tab, channel, page.appName(), location.hash]);
    if (wanted === headShown) return;
    headShown = wanted;
    replace(head, drawHead(page, { openAssistant, toggleSide }));
    document.title = `${page.titleOf(page.channel)} · slackapp sim`;
  }

  function updateMessages() {
    const wanted = `${page.state.workspace.id} ${page.channel} ${page.user}`;
    if (wanted !== key) {
      key = wanted;
      list.start(page.unread(page.channel) > 0 ? page.read.get(page.channel) : "");
      replace(list.intro, drawIntro(page));
    }
    list.update(entriesFor(page.state, page.channel, page.user), { whole: page.isWhole(page.channel) });
    composer.update();
    drawStatus(page, status, place(page.channel));
    const { message } = page.route;
    if (message && !page.route.thread && list.goTo(message)) page.forgetMessage();
  }

  function update() {
    const atHome = page.isApp && page.route.tab === "home";
    views.visit(page.isApp ? page.route.tab || "messages" : "");
    updateHead();
    home.hidden = !atHome;
    for (const part of [list.element, status, composer.element]) part.hidden = atHome;
    if (atHome) views.showHome(home);
    else updateMessages();
  }

  replace(element, head, home, list.element, status, composer.element, h("p", { class: "unseen", id: "composer-hint" },
    "Enter sends, Shift and Enter begin a new line. @, #, a colon and a slash complete people, channels, emoji and commands."));
  return { update, composer, list };
}
