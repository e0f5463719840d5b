// SPDX-License-Identifier: MIT
/* The files of `slackapp advise --write` by other people's programs: the schemas of Kubernetes, and
 * linters of Dockerfiles. And do the figures of a folder's files agree?
 * usage: node check_files.mjs FOLDER_OF_node_modules FOLDER|FILE.yaml… */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [modules, ...places] = process.argv.slice(2);
const require = createRequire(path.join(modules, "x.js"));
const yaml = require("yaml");
const models = require("kubernetes-models");
const dockerfile = require("dockerfile-utils");

const GRACE_MARGIN_S = 5;
const SLACK_CONNECTIONS = 10;

let place = "";
let failures = 0;
function check(good, ...what) {
  if (good) return;
  failures++;
  console.log(`${place}:`, ...what);
}

/* "apps/v1" and "Deployment" are models.apps.v1.Deployment; "networking.k8s.io/v1" is camel case. */
function modelOf({ apiVersion, kind }) {
  const [version, group] = apiVersion.split("/").reverse();
  const name = group?.replace(/[.-](.)/g, (_, letter) => letter.toUpperCase());
  return (name ? models[name] : models)?.[version]?.[kind];
}

/* kubectl reads YAML 1.1, in which "on" and "null" are no texts. */
function readYaml(file) {
  const documents = yaml.parseAllDocuments(fs.readFileSync(file, "utf8"), { uniqueKeys: true, version: "1.1" });
  for (const document of documents) check(document.errors.length === 0, file, String(document.errors));
  return documents.map((document) => document.toJS());
}

function validate(object) {
  if (object.apiVersion.startsWith("serving.knative.dev/")) return; // is no part of Kubernetes
  const Model = modelOf(object);
  check(Model, "no schema is known for", object.apiVersion, object.kind);
  if (!Model) return;
  try {
    new Model(object).validate();
  } catch (error) {
    check(false, object.kind, error.message);
  }
}

/* --- do the figures agree? --- */

function settingsOf(objects, container) {
  const map = objects.find(({ kind }) => kind === "ConfigMap")?.data ?? {};
  const own = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
  return container.envFrom ? { ...map, ...own } : own;
}

function checkTimes(settings, grace) {
  const ms = Number(settings.SLACK_DRAIN_DELAY_MS ?? 0) + Number(settings.SLACK_DRAIN_MS);
  check(grace * 1000 >= ms + GRACE_MARGIN_S * 1000, `grace of ${grace} s, delay and drain of ${ms} ms`);
  check(Number(settings.SLACK_ACK_MS ?? 2500) < 3000, "an ack after Slack's three seconds");
}

function checkPod(objects, template, replicas) {
  const { spec } = template;
  const [container] = spec.containers;
  const settings = settingsOf(objects, container);
  checkTimes(settings, spec.terminationGracePeriodSeconds);
  const admin = container.ports.find(({ name }) => name === "admin").containerPort;
  check(String(admin) === settings.SLACK_HTTP_ADMIN_PORT, "the admin port");
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
    const { port, path: of } = container[probe].httpGet;
    check(port === "admin" && /^\/(healthz|readyz)$/.test(of), probe);
  }
  const http = container.ports.find(({ name }) => name === "http");
  if (http) check(String(http.containerPort) === settings.SLACK_HTTP_PORT, "the port of the request URL");
  const names = new Set(spec.volumes.map(({ name }) => name));
  for (const { name } of container.volumeMounts) check(names.has(name), "no volume", name);
  const work = settings.SLACK_ROLE === "work";
  if (!work && settings.SLACK_TRANSPORT === "socket") {
    const connections = Number(settings.SLACK_SOCKET_CONNECTIONS);
    check(connections >= 2 && connections < SLACK_CONNECTIONS, "connections", connections);
  }
  if ((replicas ?? 2) > 1) check(settings.SLACK_STORE.startsWith("postgres:"), "pods that share a file");
  for (const { name } of container.env.filter(({ name }) => name.endsWith("_FILE")))
    check(!container.env.some((other) => `${other.name}_FILE` === name), name, "twice");
}

function checkFigures(objects) {
  for (const { kind, spec } of objects) {
    if (kind === "Deployment") {
      checkPod(objects, spec.template, spec.replicas);
      const labels = spec.template.metadata.labels;
      for (const [name, value] of Object.entries(spec.selector.matchLabels))
        check(labels[name] === value, "a selector that matches no pod", name);
    }
    if (kind === "Service" && spec.selector)
      check(
        objects.some(
          (one) =>
            one.kind === "Deployment" &&
            Object.entries(spec.selector).every(([key, value]) => one.spec.template.metadata.labels[key] === value),
        ),
        "a Service without pods",
      );
  }
}

