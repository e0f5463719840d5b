// SPDX-License-Identifier: MIT
/* Draws JSON as a tree that opens by mouse and by keyboard, as the tree pattern of ARIA says:
 * https://www.w3.org/WAI/ARIA/apg/patterns/treeview/. An item creates its children when it opens
 * for the first time, long lists come in parts, and long texts are cut until somebody asks. */

import { h } from "../base/dom.js";

const CHILDREN_AT_ONCE = 100;
const TEXT_AT_ONCE = 300;
const TEXT_MORE = 20000;
const OPEN_DEPTH = 2;

/* Characters that an editor shows as nothing, or that turn a line round, become JSON escapes. */
const HIDDEN = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function visible(text) {
  return JSON.stringify(text).replace(HIDDEN,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function isNest(value) {
  return value !== null && typeof value === "object";
}

function kindOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

/* The summary of a closed array or object. */
function gist(value) {
  const count = Array.isArray(value) ? value.length : Object.keys(value).length;
  const noun = Array.isArray(value) ? "element" : "member";
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/* --- items --- */

function textOf(value) {
  if (typeof value !== "string") return { shown: String(value), rest: 0 };
  const rest = Math.max(0, value.length - TEXT_AT_ONCE);
  return { shown: visible(value.slice(0, TEXT_AT_ONCE)), rest };
}

function drawScalar(value) {
  const { shown, rest } = textOf(value);
  const text = h("bdi", { class: `json-${kindOf(value)}` }, shown);
  return [text, rest > 0 && h("span", { class: "json-more" }, ` … ${rest} more characters`)];
}

function drawNest(value) {
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return h("span", { class: "json-gist" }, `${open} ${gist(value)} ${close}`);
}

/* A row of the tree. The rows of an open one are in the list behind it: they are no part of its
 * name, and the levels tell what belongs to what. */
function drawItem(name, value, place) {
  const nest = isNest(value) && Object.keys(value).length > 0;
  const item = h("div", {
    class: "json-row", role: "treeitem", tabindex: "-1", "aria-level": place.level,
    "aria-setsize": place.size, "aria-posinset": place.position, "aria-expanded": nest && "false",
  },
  h("span", { class: "json-twist", "aria-hidden": "true" }),
  name !== null && h("span", { class: "json-name" }, `${name}: `),
  isNest(value) ? drawNest(value) : drawScalar(value));
  item.json = { value, level: place.level };
  return h("li", { role: "none" }, item);
}

/* The row at the end of a part of a long list. */
function drawRest(list, entries, from, level) {
  const left = entries.length - from;
  const item = h("div", {
    class: "json-row json-more", role: "treeitem", tabindex: "-1", "aria-level": level,
    "aria-setsize": entries.length, "aria-posinset": from + 1,
  }, h("span", { class: "json-twist", "aria-hidden": "true" }),
  `Show ${Math.min(left, CHILDREN_AT_ONCE)} more of ${left}`);
  const row = h("li", { role: "none" }, item);
  item.json = {
    more: () => {
      const before = row.previousElementSibling;
      row.remove();
      fillList(list, entries, from, level);
      return before.nextElementSibling.firstElementChild;
    },
  };
  return row;
}

function fillList(list, entries, from, level) {
  const end = Math.min(entries.length, from + CHILDREN_AT_ONCE);
  for (let i = from; i < end; i++)
    list.append(drawItem(entries[i][0], entries[i][1],
      { level, size: entries.length, position: i + 1 }));
  if (end < entries.length) list.append(drawRest(list, entries, end, level));
}

/* --- opening --- */

function isOpen(item) {
  return item.getAttribute("aria-expanded") === "true";
}

/* The list behind a row: its children. */
function childrenOf(item) {
  return item.nextElementSibling;
}

function setOpen(item, open) {
  if (!item.hasAttribute("aria-expanded")) return;
  let list = childrenOf(item);
  if (open && !list) {
    list = h("ul", { role: "none" });
    fillList(list, Object.entries(item.json.value), 0, item.json.level + 1);
    item.after(list);
  }
  item.setAttribute("aria-expanded", String(open));
  if (list) list.hidden = !open;
}

function openTo(item, depth) {
  if (depth === 0) return;
  setOpen(item, true);
  for (const row of childrenOf(item)?.children ?? []) openTo(row.firstElementChild, depth - 1);
}

/* Shows the rest of a long text, part by part: a page that is asked for 100,000 characters at once
 * stands still. */
function showText(item) {
  const more = item.querySelector(".json-more");
  if (!more) return false;
  const shown = (item.json.shown ?? TEXT_AT_ONCE) + TEXT_MORE;
  item.json.shown = shown;
  item.querySelector("bdi").textContent = visible(item.json.value.slice(0, shown));
  const rest = item.json.value.length - shown;
  if (rest > 0) more.textContent = ` … ${rest} more characters`;
  else more.remove();
  return true;
}

function activate(tree, item) {
  if (item.json.more) focusItem(tree, item.json.more());
  else if (!showText(item)) setOpen(item, !isOpen(item));
}

/* --- the keyboard --- */

function focusItem(tree, item) {
  if (!item) return;
  tree.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  item.setAttribute("tabindex", "0");
  item.focus();
}

function visibleItems(tree) {
  return [...tree.querySelectorAll('[role="treeitem"]')].filter(
    (item) => !item.closest("ul[hidden]"));
}

function beside(tree, item, step) {
  const items = visibleItems(tree);
  return items[items.indexOf(item) + step];
}

function goRight(tree, item) {
  if (!item.hasAttribute("aria-expanded")) return;
  if (isOpen(item)) focusItem(tree, childrenOf(item).querySelector('[role="treeitem"]'));
  else setOpen(item, true);
}

function goLeft(tree, item) {
  if (isOpen(item)) setOpen(item, false);
  else focusItem(tree, item.closest("ul").previousElementSibling);
}

const KEYS = {
  ArrowDown: (tree, item) => focusItem(tree, beside(tree, item, 1)),
  ArrowUp: (tree, item) => focusItem(tree, beside(tree, item, -1)),
  ArrowRight: goRight,
  ArrowLeft: goLeft,
  Home: (tree) => focusItem(tree, visibleItems(tree)[0]),
  End: (tree) => focusItem(tree, visibleItems(tree).at(-1)),
  Enter: activate,
  " ": activate,
  "*": (tree, item) => {
    for (const row of item.closest("ul").children) setOpen(row.firstElementChild, true);
  },
};

function keyPressed(tree, event) {
  const item = event.target.closest?.('[role="treeitem"]');
  const key = KEYS[event.key];
  if (!item || !key || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  key(tree, item);
}

function clicked(tree, event) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || String(getSelection()) !== "") return;
  activate(tree, item);
  if (item.isConnected) focusItem(tree, item);
}

/**
 * @param {*} value any JSON
 * @param {string} label what it is: "Payload"
 * @returns {HTMLElement} the tree, open so far that a payload shows its first two levels
 */
export function drawJson(value, label) {
  const root = drawItem(null, value, { level: 1, size: 1, position: 1 });
  const tree = h("ul", {
    class: "json-tree", role: "tree", "aria-label": label,
    onkeydown: (event) => keyPressed(tree, event),
    onclick: (event) => clicked(tree, event),
  }, root);
  root.firstElementChild.setAttribute("tabindex", "0");
  openTo(root.firstElementChild, OPEN_DEPTH);
  return tree;
}
