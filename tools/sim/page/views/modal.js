// SPDX-License-Identifier: MIT
/* A modal: the view on top of a person's stack, as a dialog. */

import { h, newId } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { asList, asObject, asText, textOf } from "../base/shapes.js";
import { drawBlocks } from "../blocks/blocks.js";
import { inputErrors, showInputErrors } from "../blocks/input_block.js";
import { renewed } from "../elements/place.js";
import { drawPlain } from "../text/text.js";

function hasInput(view) {
  return asList(view.blocks).some((block) => asObject(block).type === "input");
}

function closeButton(context, label, symbol, clear) {
  return h(
    "button",
    {
      type: "button",
      class: "control-icon",
      "aria-label": label,
      title: label,
      onclick: () => context.close?.(clear),
    },
    icon(symbol),
  );
}

/* Submits the view, and shows what the page or the bot has found wrong. */
async function submit(dialog, view, context) {
  const note = dialog.querySelector(".view-note");
  const button = dialog.querySelector(".view-submit");
  const found = inputErrors(view.blocks, context.values);
  const count = showInputErrors(dialog, found);
  note.textContent = Object.keys(found).length > count ? "Some inputs are not complete" : "";
  if (Object.keys(found).length > 0 || !context.submit) return;
  button.disabled = true;
  try {
    const answer = asObject(await context.submit());
    const errors = asObject(answer.errors);
    const shown = showInputErrors(dialog, errors);
    const lost = Object.keys(errors).length > shown;
    if (lost)
      note.textContent = `No input has the block_id of an error: ${Object.keys(errors).join(", ")}`;
    else if (answer.ok === false)
      note.textContent = asText(answer.error) || "The bot has not answered";
  } catch (error) {
    note.textContent = error.message;
  }
  button.disabled = false;
}

/* As Slack does, also from a field of several lines. */
function submitByKeys(event) {
  const { key, ctrlKey, metaKey, isComposing, currentTarget } = event;
  if (key !== "Enter" || (!ctrlKey && !metaKey) || isComposing || event.defaultPrevented) return;
  event.preventDefault(); // a field of one line submits by itself
  currentTarget.querySelector(".view-submit")?.click();
}

function drawHead(view, context, titleId) {
  const stacked = asList(context.stack).length > 1;
  return h(
    "header",
    { class: "view-head" },
    stacked && closeButton(context, "Back", "back", false),
    h("h2", { id: titleId }, drawPlain(textOf(view.title) || "Untitled", context)),
    closeButton(context, stacked ? "Close all" : "Dismiss", "close", stacked),
  );
}

function drawFoot(view, context) {
  const submits = textOf(view.submit) || (hasInput(view) && "Submit");
  const closes = textOf(view.close) || (submits ? "Cancel" : "Close");
  const close = { type: "button", class: "control", onclick: () => context.close?.(false) };
  const send = {
    type: "submit",
    class: "control control-primary view-submit",
    disabled: view.submit_disabled === true,
  };
  return h(
    "footer",
    { class: "view-foot" },
    h("p", { class: "view-note", role: "alert" }),
    h("button", close, drawPlain(closes, context)),
    submits && h("button", send, drawPlain(submits, context)),
  );
}

/**
 * The dialog of a modal; showModal() opens it.
 * @param {Object} view as Slack shows it
 * @param {import("../elements/place.js").Context} context with submit(): Promise<{ok, error?, errors?}>,
 *   close(clear: boolean), and `stack`: the person's open views, bottom to top
 * @returns {HTMLDialogElement}
 */
export function drawModal(view, context) {
  const given = asObject(view);
  const surface = { ...renewed(context), surface: "modal" };
  const titleId = newId("view");
  const onsubmit = (event) => {
    event.preventDefault();
    submit(dialog, given, surface);
  };
  const form = h(
    "form",
    { class: "view-form", method: "dialog", novalidate: true, onsubmit, onkeydown: submitByKeys },
    drawHead(given, surface, titleId),
    h("div", { class: "view-body", tabindex: "-1" }, drawBlocks(given.blocks, surface)),
    drawFoot(given, surface),
  );
  // Without a focus_on_load a person begins with the first field, and Enter never dismisses the form.
  const body = form.querySelector(".view-body");
  if (!body.querySelector("[autofocus]"))
    (body.querySelector("input, textarea") || body).autofocus = true;
  const dialog = h(
    "dialog",
    {
      class: "dialog view-dialog",
      "aria-labelledby": titleId,
      "data-view": asText(given.id),
      "data-callback": asText(given.callback_id),
    },
    form,
  );
  return dialog;
}
