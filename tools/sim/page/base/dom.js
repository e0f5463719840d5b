// SPDX-License-Identifier: MIT
/* Creates elements. The page has no template and no innerHTML: each text becomes a text node, so
 * that a text of a bot cannot become markup. Long lists are drawn in parts, and the focus stays
 * where it is while a part of the page is drawn again. */

const SVG = "http://www.w3.org/2000/svg";
const SAFE_URL = /^(https?:|mailto:|data:image\/|blob:|[/#?]|[^:]*$)/i;

function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) return;
  if (name.startsWith("on")) {
    if (typeof value !== "function") throw new TypeError(`${name} takes a function`);
    element.addEventListener(name.slice(2), value);
  } else if (name === "style") {
    throw new TypeError("the policy of the page allows no style attribute: use a class");
  } else if (name === "value" || name === "checked" || name === "indeterminate") {
    element[name] = value;
  } else if ((name !== "href" && name !== "src") || SAFE_URL.test(String(value).trim())) {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

function append(parent, children) {
  for (const child of children) {
    if (child === false || child === null || child === undefined || child === true) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) setAttribute(element, name, value);
  append(element, children);
  return element;
}

/**
 * Create an element.
 * @param {string} tag
 * @param {Object|null} attributes `class`, `data-*`, `aria-*` and all others as attributes; a
 *   function under `onclick` and the like as a listener; false, null and undefined are left out, and
 *   so is an `href` or `src` that would run a script
 * @param {...(Node|string|number|Array|null|undefined|false)} children texts become text nodes,
 *   arrays are flattened
 * @returns {HTMLElement}
 */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for an element of SVG. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Put children in the place of everything that the element holds. */
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/* --- ids by which elements name each other --- */

let ids = 0;

/** An id that no other element of the page has. */
export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/* --- lists that may be longer than anybody looks at: a page at a time --- */

const PAGE = 100;

/**
 * The elements of the first items of a list, and a button that draws more of them in its place.
 * @param {Array<*>} list
 * @param {function(*, number): *} draw an item and its index
 * @param {string} what the items are: "blocks"
 * @param {number} [start]
 * @returns {Array<*>}
 */
export function drawPaged(list, draw, what, start = 0) {
  const end = start + PAGE;
  const drawn = list.slice(start, end).map((item, i) => draw(item, start + i));
  if (end >= list.length) return drawn;
  const more = h(
    "button",
    {
      type: "button",
      class: "show-more",
      onclick: () => {
        const next = h("div", { class: "paged" }, drawPaged(list, draw, what, end));
        more.replaceWith(...next.childNodes);
      },
    },
    `Show more of ${list.length.toLocaleString("en-US")} ${what}`,
  );
  return [...drawn, more];
}

/* --- the focus while something is drawn again --- */

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
