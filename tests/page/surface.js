// SPDX-License-Identifier: MIT
/* A page that shows blocks and nothing else: no feed and no bot. The acts of a person are recorded. */

const people = [{ id: "U1", name: "ann", real_name: "Ann" }, { id: "U2", name: "ben", real_name: "Ben" }, { id: "U3", name: "gone", deactivated: true }];
const channels = [{ id: "C1", name: "general", type: "channel" }, { id: "G1", name: "secret", type: "group" }, { id: "D1", name: "ben", type: "im" }];

/** The links to the sheets of a simulator's page, and its policy. */
export async function look(page, url) {
  const response = await page.request.get(new URL("/", url).href);
  const sheets = (await response.text()).match(/<link rel="stylesheet".*>/g).join("");
  return { sheets, policy: response.headers()["content-security-policy"] };
}

/** A page with nothing but the sheets of the page, and functions that draw. */
export async function surface(page) {
  const { sheets, policy } = await look(page, page.url());
  const body = `<!DOCTYPE html><html lang="en"><title>x</title>${sheets}<body><main><h1>Blocks</h1><div id="here"></div></main></body></html>`;
  await page.route("**/blank", (route) => route.fulfill({ contentType: "text/html", body, headers: { "Content-Security-Policy": policy } }));
  await page.goto(new URL("/blank", page.url()).href);
  await page.evaluate(async ({ people, channels }) => {
    const [blocks, attachments, { drawModal }, { emoji }, focus] =
      await Promise.all(["blocks/blocks", "messages/attachments", "views/modal", "text/emoji", "base/dom"].map((name) => import(`/page/${name}.js`)));
    const find = (list) => (id) => list.find((one) => one.id === id)?.name ?? null;
    const took = [];
    const make = (own) => ({ surface: "message", me: "U1", channel: "C1", emoji, values: new Map(), errors: {}, file: () => null,
      names: { user: find(people), channel: find(channels), team: () => null, users: () => people, channels: () => channels },
      act: async (action, state) => {
        took.push(action);
        globalThis.state = state;
        return globalThis.answer ?? { ok: true };
      },
      suggest: async (action, block, typed) => (took.push(typed), globalThis.suggest?.(typed) ?? []), ...own });
    const here = document.getElementById("here");
    Object.assign(globalThis, { ...blocks, ...attachments, ...focus, drawModal, took, make, here, context: make(),
      show: (list) => here.replaceChildren(blocks.drawBlocks(list, (globalThis.context = make()))),
      open: (view, own) => {
        globalThis.context = make(own);
        const dialog = drawModal(view, globalThis.context);
        here.replaceChildren(dialog);
        dialog.showModal();
      } });
  }, { people, channels });
  const show = (list) => page.evaluate((given) => globalThis.show(given), list);
  const open = (view) => page.evaluate((given) => globalThis.open(given), view);
  const took = () => page.evaluate(() => globalThis.took.splice(0));
  const actions = (list) => show([{ type: "actions", block_id: "b", elements: list }]);
  return { show, open, took, actions };
}
