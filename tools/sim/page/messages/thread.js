// SPDX-License-Identifier: MIT
/* The thread beside the conversation; a thread of the assistant has its prompts and its status. */

import { h, replace } from "../base/dom.js";
import { icon, iconButton } from "../base/icons.js";
import { asList, asObject, asText } from "../base/shapes.js";
import { entriesFor, place } from "../state/state.js";
import { drawPlain } from "../text/text.js";
import { Composer, drawStatus } from "./composer.js";
import { MessageList } from "./message_list.js";

/* --- the prompts that the app suggests, above the messages --- */

const PROMPTS_MAX = 4; // https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts

function prompt(given, context) {
  const { title, message } = asObject(given);
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "assistant-prompt",
        title: asText(message),
        onclick: () => context.ask(asText(message)),
      },
      icon("spark"),
      drawPlain(asText(title), context),
    ),
  );
}

/**
 * The suggestions of an assistant's thread.
 * @param {{prompts?: Array<Object>, promptsTitle?: string}} thread
 * @param {Object} context with ask(text), which sends a message in the thread
 */
function drawAssistant(thread, context) {
  const { prompts, promptsTitle } = asObject(thread);
  const shown = asList(prompts).slice(0, PROMPTS_MAX);
  return h(
    "div",
    { class: "assistant" },
    h(
      "p",
      { class: "assistant-title" },
      drawPlain(asText(promptsTitle) || "How can I help?", context),
    ),
    shown.length > 0 &&
      h(
        "ul",
        { class: "assistant-prompts" },
        shown.map((one) => prompt(one, context)),
      ),
  );
}

/* --- the thread --- */

function rootOf(page, { channel, ts }) {
  return (page.state.messages.get(channel) || []).find((entry) => entry.ts === ts);
}

function repliesText(count) {
  if (count === 0) return "No replies yet";
  return count === 1 ? "1 reply" : `${count} replies`;
}

export class Thread {
  /**
   * @param {import("../state/page.js").Page} page
   * @param {HTMLElement} element
   */
  constructor(page, element) {
    this.page = page;
    this.element = element;
    this.open = null; // place() of the thread, "" for none; null before the first one
    this.shown = ""; // the thread and the person
    this.read = ""; // the thread whose replies were read
    this.prompts = null; // that are shown
    this.beside = ""; // the channel that the assistant knows to be shown
    this.title = h("h2", { class: "one-line" });
    this.detail = h("span", { class: "head-detail one-line" });
    this.assistant = h("section", { class: "assistant-pane", "aria-label": "Suggestions" });
    this.status = h("p", { class: "status", role: "status" });
    this.list = this.createList();
    this.composer = this.createComposer();
    this.closer = iconButton("quiet-button", "close", "Close", () => this.close());
    const space = h("span", { class: "space" });
    const head = h("header", { class: "pane-head" }, this.title, this.detail, space, this.closer);
    const talk = [this.list.element, this.status, this.composer.element];
    replace(element, head, this.assistant, talk);
  }

  createList() {
    const { page } = this;
    return new MessageList(page, {
      name: "thread-messages",
      label: "Replies",
      inThread: true,
      end: () => page.markRead(this.open),
      leave: () => this.composer.focus(),
    });
  }

  createComposer() {
    const { page } = this;
    return new Composer(page, {
      name: "reply",
      target: () => ({
        channel: page.thread.channel,
        thread: page.thread.ts,
        key: `${page.user} ${this.open}`,
        title: "Reply",
      }),
      leave: () => this.close(),
    });
  }

  close() {
    this.page.show({ thread: "" });
  }

  update() {
    const { thread } = this.page;
    const { open: before, element } = this;
    const focused = element.contains(document.activeElement);
    this.open = thread ? place(thread.channel, thread.ts) : "";
    element.hidden = !thread;
    if (thread) this.show(thread);
    if (before === null || before === this.open) return;
    // A person who opens a thread replies next; one who closes it goes on in the conversation.
    if (thread) this.composer.focus();
    else if (focused) document.getElementById("composer").focus();
  }

  show(thread) {
    const { page, list } = this;
    const root = rootOf(page, thread);
    const replies = entriesFor(page.state, this.open, page.user);
    const shown = `${this.open} ${page.user}`;
    if (shown !== this.shown) {
      this.shown = shown;
      this.prompts = null;
      this.beside = "";
      list.start("");
    }
    if (root?.message.reply_count > replies.length && this.read !== this.open) {
      this.read = this.open;
      page.loadThread(thread);
    }
    if (root?.message.assistant_app_thread) this.showAssistant(root, replies);
    else this.showReplies(root, replies);
    drawStatus(page, this.status, this.open);
    this.composer.update();
    const { message } = page.route;
    if (message && list.goTo(message)) page.forgetMessage();
  }

  /* The name of the pane, for people who do not see it. */
  nameIt(name) {
    const close = `Close ${name.toLowerCase()}`;
    this.element.setAttribute("aria-label", name);
    this.closer.setAttribute("aria-label", close);
    this.closer.title = close;
  }

  showReplies(root, replies) {
    this.nameIt("Thread");
    this.title.textContent = "Thread";
    const title = this.page.titleOf(this.page.thread.channel);
    this.detail.textContent = `${title} · ${repliesText(replies.length)}`;
    this.assistant.hidden = true;
    this.list.update(root ? [root, ...replies] : replies, { whole: true });
  }

  /* The prompts are there until the person has written. */
  showAssistant(root, replies) {
    const { page } = this;
    const { channel, ts } = page.thread;
    const known = page.state.assistants.get(this.open) || {};
    this.nameIt("Assistant");
    this.title.textContent = known.title || "Assistant";
    this.detail.textContent = page.appName();
    this.assistant.hidden = replies.some((entry) => entry.message.user === page.user);
    this.tellChannel();
    this.list.update(replies, { whole: true });
    if (this.assistant.hidden || this.prompts === known) return;
    this.prompts = known;
    const ask = (text) => page.act("message", { text, channel, thread: ts });
    replace(this.assistant, drawAssistant(known, { ...page.context(root), ask }));
  }

  /* The assistant hears which channel the person looks at. */
  tellChannel() {
    const { channel, thread, isApp } = this.page;
    if (isApp || channel === this.beside) return;
    const first = this.beside === "";
    this.beside = channel;
    if (!first) this.page.act("open-assistant", { channel, thread: thread.ts });
  }
}
