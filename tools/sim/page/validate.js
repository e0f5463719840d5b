// SPDX-License-Identifier: MIT
/* The checks that Slack's client makes before it submits a modal. Pure. */

import { valueIn } from "./place.js";
import { asList, asNumber, asObject, asText } from "./shapes.js";

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
