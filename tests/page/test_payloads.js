// SPDX-License-Identifier: MIT
/* Every payload of the collection that has blocks, attachments or a view is drawn. */
import assert from "node:assert";
import { story } from "./harness.js";
import { surfaces } from "./payloads.js";

const all = surfaces();

async function draw(list) {
  const names = ["blocks/blocks", "messages/attachments", "views/modal", "views/views"];
  const parts = Object.assign({}, ...await Promise.all(names.map((name) => import(`/page/${name}.js`))));
  const failed = [];
  for (const { where, surface, view, blocks, attachments } of list) {
    const context = { surface, names: { user: () => null, channel: () => null, team: () => null }, emoji: () => null,
      act: async () => ({ ok: true }), suggest: async () => [], values: new Map(), errors: {}, file: () => null };
    try {
      const drawn = surface === "modal" ? parts.drawModal(view, context)
        : surface === "home" ? parts.drawHome(view, context)
          : blocks ? parts.drawBlocks(blocks, context) : parts.drawAttachments(attachments, context);
      document.body.append(drawn);
      if (drawn.querySelector(".unknown")) failed.push(`${where}: ${drawn.querySelector(".unknown").textContent.slice(0, 200)}`);
      if (drawn.childNodes.length === 0) failed.push(`${where}: nothing is drawn`);
      drawn.remove();
    } catch (error) {
      failed.push(`${where}: ${error.stack}`);
    }
  }
  return failed;
}

if (all) {
  story("every payload of the collection is drawn, and nothing of it is unknown", {}, async ({ page }) => {
    assert(all.length > 90);
    assert.deepEqual(await page.evaluate(draw, all), []);
  });
} else {
  console.log("1..0 # SKIP there is no collection of payloads");
}
