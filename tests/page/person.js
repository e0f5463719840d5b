// SPDX-License-Identifier: MIT
/* The acts of a person on the page. Each thing is found by its role and name: only this file and the
 * tests know them. */

const starting = (text) => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")}`, "i");

export function person(page) {
  const main = page.getByRole("main");
  const sidebar = page.getByRole("navigation");
  const thread = page.getByRole("complementary", { name: /^(Thread|Assistant)$/ });
  const wire = page.getByRole("complementary", { name: "What the wire says" });

  /** The newest message with this text; `where`: main or thread. */
  function message(text, where = main) {
    return where.getByRole("article").filter({ hasText: text }).last();
  }

  /** Opens a channel, a direct message, or a tab of the app. */
  async function open(name) {
    await sidebar.getByRole("link", { name: starting(name) }).first().click();
  }

  /** The box for messages, or for replies. */
  function composer(where = main) {
    return where.getByRole("textbox", { name: /^(Message|Reply)/ });
  }

  /** Types a text and sends it. */
  async function write(text, where = main) {
    await composer(where).fill(text);
    await composer(where).press("Enter");
  }

  /** Waits for a message, and gives it. */
  async function sees(text, where = main) {
    const found = message(text, where);
    await found.waitFor();
    return found;
  }

  /** Presses a button of a message's toolbar. */
  async function press(found, name) {
    await found.hover();
    await found.getByRole("button", { name }).click();
  }

  /** Chooses from the menu that a button opens. */
  async function choose(button, name) {
    await button.click();
    await page.getByRole("menuitem", { name }).click();
  }

  /** Runs a shortcut that is not in the menu yet. */
  async function run(shortcut) {
    await choose(main.getByRole("button", { name: "Shortcuts" }), "Run a shortcut…");
    const asked = page.getByRole("dialog", { name: "Run a shortcut" });
    await asked.getByLabel("Callback id").fill(shortcut);
    await asked.getByRole("button", { name: "Run" }).click();
  }

  return { main, sidebar, thread, wire, message, composer, open, write, sees, press, choose, run, dialog: (name) => page.getByRole("dialog", { name }) };
}
