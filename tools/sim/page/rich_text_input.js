// SPDX-License-Identifier: MIT
/* The rich text input: a box for mrkdwn with buttons for its marks. The bot gets a rich_text. */

import { h } from "./dom.js";
import { typing } from "./inputs.js";
import { parseMrkdwn } from "./mrkdwn.js";
import { beginValue, nameAttributes } from "./place.js";
import { editedText, richTextOf } from "./rich_text.js";
import { asNumber, textOf } from "./shapes.js";

const MARKS = [
  ["bold", "*", "B"],
  ["italic", "_", "I"],
  ["strike", "~", "S"],
  ["code", "`", "‹›"],
];

function richValue(text) {
  return { rich_text_value: text.trim() === "" ? null : richTextOf(parseMrkdwn(text)) };
}

/* Puts a mark around what is selected, as if the person had typed it. */
function markSelection(box, mark) {
  const { selectionStart: start, selectionEnd: end } = box;
  box.setRangeText(mark + box.value.slice(start, end) + mark, start, end, "select");
  box.setSelectionRange(start + 1, end + 1);
  box.focus();
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Draw an element of type rich_text_input. */
export function richTextInput(element, place) {
  const begin = beginValue(place, "rich_text_value", element.initial_value);
  const rows = Math.max(3, Math.min(20, asNumber(element.min_lines, 3)));
  const box = h("textarea", {
    class: "control-field",
    rows,
    dir: "auto",
    value: begin ? editedText(begin) : "",
    placeholder: textOf(element.placeholder) || null,
    ...nameAttributes(place, "Text"),
    ...typing(place, richValue),
  });
  const buttons = MARKS.map(([name, mark, sign]) =>
    h(
      "button",
      {
        type: "button",
        class: `rich-mark rich-mark-${name}`,
        "aria-label": name,
        title: `${name}: ${mark}text${mark}`,
        onclick: () => markSelection(box, mark),
      },
      sign,
    ),
  );
  return h(
    "div",
    { class: "rich-input" },
    h("div", { class: "rich-marks", role: "toolbar", "aria-label": "Formatting" }, buttons),
    box,
  );
}
