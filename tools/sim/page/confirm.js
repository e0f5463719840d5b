// SPDX-License-Identifier: MIT
/* The question that an element asks before it acts. */

import { h } from "./dom.js";
import { newId } from "./ids.js";
import { asObject, textOf } from "./shapes.js";
import { drawPlain, drawText } from "./text.js";

function answerButton(text, attributes, context) {
  return h("button", { type: "button", ...attributes }, drawPlain(text, context));
}

/**
 * Ask a question in a dialog.
 * @param {Object} question a confirm object of Slack
 * @param {import("./block_kinds.js").Context} context
 * @returns {Promise<boolean>}
 */
export function confirmed(question, context) {
  const { title, text, confirm, deny, style } = asObject(question);
  const titleId = newId("confirm");
  const color = style === "danger" ? "control-danger" : "control-primary";
  const no = { class: "control", onclick: () => dialog.close("no") };
  const yes = { class: `control ${color}`, autofocus: true, onclick: () => dialog.close("yes") };
  const dialog = h(
    "dialog",
    { class: "dialog view-dialog view-confirm", "aria-labelledby": titleId },
    h("h2", { id: titleId }, drawPlain(textOf(title) || "Are you sure?", context)),
    h("div", { class: "view-body" }, drawText(text, context)),
    h(
      "div",
      { class: "view-foot" },
      answerButton(textOf(deny) || "Cancel", no, context),
      answerButton(textOf(confirm) || "Yes", yes, context),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
