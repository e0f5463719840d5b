// SPDX-License-Identifier: MIT
/* The page's own icons: strokes in a field of 20 by 20, in the colour of the text beside them. */

import { svg } from "./dom.js";

const paths = {
  add: "M10 4v12M4 10h12",
  app: "M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z",
  attach: "M14.5 9.5l-5 5a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 2.9 2.9l-5.6 5.6a1 1 0 0 1-1.4-1.4l4.7-4.7",
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 7v4.2a1.8 1.8 0 0 0 3.5.5V10A6.5 6.5 0 1 0 13 15.8",
  bolt: "M11 2.5L4.5 11.5H10l-1 6 6.5-9H10z",
  bug: "M7 7a3 3 0 0 1 6 0M6 8h8v4a4 4 0 0 1-8 0zM10 8v8M3 6l3 3M17 6l-3 3M2.5 11.5H6M14 11.5h3.5M4 16l2.5-2M16 16l-2.5-2",
  channel: "M7.5 3.5L6 16.5M14 3.5l-1.5 13M4 7.5h13M3 12.5h13",
  close: "M5 5l10 10M15 5L5 15",
  code: "M7 6l-4 4 4 4M13 6l4 4-4 4",
  copy: "M7 7h9v9H7zM13 7V4H4v9h3",
  down: "M10 4v12M5 11l5 5 5-5",
  edit: "M4 16l.8-3.5L13 4.2a1.7 1.7 0 0 1 2.6 2.5L7.5 15z",
  face: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM7 12c1.5 2 4.5 2 6 0M7.5 8v.1M12.5 8v.1",
  file: "M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15",
  half: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM10 3v14M10 6l4.5 8M10 3.5l6 4",
  help: "M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0zM8 8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M10 13.6v.1",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5v7.5h9V8.5M8.5 16v-4h3v4",
  link: "M8.5 11.5a3 3 0 0 0 4.2 0l2.5-2.5A3 3 0 0 0 11 4.8l-.8.8M11.5 8.5a3 3 0 0 0-4.2 0L4.8 11A3 3 0 0 0 9 15.2l.8-.8",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  message: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2z",
  moon: "M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5z",
  more: "M5 10v.1M10 10v.1M15 10v.1",
  pin: "M8 3h4l-.5 5 2.5 2.5H6L8.5 8zM10 10.5V17",
  remove: "M4 6h12M8 6V3.5h4V6M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5",
  reply: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2zM7 7.5h6M7 10h4",
  send: "M3.5 3.5l13.5 6.5-13.5 6.5 1.5-6.5zM5 10h6",
  spark: "M9 3l1.5 4.5L15 9l-4.5 1.5L9 15l-1.5-4.5L3 9l4.5-1.5zM15.5 12.5l.7 1.8 1.8.7-1.8.7-.7 1.8-.7-1.8-1.8-.7 1.8-.7z",
  stop: "M5.5 5.5h9v9h-9z",
  sun: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4",
  thread: "M3.5 4h13v9.5H9L5.5 17v-3.5h-2z",
  wire: "M3 7h11M11 4l3 3-3 3M17 13H6M9 10l-3 3 3 3",
};

/**
 * An icon, which screen readers pass over: what has it has a label of its own.
 * @param {string} name
 */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: paths[name] }),
  );
}
