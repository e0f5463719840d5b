// SPDX-License-Identifier: MIT
/* The elements that a person sees or uses in a block: a table of types. Images, buttons and the
 * overflow menu are here; every other family has a module. */

import { h } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { openMenu } from "../base/popup.js";
import { asList, asObject, asText, byType, linkUrl, drawUnknown, textOf } from "../base/shapes.js";
import { drawPlain, drawRichText } from "../text/text.js";
import { choiceElements } from "./choices.js";
import { dateElements } from "./date_pickers.js";
import { inputElements } from "./inputs.js";
import { perform } from "./place.js";
import { selectElements } from "./selects.js";

/* --- images: the page asks no other host for anything. Only files of the simulator itself are loaded,
 * and of every other image the page shows the address and the text that stands for it --- */

/* A URL of the page's own origin: nobody else learns that it is loaded. */
function isOwn(url) {
  return (
    url !== "" &&
    URL.canParse(url, location.href) &&
    new URL(url, location.href).origin === location.origin
  );
}

/* The address under which the simulator has the image; "" if it has not. The URLs of its files have
 * their id, and take the bot's token. */
function ownUrl(image, context) {
  const { image_url: url, slack_file: file } = asObject(image);
  const { id, url: fileUrl } = asObject(file);
  for (const address of [asText(fileUrl), asText(url)].filter(isOwn)) {
    const found = asText(context.file?.(/\b(F[A-Z0-9]{6,})\b/.exec(address)?.[1]));
    if (found && isOwn(found)) return found;
  }
  const found = asText(id) && asText(context.file?.(asText(id)));
  return isOwn(found) ? found : "";
}

/** The place of an image that is not loaded: its text, and its address as a link. */
function stand(image, alt, className) {
  const { image_url: url, slack_file: file } = asObject(image);
  const address = asText(url) || asText(asObject(file).url) || asText(asObject(file).id);
  const href = linkUrl(address);
  const content = [
    icon("image"),
    alt && h("bdi", { class: "image-alt" }, alt),
    address && h("bdi", { class: "image-address" }, address),
  ];
  const attributes = { class: `image-stand ${className}`, title: `${alt}\n${address}`.trim() };
  return href
    ? h("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, content)
    : h("span", { ...attributes, role: "img", "aria-label": alt || address || "image" }, content);
}

/**
 * An image.
 * @param {Object} image with image_url or slack_file, and alt_text
 * @param {Object} context
 * @param {string} className
 */
export function drawImage(image, context, className) {
  const alt = asText(asObject(image).alt_text);
  const src = ownUrl(image, context);
  if (!src) return stand(image, alt, className);
  const element = h("img", {
    class: className,
    src,
    alt,
    loading: "lazy",
    decoding: "async",
    onerror: () => element.replaceWith(stand(image, alt, className)),
  });
  return element;
}

/* --- buttons --- */

const OPTIONS_MAX = 100; // Slack takes 5

function buttonClass({ style }) {
  return style === "primary" || style === "danger" ? `control control-${style}` : "control";
}

/* Follows the link of a button, or of an option, when the person has confirmed it. */
async function followConfirmed(event, place, value, href) {
  const control = event.currentTarget;
  if (!place.element.confirm) {
    perform(place, control, value);
    return;
  }
  event.preventDefault();
  if (await perform(place, control, value)) window.open(href, "_blank", "noopener,noreferrer");
}

/* A link, if there is a URL to follow, or else a button. */
function linkOrButton(href, attributes, follow, click, content) {
  const link = { href, target: "_blank", rel: "noopener noreferrer", onclick: follow };
  return href
    ? h("a", { ...attributes, ...link }, content)
    : h("button", { ...attributes, type: "button", onclick: click }, content);
}

function button(element, place) {
  const href = linkUrl(element.url);
  const value = { value: asText(element.value), text: element.text };
  const attributes = {
    class: buttonClass(element),
    "aria-label": asText(element.accessibility_label) || null,
  };
  const content = [
    element.type === "workflow_button" && icon("workflow"),
    drawPlain(textOf(element.text) || "(no text)", place.context),
  ];
  return linkOrButton(
    href,
    attributes,
    (event) => followConfirmed(event, place, value, href),
    (event) => perform(place, event.currentTarget, value),
    content,
  );
}

function iconButton(element, place) {
  const label = asText(element.accessibility_label) || textOf(element.text) || asText(element.icon);
  const visible = asList(element.visible_to_user_ids);
  if (visible.length > 0 && place.context.me && !visible.includes(place.context.me)) return null;
  return h(
    "button",
    {
      type: "button",
      class: "control-icon",
      "aria-label": label,
      title: textOf(element.text),
      onclick: (event) => perform(place, event.currentTarget, { value: asText(element.value) }),
    },
    icon(asText(element.icon)),
  );
}

function feedbackButton(place, given, symbol) {
  const { text, value, accessibility_label: label } = asObject(given);
  return h(
    "button",
    {
      type: "button",
      class: "control-icon",
      "aria-label": asText(label) || textOf(text) || symbol,
      title: textOf(text),
      "aria-pressed": "false",
      onclick: (event) => {
        const control = event.currentTarget;
        for (const one of control.parentElement.children)
          one.setAttribute("aria-pressed", String(one === control));
        perform(place, control, { value: asText(value), text });
      },
    },
    icon(symbol),
  );
}

function feedbackButtons(element, place) {
  return h(
    "span",
    { class: "feedback", role: "group", "aria-label": "Feedback" },
    feedbackButton(place, element.positive_button, "thumbs_up"),
    feedbackButton(place, element.negative_button, "thumbs_down"),
  );
}

/* --- the overflow menu --- */

function menuItem(option, place, button) {
  const { text, description, url } = asObject(option);
  const href = linkUrl(url);
  const value = { selected_option: option };
  const content = [
    drawPlain(textOf(text), place.context),
    textOf(description) &&
      h("span", { class: "option-description" }, drawPlain(textOf(description), place.context)),
  ];
  const attributes = { class: "block-menu-item", role: "menuitem", tabindex: "-1" };
  return linkOrButton(
    href,
    attributes,
    (event) => followConfirmed(event, place, value, href),
    () => perform(place, button, value),
    content,
  );
}

function overflow(element, place) {
  const options = asList(element.options).slice(0, OPTIONS_MAX);
  return h(
    "button",
    {
      type: "button",
      class: "control control-overflow",
      "aria-label": "More options",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: (event) => {
        const control = event.currentTarget;
        openMenu(
          control,
          options.map((option) => menuItem(option, place, control)),
        );
      },
    },
    icon("more"),
  );
}

/* --- all of them --- */

/* The parts of a rich text, where Slack has them as elements of another block. */
function richText(element, { context }) {
  return drawRichText({ elements: [element] }, context);
}

const elements = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  image: (element, { context }) => drawImage(element, context, "image-accessory"),
  rich_text_section: richText,
  rich_text_list: richText,
  rich_text_quote: richText,
  rich_text_preformatted: richText,
  ...choiceElements,
  ...dateElements,
  ...inputElements,
  ...selectElements,
};

/**
 * Draw an element of a block.
 * @param {Object} element
 * @param {import("./place.js").Place} place without its element
 */
export function drawElement(element, place) {
  const draw = byType(elements, element?.type);
  if (!draw) return drawUnknown(element, "element");
  const drawn = draw(element, { ...place, element });
  return drawn && h("div", { class: `element element-${element.type.replace(/_/g, "-")}` }, drawn);
}
