// SPDX-License-Identifier: MIT
/* Tables: the blocks table and data_table. The first row has the names of the columns. */

import { drawPaged, h, newId, replace } from "../base/dom.js";
import { asList, asNumber, asObject, asText, byType, drawUnknown, textOf } from "../base/shapes.js";
import { drawPlain, drawText } from "../text/text.js";

const PAGE_SIZE = 20; // of a data_table that names none
const COLUMNS_MAX = 100; // Slack takes 20

const cells = {
  raw_text: (cell, context) => drawPlain(textOf(cell), context),
  raw_number: (cell, context) => drawPlain(textOf(cell) || asText(cell.value), context),
  rich_text: drawText,
  mrkdwn: drawText,
  plain_text: drawText,
};

function drawCell(cell, context) {
  if (cell === null || cell === undefined) return null;
  const draw = byType(cells, cell.type);
  return draw ? draw(cell, context) : drawUnknown(cell, "cell");
}

function rowOf(row) {
  return asList(row).slice(0, COLUMNS_MAX);
}

function frame(label, content) {
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "group", "aria-label": label },
    content,
  );
}

function columnClass(setting) {
  const { align, is_wrapped: wrapped } = asObject(setting);
  const side = align === "center" || align === "right" ? align : "left";
  return `align-${side}${wrapped === true ? " wrapped" : ""}`;
}

/** Draw a block of type table. */
export function drawTable(block, context) {
  const [head, ...rows] = asList(block.rows);
  const settings = asList(block.column_settings);
  const draw = (tag) => (cell, i) =>
    h(
      tag,
      { class: columnClass(settings[i]), scope: tag === "th" ? "col" : null },
      drawCell(cell, context),
    );
  return frame(
    "Table",
    h(
      "table",
      { class: "block-table" },
      h("thead", null, h("tr", null, rowOf(head).map(draw("th")))),
      h(
        "tbody",
        null,
        drawPaged(rows, (row) => h("tr", null, rowOf(row).map(draw("td"))), "rows"),
      ),
    ),
  );
}

/* --- data tables: sorted by a column, and a page at a time --- */

function cellText(cell) {
  const { type, value, elements } = asObject(cell);
  if (type === "raw_number") return asNumber(value);
  if (type !== "rich_text") return textOf(cell);
  return asList(elements)
    .flatMap((one) => asList(asObject(one).elements))
    .map(textOf)
    .join("");
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en-US", { numeric: true });
}

class DataTable {
  constructor(block, context) {
    const [head, ...rows] = asList(block.rows);
    this.head = rowOf(head);
    this.rows = rows.map(rowOf);
    this.context = context;
    this.size = Math.max(1, Math.min(100, Math.trunc(asNumber(block.page_size, PAGE_SIZE))));
    this.headerColumn = asNumber(block.row_header_column_index, -1);
    this.page = 0;
    this.sorted = { column: -1, up: true };
    this.body = h("tbody");
    this.columns = this.head.map((cell, i) => this.column(cell, i));
    this.status = h("span", { role: "status" });
    const captionId = newId("caption");
    this.element = h(
      "figure",
      { class: "data-table", "aria-labelledby": captionId },
      h("figcaption", { id: captionId }, drawPlain(asText(block.caption), context)),
      frame(
        asText(block.caption),
        h(
          "table",
          { class: "block-table" },
          h("thead", null, h("tr", null, this.columns)),
          this.body,
        ),
      ),
      this.pages(),
    );
    this.show();
  }

  column(cell, i) {
    return h(
      "th",
      { scope: "col", "aria-sort": "none" },
      h(
        "button",
        { type: "button", class: "table-sort", onclick: () => this.sort(i) },
        drawCell(cell, this.context),
      ),
    );
  }

  pages() {
    if (this.rows.length <= this.size) return null;
    const turn = (by, label) =>
      h("button", { type: "button", class: "control", onclick: () => this.turn(by) }, label);
    return h("div", { class: "table-pages" }, turn(-1, "Previous"), this.status, turn(1, "Next"));
  }

  turn(by) {
    const last = Math.ceil(this.rows.length / this.size) - 1;
    this.page = Math.max(0, Math.min(last, this.page + by));
    this.show();
  }

  sort(column) {
    const up = this.sorted.column === column ? !this.sorted.up : true;
    this.sorted = { column, up };
    const keyed = this.rows.map((row) => ({ row, key: cellText(row[column]) }));
    keyed.sort((a, b) => (up ? compare(a.key, b.key) : compare(b.key, a.key)));
    this.rows = keyed.map(({ row }) => row);
    this.columns.forEach((one, i) => {
      const order = up ? "ascending" : "descending";
      one.setAttribute("aria-sort", i === column ? order : "none");
    });
    this.show();
  }

  show() {
    const start = this.page * this.size;
    const shown = this.rows.slice(start, start + this.size);
    const tag = (i) => (i === this.headerColumn ? "th" : "td");
    replace(
      this.body,
      shown.map((row) =>
        h(
          "tr",
          null,
          row.map((cell, i) =>
            h(
              tag(i),
              {
                scope: tag(i) === "th" ? "row" : null,
                class: cell?.type === "raw_number" ? "align-right" : null,
              },
              drawCell(cell, this.context),
            ),
          ),
        ),
      ),
    );
    this.status.textContent = `${start + 1}–${start + shown.length} of ${this.rows.length}`;
  }
}

/** Draw a block of type data_table. */
export function drawDataTable(block, context) {
  return new DataTable(block, context).element;
}
