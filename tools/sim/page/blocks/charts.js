// SPDX-License-Identifier: MIT
/* The block data_visualization: pies, bars, lines and areas, with their numbers as a table. */

import { h, svg } from "../base/dom.js";
import { asList, asNumber, asObject, asText, byType, drawUnknown } from "../base/shapes.js";
import { drawPlain } from "../text/text.js";

const WIDTH = 480,
  HEIGHT = 220,
  LEFT = 48,
  RIGHT = 12,
  TOP = 12,
  BOTTOM = 28;
const SERIES_MAX = 12,
  POINTS_MAX = 20;

/* --- what a chart has --- */

function seriesOf(chart) {
  return asList(chart.series)
    .slice(0, SERIES_MAX)
    .map((given) => {
      const { name, data } = asObject(given);
      const points = asList(data)
        .slice(0, POINTS_MAX)
        .map((point) => asNumber(asObject(point).value));
      return { name: asText(name), points };
    });
}

function categoriesOf(chart) {
  const given = asList(asObject(chart.axis_config).categories).map(asText);
  const labels = asList(asObject(asList(chart.series)[0]).data).map((one) =>
    asText(asObject(one).label),
  );
  return (given.length > 0 ? given : labels).slice(0, POINTS_MAX);
}

function segmentsOf(chart) {
  return asList(chart.segments)
    .slice(0, SERIES_MAX)
    .map((given) => ({
      label: asText(asObject(given).label),
      value: Math.max(0, asNumber(asObject(given).value)),
    }));
}

function written(number) {
  return number.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

/* A number from which on few lines of a scale are enough: 1, 2 or 5 with zeros. */
function stepOf(span) {
  const power = 10 ** Math.floor(Math.log10(span / 4 || 1));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => span / one <= 5) || span;
}

