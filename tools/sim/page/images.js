// SPDX-License-Identifier: MIT
/* Images. The page asks no other host for anything: only files of the simulator itself are loaded,
 * and of every other image the page shows the address and the text that stands for it. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { asObject, asText, linkUrl } from "./shapes.js";

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
