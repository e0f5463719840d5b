// SPDX-License-Identifier: MIT
/* Blocks for what is elsewhere: images, videos, files, calls and shortcuts. */

import { h } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { asNumber, asObject, asText, linkUrl, textOf } from "../base/shapes.js";
import { drawImage } from "../elements/elements.js";
import { drawPlain } from "../text/text.js";

function titled(href, text, context) {
  const shown = drawPlain(text, context);
  return href
    ? h("a", { class: "media-title", href, target: "_blank", rel: "noopener noreferrer" }, shown)
    : h("span", { class: "media-title" }, shown);
}

function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Draw a block of type image. */
export function drawImageBlock(block, context) {
  const title = textOf(block.title);
  return h(
    "figure",
    { class: "image-block" },
    title && h("figcaption", null, drawPlain(title, context)),
    drawImage(block, context, "image-large"),
  );
}

/** Draw a block of type video. The player is on another host: it opens in a tab of its own. */
export function drawVideo(block, context) {
  const href = linkUrl(block.title_url) || linkUrl(block.video_url);
  const alt = asText(block.alt_text);
  const from = [asText(block.provider_name), asText(block.author_name)].filter(Boolean).join(" · ");
  const description = textOf(block.description);
  const thumbnail = { image_url: block.thumbnail_url, alt_text: alt };
  return h(
    "figure",
    { class: "block-video" },
    from && h("div", { class: "block-hint" }, h("bdi", null, from)),
    h("figcaption", null, titled(href, textOf(block.title) || "Video", context)),
    description && h("div", { class: "video-description" }, drawPlain(description, context)),
    h(
      "div",
      { class: "video-frame" },
      drawImage(thumbnail, context, "image-large"),
      h("span", { class: "video-play" }, icon("play")),
    ),
  );
}

/* A block that is one line: an icon, a title and what else there is to say. */
function strip(symbol, title, more, action) {
  return h(
    "div",
    { class: "block-strip" },
    h("span", { class: "strip-icon" }, icon(symbol)),
    h(
      "div",
      { class: "strip-text" },
      title,
      more && h("div", { class: "block-hint" }, h("bdi", null, more)),
    ),
    action,
  );
}

/** Draw a block of type file, or a file of a message. */
export function drawFile(block, context) {
  const file = asObject(block.file);
  const own = asText(context.file?.(asText(file.id) || asText(block.file_id)));
  const href =
    own || linkUrl(file.permalink) || linkUrl(file.external_url) || linkUrl(file.url_private);
  const title = asText(file.title) || asText(file.name) || asText(block.external_id) || "File";
  const more = [
    asText(file.pretty_type) || asText(file.mimetype),
    file.size > 0 && sizeText(asNumber(file.size)),
    block.source === "remote" && "remote file",
  ];
  return strip("file", titled(href, title, context), more.filter(Boolean).join(" · "));
}

/** Draw a block of type call. */
export function drawCall(block, context) {
  const call = asObject(asObject(block.call).v1);
  const href = linkUrl(call.join_url);
  const join =
    href &&
    h("a", { class: "control", href, target: "_blank", rel: "noopener noreferrer" }, "Join");
  return strip(
    "call",
    titled(null, asText(call.name) || "Call", context),
    asText(block.call_id),
    join,
  );
}

/** Draw a block of type share_shortcut: the link to a workflow. */
export function drawShortcut(block, context) {
  const href = linkUrl(block.url) || linkUrl(block.share_url);
  const label = textOf(block.button_label) || "Start workflow";
  const start =
    href &&
    h(
      "a",
      { class: "control", href, target: "_blank", rel: "noopener noreferrer" },
      h("bdi", null, label),
    );
  const title = textOf(block.title) || "Workflow";
  return strip("workflow", titled(null, title, context), textOf(block.description), start);
}
