// SPDX-License-Identifier: MIT
/* The texts of Slack as nodes: mrkdwn, standard markdown, rich text and dates. Nodes are written
 * short: b(…) is bold, [url …] a link, and so on; see short(). */
import assert from "node:assert";
import { test } from "node:test";
import { dateText } from "../../tools/sim/page/text/dates.js";
import { parseMarkdown } from "../../tools/sim/page/text/markdown.js";
import { parseMrkdwn, parsePlain } from "../../tools/sim/page/text/mrkdwn.js";
import { editedText, richTextNodes, richTextOf } from "../../tools/sim/page/text/rich_text.js";

const names = { bold: "b", italic: "i", strike: "s", code: "code", pre: "pre", quote: "quote", paragraph: "p",
  underline: "u", highlight: "mark" };

function short(node) {
  const inner = (node.children || []).map(short).join("");
  switch (node.kind) {
    case "text": return node.text;
    case "break": return "⏎";
    case "rule": return "---";
    case "link": return `[${node.url} ${inner}]`;
    case "emoji": return `:${node.name}${node.tone ? `/${node.tone}` : ""}:`;
    case "date": return `date(${[node.timestamp, node.format, node.url, node.fallback].join("^")})`;
    case "broadcast": return `@${node.range}`;
    case "heading": return `h${node.level}(${inner})`;
    case "list": return `${node.ordered ? `ol${node.start}` : "ul"}(${node.items.map(item).join(" | ")})`;
    case "table": return `table(${[node.head, ...node.rows].map((row) => row.map((cell) => cell.map(short).join("")).join(" | ")).join(" / ")})`;
    case "unknown": return "unknown";
    default: return names[node.kind] ? `${names[node.kind]}(${inner})` : `${node.kind}(${node.id}${node.label ? ` ${node.label}` : ""})`;
  }
}

function item({ checked, children }) {
  const box = { true: "☑", false: "☐" }[checked] ?? "";
  return box + children.map(short).join("");
}

function check(name, parse, rows) {
  test(name, () => {
    for (const [text, wanted] of rows) assert.equal(parse(text).map(short).join(""), wanted, text);
  });
}

check("mrkdwn", parseMrkdwn, [
  ["*b* _i_ ~s~ `c`", "p(b(b) i(i) s(s) code(c))"],
  ["*_b_* _~x~ y_", "p(b(i(b)) i(s(x) y))"],
  ["a*b*c 2*3 * x * _x", "p(a*b*c 2*3 * x * _x)"],
  ["**x** __y__ snake_case_name", "p(**x** __y__ snake_case_name)"],
  ["*a\nb* *a _b* c_", "p(*a⏎b* b(a _b) c_)"],
  ["(*b*), é*b* *é*!", "p((b(b)), é*b* b(é)!)"],
  ["`*a* <https://x.y|l> &lt;`", "p(code(*a* [https://x.y l] <))"],
  ["a ```\n*x*\n``` b", "p(a )pre(*x*)p( b)"],
  ["```open *b*", "p(```open b(b))"],
  ["a\n> q *b*\n&gt; r\nc", "p(a)quote(q b(b)⏎r)p(c)"],
  [">>> a\nb\n\nc", "quote(a⏎b⏎⏎c)"],
  ["1 > 0 &gt; x", "p(1 > 0 > x)"],
  ["&amp;lt; &lt;!here&gt; &copy;", "p(&lt; <!here> &copy;)"],
  ["<@U1> <@W2|w> <#C1> <#C2|name> <!subteam^S1|@s>", "p(user(U1) user(W2 w) channel(C1) channel(C2 name) usergroup(S1 @s))"],
  ["<!here> <!channel|x> <!everyone> <!other|label> <!other>", "p(@here @channel @everyone label <other>)"],
  ["<!date^1^{date} x^https://x.y|fb> <!date^z^{date}|fb>", "p(date(1^{date} x^https://x.y^fb) date(NaN^{date}^^fb))"],
  ["<https://x.y?a=1&amp;b=2|l &amp; *m*> <mailto:a@b.c>", "p([https://x.y?a=1&b=2 l & *m*] [mailto:a@b.c a@b.c])"],
  ["<not a link> <a<b> <>", "p(<not a link> <a<b> <>)"],
  ["see https://x.y/a_b_c, (http://z.z).", "p(see [https://x.y/a_b_c https://x.y/a_b_c], ([http://z.z http://z.z]).)"],
  [":tada: :+1::skin-tone-3: 10:30:45 ::", "p(:tada: :+1/3: 10:30:45 ::)"],
  ["", ""],
]);

