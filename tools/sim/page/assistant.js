// SPDX-License-Identifier: MIT
/* The prompts that the app suggests, above the messages of an assistant's thread. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { asList, asObject, asText } from "./shapes.js";
import { drawPlain } from "./text.js";

const PROMPTS_MAX = 4; // https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts

function prompt(given, context) {
  const { title, message } = asObject(given);
  return h(
    "li",
    null,
    h(
      "button",
      {
        type: "button",
        class: "assistant-prompt",
        title: asText(message),
        onclick: () => context.ask(asText(message)),
      },
      icon("spark"),
      drawPlain(asText(title), context),
    ),
  );
}

/**
 * The suggestions of an assistant's thread.
 * @param {{prompts?: Array<Object>, promptsTitle?: string}} thread
 * @param {Object} context with ask(text), which sends a message in the thread
 */
export function drawAssistant(thread, context) {
  const { prompts, promptsTitle } = asObject(thread);
  const shown = asList(prompts).slice(0, PROMPTS_MAX);
  return h(
    "div",
    { class: "assistant" },
    h(
      "p",
      { class: "assistant-title" },
      drawPlain(asText(promptsTitle) || "How can I help?", context),
    ),
    shown.length > 0 &&
      h(
        "ul",
        { class: "assistant-prompts" },
        shown.map((one) => prompt(one, context)),
      ),
  );
}
