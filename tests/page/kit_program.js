// SPDX-License-Identifier: MIT
/* Compiles tests of the kit that the page has made, and runs them against the showcase. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { kitTest } from "../../tools/sim/page/drawer/kit_test.js";

const source = fileURLToPath(new URL("../..", import.meta.url));
const build = path.resolve(process.env.SLACKAPP_BUILD_DIR ?? path.join(source, "build"));

const program = (tests) => `#include <stdlib.h>
#define main showcase_main
#include "${source}/examples/showcase.c"
#undef main
#include <slack/test.h>
${tests.join("\n")}
int main(int argc, char **argv)
{
    void (*const tests[])(slack_test_t *t) = {${tests.map((_, i) => `test_${i}`).join(", ")}};
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

function compile(text, folder) {
  const file = path.join(folder, "copies.c"), library = path.join(build, "src/testkit");
  const sanitizers = process.env.SLACKAPP_SANITIZE ?? "none";
  const [cc, ...words] = (process.env.CC ?? "cc").split(" ");
  fs.writeFileSync(file, text);
  execFileSync(cc, [...words, "-std=gnu11", "-Wall", "-Wextra", "-Wformat=2", "-Wno-unused-function", "-Werror",
    ...(sanitizers === "none" ? [] : [`-fsanitize=${sanitizers}`]), "-I", path.join(source, "include"), file,
    "-o", path.join(folder, "copies"), `-L${library}`, "-lslackapp_test", `-Wl,-rpath,${library}`], { stdio: "inherit" });
}

/**
 * Makes a test of each delivery, and runs it.
 * @param {Array<{row: Object, calls: Object[]}>} copies
 * @returns {string[]} the kit's sentence about each; "" if the test passes
 */
export function runCopies(copies) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slackapp-kit-"));
  try {
    compile(program(copies.map(({ row, calls }, i) => kitTest(row, calls, `test_${i}`))), folder);
    return copies.map(({ row, calls }, i) => {
      const ended = spawnSync(path.join(folder, "copies"), [String(i)], { encoding: "utf8" });
      const why = ended.stdout.trim() || ended.stderr || String(ended.signal);
      return ended.status === 0 ? "" : `${why}\n${kitTest(row, calls)}`;
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