function scaleOf(series) {
  const all = series.flatMap(({ points }) => points);
  const low = Math.min(0, ...all),
    high = Math.max(0, ...all);
  const step = stepOf(high - low || 1);
  const bottom = Math.floor(low / step) * step,
    top = Math.ceil(high / step) * step || step;
  const y = (value) => TOP + ((top - value) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const ticks = Array.from(
    { length: Math.round((top - bottom) / step) + 1 },
    (one, i) => bottom + i * step,
  );
  return { y, ticks };
}

/* --- shapes --- */

function axes(scale, categories, slot) {
  return [
    scale.ticks.map((tick) => [
      svg("line", {
        class: "chart-grid",
        x1: LEFT,
        x2: WIDTH - RIGHT,
        y1: scale.y(tick),
        y2: scale.y(tick),
      }),
      svg(
        "text",
        { class: "chart-text chart-tick", x: LEFT - 6, y: scale.y(tick) + 4 },
        written(tick),
      ),
    ]),
    categories.map((label, i) =>
      svg(
        "text",
        {
          class: "chart-text chart-category",
          x: LEFT + slot * (i + 0.5),
          y: HEIGHT - 8,
        },
        label.length * 6 > slot
          ? `${label.slice(0, Math.max(1, Math.floor(slot / 6) - 1))}…`
          : label,
      ),
    ),
  ];
}

function bars({ points }, number, scale, slot, count) {
  const width = (slot * 0.7) / count;
  return points.map((value, i) =>
    svg("rect", {
      class: `chart-fill series-${number}`,
      x: LEFT + slot * (i + 0.15) + width * number,
      y: Math.min(scale.y(value), scale.y(0)),
      width,
      height: Math.abs(scale.y(value) - scale.y(0)),
    }),
  );
}

function pathOf(points, scale, slot) {
  return points
    .map((value, i) => `${i === 0 ? "M" : "L"}${LEFT + slot * (i + 0.5)} ${scale.y(value)}`)
    .join("");
}

function line({ points }, number, scale, slot) {
  return [
    svg("path", { class: `chart-line series-${number}`, d: pathOf(points, scale, slot) }),
    points.map((value, i) =>
      svg("circle", {
        class: `chart-fill series-${number}`,
        r: 3,
        cx: LEFT + slot * (i + 0.5),
        cy: scale.y(value),
      }),
    ),
  ];
}

function area(series, number, scale, slot) {
  const last = LEFT + slot * (series.points.length - 0.5);
  const base = scale.y(0);
  const path = `${pathOf(series.points, scale, slot)}L${last} ${base}L${LEFT + slot / 2} ${base}Z`;
  return [
    svg("path", { class: `chart-area series-${number}`, d: path }),
    line(series, number, scale, slot),
  ];
}

function axisChart(draw) {
  return (chart) => {
    const series = seriesOf(chart).filter(({ points }) => points.length > 0);
    const categories = categoriesOf(chart);
    const most = Math.max(1, categories.length, ...series.map(({ points }) => points.length));
    const slot = (WIDTH - LEFT - RIGHT) / most;
    const scale = scaleOf(series);
    const { x_label: x, y_label: y } = asObject(chart.axis_config);
    return {
      shapes: [
        axes(scale, categories, slot),
        series.map((one, i) => draw(one, i, scale, slot, series.length)),
      ],
      names: series.map(({ name }) => name),
      head: ["", ...series.map(({ name }) => name)],
      rows: Array.from({ length: most }, (one, i) => [
        categories[i] || "",
        ...series.map(({ points }) => written(points[i] ?? 0)),
      ]),
      note: [asText(y), asText(x)].filter(Boolean).join(" by "),
    };
  };
}

function slice(from, to, number) {
  const [x, y, r] = [WIDTH / 2, HEIGHT / 2, HEIGHT / 2 - 10];
  const at = (part) => {
    const angle = 2 * Math.PI * part - Math.PI / 2;
    return `${(x + r * Math.cos(angle)).toFixed(2)} ${(y + r * Math.sin(angle)).toFixed(2)}`;
  };
  if (to - from > 0.9999)
    return svg("circle", { class: `chart-fill series-${number}`, cx: x, cy: y, r });
  return svg("path", {
    class: `chart-slice series-${number}`,
    d: `M${x} ${y}L${at(from)}A${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`,
  });
}

function pie(chart) {
  const segments = segmentsOf(chart);
  const sum = segments.reduce((total, { value }) => total + value, 0) || 1;
  let from = 0;
  return {
    shapes: segments.map(({ value }, i) => slice(from, (from += value / sum), i)),
    names: segments.map(({ label }) => label),
    head: ["", "Value", "Share"],
    rows: segments.map(({ label, value }) => [
      label,
      written(value),
      `${written((100 * value) / sum)} %`,
    ]),
    note: "",
  };
}

const charts = { pie, bar: axisChart(bars), line: axisChart(line), area: axisChart(area) };

/* --- the block --- */

function legend(names) {
  return h(
    "ul",
    { class: "chart-legend" },
    names.map((name, i) =>
      h(
        "li",
        null,
        h("span", { class: `block-swatch series-${i}`, "aria-hidden": "true" }),
        h("bdi", null, name),
      ),
    ),
  );
}

function numbers({ head, rows }) {
  return h(
    "details",
    { class: "chart-numbers" },
    h("summary", null, "Numbers"),
    h(
      "table",
      { class: "block-table" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          head.map((cell) => h("th", { scope: "col" }, h("bdi", null, cell))),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            row.map((cell, i) =>
              h(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null }, h("bdi", null, cell)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Draw a block of type data_visualization. */
export function drawChart(block, context) {
  const chart = asObject(block.chart);
  const make = byType(charts, chart.type);
  if (!make) return drawUnknown(block, "chart");
  const made = make(chart);
  const title = asText(block.title);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", null, drawPlain(title, context)),
    made.note && h("p", { class: "block-hint" }, h("bdi", null, made.note)),
    svg(
      "svg",
      {
        class: "chart-picture",
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        role: "img",
        "aria-label": `${title}: a ${chart.type} chart; its numbers are in the table below`,
      },
      made.shapes,
    ),
    legend(made.names),
    numbers(made),
  );
}
