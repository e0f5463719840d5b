// SPDX-License-Identifier: MIT
/* Creates elements. The page has no template and no innerHTML: each text becomes a text node, so
 * that a text of a bot cannot become markup. */

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
