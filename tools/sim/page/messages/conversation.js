// SPDX-License-Identifier: MIT
/* The main pane: a channel or the app's direct message, or the app's home tab. */

import { giveFocus, h, noteFocus, replace } from "../base/dom.js";
import { avatar, icon, iconButton } from "../base/icons.js";
import { directMessage, entriesFor, place } from "../state/state.js";
import { Composer, drawStatus } from "./composer.js";
import { MessageList } from "./message_list.js";

const HINT =
  "Enter sends, Shift and Enter begin a new line. @, #, a colon and a slash complete people, channels, emoji and commands.";

function introText(page, title) {
  if (!page.isApp) return `This is the beginning of ${title}.`;
  return "This is the beginning of your direct messages with the app. Write to it, or open its home tab.";
}

function drawTab(page, tab, title) {
  const address = page.addressOf({ channel: page.channel, tab });
  const chosen = page.route.tab === tab ? "page" : null;
  return h("a", { class: "tab", href: address, "aria-current": chosen }, title);
}

function drawTabs(page) {
  const tabs = [drawTab(page, "home", "Home"), drawTab(page, "", "Messages")];
  return h("nav", { class: "tabs", "aria-label": "App" }, tabs);
}

function detailOf(channel) {
  const people = channel?.members?.length;
  const members = people ? `${people} ${people === 1 ? "member" : "members"}` : "";
  const away = channel?.bot_is_member === false ? "the app is not in this channel" : "";
  return [members, away].filter(Boolean).join(" · ");
}

export class Conversation {
  /**
   * @param {import("../state/page.js").Page} page
   * @param {HTMLElement} element
   * @param {{views: import("../views/views.js").Views, toggleSide: function()}} parts
   */
  constructor(page, element, { views, toggleSide }) {
    this.page = page;
    this.views = views;
    this.toggleSide = toggleSide;
    this.shown = ""; // the conversation and the person
    this.headShown = "";
    this.head = h("header", { class: "pane-head" });
    const region = { tabindex: 0, role: "region", "aria-label": "Home tab" };
    this.home = h("div", { class: "home", ...region });
    this.status = h("p", { class: "status" });
    this.list = this.createList();
    this.composer = this.createComposer();
    const hint = h("p", { hidden: true, id: "composer-hint" }, HINT);
    const talk = [this.list.element, this.status, this.composer.element];
    replace(element, this.head, this.home, talk, hint);
  }

  createList() {
    const { page } = this;
    return new MessageList(page, {
      name: "main",
      label: "Messages",
      older: () => page.loadOlder(page.channel),
      end: () => page.markRead(page.channel),
      leave: () => this.composer.focus(),
    });
  }

  createComposer() {
    const { page } = this;
    return new Composer(page, {
      name: "composer",
      target: () => ({
        channel: page.channel,
        thread: "",
        key: `${page.user} ${page.isApp ? "app" : page.channel}`,
        title: `Message ${page.titleOf(page.channel)}`,
      }),
      editLast: () => this.editLast(),
    });
  }

  editLast() {
    const { page } = this;
    const isOwn = ({ message }) => message.user === page.user && !message.bot_id;
    const own = entriesFor(page.state, page.channel, page.user).findLast(isOwn);
    if (own) page.edit(own);
  }

  async openAssistant() {
    const { page } = this;
    const answer = await page.act("open-assistant", { channel: page.isApp ? "" : page.channel });
    const channel = directMessage(page.state, page.user);
    if (answer.ts && channel) page.show({ thread: place(channel.id, answer.ts) });
  }

  drawHead() {
    const { page } = this;
    const channel = page.state.channels.get(page.channel);
    const app = { id: page.state.bot, name: page.appName(), isApp: true };
    const side = iconButton("quiet-button side-toggle", "menu", "Side bar", this.toggleSide);
    side.setAttribute("aria-controls", "sidebar");
    side.setAttribute("aria-expanded", "false");
    const assistant = {
      class: "head-button",
      type: "button",
      "aria-label": "Assistant",
      title: "Open the assistant beside this conversation",
      onclick: () => this.openAssistant(),
    };
    return [
      side,
      page.isApp ? avatar(app) : null,
      h("h1", { class: "one-line" }, page.titleOf(page.channel)),
      page.isApp ? drawTabs(page) : h("span", { class: "head-detail one-line" }, detailOf(channel)),
      h("span", { class: "space" }),
      h("button", assistant, icon("spark"), h("span", null, "Assistant")),
    ];
  }

  updateHead() {
    const { page, head } = this;
    const channel = page.state.channels.get(page.channel);
    const wanted = JSON.stringify([page.user, page.appName(), page.channel, channel, page.route]);
    if (wanted === this.headShown) return;
    this.headShown = wanted;
    const note = noteFocus(head);
    replace(head, this.drawHead());
    giveFocus(head, note);
    document.title = `${page.titleOf(page.channel)} · slackapp sim`;
  }

  updateMessages() {
    const { page, list } = this;
    const { channel, user } = page;
    const wanted = `${page.state.workspace.id} ${channel} ${user}`;
    if (wanted !== this.shown) {
      this.shown = wanted;
      list.start(page.unread(channel) > 0 ? page.read.get(channel) : "");
      const title = page.titleOf(channel);
      const name = h("p", { class: "intro-title" }, title);
      replace(list.intro, name, h("p", null, introText(page, title)));
    }
    list.update(entriesFor(page.state, channel, user), { whole: page.isWhole(channel) });
    this.composer.update();
    drawStatus(page, this.status, place(channel));
    const { message, thread } = page.route;
    if (message && !thread && (list.goTo(message) || list.whole)) page.forgetMessage();
  }

  update() {
    const { page, views } = this;
    const atHome = page.isApp && page.route.tab === "home";
    views.visit(page.isApp ? page.route.tab || "messages" : "");
    this.updateHead();
    this.home.hidden = !atHome;
    const talk = [this.list.element, this.status, this.composer.element];
    for (const part of talk) part.hidden = atHome;
    if (atHome) views.showHome(this.home);
    else this.updateMessages();
  }
}
