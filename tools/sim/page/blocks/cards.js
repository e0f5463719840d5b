// SPDX-License-Identifier: MIT
/* Blocks that stand in a frame of their own: cards and carousels, tasks and plans, alerts. */

import { drawPaged, h } from "../base/dom.js";
import { icon } from "../base/icons.js";
import { asList, asObject, asText, linkUrl, drawUnknown, textOf } from "../base/shapes.js";
import { drawElement, drawImage } from "../elements/elements.js";
import { drawPlain, drawText } from "../text/text.js";

/* --- cards --- */

/** The icon of a card or a container: an image, or one of Slack's own, of which the page has few. */
export function drawIcon({ icon: image, slack_icon: own }, context) {
  const name = asText(asObject(own).name);
  if (image && typeof image === "object") return drawImage(image, context, "image-icon");
  return (
    name &&
    h("span", { class: "card-icon", role: "img", "aria-label": name, title: name }, icon(name))
  );
}

function line(className, text, context) {
  return textOf(text) && h("div", { class: className }, drawText(text, context));
}

/** Draw a block of type card. */
export function drawCard(block, context) {
  const { hero_image: hero, title, subtitle, body, subtext, actions } = block;
  const place = { blockId: asText(block.block_id), context, dispatches: true, optional: true };
  return h(
    "article",
    { class: "block-card" },
    hero && h("div", { class: "card-hero" }, drawImage(hero, context, "image-hero")),
    h(
      "div",
      { class: "card-head" },
      drawIcon(block, context),
      h(
        "div",
        { class: "card-titles" },
        line("card-title", title, context),
        line("card-subtitle", subtitle, context),
      ),
    ),
    line("card-body", body, context),
    line("card-subtext", subtext, context),
    asList(actions).length > 0 &&
      h(
        "div",
        { class: "card-actions" },
        drawPaged(asList(actions), (action) => drawElement(action, place), "actions"),
      ),
  );
}

/** Draw a block of type carousel. */
export function drawCarousel(block, context) {
  const items = asList(block.elements);
  return h(
    "div",
    {
      class: "block-carousel",
      role: "group",
      "aria-roledescription": "carousel",
      "aria-label": `${items.length} cards`,
      tabindex: "0",
    },
    drawPaged(
      items,
      (item) =>
        asObject(item).type === "card"
          ? drawCard(item, context)
          : drawUnknown(item, "element of a carousel"),
      "cards",
    ),
  );
}

/* --- tasks --- */

const STATUSES = {
  pending: ["pending", "to do"],
  in_progress: ["spinner", "in progress"],
  complete: ["success", "done"],
  error: ["error", "failed"],
};

function source(given) {
  const { url, text } = asObject(given);
  const href = linkUrl(url);
  const shown = h("bdi", null, asText(text) || asText(url));
  return h(
    "li",
    null,
    href
      ? h("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown)
      : h("span", { class: "link-refused" }, shown),
  );
}

function taskPart(label, value, context) {
  return (
    value !== undefined &&
    value !== null &&
    h(
      "div",
      { class: "task-part" },
      h("div", { class: "task-label" }, label),
      drawText(value, context),
    )
  );
}

/** Draw a block of type task_card, or a task of a plan. */
export function drawTask(block, context) {
  const { title, status, details, output, sources } = block;
  const [symbol, words] = Object.hasOwn(STATUSES, status) ? STATUSES[status] : STATUSES.pending;
  const head = [
    h(
      "span",
      { class: `task-status status-${symbol}`, role: "img", "aria-label": words },
      icon(symbol),
    ),
    h("span", { class: "task-title" }, drawPlain(asText(title), context)),
  ];
  const links = asList(sources);
  if (!details && !output && links.length === 0) return h("div", { class: "task-card" }, head);
  return h(
    "details",
    { class: "task-card", open: status === "in_progress" || status === "error" },
    h("summary", null, head),
    taskPart("Details", details, context),
    taskPart("Output", output, context),
    links.length > 0 &&
      h(
        "div",
        { class: "task-part" },
        h("div", { class: "task-label" }, "Sources"),
        h("ul", { class: "task-sources" }, drawPaged(links, source, "sources")),
      ),
  );
}

/** Draw a block of type plan. */
export function drawPlan(block, context) {
  const tasks = asList(block.tasks);
  const done = tasks.filter((task) => asObject(task).status === "complete").length;
  return h(
    "section",
    { class: "block-plan" },
    h(
      "div",
      { class: "plan-head" },
      h(
        "div",
        { class: "plan-title", role: "heading", "aria-level": "4" },
        drawPlain(asText(block.title), context),
      ),
      tasks.length > 0 && h("span", { class: "plan-progress" }, `${done} of ${tasks.length} done`),
    ),
    h(
      "ol",
      { class: "plan-tasks" },
      drawPaged(tasks, (task) => h("li", null, drawTask(asObject(task), context)), "tasks"),
    ),
  );
}

/* --- alerts --- */

const LEVELS = {
  default: "info",
  info: "info",
  warning: "warning",
  error: "error",
  success: "success",
};

/** Draw a block of type alert. */
export function drawAlert(block, context) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return h(
    "div",
    { class: `block-alert alert-${level}`, role: "note", "aria-label": level },
    icon(LEVELS[level]),
    h("div", { class: "block-alert-text" }, drawText(block.text, context)),
  );
}
