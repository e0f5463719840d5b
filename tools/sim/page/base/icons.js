// SPDX-License-Identifier: MIT
/* Small pictures: the icons, buttons that show one, and the letter that stands for a person. */

import { h, svg } from "./dom.js";

/* --- icons: strokes on a field of 20 by 20 --- */

const paths = {
  thumbs_up:
    "M6 9v8H3V9zM6 9l4-6c1.5 0 2 1 2 2l-.5 3.5H16c1 0 1.7 1 1.5 2l-1.2 5c-.2 1-1 1.5-2 1.5H6",
  thumbs_down:
    "M14 11V3h3v8zM14 11l-4 6c-1.5 0-2-1-2-2l.5-3.5H4c-1 0-1.7-1-1.5-2l1.2-5c.2-1 1-1.5 2-1.5H14",
  trash: "M3.5 5.5h13M8 5.5V3h4v2.5M5 5.5l.8 11.5h8.4L15 5.5M8.5 9v5M11.5 9v5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12.5 4l-6 6 6 6",
  down: "M5 8l5 5 5-5",
  right: "M8 5l5 5-5 5",
  check: "M4 10.5l4 4 8-9",
  image: "M3 4h14v12H3zM3 14l4-4 3 3 3-4 4 5M7 7.5h.01",
  file: "M5 2.5h6l4 4v11H5zM11 2.5v4h4",
  play: "M7 4.5v11l9-5.5z",
  call: "M4 3.5h3l1.5 4-2 1.5c1 2 2.5 3.5 4.5 4.5l1.5-2 4 1.5v3c-7 1.5-14-5.5-12.5-12.5z",
  info: "M10 2.5a7.5 7.5 0 1 0 .01 0zM10 9v5M10 6h.01",
  warning: "M10 3l7.5 13.5h-15zM10 8v4M10 14h.01",
  error: "M10 2.5a7.5 7.5 0 1 0 .01 0zM7 7l6 6M13 7l-6 6",
  success: "M10 2.5a7.5 7.5 0 1 0 .01 0zM6.5 10.5l2.5 2.5 4.5-5.5",
  pending: "M10 2.5a7.5 7.5 0 1 0 .01 0z",
  spinner: "M10 2.5a7.5 7.5 0 0 1 7.5 7.5",
  workflow: "M11 2L4 11.5h5L8.5 18 16 8.5h-5z",
  spark: "M10 2.5l1.8 5.7 5.7 1.8-5.7 1.8L10 17.5l-1.8-5.7L2.5 10l5.7-1.8z",
  add: "M10 4v12M4 10h12",
  arrow_down: "M10 4v12M5 11l5 5 5-5",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 7v4.2a1.8 1.8 0 0 0 3.5.5V10A6.5 6.5 0 1 0 13 15.8",
  channel: "M7.5 3.5L6 16.5M14 3.5l-1.5 13M4 7.5h13M3 12.5h13",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  copy: "M7 7h9v9H7zM13 7V4H4v9h3",
  edit: "M4 16l.8-3.5L13 4.2a1.7 1.7 0 0 1 2.6 2.5L7.5 15z",
  eye: "M2.5 10c4-7 11-7 15 0-4 7-11 7-15 0zM12.2 10a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0z",
  face: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM7 12c1.5 2 4.5 2 6 0M7.5 8v.1M12.5 8v.1",
  half: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM10 3v14M10 6l4.5 8M10 3.5l6 4",
  help: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM8 8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M10 13.6v.1",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5v7.5h9V8.5M8.5 16v-4h3v4",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l2.5-2.5A3 3 0 0 0 11 4.8l-.8.8M11.5 8.5a3 3 0 0 0-4.2 0L4.8 11A3 3 0 0 0 9 15.2l.8-.8",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  message: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2z",
  moon: "M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5z",
  pin: "M8 3h4l-.5 5 2.5 2.5H6L8.5 8zM10 10.5V17",
  reply: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2zM7 7.5h6M7 10h4",
  send: "M3.5 3.5l13.5 6.5-13.5 6.5 1.5-6.5zM5 10h6",
  stop: "M5.5 5.5h9v9h-9z",
  sun: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4",
  thread: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2z",
  wire: "M3 7h11M11 4l3 3-3 3M17 13H6M9 10l-3 3 3 3",
};

/** An icon without a name of its own: its button or its text has one. A name that is not known is a
 * ring. */
export function icon(name) {
  const path = Object.hasOwn(paths, name) ? paths[name] : paths.pending;
  return svg(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: path }),
  );
}

/**
 * A button with an icon.
 * @param {string} look its class
 * @param {string} sign the name of the icon
 * @param {string} label
 * @param {function(HTMLElement)} run called with the button
 */
export function iconButton(look, sign, label, run) {
  const attributes = { class: look, type: "button", "aria-label": label, title: label };
  return h("button", { ...attributes, onclick: (event) => run(event.currentTarget) }, icon(sign));
}

/* --- people: a letter, since no picture of another host is loaded --- */

const COLORS = 8;

/**
 * A square with the first letter of a name in a colour of its own, or with an emoji.
 * @param {{id: string, name: string, sign?: string, isApp?: boolean}} author `sign`: the emoji
 */
export function avatar({ id, name, sign, isApp }) {
  let sum = 0;
  for (const letter of id || name) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  const look = isApp ? "app" : sum % COLORS;
  const letter = [...name][0] || "?";
  return h(
    "span",
    { class: `avatar avatar-${look}`, "aria-hidden": "true" },
    sign || letter.toUpperCase(),
  );
}
