// SPDX-License-Identifier: MIT
/* Keeps the focus where it is while a part of the page is drawn again. */

const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex], [contenteditable=true]";

function nameOf(element) {
  const ids = (element.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
  const named = ids.map((id) => document.getElementById(id)?.textContent || "").join(" ");
  const label =
    named ||
    element.getAttribute("aria-label") ||
    element.labels?.[0]?.textContent ||
    element.placeholder;
  // The number of a reaction, or an error beside a label, may be what changes.
  return (label || element.textContent).split(/[,:]/)[0];
}

function alike(root, { tag, name }) {
  return [...root.querySelectorAll(FOCUSABLE)].filter(
    (element) => element.tagName === tag && nameOf(element) === name,
  );
}

/**
 * The focused element, by its kind, its name and its place among those that are alike.
 * @param {HTMLElement} root
 * @returns {Object|null} null: nothing in the root
 */
export function noteFocus(root) {
  const element = document.activeElement;
  if (element === root || !root.contains(element)) return null;
  const note = {
    tag: element.tagName,
    name: nameOf(element),
    from: element.selectionStart,
    to: element.selectionEnd,
  };
  return { ...note, at: alike(root, note).indexOf(element) };
}

/** Give the focus to what is like the noted one. False: nothing is. */
export function giveFocus(root, note) {
  const found = note && alike(root, note);
  const element = found && (found[note.at] || found[0]);
  if (!element) return false;
  element.focus({ preventScroll: true });
  if (typeof note.from === "number") element.setSelectionRange?.(note.from, note.to);
  return true;
}
