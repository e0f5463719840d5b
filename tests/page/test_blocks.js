// SPDX-License-Identifier: MIT
/* Block Kit as the page draws it: every kind, and what is too long, too deep or of the wrong type. */
import assert from "node:assert";
import { story, violations } from "./harness.js";
import { attachments, blocks, marked, plain } from "./kinds.js";
import { surface } from "./surface.js";

for (const colorScheme of ["light", "dark"])
  story(`every kind is drawn, and has roles and names: ${colorScheme}`, { page: { colorScheme } }, async ({ page }) => {
    const { show, open } = await surface(page);
    await show(blocks);
    await page.evaluate((given) => globalThis.here.append(globalThis.drawAttachments(given, globalThis.context)), attachments);
    assert.deepEqual(await page.locator(".unknown").allTextContents(), []);
    assert.equal(await page.locator("#here > .blocks > *").count(), blocks.length);
    assert.deepEqual(await violations(page), []);
    await open({ type: "modal", title: plain("All of it"), submit: plain("Go"), blocks });
    assert.deepEqual(await violations(page), []);
    await show([{ type: "from the future", x: 1 }, { type: "actions", elements: [{ type: "newer" }] }]);
    assert.match((await page.locator(".unknown").allTextContents()).join(), /from the future.*"x": 1.*newer/s);
  });

story("values of wrong types, in every place, are drawn", {}, async ({ page }) => {
  await surface(page);
  const failed = await page.evaluate(({ blocks, attachments }) => {
    const wrong = [null, -1, "x", [null], {}, { type: "__proto__" }, { text: { text: {} } }];
    const seen = [];
    /* Each member of the value, in turn, with another value in its place; an object once. */
    function mutate(root, value, draw, known = new Set()) {
      if (known.has(value)) return;
      known.add(value);
      for (const key of Object.keys(value)) {
        const kept = value[key];
        for (const other of wrong) {
          value[key] = other;
          try {
            draw(root).querySelectorAll("button, input").length;
          } catch (error) {
            seen.push(`${key} = ${JSON.stringify(other)}: ${error.stack}`);
          }
        }
        value[key] = kept;
        if (kept && typeof kept === "object") mutate(root, kept, draw, known);
      }
    }
    const failure = /cannot be drawn: .*/;
    const drawn = (draw) => (root) => {
      const element = draw(root);
      const found = [...element.querySelectorAll(".unknown summary")].map((one) => failure.exec(one.textContent)).find(Boolean);
      if (found) throw new Error(found[0]);
      return element;
    };
    const single = blocks.flatMap((block) => (block.type === "actions" ? block.elements.map((element) => ({ ...block, elements: [element] })) : [block]));
    for (const block of single) mutate([block], [block], drawn((list) => globalThis.drawBlocks(list, globalThis.make())));
    mutate(attachments, attachments, drawn((list) => globalThis.drawAttachments(list, globalThis.make())));
    const view = { type: "modal", id: "V", title: {}, submit: {}, close: {}, blocks: [blocks[0]] };
    mutate(view, view, drawn((given) => globalThis.drawModal(given, globalThis.make())));
    for (const other of [...wrong, undefined, 7n]) {
      globalThis.drawBlocks(other, globalThis.make());
      globalThis.drawAttachments(other, globalThis.make());
      globalThis.drawModal(other, globalThis.make());
    }
    return [...new Set(seen)].slice(0, 10);
  }, { blocks, attachments });
  assert.deepEqual(failed, []);
});

story("what is too long or too deep is drawn in parts", {}, async ({ page }) => {
  const { show } = await surface(page);
  const count = () => page.locator("#here *").count();
  const many = (n, make) => Array.from({ length: n }, (_, i) => make(i));
  const button = (i) => ({ type: "button", action_id: `a${i}`, text: plain(`Button ${i}`) });
  await show([{ type: "actions", elements: many(10000, button) }]);
  assert.equal(await page.getByRole("button", { name: /^Button/ }).count(), 100);
  await page.getByRole("button", { name: "Show more of 10,000 elements" }).click();
  assert.equal(await page.getByRole("button", { name: /^Button/ }).count(), 200);
  await show(many(10000, (i) => ({ type: "section", text: plain(`s${i}`) })));
  assert.equal(await page.locator(".block-section").count(), 100);
  for (const text of ["x", "*b* :tada: <@U1> `c`\n", "\u202e", "> q\n", "<https://x.y|l> "]) {
    const long = text.repeat(100000 / text.length);
    await show([{ type: "section", expand: true, text: marked(long) }, { type: "markdown", text: long }, { type: "header", text: plain(long) }]);
    assert((await count()) < 60000);
    await page.getByRole("button", { name: /^Show all 1?\d\d,\d\d\d characters/ }).first().waitFor();
  }
  await page.evaluate(() => {
    let container = { type: "divider" }, newer = null, list = null;
    for (let i = 0; i < 10000; i++) {
      container = { type: "container", child_blocks: [container] };
      newer = { type: "newer", x: [newer] };
      list = { type: "rich_text_list", elements: [list] };
    }
    globalThis.show([container, newer, { type: "rich_text", elements: [list] }]);
  });
  assert((await count()) < 200);
  assert.match(await page.locator("#here").textContent(), /too many containers/);
});

story("a text stays in its own direction, and a link goes nowhere else", {}, async ({ page }) => {
  const { show } = await surface(page);
  const text = "\u202eevil\u2066";
  await show([{ type: "header", text: plain(text) }, { type: "section", text: marked(`*${text}* <https://x.y|${text}>`) },
    { type: "actions", elements: [{ type: "button", action_id: "x", text: plain(text), url: "https://x.y" }, { type: "button", action_id: "y", text: plain("no"), url: "javascript:alert(1)" }] }]);
  const isolated = await page.evaluate(() => {
    const walker = document.createTreeWalker(globalThis.here, NodeFilter.SHOW_TEXT);
    const open = [];
    while (walker.nextNode()) {
      const style = getComputedStyle(walker.currentNode.parentElement.closest("bdi, p, div, a, button"));
      if (walker.currentNode.data.includes("\u202e") && style.display === "inline" && !/isolate|plaintext/.test(style.unicodeBidi)) open.push(walker.currentNode.parentElement.outerHTML);
    }
    return open;
  });
  assert.deepEqual(isolated, []);
  assert.equal(await page.getByRole("link").count(), 2);
  for (const link of await page.getByRole("link").all())
    assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("rel"), await link.getAttribute("target")], ["https://x.y", "noopener noreferrer", "_blank"]);
});
