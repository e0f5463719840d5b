// SPDX-License-Identifier: MIT
/* Draws Block Kit: a table of the kinds of blocks (https://docs.slack.dev/reference/block-kit/blocks).
 * A kind that the table does not have is drawn as its JSON. */

import { drawPaged, h } from "../base/dom.js";
import { asList, asObject, asText, byType, drawUnknown, textOf } from "../base/shapes.js";
import { drawElement, drawImage } from "../elements/elements.js";
import { drawMarkdown, drawPlain, drawRichText, drawText } from "../text/text.js";
import { drawAlert, drawCard, drawCarousel, drawIcon, drawPlan, drawTask } from "./cards.js";
import { drawChart } from "./charts.js";
import { drawInput } from "./input_block.js";
import { drawCall, drawFile, drawImageBlock, drawShortcut, drawVideo } from "./media.js";
import { drawDataTable, drawTable } from "./tables.js";

const COLLAPSED = 1000; // characters of a section above which Slack shows a part
const DEPTH_MAX = 4; // of containers; Slack takes one

function placeOf(block, context) {
  return { blockId: asText(block.block_id), context, dispatches: true, optional: true };
}

function drawElements(block, context) {
  const place = placeOf(block, context);
  return drawPaged(asList(block.elements), (element) => drawElement(element, place), "elements");
}

/* --- section --- */

/* A long text shows its beginning, as in Slack, unless the block says `expand`. */
function sectionText(block, context) {
  const body = h("div", { class: "section-text" }, drawText(block.text, context));
  if (block.expand === true || textOf(block.text).length <= COLLAPSED) return body;
  body.classList.add("collapsed");
  const more = h(
    "button",
    {
      type: "button",
      class: "show-more",
      onclick: () => {
        body.classList.remove("collapsed");
        more.remove();
      },
    },
    "See more",
  );
  return [body, more];
}

function drawSection(block, context) {
  const fields = asList(block.fields);
  const { accessory } = block;
  return h(
    "div",
    { class: "block block-section" },
    h(
      "div",
      { class: "section-body" },
      textOf(block.text) && sectionText(block, context),
      fields.length > 0 &&
        h(
          "div",
          { class: "section-fields" },
          drawPaged(
            fields,
            (field) => h("div", { class: "section-field" }, drawText(field, context)),
            "fields",
          ),
        ),
    ),
    accessory && h("div", { class: "accessory" }, drawElement(accessory, placeOf(block, context))),
  );
}

/* --- context --- */

function contextElement(element, context) {
  const draw = byType(
    {
      image: () => drawImage(element, context, "image-context"),
      mrkdwn: () => drawText(element, context),
      plain_text: () => drawText(element, context),
    },
    element?.type,
  );
  return draw ? draw() : drawUnknown(element, "element of a context");
}

function drawContext(block, context) {
  return h(
    "div",
    { class: "block block-context" },
    drawPaged(
      asList(block.elements),
      (element) => h("div", { class: "context-element" }, contextElement(element, context)),
      "elements",
    ),
  );
}

/* --- containers --- */

function drawContainer(block, context) {
  const depth = (context.depth || 0) + 1;
  if (depth > DEPTH_MAX) return drawUnknown(block, "block", "too many containers in each other");
  const { title, rich_text_title: richTitle, subtitle, width } = block;
  const wide = ["narrow", "standard", "wide", "full"].includes(width) ? width : "standard";
  const rule = block.has_header_divider === true ? " container-ruled" : "";
  const head =
    (richTitle || textOf(title) || textOf(subtitle)) &&
    h(
      "div",
      { class: "card-head" },
      drawIcon(block, context),
      h(
        "div",
        { class: "card-titles" },
        h("div", { class: "card-title" }, drawText(richTitle || title, context)),
        textOf(subtitle) && h("div", { class: "card-subtitle" }, drawText(subtitle, context)),
      ),
    );
  const children = drawBlocks(block.child_blocks, { ...context, depth });
  const attributes = { class: `block-container container-${wide}${rule}` };
  return block.is_collapsible === true
    ? h(
        "details",
        { ...attributes, open: block.default_collapsed !== true },
        h("summary", null, head || "Details"),
        children,
      )
    : h("section", attributes, head, children);
}

/* --- the table --- */

const kinds = {
  section: drawSection,
  actions: (block, context) =>
    h("div", { class: "block block-actions" }, drawElements(block, context)),
  context: drawContext,
  context_actions: (block, context) =>
    h("div", { class: "block block-context-actions" }, drawElements(block, context)),
  divider: () => h("hr", { class: "block-divider" }),
  header: (block, context) =>
    h(
      "div",
      { class: "block block-header", role: "heading", "aria-level": "3" },
      drawPlain(textOf(block.text), context, asObject(block.text).emoji !== false),
    ),
  image: drawImageBlock,
  input: drawInput,
  rich_text: drawRichText,
  markdown: (block, context) => drawMarkdown(asText(block.text), context),
  video: drawVideo,
  file: drawFile,
  call: drawCall,
  share_shortcut: drawShortcut,
  table: drawTable,
  data_table: drawDataTable,
  data_visualization: drawChart,
  task_card: drawTask,
  plan: drawPlan,
  card: drawCard,
  carousel: drawCarousel,
  container: drawContainer,
  alert: drawAlert,
};

function drawBlock(block, context) {
  const draw = byType(kinds, block?.type);
  if (!draw) return drawUnknown(block, "block");
  try {
    return draw(block, context);
  } catch (error) {
    return drawUnknown(block, "block", `it cannot be drawn: ${error.message}`);
  }
}

/**
 * Draw the blocks of a message or a view.
 * @param {Array<Object>} blocks
 * @param {import("../elements/place.js").Context} context
 * @returns {HTMLElement}
 */
export function drawBlocks(blocks, context) {
  return h(
    "div",
    { class: "blocks" },
    drawPaged(asList(blocks), (block) => drawBlock(block, context), "blocks"),
  );
}
