// SPDX-License-Identifier: MIT
/* An input block: a label, an element, a hint, and the error that the bot or the page has found. */

import { h } from "./dom.js";
import { drawElement } from "./elements.js";
import { newId } from "./ids.js";
import { asText, textOf } from "./shapes.js";
import { drawPlain } from "./text.js";

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
