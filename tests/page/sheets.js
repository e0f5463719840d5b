// SPDX-License-Identifier: MIT
/* Contact sheets: every payload of the collection that Slack draws, a dozen to a picture, light and
 * dark, in BUILD/sheets. They are to be looked at: ./dev page --sheets. */
import fs from "node:fs";
import path from "node:path";
import { build, launch, startSimulator } from "./harness.js";
import { surfaces } from "./payloads.js";
import { look } from "./surface.js";

const PER_SHEET = 12;
const sheet = (sheets) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sheet</title>${sheets}
<style>
html, body { height: auto; overflow: visible; background: light-dark(#e9e7ec, #0f1012); }
#sheet { columns: 3; column-gap: 12px; padding: 12px; background: none; }
section { break-inside: avoid-column; margin-bottom: 12px; padding: 12px; overflow: hidden; border-radius: 8px;
  background: var(--surface); color: var(--text); font: var(--size)/1.46668 var(--font); }
section > h2 { margin: 0 0 8px; color: var(--text-quiet); font: 11px var(--font-code); overflow-wrap: anywhere; }
section dialog, section form { position: static !important; width: 100% !important; max-height: none !important; margin: 0 !important; }
</style></head><body><div id="sheet"></div></body></html>`;

/* In the page: draw some surfaces, each below its name. */
async function draw(list) {
  const [{ drawBlocks }, { drawAttachments }, { drawModal }, { drawHome }, { emoji }, { h, replace }] = await Promise.all(
    ["blocks/blocks", "messages/attachments", "views/modal", "views/views", "text/emoji", "base/dom"].map((name) => import(`/page/${name}.js`)));
  const name = (id) => ({ U1: "ann", C1: "general" })[id] ?? null;
  const drawn = list.map(({ where, surface, view, blocks, attachments }) => {
    const context = { surface, emoji, names: { user: name, channel: name, team: name, users: () => [], channels: () => [] },
      act: async () => ({ ok: true }), suggest: async () => [], values: new Map(), errors: {}, file: () => null };
    if (surface === "home") return [where, drawHome(view, context)];
    if (surface === "modal") return [where, Object.assign(drawModal(view, context), { open: true })];
    return [where, blocks ? drawBlocks(blocks, context) : drawAttachments(attachments, context)];
  });
  replace(document.getElementById("sheet"), drawn.map(([where, element]) => h("section", null, h("h2", null, where), element)));
}

const folder = path.join(build, "sheets");
const all = surfaces();
if (!all) throw new Error("there is no collection of payloads: set SLACK_PAYLOADS_DIR");
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
const sim = await startSimulator();
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 900 }, colorScheme });
  const { sheets } = await look(page, sim.url);
  await page.route(`${sim.url}/sheet`, (route) => route.fulfill({ contentType: "text/html", body: sheet(sheets) }));
  await page.goto(`${sim.url}/sheet`);
  for (let at = 0; at < all.length; at += PER_SHEET) {
    await page.evaluate(draw, all.slice(at, at + PER_SHEET));
    const file = `${colorScheme}-${String(at / PER_SHEET + 1).padStart(2, "0")}.png`;
    await page.screenshot({ path: path.join(folder, file), fullPage: true });
  }
}
await browser.close();
await sim.stop();
console.log(`${all.length} payloads are in ${folder}: look at them`);
