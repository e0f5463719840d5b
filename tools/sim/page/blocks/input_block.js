// SPDX-License-Identifier: MIT
/* An input block: a label, an element, a hint, and the error that the bot has found, or one of the
 * checks that Slack's client makes before it submits a modal. */

import { h, newId } from "../base/dom.js";
import { asList, asNumber, asObject, asText, textOf } from "../base/shapes.js";
import { drawElement } from "../elements/elements.js";
import { valueIn } from "../elements/place.js";
import { drawPlain } from "../text/text.js";

const CONTROLS = "input, textarea";

/** Draw a block of type input. */
export function drawInput(block, context) {
  const blockId = asText(block.block_id);
  const labelId = newId("label"),
    hintId = newId("hint");
  const controlId = newId("control"),
    errorId = newId("error");
  const hint = textOf(block.hint);
  const error = asText(context.errors?.[blockId]);
  const place = {
    blockId,
    context,
    labelId,
    controlId,
    dispatches: block.dispatch_action === true,
    optional: block.optional === true,
    invalid: error !== "",
    describedBy: hint ? `${hintId} ${errorId}` : errorId,
  };
  return h(
    "div",
    { class: "block block-input", "data-block-id": blockId },
    h(
      "label",
      { class: "input-label", id: labelId, for: controlId },
      drawPlain(textOf(block.label) || "(no label)", context),
      place.optional && h("span", { class: "input-optional" }, " (optional)"),
    ),
    drawElement(block.element, place),
    hint && h("div", { class: "block-hint", id: hintId }, drawPlain(hint, context)),
    h("p", { class: "input-error", id: errorId, hidden: error === "" }, h("bdi", null, error)),
  );
}

/**
 * Show the errors of the inputs below an element, and no others.
 * @param {HTMLElement} root
 * @param {Object<string, string>} errors sentences by block_id
 * @returns {number} how many have a place there
 */
export function showInputErrors(root, errors) {
  const inputs = [...root.querySelectorAll(".block-input")];
  const wrong = inputs.filter((input) => {
    const sentence = asText(errors[input.dataset.blockId]);
    const note = input.querySelector(".input-error");
    note.firstChild.textContent = sentence;
    note.hidden = sentence === "";
    for (const control of input.querySelectorAll(CONTROLS)) {
      if (sentence) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    return sentence !== "";
  });
  wrong[0]?.querySelector(CONTROLS)?.focus();
  return wrong.length;
}

/* --- the checks before a modal is submitted --- */

function isEmpty(state) {
  const { type, ...members } = asObject(state);
  const values = Object.values(members);
  return values.every(
    (value) =>
      value === null ||
      value === undefined ||
      value === "" ||
      (Array.isArray(value) && value.length === 0),
  );
}

function textProblem(element, text) {
  const length = [...text].length;
  const least = asNumber(element.min_length),
    most = asNumber(element.max_length, 3000);
  if (length < least) return `At least ${least} characters, and these are ${length}`;
  return length > most ? `At most ${most} characters, and these are ${length}` : "";
}

function numberProblem(element, text) {
  const number = Number(text);
  if (!Number.isFinite(number)) return "This is not a number";
  if (element.is_decimal_allowed !== true && !Number.isInteger(number))
    return "A whole number, please";
  if (number < asNumber(element.min_value, -Infinity)) return `At least ${element.min_value}`;
  return number > asNumber(element.max_value, Infinity) ? `At most ${element.max_value}` : "";
}

const checks = {
  plain_text_input: textProblem,
  number_input: numberProblem,
  email_text_input: (element, text) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? "" : "This is not an email address",
  url_text_input: (element, text) => (URL.canParse(text) ? "" : "This is not a URL"),
};

function problemOf(block, state) {
  const element = asObject(block.element);
  if (isEmpty(state)) return block.optional === true ? "" : "Please complete this required field.";
  const check = Object.hasOwn(checks, element.type) ? checks[element.type] : null;
  return check ? check(element, asText(state.value)) : "";
}

/**
 * The errors of the inputs of a view.
 * @param {Array<Object>} blocks
 * @param {Map<string, Object>} values what was entered
 * @returns {Object<string, string>} sentences by block_id
 */
export function inputErrors(blocks, values) {
  const inputs = asList(blocks)
    .map(asObject)
    .filter((block) => block.type === "input");
  const found = inputs.map((block) => {
    const state = valueIn(values, block, asObject(block.element));
    return [asText(block.block_id), problemOf(block, state)];
  });
  return Object.fromEntries(found.filter(([, problem]) => problem !== ""));
}