test("a verbatim text has no links of bare URLs, and a plain one has emoji at most", () => {
  assert.equal(parseMrkdwn("https://x.y <https://x.y>", { links: false }).map(short).join(""), "p(https://x.y [https://x.y https://x.y])");
  assert.equal(parsePlain("*a*\n:tada: &lt; <@U1>").map(short).join(""), "*a*⏎:tada: &lt; <@U1>");
  assert.equal(parsePlain(":tada:", { emoji: false })[0].text, ":tada:");
});

check("standard markdown", parseMarkdown, [
  ["# a #\n###### b\n#c", "h1(a)h6(b)p(#c)"],
  ["**b** *i* __b__ _i_ ***x*** ~~s~~ ~t~", "p(b(b) i(i) b(b) i(i) b(i(x)) s(s) ~t~)"],
  ["snake_case_name 2 * 3 * 4 **a* b", "p(snake_case_name 2 * 3 * 4 **a* b)"],
  ["`a` ``b ` c`` `open", "p(code(a) code(b ` c) `open)"],
  ["[l *i*](https://x.y \"t\") ![alt](https://i.j) [no] [x] (y)", "p([https://x.y l i(i)] [https://i.j alt] [no] [x] (y))"],
  ["[a [b](c) d](https://x.y)", "p([a [c b] d](https://x.y))"],
  ["a\nb  \nc\\\nd", "p(a⏎b⏎c⏎d)"],
  ["\\*a\\* \\[x\\] &amp; &lt;", "p(*a* [x] & <)"],
  ["a\n\n---\n***\nb", "p(a)------p(b)"],
  ["> a\n> > b\n\nc", "quote(p(a)quote(p(b)))p(c)"],
  ["- a\n  - b\n    1. c\n- d\n\n  e", "ul(p(a)ul(p(b)ol1(p(c))) | p(d)p(e))"],
  ["3. a\n4) b", "ol3(p(a))ol4(p(b))"],
  ["1. a\n  - b\n2. c", "ol1(p(a)ul(p(b)) | p(c))"],
  ["* a\n\n* b\n+ c", "ul(p(a) | p(b))ul(p(c))"],
  ["- [x] a\n- [ ] b", "ul(☑p(a) | ☐p(b))"],
  ["| a | b |\n|:--|--:|\n| `x\\|y` | **z** | w |\n| 1 |\nend", "table(a | b / code(x|y) | b(z) / 1 | )p(end)"],
  ["a | b\nc | d", "p(a | b⏎c | d)"],
  ["```js\n*x*\n  y\n```\n~~~\nopen", "pre(*x*\n  y)pre(open)"],
  ["<@U1> <!here> :tada: https://x.y. <https://x.y>", "p(user(U1) @here :tada: [https://x.y https://x.y]. [https://x.y https://x.y])"],
  ["<b>x</b> a < b", "p(<b>x</b> a < b)"],
]);

