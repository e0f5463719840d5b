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

function readYaml(file) {
  const documents = yaml.parseAllDocuments(fs.readFileSync(file, "utf8"), { uniqueKeys: true });
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
    if (name === "kubernetes.yaml") checkFigures(checkYaml(file));
    if (name === "service.yaml") checkKnative(checkYaml(file));
    if (name === "Dockerfile") checkDockerfile(file);
  }
}
process.exit(failures ? 1 : 0);
