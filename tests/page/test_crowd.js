// SPDX-License-Identifier: MIT
/* A channel with 10,000 messages. The page draws a part of them; `# time: …` lines say how long it takes,
 * which no test asserts. */
import assert from "node:assert";
import { performance } from "node:perf_hooks";
import { story, visit } from "./harness.js";
import { person } from "./person.js";

const MESSAGES = 10000;
const ELEMENTS_MAX = 12000; // in the page, however many messages there are

const say = (text) => console.log(`# time: ${text}`);
const elements = (page) => page.evaluate(() => document.getElementsByTagName("*").length);

/** Counts the tasks of the page from now on that take longer than 50 ms: {ms: …}[]. */
async function watchTasks(page) {
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))))
      .observe({ type: "longtask" });
  });
}

async function tasks(page) {
  const all = await page.evaluate(() => globalThis.tasks.splice(0));
  return `tasks over 100 ms: ${all.filter((ms) => ms > 100).length}, the longest: ${Math.max(0, ...all)} ms`;
}

async function type(page, text) {
  const composer = person(page).composer();
  const since = performance.now();
  await composer.pressSequentially(text);
  say(`typing ${text.length} characters: ${Math.round(performance.now() - since)} ms, ${await tasks(page)}`);
}

story("a channel of 10,000 messages", {}, async ({ page, sim }) => {
  const { message, open, sees } = person(page);
  await sim.cli("missed", String(MESSAGES), "--channels", "1", "--threads", "0");
  const since = performance.now();
  await visit(page, sim.url);
  await open("missed-1");
  await sees(`message ${MESSAGES}`);
  say(`opening with 10,000 messages: ${Math.round(performance.now() - since)} ms, ${await elements(page)} elements`);
  assert((await elements(page)) < ELEMENTS_MAX);

  await watchTasks(page);
  await type(page, "the quick brown fox jumps over the lazy dog ".repeat(3));
  await page.getByRole("region", { name: "Messages" }).hover();
  const old = message(`message ${MESSAGES - 500}`);
  for (let i = 0; i < 100 && !(await old.isVisible()); i++) {
    await page.mouse.wheel(0, -2000);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await old.waitFor();
  say(`scrolling up by 500 messages: ${await tasks(page)}, ${await elements(page)} elements`);
});

story("10,000 messages that come while a person looks", { bot: "showcase" }, async ({ page, sim }) => {
  const { open, sees, write } = person(page);
  await sim.cli("missed", "1", "--channels", "1", "--threads", "0");
  await open("missed-1");
  await sees("message 1");
  await watchTasks(page);
  await sim.cli("missed", String(MESSAGES), "--channels", "1", "--threads", "0");
  await sees(`message ${MESSAGES}`);
  say(`10,000 messages came: ${await tasks(page)}, ${await elements(page)} elements`);
  await type(page, "still smooth");
  await write("I am here, too");
  await sees("I am here, too");
  assert((await elements(page)) < ELEMENTS_MAX);
});