test("no text takes long: parsers are linear", () => {
  const seeds = ["*", "_*~", "<", "<a", "`", "``a", "```", ":", ":a", "&", "https://", "*a _b ", "> ", "[", "[a](", "](", "![", "]( \"",
    "- ", "  - a\n", "> > > a\n", "|", "| a ", "|-", "# ", "\\", "1. a\n\n", "~~~\n", "**a *b ", "\n", " ", "a\n- ", "\u202e", "\ud800"];
  const ticks = Array.from({ length: 400 }, (_, i) => `${"`".repeat(i + 1)}a`).join("");
  const nested = Array.from({ length: 1000 }, (_, i) => `${" ".repeat(2 * i)}- ${">".repeat(i)} x\n`).join("");
  for (const text of [...seeds.map((seed) => seed.repeat(100000 / seed.length)), ticks, nested])
    for (const parse of [parseMrkdwn, parseMarkdown, parsePlain]) assert(Array.isArray(parse(text)));
});

test("dates by their tokens, in the time zone of the reader", () => {
  const now = Date.UTC(2014, 1, 19, 12);
  const rows = {
    "{date_num} {time}": "2014-02-18 6:39 AM", "{date}": "February 18th, 2014", "{date_short}": "Feb 18, 2014",
    "{date_long}": "Tuesday, February 18th, 2014", "{date_long_full}": "February 18, 2014", "{date_slash}": "18/02/2014",
    "{date_pretty} at {time_secs}": "Yesterday at 6:39:42 AM", "on {date_short_pretty}": "on yesterday",
    "{date_long_pretty}": "Yesterday", "{day_divider_pretty}": "Yesterday", "{ago}": "21 hours ago", "{other} {": "{other} {",
  };
  for (const [format, wanted] of Object.entries(rows))
    assert.equal(dateText(1392734382, format, { timeZone: "America/Los_Angeles", now }), wanted);
  assert.equal(dateText(1392734382, "{date_num} {time}", { timeZone: "Asia/Tokyo", now }), "2014-02-18 11:39 PM");
  assert.equal(dateText(1392734382, "{day_divider_pretty}", { timeZone: "UTC", now: now + 7 * 86400000 }), "Tuesday, February 18th");
  for (const day of [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30])
    assert.match(dateText(Date.UTC(2026, 0, day) / 1000, "{date}", { timeZone: "UTC", now }), new RegExp(
      `January ${day}${[11, 12, 13].includes(day) ? "th" : ["th", "st", "nd", "rd"][day % 10] ?? "th"}, 2026`));
  for (const seconds of [NaN, Infinity, 1e300, 8.65e12]) assert.equal(dateText(seconds, "{date}"), null);
});

const text = (value, style) => ({ type: "text", text: value, ...(style && { style }) });
const section = (...elements) => ({ type: "rich_text_section", elements });

test("rich text", () => {
  const rows = [
    [[section(text("a\nb"), text("c", { bold: true, code: true, unlink: true }))], "p(a⏎bcode(b(c)))"],
    [[section({ type: "user", user_id: "U1" }, { type: "emoji", name: "wave", skin_tone: 3 }, { type: "broadcast", range: "here" })], "p(user(U1):wave/3:@here)"],
    [[{ type: "rich_text_list", style: "ordered", offset: 4, indent: 99, elements: [section(text("x")), section(text("y"))] }], "ol5(p(x) | p(y))"],
    [[{ type: "rich_text_quote", elements: [text("q")] }, { type: "rich_text_preformatted", elements: [text("p")] }], "quote(q)pre(p)"],
    [[{ type: "new" }, null, 1, section(7), text("loose")], "unknownunknownunknownp(unknown)loose"],
  ];
  for (const [elements, wanted] of rows) assert.equal(richTextNodes({ elements }).map(short).join(""), wanted);
  for (const wrong of [null, 1, "x", [], { elements: "x" }, { elements: [{ type: "rich_text_list", elements: { a: 1 } }] }])
    assert(Array.isArray(richTextNodes(wrong)));
  let deep = section(text("x"));
  for (let i = 0; i < 1000; i++) deep = { type: "rich_text_list", elements: [deep] };
  assert.match(richTextNodes({ elements: [deep] }).map(short).join(""), /unknown/);
});

test("what a person writes into a rich text input is the rich text that is edited again", () => {
  for (const written of ["Hello *you* and _me_ ~x~ `c`", "> a quote", "```\ncode\n```", "<@U1> :tada: <https://x.y|l> https://x.y"]) {
    const block = richTextOf(parseMrkdwn(written));
    assert.equal(block.type, "rich_text");
    assert.equal(editedText(block), written);
    assert.deepEqual(richTextOf(parseMrkdwn(editedText(block))), block);
  }
});
