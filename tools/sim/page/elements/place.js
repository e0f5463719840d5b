// SPDX-License-Identifier: MIT
/* An element at its place in a block: its name for a screen reader, its value, and what happens when
 * a person uses it: the element may ask for confirmation before it acts. */

import { h, newId } from "../base/dom.js";
import { asObject, asText, textOf } from "../base/shapes.js";
import { drawPlain, drawText } from "../text/text.js";

/**
 * @typedef {Object} Context of the surface on which blocks are drawn
 * @property {"message"|"modal"|"home"} surface
 * @property {Object} names {user(id), channel(id), team(id), usergroup(id)} -> string or null;
 *   users() and channels() -> the objects of Slack among which a person can choose
 * @property {function(string): string|null} emoji the character of a name
 * @property {function(Object): Promise<{ok: boolean, error?: string}>} act sends an action to the bot
 * @property {function(string, string, string): Promise<Object>} suggest (action_id, block_id, typed)
 *   -> options, {options} or {option_groups} of an external select
 * @property {Map<string, Object>} values what was entered; stateOf() makes Slack's state of it
 * @property {Object<string, string>} [errors] sentences by block_id
 * @property {function(string): string|null} [file] the simulator's URL of a file
 * @property {function(File): Promise<Object>} [upload] -> a file of Slack
 * @property {string} [me] the id of the person who looks
 * @property {string} [channel] the id of the conversation
 * @property {string} [timeZone] of the reader; else that of the browser
 */

/* --- the question before an action --- */

function answerButton(text, attributes, context) {
  return h("button", { type: "button", ...attributes }, drawPlain(text, context));
}

/*
 * Ask a question in a dialog.
 * @param {Object} question a confirm object of Slack
 * @param {Context} context
 * @returns {Promise<boolean>}
 */
function confirmed(question, context) {
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

/* --- places --- */

/**
 * @typedef {Object} Place
 * @property {Object} element as the bot has sent it
 * @property {string} blockId
 * @property {Object} context of the surface
 * @property {boolean} dispatches a change goes to the bot at once
 * @property {boolean} optional nothing may be chosen
 * @property {string} [labelId] the id of the label of an input block
 * @property {string} [controlId] the id that the label is for
 * @property {string} [describedBy] ids of its hint and its error
 * @property {boolean} [invalid]
 */

/**
 * The attributes that name a control: by the label of its block, else by its placeholder.
 * @param {Place} place
 * @param {string} otherwise its name if it has neither
 */
export function nameAttributes(place, otherwise) {
  const { element, labelId, controlId, describedBy, invalid, optional } = place;
  const label = asText(element.accessibility_label) || textOf(element.placeholder) || otherwise;
  return {
    id: controlId || null,
    "aria-label": labelId ? null : label,
    "aria-describedby": describedBy || null,
    "aria-invalid": invalid ? "true" : null,
    "aria-required": labelId && !optional ? "true" : null,
    autofocus: element.focus_on_load === true && place.context.surface === "modal",
  };
}

/* --- values --- */

/* A block_id may have any character, so that no separator is good. */
function keyOf({ blockId, element }) {
  return JSON.stringify([blockId, asText(element.action_id)]);
}

/* The values that a person has entered, as in Slack's state.values; {} if there are none. */
function keptValue(place) {
  return asObject(place.context.values?.get(keyOf(place)));
}

/** Keep what a person has entered: `value` is {value} or {selected_option} and the like. */
export function keepValue(place, value) {
  place.context.values?.set(keyOf(place), { type: asText(place.element.type), ...value });
}

/** The value to begin with: what was entered before the surface was drawn again, else `initial`. */
export function beginValue(place, name, initial) {
  const { kept, values } = place.context;
  const before = asObject(kept?.get(keyOf(place)) ?? values?.get(keyOf(place)));
  const value =
    before.type === place.element.type && name in before ? before[name] : (initial ?? null);
  keepValue(place, { [name]: value });
  return value;
}

/** A context to draw a surface anew: an element keeps what was entered, and what was entered into
 * elements that the surface has no more is forgotten. */
export function renewed(context) {
  const values = context.values || new Map();
  const kept = new Map(values);
  values.clear();
  return { ...context, values, kept };
}

/** The value of an element of a block. */
export function valueIn(values, block, element) {
  return values.get(keyOf({ blockId: asText(block.block_id), element }));
}

/** The values of a surface as Slack's state: {values: {block_id: {action_id: value}}}. */
export function stateOf(values) {
  const blocks = new Map();
  for (const [key, value] of values || []) {
    const [block, action] = JSON.parse(key);
    blocks.set(block, { ...blocks.get(block), ...Object.fromEntries([[action, value]]) });
  }
  return { values: Object.fromEntries(blocks) };
}

/* --- actions --- */

function showError(control, sentence) {
  const element = control.closest(".element") || control;
  element.querySelector(".element-error")?.remove();
  if (sentence)
    element.append(h("p", { class: "element-error", role: "alert" }, h("bdi", null, sentence)));
}

async function send(place, control, value) {
  const { element, blockId, context } = place;
  control.setAttribute("aria-busy", "true");
  try {
    const answer = await context.act(
      {
        type: asText(element.type),
        block_id: blockId,
        action_id: asText(element.action_id),
        ...value,
      },
      stateOf(context.values),
    );
    const failed = answer?.ok === false || answer?.acked === false;
    showError(control, failed ? answer.error || "the bot has not answered" : "");
  } catch (error) {
    showError(control, error.message);
  }
  control.removeAttribute("aria-busy");
}

/**
 * Do what a person did with a control: ask for confirmation, and send the action to the bot.
 * @param {Place} place
 * @param {HTMLElement} control
 * @param {Object} value as Slack names it: {value}, {selected_option} …
 * @returns {Promise<boolean>} whether the person has confirmed it
 */
export async function perform(place, control, value) {
  const question = place.element.confirm;
  if (question && !(await confirmed(question, place.context))) return false;
  await send(place, control, value);
  return true;
}

/**
 * Keep a new value, and send it where a change is an action.
 * @returns {Promise<boolean>} false if the person has not confirmed it: the old value is kept
 */
export async function changeValue(place, control, value) {
  const before = keptValue(place);
  keepValue(place, value);
  if (!place.dispatches || (await perform(place, control, value))) return true;
  keepValue(place, before);
  return false;
}
