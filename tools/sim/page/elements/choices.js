// SPDX-License-Identifier: MIT
/* Checkboxes and radio buttons. */

import { h, newId } from "../base/dom.js";
import { asList, asObject, asText, textOf } from "../base/shapes.js";
import { drawText } from "../text/text.js";
import { beginValue, changeValue, nameAttributes } from "./place.js";

const OPTIONS_MAX = 100; // Slack takes 10

function isSame(option, other) {
  return asText(asObject(option).value) === asText(asObject(other).value);
}

function choice(option, context, attributes) {
  const { text, description } = asObject(option);
  const descriptionId = textOf(description) && newId("choice");
  return h(
    "label",
    { class: "choice" },
    h("input", { ...attributes, "aria-describedby": descriptionId || null }),
    h(
      "div",
      { class: "choice-text" },
      drawText(text, context),
      descriptionId &&
        h(
          "div",
          { class: "option-description", id: descriptionId },
          drawText(description, context),
        ),
    ),
  );
}

/* A group has the name that a control would have. No ARIA state of an input is for a group. */
function group(role, place, otherwise, choices) {
  const { "aria-label": label, "aria-describedby": describedBy } = nameAttributes(place, otherwise);
  return h(
    "div",
    {
      class: "choices",
      role,
      "aria-label": label,
      "aria-describedby": describedBy,
      "aria-labelledby": place.labelId || null,
      tabindex: "-1",
    },
    choices.length > 0 ? choices : h("span", { class: "block-hint" }, "no options"),
  );
}

function checkboxes(element, place) {
  const options = asList(element.options).slice(0, OPTIONS_MAX);
  let chosen = asList(beginValue(place, "selected_options", asList(element.initial_options)));
  const change =
    (option) =>
    async ({ currentTarget: box }) => {
      const others = chosen.filter((one) => !isSame(one, option));
      const before = chosen;
      chosen = box.checked ? [...others, option] : others;
      if (await changeValue(place, box, { selected_options: chosen })) return;
      chosen = before;
      box.checked = !box.checked;
    };
  return group(
    "group",
    place,
    "Checkboxes",
    options.map((option) =>
      choice(option, place.context, {
        type: "checkbox",
        checked: chosen.some((one) => isSame(one, option)),
        onchange: change(option),
      }),
    ),
  );
}

function radioButtons(element, place) {
  const options = asList(element.options).slice(0, OPTIONS_MAX);
  const name = newId("radio");
  let chosen = beginValue(place, "selected_option", element.initial_option);
  const change =
    (option) =>
    async ({ currentTarget: radio }) => {
      const before = chosen;
      chosen = option;
      if (await changeValue(place, radio, { selected_option: option })) return;
      chosen = before;
      const all = radio.closest(".choices").querySelectorAll("input");
      all.forEach((one, i) => {
        one.checked = before !== null && isSame(options[i], before);
      });
    };
  return group(
    "radiogroup",
    place,
    "Options",
    options.map((option) =>
      choice(option, place.context, {
        type: "radio",
        name,
        checked: chosen !== null && isSame(option, chosen),
        onchange: change(option),
      }),
    ),
  );
}

export const choiceElements = { checkboxes, radio_buttons: radioButtons };
