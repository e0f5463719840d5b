// SPDX-License-Identifier: MIT
/* What a person can do with a message: its toolbar, its menu, and the keys on a focused message. */

import { ask, confirm, showJson } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openActions } from "./menu.js";
import { place } from "./state.js";

function copy(page, text, what) {
  navigator.clipboard.writeText(text).then(
    () => page.announce(`${what} is copied`, true),
    () => page.toast("The browser does not let the page copy: select the text and copy it by hand"),
  );
}

function runShortcut(page, entry, id) {
  page.act("shortcut", { callback_id: id, message: entry.ts, channel: entry.channel });
}

async function askForShortcut(page, entry) {
  const id = await ask("Run a message shortcut", "Callback id", {
    hint: "The app's settings name the shortcuts of an app, and its code listens to their callback ids.",
    yes: "Run",
  });
  if (id) runShortcut(page, entry, id);
}

async function remove(page, entry) {
  if (await confirm("Delete this message?", "It cannot be brought back.", "Delete"))
    page.act("delete", { message: entry.ts, channel: entry.channel });
}

/** What the person can do with the message, in the order of the menu. */
export function actionsOf(page, entry) {
  const { message } = entry;
  const isOwn = message.user === page.user && !message.bot_id;
  const shared = !entry.onlyFor;
  const thread = place(entry.channel, entry.thread || entry.ts);
  const shortcuts = shared ? page.state.messageShortcuts : [];
  return [
    shared && { text: "Add reaction", icon: "face", key: "R", bar: true, run: (anchor) => page.pickReaction(entry, anchor) },
    shared && { text: "Reply in thread", icon: "reply", key: "T", bar: true, run: () => page.show({ thread }) },
    isOwn && shared && { text: "Edit", icon: "edit", key: "E", bar: true, run: () => page.edit(entry) },
    shared && { text: "Message shortcut…", icon: "workflow", key: "S", first: true, run: () => askForShortcut(page, entry) },
    ...shortcuts.map((id) => ({ text: id, icon: "workflow", run: () => runShortcut(page, entry, id) })),
    { text: "Copy link", icon: "link", key: "L", first: true, run: () => copy(page, page.linkTo(entry), "The link") },
    { text: "Copy ts", icon: "copy", run: () => copy(page, entry.ts, "The ts") },
    { text: "Show JSON", icon: "code", key: "J", run: () => showJson(`Message ${entry.ts}`, message) },
    isOwn && shared && { text: "Delete", icon: "trash", key: "Delete", first: true, bar: true, danger: true, run: () => remove(page, entry) },
  ].filter(Boolean);
}

/** Open the menu of a message under the anchor. */
export function openMessageMenu(page, entry, anchor) {
  openActions(anchor, actionsOf(page, entry).map((action) => ({ ...action, run: () => action.run(anchor) })));
}

/** The toolbar of a message. */
export function drawToolbar(page, entry) {
  const button = (action) =>
    h(
      "button",
      { class: "tool", type: "button", "aria-label": action.text, title: action.text, onclick: (event) => action.run(event.currentTarget) },
      icon(action.icon),
    );
  const more = { text: "More actions", icon: "more", run: (anchor) => openMessageMenu(page, entry, anchor) };
  const shown = actionsOf(page, entry).filter((action) => action.bar);
  return h("div", { class: "toolbar", role: "group", "aria-label": "Actions" }, [...shown, more].map(button));
}

/** Do what a key means on a focused message. False: it means nothing. */
export function takeMessageKey(page, entry, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const anchor = event.currentTarget;
  const wanted = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  if (wanted === "M") openMessageMenu(page, entry, anchor);
  const action = actionsOf(page, entry).find((each) => each.key === wanted);
  action?.run(anchor);
  return wanted === "M" || Boolean(action);
}
