// SPDX-License-Identifier: MIT
// Compares src/protocol/methods.def with the types of @slack/web-api. Speaks TAP.
//   node test_api_types.js NODE_MODULES METHODS_DEF DIFFERENCES
// DIFFERENCES has a line for each known difference: what this test says of it, two blanks, and why.
'use strict';
const fs = require('fs');
const [modules, table, differences] = process.argv.slice(2);
const declarations = `${modules}/@slack/web-api/dist/methods.d.ts`;
if (!fs.existsSync(declarations) || !fs.existsSync(`${modules}/typescript`)) {
  console.log('1..0 # SKIP there are no npm packages');
  process.exit(0);
}
const ts = require(`${modules}/typescript`);
const program = ts.createProgram([declarations], { strict: true, skipLibCheck: true, types: [] });
const source = program.getSourceFile(declarations);
const types = program.getTypeChecker();
const { Undefined, Null, Never, StringLike, BooleanLike, NumberLike, Any } = ts.TypeFlags;

const parts = (type) => (type.isUnion() ? type.types : [type]).filter((part) => !(part.flags & (Undefined | Null | Never)));
const typeOf = (symbol) => types.getTypeOfSymbolAtLocation(symbol, source);

// The types of the table that a type of the SDK may be.
function wordsOf(part) {
  if (part.flags & StringLike) return ['ID', 'STRING'];
  if (part.flags & BooleanLike) return ['BOOL'];
  if (part.flags & NumberLike) return ['INT'];
  return part.flags & Any ? ['UPLOAD'] : ['JSON'];
}

// The arguments of a method: their words, and whether each of its forms requires them.
function argumentsOf(signature) {
  const forms = parts(typeOf(signature.parameters[0])), args = {};
  for (const form of forms) {
    for (const symbol of form.getProperties()) {
      const arg = (args[symbol.name] ??= { words: new Set(), required: 0 });
      parts(typeOf(symbol)).flatMap(wordsOf).forEach((word) => arg.words.add(word));
      arg.required += symbol.flags & ts.SymbolFlags.Optional ? 0 : 1;
    }
  }
  for (const name of Object.keys(args)) {
    args[name].required = args[name].required === forms.length;
    if (args[name].words.size === 0 || name === 'token') delete args[name];
  }
  return args;
}

const theirs = {};
function collect(type, name) {
  const [signature] = type.getCallSignatures();
  if (signature) theirs[name] = argumentsOf(signature);
  else if (!(type.flags & Any)) type.getProperties().forEach((symbol) => collect(typeOf(symbol), `${name}.${symbol.name}`));
}
const methods = source.statements.find((statement) => ts.isClassDeclaration(statement) && statement.name.text === 'Methods');
methods.members.filter(ts.isPropertyDeclaration).forEach((member) => collect(types.getTypeAtLocation(member), member.name.text));

const ours = {};
let last;
for (const [, method, need, type, name, upload] of fs.readFileSync(table, 'utf8').matchAll(
  /^METHOD\(\w+, "([\w.]+)"|^ {4}(ARG|REQUIRED)\(\w+, (\w+), (\w+)\)|^ {4}UPLOAD\(\w+, (\w+)\)/gm)) {
  if (method) last = ours[method] = {};
  else last[name || upload] = { type: type || 'UPLOAD', required: need === 'REQUIRED' };
}

const found = [];
for (const [method, args] of Object.entries(theirs)) {
  if (!ours[method]) found.push(`no ${method}`);
  for (const [name, arg] of Object.entries(ours[method] ? args : {})) {
    const own = ours[method][name];
    if (!own) found.push(`no ${name} of ${method}`);
    else if (!arg.words.has(own.type)) found.push(`${own.type} for ${name} of ${method}`);
    else if (own.required && !arg.required) found.push(`${name} of ${method} is required`);
  }
}
const known = fs.readFileSync(differences, 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split('  ')[0]);
const news = found.filter((line) => !known.includes(line)), stale = known.filter((line) => !found.includes(line));

console.log('1..3');
console.log(`${Object.keys(theirs).length > 250 ? 'ok' : 'not ok'} 1 - the SDK has ${Object.keys(theirs).length} methods`);
[[news, 'the table agrees with the SDK, but for the known differences'], [stale, 'each known difference is there']].forEach(([lines, title], i) => {
  console.log(`${lines.length ? 'not ok' : 'ok'} ${i + 2} - ${title}`);
  lines.forEach((line) => console.log(`# ${line}`));
});
process.exit(news.length || stale.length ? 1 : 0);
