// SPDX-License-Identifier: MIT
/* The icons of the blocks: strokes on a field of 20 by 20. */

import { svg } from "./dom.js";

const paths = {
  thumbs_up: "M6 9v8H3V9zM6 9l4-6c1.5 0 2 1 2 2l-.5 3.5H16c1 0 1.7 1 1.5 2l-1.2 5c-.2 1-1 1.5-2 1.5H6",
  thumbs_down: "M14 11V3h3v8zM14 11l-4 6c-1.5 0-2-1-2-2l.5-3.5H4c-1 0-1.7-1-1.5-2l1.2-5c.2-1 1-1.5 2-1.5H14",
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
};

/** An icon without a name of its own: its button or its text has one. A name that is not known is a
 * ring. */
export function icon(name) {
  const path = Object.hasOwn(paths, name) ? paths[name] : paths.pending;
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: path }));
}
