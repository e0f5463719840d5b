// SPDX-License-Identifier: MIT
/* The actions on a message: its toolbar, its menu, and the keys on a focused message. */

import { ask, confirm, showJson } from "../base/dialogs.js";
import { h } from "../base/dom.js";
import { iconButton } from "../base/icons.js";
import { openActions } from "../base/popup.js";
import { place } from "../state/state.js";
import { pickReaction } from "./picker.js";

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

/* The actions on a message that everybody sees. */
function sharedActions(page, entry) {
  const shortcut = (id) => ({
    text: id,
    icon: "workflow",
    run: () => runShortcut(page, entry, id),
  });
  const react = (anchor) => pickReaction(page, entry, anchor);
  const reply = () => page.show({ thread: place(entry.channel, entry.thread || entry.ts) });
  const other = () => askForShortcut(page, entry);
  return [
    { text: "Add reaction", icon: "face", key: "R", bar: true, run: react },
    { text: "Reply in thread", icon: "reply", key: "T", bar: true, run: reply },
    { text: "Message shortcut…", icon: "workflow", key: "S", first: true, run: other },
    ...page.state.messageShortcuts.map(shortcut),
  ];
}

function ownActions(page, entry) {
  const edit = () => page.edit(entry);
  const erase = { danger: true, run: () => remove(page, entry) };
  return [
    { text: "Edit", icon: "edit", key: "E", bar: true, first: true, run: edit },
    { text: "Delete", icon: "trash", key: "Delete", bar: true, ...erase },
  ];
}

function copyActions(page, entry) {
  const link = () => copy(page, page.linkTo(entry), "The link");
  const ts = () => copy(page, entry.ts, "The ts");
  const json = () => showJson(`Message ${entry.ts}`, entry.message);
  return [
    { text: "Copy link", icon: "link", key: "L", first: true, run: link },
    { text: "Copy ts", icon: "copy", run: ts },
    { text: "Show JSON", icon: "code", key: "J", run: json },
  ];
}

/* The actions of the person on the message, in the order of the menu. */
function actionsOf(page, entry) {
  const isShared = !entry.onlyFor;
  const isOwn = isShared && entry.message.user === page.user && !entry.message.bot_id;
  return [
    ...(isShared ? sharedActions(page, entry) : []),
    ...copyActions(page, entry),
    ...(isOwn ? ownActions(page, entry) : []),
  ];
}

/* Open the menu of a message under the anchor. */
function openMessageMenu(page, entry, anchor) {
  openActions(
    anchor,
    actionsOf(page, entry).map((action) => ({ ...action, run: () => action.run(anchor) })),
  );
}

/** The toolbar of a message. */
export function drawToolbar(page, entry) {
  const open = (anchor) => openMessageMenu(page, entry, anchor);
  const shown = actionsOf(page, entry).filter((action) => action.bar);
  const buttons = shown.map(({ icon, text, run }) => iconButton("tool", icon, text, run));
  const attributes = { class: "toolbar", role: "group", "aria-label": "Actions" };
  return h("div", attributes, buttons, iconButton("tool", "more", "More actions", open));
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
