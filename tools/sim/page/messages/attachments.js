// SPDX-License-Identifier: MIT
/* The files of a message, and its attachments: what messages had before blocks, and what link unfurls
 * still have (https://docs.slack.dev/messaging/formatting-message-text#attachments). */

import { drawPaged, h } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { asList, asNumber, asObject, asText, byType, linkUrl, textOf } from "../base/shapes.js";
import { drawBlocks } from "../blocks/blocks.js";
import { drawElement, drawImage } from "../elements/elements.js";
import { dateText } from "../text/dates.js";
import { drawMrkdwn, drawPlain } from "../text/text.js";

/* --- files: only the simulator's own ones are loaded --- */

const units = ["bytes", "KB", "MB"];

function sizeText(bytes) {
  let size = bytes,
    unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

function drawPicture(file, url) {
  return h(
    "a",
    { class: "file-image", href: url, target: "_blank", rel: "noopener noreferrer" },
    h("img", {
      src: url,
      alt: file.alt_txt || file.title || file.name || "A picture",
      loading: "lazy",
    }),
  );
}

function drawFile(file, context) {
  const url = context.file(file.id);
  const name = file.title || file.name || file.id;
  if (url && file.mimetype?.startsWith("image/") && file.mimetype !== "image/svg+xml")
    return drawPicture(file, url);
  const detail = [
    file.pretty_type || file.filetype,
    file.size === undefined ? "" : sizeText(file.size),
  ];
  return h(
    url ? "a" : "div",
    {
      class: "file",
      href: url,
      target: url ? "_blank" : null,
      rel: url ? "noopener noreferrer" : null,
    },
    icon("file"),
    h(
      "span",
      { class: "file-text" },
      h("span", { class: "file-name one-line" }, name),
      h("span", { class: "file-detail" }, detail.filter(Boolean).join(" · ")),
    ),
  );
}

/** Draw the files of a message. */
export function drawFiles(files, context) {
  return h(
    "div",
    { class: "files", role: "group", "aria-label": "Files" },
    files.map((file) => drawFile(file, context)),
  );
}

/* --- attachments --- */

const COLORS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

function linked(url, content, className) {
  const href = linkUrl(url);
  return href
    ? h("a", { class: className, href, target: "_blank", rel: "noopener noreferrer" }, content)
    : h("span", { class: className }, content);
}

function image(url, alt, className, context) {
  return asText(url) && drawImage({ image_url: url, alt_text: alt }, context, className);
}

function author(attachment, context) {
  const {
    author_name: name,
    author_icon: picture,
    author_link: url,
    service_name: service,
  } = attachment;
  const shown = asText(name) || asText(service);
  return (
    shown &&
    h(
      "div",
      { class: "attachment-author" },
      image(picture || attachment.service_icon, "", "image-context", context),
      linked(url || attachment.service_url, drawPlain(shown, context), "attachment-name"),
    )
  );
}

/* Members with mrkdwn; all of them if `mrkdwn_in` is missing. */
function marked(attachment, name, text, context) {
  const { mrkdwn_in: members } = attachment;
  const marks = !Array.isArray(members) || members.includes(name);
  return (
    asText(text) &&
    h(
      "div",
      { class: `attachment-${name}` },
      marks ? drawMrkdwn(asText(text), context) : drawPlain(asText(text), context),
    )
  );
}

function field(attachment, given, context) {
  const { title, value, short } = asObject(given);
  return h(
    "div",
    { class: short === true ? "attachment-field short" : "attachment-field" },
    asText(title) &&
      h("div", { class: "attachment-field-title" }, drawPlain(asText(title), context)),
    marked(attachment, "fields", textOf(value) || asText(value), context),
  );
}

function footer(attachment, context) {
  const { footer: text, footer_icon: picture, ts } = attachment;
  const time =
    ts && dateText(asNumber(ts, NaN), "{date_short} at {time}", { timeZone: context.timeZone });
  return (
    (asText(text) || time) &&
    h(
      "div",
      { class: "attachment-footer" },
      image(picture, "", "image-context", context),
      asText(text) && drawPlain(asText(text), context),
      asText(text) && time && " | ",
      time,
    )
  );
}

/* --- actions: as the elements that took their place --- */

function plain(text) {
  return { type: "plain_text", text: asText(text) };
}

function optionOf(given) {
  const { text, value, description } = asObject(given);
  return {
    text: plain(text),
    value: asText(value),
    description: description && plain(description),
  };
}

function confirmOf(given) {
  if (!given || typeof given !== "object") return undefined;
  const { title, text, ok_text: ok, dismiss_text: dismiss } = given;
  return { title: plain(title), text: plain(text), confirm: plain(ok), deny: plain(dismiss) };
}

function selectOf(action, common) {
  const source = ["users", "channels", "conversations", "external"].includes(action.data_source)
    ? action.data_source
    : "static";
  const groups = asList(action.option_groups).map((group) => ({
    label: plain(asObject(group).text),
    options: asList(asObject(group).options).map(optionOf),
  }));
  return {
    ...common,
    type: `${source}_select`,
    placeholder: plain(action.text),
    options: asList(action.options).map(optionOf),
    option_groups: groups,
    initial_option: asList(action.selected_options).map(optionOf)[0],
    min_query_length: action.min_query_length,
  };
}

const actions = {
  button: (action, common) => ({
    ...common,
    type: "button",
    text: plain(action.text),
    url: action.url,
  }),
  select: selectOf,
};

function actionElement(action, place) {
  const given = asObject(action);
  const make = byType(actions, given.type) || actions.button;
  const common = {
    action_id: asText(given.name),
    value: asText(given.value),
    style: given.style,
    confirm: confirmOf(given.confirm),
  };
  return drawElement(make(given, common), place);
}

function drawActions(attachment, context) {
  const list = asList(attachment.actions);
  const place = {
    blockId: asText(attachment.callback_id),
    dispatches: true,
    optional: true,
    context,
  };
  return (
    list.length > 0 &&
    h(
      "div",
      { class: "block block-actions" },
      drawPaged(list, (action) => actionElement(action, place), "actions"),
    )
  );
}

/* --- the attachment --- */

function drawAttachment(given, context) {
  const attachment = asObject(given);
  const { pretext, title, title_link: url, text, color, fields, thumb_url: thumb } = attachment;
  const blocks =
    asList(attachment.blocks).length > 0
      ? attachment.blocks
      : asList(attachment.message_blocks).flatMap((one) => asList(asObject(one?.message).blocks));
  const body = h(
    "div",
    { class: "attachment-body" },
    author(attachment, context),
    textOf(title) && linked(url, drawPlain(textOf(title), context), "attachment-title"),
    blocks.length > 0 ? drawBlocks(blocks, context) : marked(attachment, "text", text, context),
    asList(fields).length > 0 &&
      h(
        "div",
        { class: "attachment-fields" },
        drawPaged(asList(fields), (one) => field(attachment, one, context), "fields"),
      ),
    image(attachment.image_url, asText(attachment.fallback), "image-large", context),
    drawActions(attachment, context),
    footer(attachment, context),
  );
  if (body.childNodes.length === 0 && attachment.fallback)
    body.append(drawPlain(asText(attachment.fallback), context));
  const frame = h(
    "div",
    { class: "attachment-frame" },
    body,
    image(thumb, asText(attachment.fallback), "image-accessory", context),
  );
  const shown = Object.hasOwn(COLORS, color)
    ? COLORS[color]
    : `#${asText(color).replace(/^#/, "")}`;
  if (/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(shown)) frame.style.setProperty("--bar", shown);
  return h("div", { class: "attachment" }, marked(attachment, "pretext", pretext, context), frame);
}

/**
 * Draw the attachments of a message.
 * @param {Array<Object>} attachments
 * @param {import("../elements/place.js").Context} context
 */
export function drawAttachments(attachments, context) {
  return h(
    "div",
    { class: "attachments" },
    drawPaged(asList(attachments), (one) => drawAttachment(one, context), "attachments"),
  );
}
