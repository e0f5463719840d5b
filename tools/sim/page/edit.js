// SPDX-License-Identifier: MIT
/* The box in which a person edits an own message. */

import { h } from "./dom.js";
import { editableText, typedText } from "./typed.js";

async function save(page, entry, before, typed) {
  const text = typed.trim();
  const where = { message: entry.ts, channel: entry.channel };
  const changed = text !== "" && text !== before;
  const answer = changed
    ? await page.act("edit", { ...where, text: typedText(text) })
    : { ok: true };
  if (answer.ok) page.edit(null);
}

function takeKey(event, { cancel, done }) {
  event.stopPropagation(); // the keys of a message are letters here
  if (event.key === "Escape") cancel();
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  done();
}

/** The box for a message. It takes the focus as soon as it is in the page. */
export function drawEditBox(page, entry) {
  const text = editableText(entry.message.text || "", page.names);
  const cancel = () => page.edit(null);
  const done = () => save(page, entry, text, area.value);
  const button = (look, label, onclick) =>
    h("button", { class: look, type: "button", onclick }, label);
  const area = h("textarea", { class: "composer-text", "aria-label": "Edit message", rows: 1 });
  area.value = text;
  area.addEventListener("keydown", (event) => takeKey(event, { cancel, done }));
  queueMicrotask(() => {
    area.focus();
    area.setSelectionRange(text.length, text.length);
  });
  const buttons = [button("button", "Cancel", cancel), button("button primary", "Save", done)];
  return h("div", { class: "edit-box" }, area, h("div", { class: "edit-buttons" }, buttons));
}
