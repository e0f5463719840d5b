// SPDX-License-Identifier: MIT
/* Inputs of text, numbers, files and rich text. */

import { h, replace } from "../base/dom.js";
import { asList, asNumber, asObject, asText, textOf } from "../base/shapes.js";
import { parseMrkdwn } from "../text/mrkdwn.js";
import { editedText, richTextOf } from "../text/rich_text.js";
import { beginValue, changeValue, keepValue, nameAttributes, perform } from "./place.js";

const TYPING_MS = 300; // a pause in typing after which on_character_entered reaches the bot
const FILES_MAX = 10;

/* When an input goes to the bot. Slack's default is Enter. */
function triggers(element) {
  const given = asList(asObject(element.dispatch_action_config).trigger_actions_on);
  return given.length > 0 ? given : ["on_enter_pressed"];
}

/**
 * The listeners of a box in which a person types.
 * @param {import("./place.js").Place} place
 * @param {function(string): Object} valueOf the value, as Slack names it, of what is typed
 */
function typing(place, valueOf) {
  const on = triggers(place.element);
  let timer = 0;
  const send = (input) => place.dispatches && perform(place, input, valueOf(input.value));
  return {
    oninput: ({ currentTarget: input }) => {
      keepValue(place, valueOf(input.value));
      clearTimeout(timer);
      if (on.includes("on_character_entered")) timer = setTimeout(send, TYPING_MS, input);
    },
    onkeydown: (event) => {
      const input = event.currentTarget;
      const pressed = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (!pressed || !place.dispatches || !on.includes("on_enter_pressed")) return;
      event.preventDefault();
      clearTimeout(timer);
      send(input);
    },
  };
}

function textValue(text) {
  return { value: text === "" ? null : text };
}

function lengthAttribute(value) {
  const length = asNumber(value, -1);
  return Number.isInteger(length) && length >= 0 ? length : null;
}

function textField(tag, attributes, element, place) {
  const value = asText(beginValue(place, "value", element.initial_value));
  return h(tag, {
    class: "control-field",
    placeholder: textOf(element.placeholder) || null,
    dir: "auto",
    value,
    ...nameAttributes(place, "Text"),
    ...typing(place, textValue),
    ...attributes,
  });
}

function plainTextInput(element, place) {
  const minlength = lengthAttribute(element.min_length);
  const maxlength = lengthAttribute(element.max_length) ?? 3000;
  const attributes = { minlength: minlength <= maxlength ? minlength : null, maxlength };
  return element.multiline === true
    ? textField("textarea", { ...attributes, rows: 4 }, element, place)
    : textField("input", { ...attributes, type: "text" }, element, place);
}

function numberInput(element, place) {
  const bound = (value) => (asText(value) === "" ? null : asNumber(value, null));
  return textField(
    "input",
    {
      type: "number",
      inputmode: "decimal",
      min: bound(element.min_value),
      max: bound(element.max_value),
      step: element.is_decimal_allowed === true ? "any" : 1,
    },
    element,
    place,
  );
}

/* --- files --- */

function fileTypes(element) {
  return asList(element.filetypes)
    .map(asText)
    .filter(Boolean)
    .map((type) => `.${type.replace(/^\./, "")}`)
    .join(",");
}

function fileNames(files) {
  return asList(files).map((file) =>
    h("li", null, h("bdi", null, asText(asObject(file).name) || asText(asObject(file).id))),
  );
}

async function upload(place, input, list) {
  const most = Math.min(FILES_MAX, asNumber(place.element.max_files, FILES_MAX));
  const chosen = [...input.files].slice(0, most);
  try {
    if (!place.context.upload) throw new Error("the simulator takes no files here");
    const files = await Promise.all(chosen.map((file) => place.context.upload(file)));
    replace(list, fileNames(files));
    await changeValue(place, input, { files });
  } catch (error) {
    replace(
      list,
      h("li", { class: "element-error", role: "alert" }, h("bdi", null, error.message)),
    );
  }
}

function fileInput(element, place) {
  const list = h("ul", { class: "file-list" }, fileNames(beginValue(place, "files", [])));
  const input = h("input", {
    class: "control-file",
    type: "file",
    accept: fileTypes(element) || null,
    multiple: asNumber(element.max_files, FILES_MAX) > 1,
    ...nameAttributes(place, "Files"),
    onchange: () => upload(place, input, list),
  });
  return [input, list];
}

/* --- rich text: a box for mrkdwn with buttons for its marks; the bot gets a rich_text --- */

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

function richTextInput(element, place) {
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

export const inputElements = {
  plain_text_input: plainTextInput,
  email_text_input: (element, place) =>
    textField("input", { type: "email", autocomplete: "off" }, element, place),
  url_text_input: (element, place) =>
    textField("input", { type: "url", autocomplete: "off" }, element, place),
  number_input: numberInput,
  file_input: fileInput,
  rich_text_input: richTextInput,
};
