// SPDX-License-Identifier: MIT
/* Files: reads those that a person chooses, and draws those of a message. Only the simulator's own
 * ones are loaded. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const units = ["bytes", "KB", "MB"];

function sizeText(bytes) {
  let size = bytes,
    unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

function drawImage(file, url) {
  return h(
    "a",
    { class: "file-image", href: url, target: "_blank", rel: "noopener noreferrer" },
    h("img", {
      src: url,
      alt: file.alt_txt || file.title || file.name || "A picture",
      loading: "lazy",
    }),
  );
}

function drawFile(file, context) {
  const url = context.file(file.id);
  const name = file.title || file.name || file.id;
  if (url && file.mimetype?.startsWith("image/") && file.mimetype !== "image/svg+xml")
    return drawImage(file, url);
  const detail = [
    file.pretty_type || file.filetype,
    file.size === undefined ? "" : sizeText(file.size),
  ];
  return h(
    url ? "a" : "div",
    {
      class: "file",
      href: url,
      target: url ? "_blank" : null,
      rel: url ? "noopener noreferrer" : null,
    },
    icon("file"),
    h(
      "span",
      { class: "file-text" },
      h("span", { class: "file-name" }, name),
      h("span", { class: "file-detail" }, detail.filter(Boolean).join(" · ")),
    ),
  );
}

/** Draw the files of a message. */
export function drawFiles(files, context) {
  return h(
    "div",
    { class: "files", role: "group", "aria-label": "Files" },
    files.map((file) => drawFile(file, context)),
  );
}

/** The bytes of a file of the person, in base64. */
export function readFile(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(`The browser cannot read ${file.name}`));
    reader.readAsDataURL(file);
  });
}
