// SPDX-License-Identifier: MIT
/* The box in which a person edits an own message. */

import { h } from "./dom.js";
import { editableText, typedText } from "./typed.js";

/** The box for a message. */
export function drawEditBox(page, entry) {
  const text = editableText(entry.message.text || "", page.names);
  const cancel = () => page.edit(null);
  const save = async () => {
    const wanted = area.value.trim();
    const changed = wanted !== "" && wanted !== text;
    const answer = changed && (await page.act("edit", { message: entry.ts, channel: entry.channel, text: typedText(wanted) }));
    if (!changed || answer.ok) cancel();
  };
  const takeKey = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") cancel();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  };
  const area = h("textarea", { class: "composer-text", "aria-label": "Edit message", rows: 1, value: text, onkeydown: takeKey });
  queueMicrotask(() => {
    area.focus();
    area.setSelectionRange(text.length, text.length);
  });
  return h(
    "div",
    { class: "edit-box" },
    area,
    h(
      "div",
      { class: "edit-buttons" },
      h("button", { class: "button", type: "button", onclick: cancel }, "Cancel"),
      h("button", { class: "button primary", type: "button", onclick: save }, "Save"),
    ),
  );
}
