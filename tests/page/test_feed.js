// SPDX-License-Identifier: MIT
/* A page that is loaded again, or loses its connection, shows each message once and in order. */
import assert from "node:assert";
import { once } from "node:events";
import net from "node:net";
import { story, visit } from "./harness.js";
import { person } from "./person.js";

const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `number ${from + i}.`);

async function say(sim, from, to) {
  for (const text of numbers(from, to)) await sim.call("chat.postMessage", { channel: "#general", text });
}

async function shown(page, last) {
  await person(page).sees(`number ${last}.`);
  const all = await person(page).main.getByRole("article").allInnerTexts();
  return all.map((text) => /number \d+\./.exec(text)?.[0]).filter(Boolean);
}

/** A proxy to the simulator, whose connections can be cut, and which then admits nobody for a while. */
async function startProxy(sim) {
  const sockets = new Set();
  let open = true;
  const server = net.createServer((client) => {
    if (!open) return client.destroy();
    const target = net.connect(new URL(sim.url).port, "127.0.0.1");
    for (const [from, to] of [[client, target], [target, client]]) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  server.unref().listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      open = false;
      sockets.forEach((socket) => socket.destroy());
    },
    admit() {
      open = true;
    },
    close: () => server.close(),
  };
}

story("a page that is loaded again while the bot writes", {}, async ({ sim, page }) => {
  const writing = say(sim, 1, 60);
  for (let i = 0; i < 3; i++) await visit(page, sim.url);
  await writing;
  await say(sim, 61, 63);
  assert.deepEqual(await shown(page, 63), numbers(1, 63));
});

story("a page whose connection is cut while the bot writes", { page: false, expected: /WebSocket|ERR_/ }, async ({ sim, openPage }) => {
  const proxy = await startProxy(sim);
  const page = await openPage(proxy.url);
  await say(sim, 1, 3);
  assert.deepEqual(await shown(page, 3), numbers(1, 3));
  for (let from = 4; from < 10; from += 3) {
    proxy.cut();
    await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
    await page.getByRole("group", { name: "State of the app" }).getByText("Disconnected").waitFor();
    await say(sim, from, from + 2);
    proxy.admit();
    assert.deepEqual(await shown(page, from + 2), numbers(1, from + 2));
    await page.getByRole("group", { name: "State of the app" }).getByText("No app").waitFor();
  }
  proxy.cut();
  proxy.close();
});

/* A reader of the feed, which is there once it has the first bytes. */
async function follow(url) {
  const { hostname, port, host } = new URL(url);
  const socket = net.connect(port, hostname);
  socket.write(`GET /sim/feed?after=0 HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
  await once(socket, "data");
  return socket;
}

story("a page too many says why, and goes on once another one is closed", { page: false, expected: /WebSocket|503|426/ }, async ({ sim, openPage }) => {
  const others = await Promise.all(Array.from({ length: 32 }, () => follow(sim.url)));
  const page = await openPage(sim.url);
  await page.getByRole("alert").filter({ hasText: "in too many tabs: close some of them" }).waitFor();
  others[0].destroy();
  await page.getByRole("alert").waitFor({ state: "hidden" });
  await page.getByRole("group", { name: "State of the app" }).getByText("No app").waitFor();
  others.forEach((socket) => socket.destroy());
});
