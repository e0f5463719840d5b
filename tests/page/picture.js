// SPDX-License-Identifier: MIT
/* The picture of the page in README.md: a person, the showcase, and what the wire says.
 * usage: picture.js FILE.webp */
import fs from "node:fs";
import { launch, startBot, startSimulator, visit } from "./harness.js";
import { person } from "./person.js";

const file = process.argv[2];
const blocks = [
  { type: "section", text: { type: "mrkdwn", text: "*Release 2.4* is ready. <@U0ANN00001>, shall it go out?" },
    fields: [{ type: "mrkdwn", text: "*Tests*\n1,284 passed" }, { type: "mrkdwn", text: "*Changes*\n<https://example.com/2.4|38 commits>" }] },
  { type: "actions", elements: [
    { type: "button", action_id: "ship", style: "primary", text: { type: "plain_text", text: "Ship it" } },
    { type: "button", action_id: "wait", text: { type: "plain_text", text: "Not yet" } },
    { type: "static_select", action_id: "where", placeholder: { type: "plain_text", text: "Where to" },
      options: [{ text: { type: "plain_text", text: "Staging" }, value: "staging" }] }] },
];

const sim = await startSimulator();
const bot = await startBot(sim, "showcase", "socket");
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: "light" });
const { write, sees, composer, message } = person(page);
await visit(page, sim.url);
await write("hello :wave:");
await (await sees("Hey there @ann!")).getByRole("button", { name: "Click me" }).click();
await sees("@ann clicked the button");
const { ts } = await sim.call("chat.postMessage", { channel: "C0GENERAL1", text: "Release 2.4 is ready", blocks });
await sees("Release 2.4");
await sim.call("reactions.add", { channel: "C0GENERAL1", timestamp: ts, name: "rocket" });
await sim.cli("send", "--user", "ben", "react", "rocket", "--message", ts);
await message("Release 2.4").getByRole("button", { name: /^rocket, 2/ }).waitFor();
await page.getByRole("button", { name: "Wire" }).click();
await page.getByRole("listbox", { name: /^Deliveries/ }).getByRole("option", { name: /message hello/ }).click();
await composer().fill("Let us wait for :coffee: and then ");
await page.mouse.move(0, 0);
// A WebP has a third of the bytes of a PNG; Playwright makes none.
const debug = await page.context().newCDPSession(page);
const { data } = await debug.send("Page.captureScreenshot", { format: "webp", quality: 88 });
fs.writeFileSync(file, Buffer.from(data, "base64"));
await browser.close();
await bot.stop();
await sim.stop();
console.log(`${file}: ${fs.statSync(file).size} bytes`);
