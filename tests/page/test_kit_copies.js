// SPDX-License-Identifier: MIT
/* "Copy as test": a delivery of every kind becomes a test in C, which a compiler takes without a
 * warning, and which the showcase passes under the kit. */
import assert from "node:assert/strict";
import test from "node:test";

import { runCopies } from "./kit_program.js";
import { deliveries, rowOf } from "./rows.js";

/* The same click, after which the bot would have said something else. */
const [click, ack, [[method, args, answer]]] = deliveries["a click"];
const another = [click, ack, [[method, { ...args, text: "no" }, answer]]];
const said = runCopies([...Object.values(deliveries), another].map(rowOf));

Object.keys(deliveries).forEach((name, i) =>
  test(`${name}, copied as a test, passes`, () => assert.equal(said[i], "")));

test("a copied test fails when the bot says something else", () =>
  assert.match(said.at(-1), /they differ at \/text$/m));
