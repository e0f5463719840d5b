// SPDX-License-Identifier: MIT
/* "Copy as test": a delivery of every kind becomes a test in C, which a compiler takes without a
 * warning, and which the showcase passes under the kit. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";

import { kitTest } from "../../tools/sim/page/kit_test.js";
import { deliveries, rowOf } from "./rows.js";

const source = fileURLToPath(new URL("../..", import.meta.url));
const build = path.resolve(process.env.SLACKAPP_BUILD_DIR ?? path.join(source, "build"));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slackapp-kit-"));
after(() => fs.rmSync(folder, { recursive: true }));

/* The same click, after which the bot would have said something else. */
const [click, ack, [[method, args, answer]]] = deliveries["a click"];
const cases = { ...deliveries, "another answer": [click, ack, [[method, { ...args, text: "no" }, answer]]] };
const names = Object.keys(cases);

const program = `#define main showcase_main
#include "${source}/examples/showcase.c"
#undef main
#include <slack/test.h>
${names.map((name, i) => {
    const { row, calls } = rowOf(cases[name]);
    return kitTest(row, calls, `test_${i}`);
  }).join("\n")}
int main(int argc, char **argv)
{
    void (*const tests[])(slack_test_t *t) = {${names.map((_, i) => `test_${i}`).join(", ")}};
    slack_test_t *t = NULL;
    const char *why = "";
    int rc = argc == 2 ? slack_test_new(&t, NULL) : 1;
    if (rc == 0) rc = add_listeners(slack_test_app(t));
    if (rc == 0) tests[atoi(argv[1])](t);
    if (rc == 0) rc = slack_test_finish(t, &why);
    puts(why);
    slack_test_free(t);
    return rc != 0;
}
`;

const file = path.join(folder, "copies.c");
fs.writeFileSync(file, `#include <stdlib.h>\n${program}`);
const library = path.join(build, "src/testkit");
const sanitizers = process.env.SLACKAPP_SANITIZE ?? "none";
const [cc, ...words] = (process.env.CC ?? "cc").split(" ");
execFileSync(cc, [...words, "-std=gnu11", "-Wall", "-Wextra", "-Wformat=2", "-Wno-unused-function", "-Werror",
  ...(sanitizers === "none" ? [] : [`-fsanitize=${sanitizers}`]), "-I", path.join(source, "include"), file,
  "-o", path.join(folder, "copies"), `-L${library}`, "-lslackapp_test", `-Wl,-rpath,${library}`], { stdio: "inherit" });

/** The sentence of the kit; "" if the test passes. */
function run(name) {
  const ended = spawnSync(path.join(folder, "copies"), [String(names.indexOf(name))], { encoding: "utf8" });
  return ended.status === 0 ? "" : ended.stdout.trim() || ended.stderr || ended.signal;
}

for (const name of Object.keys(deliveries))
  test(`${name}, copied as a test, passes`, () => assert.equal(run(name), ""));

test("a copied test fails when the bot says something else", () =>
  assert.match(run("another answer"), /they differ at \/text$/));
