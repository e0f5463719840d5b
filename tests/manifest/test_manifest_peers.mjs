// SPDX-License-Identifier: MIT
/* Each manifest of the examples, and of a bot over both transports, by what Slack publishes: the types of
 * @slack/web-api, and the JSON schema of slackapi/manifest-schema, which no package of npm has: it is tried
 * where SLACK_MANIFEST_SCHEMA names a folder with manifest.schema.1.0.0.json. The output is TAP.
 * usage: node test_manifest_peers.mjs SOURCE_FOLDER BUILD_FOLDER */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const [source, build] = process.argv.slice(2).map((folder) => path.resolve(folder));
const modules = path.join(build, "tests/npm/node_modules");
const require = createRequire(path.join(modules, "x.js"));
const examples = path.join(source, "examples");

/* Where the types are behind Slack: an assistant's scope, the events of a step and of a stream that a person
 * stops, and the parameters of a step, which are named at once in a manifest for remote functions
 * (https://docs.slack.dev/workflows/workflow-steps). */
const BEHIND = new Set([
  "Type '\"assistant:write\"' is not assignable to type 'BotScope'.",
  "Type '\"agent_session_stopped\"' is not assignable to type 'ManifestEvent'.",
  "Type '\"function_executed\"' is not assignable to type 'ManifestEvent'.",
  "Property 'properties' is missing in type '{}' but required in type 'ManifestParameters'.",
]);

function manifests() {
  const made = fs
    .readdirSync(examples)
    .filter((name) => name.endsWith(".manifest.json"))
    .map((name) => [name, JSON.parse(fs.readFileSync(path.join(examples, name), "utf8"))]);
  const options = ["--transport", "http", "--url", "https://bot.example.com", "--token-rotation"];
  for (const bot of ["showcase", "assistant", "home", "step", "middleware"]) {
    const text = execFileSync(path.join(build, "slackapp"), ["manifest", ...options, path.join(build, "examples", bot)], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    made.push([`${bot} over HTTP`, JSON.parse(text)]);
  }
  return made;
}

/* What TypeScript says of the manifests as values of the type Manifest. */
function typeErrors(list) {
  const ts = require("typescript");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifest-"));
  try {
    fs.symlinkSync(modules, path.join(folder, "node_modules"));
    const file = path.join(folder, "manifests.ts");
    const type = 'import type { Manifest } from "@slack/web-api/dist/types/request/manifest";\n';
    fs.writeFileSync(file, type + list.map(([, manifest], i) => `export const m${i}: Manifest = ${JSON.stringify(manifest)};\n`).join(""));
    const program = ts.createProgram([file], { noEmit: true, strict: true, skipLibCheck: true, types: [], moduleResolution: ts.ModuleResolutionKind.Node10 });
    return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function schemaErrors(list, folder) {
  const Ajv = require("ajv").default;
  const schema = JSON.parse(fs.readFileSync(path.join(folder, "manifest.schema.1.0.0.json"), "utf8"));
  delete schema.$id;
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  const valid = ajv.compile(schema);
  return list.flatMap(([name, manifest]) => (valid({ ...manifest, _metadata: { major_version: 1 } }) ? [] : [`${name}: ${ajv.errorsText(valid.errors)}`]));
}

let number = 0;
function report(name, errors) {
  number++;
  for (const error of errors) console.log(`# ${error.replaceAll("\n", "\n# ")}`);
  console.log(`${errors.length ? "not ok" : "ok"} ${number} - ${name}`);
  process.exitCode ||= errors.length ? 1 : 0;
}

console.log("1..3");
if (!fs.existsSync(path.join(modules, "@slack/web-api"))) {
  for (number = 1; number <= 3; number++) console.log(`ok ${number} # SKIP the packages of npm are missing`);
} else {
  const list = manifests();
  report(
    "the types of @slack/web-api",
    typeErrors(list).filter((error) => !BEHIND.has(error)),
  );
  const wrong = structuredClone(list[0][1]);
  wrong.settings.event_subscriptions.bot_events = ["no_such_event"];
  wrong.oauth_config.scopes.bot = ["no:scope"];
  const seen = typeErrors([["wrong", wrong]]).join("\n");
  report("a wrong event and a wrong scope are seen", /no_such_event|no:scope/.test(seen) ? [] : [`nothing is said of them: ${seen}`]);
  const folder = process.env.SLACK_MANIFEST_SCHEMA;
  if (folder) report("Slack's JSON schema", schemaErrors(list, folder));
  else console.log("ok 3 - Slack's JSON schema # SKIP SLACK_MANIFEST_SCHEMA names no folder");
}
