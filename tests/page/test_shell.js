// SPDX-License-Identifier: MIT
/* The shell of the page: where a person is, what is typed, what is new, and how the page looks. */
import assert from "node:assert";
import { story, visit } from "./harness.js";
import { person } from "./person.js";

const actAs = (page, index) => page.getByRole("combobox", { name: "Act as" }).selectOption({ index });
const holds = (page, text) => page.waitForFunction((wanted) => document.getElementById("composer").value === wanted, text);
const focused = (page, name) => page.waitForFunction((wanted) => {
  const element = document.activeElement;
  return (element.getAttribute("aria-label") || element.textContent).includes(wanted);
}, name);

story("what a person types is not lost", { bot: "showcase" }, async ({ page, sim }) => {
  const { main, composer, open, write, sees } = person(page);
  await actAs(page, 5); // who has no direct messages yet: they are opened below the typed text
  await open("Messages");
  await main.getByRole("heading", { name: "Bot" }).waitFor();
  await composer().fill("typed too early");
  await sim.cli("transcript", "--wait", "1");
  await composer().press("Enter");
  await sees("typed too early");

  await actAs(page, 0);
  await open("random");
  await composer().fill("a draft of ann");
  await actAs(page, 1);
  await holds(page, "");
  await actAs(page, 0);
  await holds(page, "a draft of ann");
  await page.reload();
  await composer().waitFor();
  await holds(page, "a draft of ann");

  await open("lounge"); // where the app is not
  await write("nobody hears it");
  await page.getByRole("alert").filter({ hasText: "the bot is not in #lounge" }).waitFor();
  await holds(page, "nobody hears it");
});

story("marks and commands that a person types", { bot: "showcase" }, async ({ page, sim }) => {
  const { main, composer, sees, write } = person(page);
  await composer().pressSequentially("/");
  const note = main.getByRole("listbox", { name: "Suggestions" }).getByText("Commands appear here once they were used");
  await note.waitFor();
  await page.keyboard.press("Escape");
  await note.waitFor({ state: "hidden" });
  await write("/echo good morning");
  await sees("good morning");
  await composer().pressSequentially("/e");
  await main.getByRole("option", { name: "/echo" }).waitFor();
  await composer().fill("");

  await write("some *bold*, _italic_ and `code` for @ben");
  const said = await sees("some bold, italic and code for @ben");
  for (const tag of ["strong", "em", "code"]) assert.equal(await said.locator(tag).count(), 1, tag);
  const { entries } = await (await fetch(`${sim.url}/sim/wire`)).json();
  const { event } = entries.find(({ payload }) => payload?.event?.text?.startsWith("some")).payload;
  assert.equal(event.text, "some *bold*, _italic_ and `code` for <@U0BEN00001>");
  const styles = event.blocks[0].elements[0].elements.map(({ style }) => Object.keys(style ?? {}).join());
  assert.deepEqual(styles, ["", "bold", "", "italic", "", "code", "", ""]);
});

story("a link leads to a message however old, and news is counted below it", {}, async ({ page, sim }) => {
  const { main, sidebar, open } = person(page);
  await sim.cli("missed", "700", "--channels", "1", "--threads", "0");
  await sidebar.getByRole("link", { name: /^missed-1\s*99\+ unread/ }).waitFor();
  const { messages } = await (await fetch(`${sim.url}/sim/messages?channel=missed-1&limit=3`)).json();
  const { channel, ts } = messages.at(-1).ts < messages[0].ts ? messages.at(-1) : messages[0];
  await page.goto(`${sim.url}/#channel=${channel}&message=${ts}`);
  await page.waitForFunction((wanted) => document.activeElement.dataset.ts === wanted, ts);
  assert.equal(await sidebar.getByRole("link", { name: /^missed-1/ }).getAttribute("aria-current"), "page");

  const before = await main.locator(`[data-ts="${ts}"]`).boundingBox();
  for (const text of ["one", "two"]) await sim.cli("send", "--missed", "--channel", "missed-1", "--user", "ben", "message", text);
  await main.getByRole("button", { name: "2 new messages" }).waitFor();
  // To the pixel: a browser scrolls by whole ones, and lays text out by fractions of them.
  const after = await main.locator(`[data-ts="${ts}"]`).boundingBox();
  assert.ok(Math.abs(after.y - before.y) < 1 && after.x === before.x, `moved from ${before.y} to ${after.y}`);
  await main.getByRole("button", { name: "2 new messages" }).click();
  await main.getByRole("article").filter({ hasText: "two" }).waitFor();

  await open("general");
  await sim.cli("send", "--missed", "--channel", "missed-1", "--user", "ben", "message", "three");
  await sidebar.getByRole("link", { name: /^missed-1\s*1 unread/ }).waitFor();
  await page.goBack();
  await main.getByRole("heading", { name: "New" }).waitFor();

  // Of a simulator that had another workspace.
  await page.goto(`${sim.url}/#workspace=T0NOWHERE&channel=C0NOWHERE&thread=C0NOWHERE/1.2&message=1.2`);
  await main.getByRole("heading", { name: "#general", level: 1 }).waitFor();
});

story("the keys", { bot: "showcase" }, async ({ page }) => {
  const { composer, dialog, sees, write } = person(page);
  await write("hello");
  await sees("Hey there @ann!");
  for (const part of ["Act as ann", "general", "Message #general"]) {
    await page.keyboard.press("F6");
    await focused(page, part);
  }
  await page.keyboard.press("Alt+ArrowDown");
  await page.getByRole("main").getByRole("heading", { name: "#lounge" }).waitFor();
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+2");
  await page.getByRole("button", { name: "Act as ben", pressed: true }).waitFor();
  await page.keyboard.press("Alt+1");
  await composer().press("ArrowUp");
  await page.getByRole("textbox", { name: "Edit message" }).press("Escape");
  await (await sees("hello")).focus();
  await page.keyboard.press("ArrowDown");
  await focused(page, "Hey there");
  await page.keyboard.press("j");
  await dialog(/^Message 1/).getByText('"text": "Hey there').waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await page.getByRole("menuitem", { name: /^Add reaction/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await dialog("Keys").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+w");
  await page.getByRole("complementary", { name: "What the wire says" }).waitFor();
});

story("a narrow window, and the look that was chosen", { page: { viewport: { width: 380, height: 700 } } }, async ({ page, sim }) => {
  const { main, sidebar } = person(page);
  const look = page.getByRole("button", { name: /^Theme/ });
  const schemes = [];
  for (let i = 0; i < 3; i++) {
    schemes.push(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme));
    await look.click();
  }
  assert.deepEqual(schemes, ["light dark", "light", "dark"]);
  await look.click();
  await visit(page, sim.url);
  await page.getByRole("button", { name: "Theme: light" }).waitFor();

  await sidebar.waitFor({ state: "hidden" });
  for (const close of [() => page.keyboard.press("Escape"), () => page.mouse.click(360, 400), () => sidebar.getByRole("link", { name: "random" }).click()]) {
    await main.getByRole("button", { name: "Side bar" }).click();
    await focused(page, "general");
    await close();
    await sidebar.waitFor({ state: "hidden" });
  }
  await main.getByRole("heading", { name: "#random" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 380);
});