function checkKnative([{ spec }]) {
  const [container] = spec.template.spec.containers;
  const settings = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  checkTimes(settings, 10); // the platform's
  const [{ containerPort }] = container.ports;
  check(String(containerPort) === settings.SLACK_HTTP_PORT, "the port");
  check(container.startupProbe.httpGet.port === containerPort, "the port of the probe");
}

/* --- names of variables --- */

/* Settings that only a deployment has, and those that come from its socket. */
const ONLY_DEPLOYED = ["SLACK_ROLE", "SLACK_HTTP_ADMIN_HOST", "PGPASSWORD"];
const assignments = (text) => [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)];

function checkNames(folder, deployed, elsewhere = []) {
  const example = assignments(fs.readFileSync(path.join(folder, ".env.example"), "utf8")).map(([, name]) => name);
  const names = new Set(deployed.map((name) => name.replace(/_FILE$/, "")));
  for (const name of example) check(names.has(name) || elsewhere.includes(name), name, "is in .env.example alone");
  for (const name of names) check(example.includes(name) || ONLY_DEPLOYED.includes(name), name, "is not in .env.example");
}

/* Variables of a unit, and what README.md says of its EnvironmentFile. */
function checkUnit(folder, file) {
  const unit = fs.readFileSync(file, "utf8");
  const names = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, pairs]) => pairs.split(" ").map((pair) => pair.split("=")[0]));
  names.push(...[...unit.matchAll(/^LoadCredential=([A-Z_]+):/gm)].map(([, name]) => name));
  if (/^EnvironmentFile=/m.test(unit)) {
    const [, hint] = /# NAME=VALUE: (.*)/.exec(fs.readFileSync(path.join(folder, "README.md"), "utf8"));
    const example = assignments(fs.readFileSync(path.join(folder, ".env.example"), "utf8"));
    names.push(...example.filter(([, , value]) => value === "").map(([, name]) => name));
    names.push(...[...hint.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name));
  }
  checkNames(folder, names, ["SLACK_HTTP_PORT"]);
}

/* --- sessions of the database --- */

/* Pods of all Deployments at the highest load and in the middle of a deploy. */
function checkSessions(folder, objects) {
  const [, sessions] = /PostgreSQL, (\d+) sessions/.exec(fs.readFileSync(path.join(folder, "README.md"), "utf8")) ?? [];
  if (!sessions) return;
  let most = 0;
  for (const { kind, metadata, spec } of objects) {
    if (kind !== "Deployment") continue;
    const scaler = objects.find((one) => one.kind === "HorizontalPodAutoscaler" && one.spec.scaleTargetRef.name === metadata.name);
    check(scaler || spec.replicas, metadata.name, "has neither a number of pods nor a scaler");
    const pods = scaler?.spec.maxReplicas ?? (spec.replicas ?? 1);
    most += pods + (spec.strategy?.rollingUpdate?.maxSurge ?? Math.ceil(pods / 4));
  }
  check(Number(sessions) >= most, `${sessions} sessions for ${most} pods`);
}

/* --- files --- */

function checkDockerfile(file) {
  const found = dockerfile.validate(fs.readFileSync(file, "utf8"));
  check(found.length === 0, file, JSON.stringify(found));
}

function checkYaml(file) {
  const objects = readYaml(file).filter(Boolean);
  check(objects.length > 0, "no object");
  objects.forEach(validate);
  return objects;
}

for (place of places) {
  if (!fs.statSync(place).isDirectory()) {
    checkFigures(checkYaml(place));
    continue;
  }
  for (const name of fs.readdirSync(place)) {
    const file = path.join(place, name);
    if (name === "kubernetes.yaml") {
      const objects = checkYaml(file);
      checkFigures(objects);
      checkSessions(place, objects);
      const [{ spec }] = objects.filter(({ kind }) => kind === "Deployment");
      const [container] = spec.template.spec.containers;
      checkNames(place, Object.keys(settingsOf(objects, container)));
    }
    if (name === "service.yaml") {
      const objects = checkYaml(file);
      checkKnative(objects);
      const names = objects[0].spec.template.spec.containers[0].env.map((one) => one.name);
      checkNames(place, names, ["SLACK_HTTP_ADMIN_PORT"]);
    }
    if (name.endsWith(".service") && !name.includes("@")) checkUnit(place, file);
    if (name === "Dockerfile") checkDockerfile(file);
  }
}
process.exit(failures ? 1 : 0);
