// SPDX-License-Identifier: MIT
/* The page's own dialogs. The browser keeps the focus inside, and Escape closes them. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

let count = 0;

/**
 * Show a dialog.
 * @param {string} title
 * @param {Array<Node>} body
 * @param {Array<Node>} buttons at its end; a button of type "submit" closes it
 * @returns {HTMLDialogElement}
 */
export function showDialog(title, body, buttons = []) {
  const id = `dialog-title-${++count}`;
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": id, onclose: () => dialog.remove() },
    h(
      "header",
      { class: "dialog-head" },
      h("h2", { id }, title),
      h(
        "button",
        {
          class: "quiet-button",
          type: "button",
          "aria-label": "Close",
          onclick: () => dialog.close(),
        },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body", tabindex: 0 }, body),
    buttons.length > 0 ? h("footer", { class: "dialog-foot" }, buttons) : null,
  );
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  return dialog;
}

/** Show a value as JSON, to be read and copied. */
export function showJson(title, value) {
  const text = JSON.stringify(value, null, 2);
  const copy = h("button", { class: "button", type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  showDialog(
    title,
    [h("pre", { class: "plain-json", tabindex: 0, "aria-label": title }, text)],
    [copy],
  );
}

/** Ask before something that cannot be undone. Resolves to the answer. */
export function confirm(title, text, yes) {
  return new Promise((resolve) => {
    const answer = (given) => () => {
      resolve(given);
      dialog.close();
    };
    const dialog = showDialog(
      title,
      [h("p", null, text)],
      [
        h("button", { class: "button", type: "button", onclick: answer(false) }, "Cancel"),
        h("button", { class: "button danger", type: "button", onclick: answer(true) }, yes),
      ],
    );
    dialog.addEventListener("close", () => resolve(false));
  });
}

/** Ask for one line of text. Resolves to it, or to "" if nothing was given. */
export function ask(title, label, { hint = "", yes = "OK" } = {}) {
  return new Promise((resolve) => {
    const id = `dialog-field-${++count}`;
    const field = h("input", {
      class: "field",
      id,
      name: "text",
      required: true,
      autocomplete: "off",
      autofocus: true,
      "aria-describedby": `${id}-hint`,
    });
    const form = h(
      "form",
      {
        method: "dialog",
        id: `${id}-form`,
        onsubmit: (event) => {
          event.preventDefault();
          resolve(field.value.trim());
          dialog.close();
        },
      },
      h("label", { for: id }, label),
      field,
      h("p", { class: "hint", id: `${id}-hint` }, hint),
    );
    const dialog = showDialog(
      title,
      [form],
      [h("button", { class: "button primary", form: form.id }, yes)],
    );
    dialog.addEventListener("close", () => resolve(""));
  });
}
