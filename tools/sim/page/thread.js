// SPDX-License-Identifier: MIT
/* The thread beside the conversation; a thread of the assistant has its prompts and its status. */

import { drawAssistant } from "./assistant.js";
import { Composer } from "./composer.js";
import { drawStatus } from "./status.js";
import { h, replace } from "./dom.js";
import { MessageList } from "./messages.js";
import { entriesFor } from "./selectors.js";
import { icon } from "./icons.js";
import { place } from "./state.js";

function rootOf(page, { channel, ts }) {
  return (page.state.messages.get(channel) || []).find((entry) => entry.ts === ts);
}

function isAssistant(root) {
  return Boolean(root?.message.assistant_app_thread);
}

function repliesText(count) {
  if (count === 0) return "No replies yet";
  return count === 1 ? "1 reply" : `${count} replies`;
}

/** The thread in its element. @returns {{update: function(), composer: Composer, list: MessageList}} */
export function createThread(page, element) {
  const title = h("h2", null);
  const detail = h("span", { class: "head-detail" });
  const assistant = h("section", { class: "assistant-pane", "aria-label": "Assistant" });
  const status = h("p", { class: "status", role: "status" });
  let key = "", loaded = "", promptsShown = null;
  let beside = ""; // the channel that the assistant knows to be shown
  let open = null; // place() of the thread that is shown, "" for none; null before the first one

  const close = () => page.show({ thread: "" });
  const list = new MessageList(page, {
    name: "thread-messages", label: "Replies", inThread: true,
    end: () => page.thread && page.markRead(place(page.thread.channel, page.thread.ts)),
    leave: () => composer.focus(),
  });
  const composer = new Composer(page, {
    name: "reply",
    target: () => {
      const { channel, ts } = page.thread;
      return { channel, thread: ts, key: `${page.user} ${place(channel, ts)}`, title: "Reply" };
    },
    leave: close,
  });

  /* The assistant hears which channel the person looks at. */
  function tellChannel() {
    const { channel, thread } = page;
    if (page.isApp || channel === beside) return;
    const first = beside === "";
    beside = channel;
    if (!first) page.act("open-assistant", { channel, thread: thread.ts });
  }

  function updateAssistant(root, replies) {
    const { channel, ts } = page.thread;
    const known = page.state.assistants.get(place(channel, ts)) || {};
    const asked = replies.some((entry) => entry.message.user === page.user);
    assistant.hidden = !isAssistant(root) || asked;
    if (isAssistant(root)) tellChannel();
    if (assistant.hidden || promptsShown === known) return;
    promptsShown = known;
    const ask = (text) => page.act("message", { text, channel, thread: ts });
    replace(assistant, drawAssistant(known, { ...page.context(root), ask }));
  }

  /* Who opens a thread wants to reply; who closes it goes on where the conversation is. */
  function moveFocus(own, focused) {
    const before = open;
    open = own;
    if (before === null || before === own) return;
    if (own) composer.focus();
    else if (focused) document.getElementById("composer").focus();
  }

  function update() {
    const { thread } = page;
    const focused = element.contains(document.activeElement);
    const own = thread ? place(thread.channel, thread.ts) : "";
    element.hidden = !thread;
    if (thread) show(thread, own);
    moveFocus(own, focused);
  }

  function show(thread, own) {
    const root = rootOf(page, thread);
    const replies = entriesFor(page.state, own, page.user);
    if (key !== `${own} ${page.user}`) {
      key = `${own} ${page.user}`;
      promptsShown = null;
      beside = "";
      list.start("");
    }
    if (root?.message.reply_count > replies.length && loaded !== own) {
      loaded = own;
      page.loadThread(thread);
    }
    const named = page.state.assistants.get(own)?.title;
    title.textContent = isAssistant(root) ? named || "Assistant" : "Thread";
    detail.textContent = isAssistant(root) ? page.appName() : `${page.titleOf(thread.channel)} · ${repliesText(replies.length)}`;
    updateAssistant(root, replies);
    list.update(root && !isAssistant(root) ? [root, ...replies] : replies, { whole: true });
    drawStatus(page, status, own);
    composer.update();
    const { message } = page.route;
    if (message && list.goTo(message)) page.forgetMessage();
  }

  replace(
    element,
    h(
      "header",
      { class: "pane-head" },
      title,
      detail,
      h("span", { class: "space" }),
      h("button", { class: "quiet-button", type: "button", "aria-label": "Close thread", title: "Close thread", onclick: close }, icon("close")),
    ),
    assistant,
    list.element,
    status,
    composer.element,
  );
  return { update, composer, list };
}
