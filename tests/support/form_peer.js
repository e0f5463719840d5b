// SPDX-License-Identifier: MIT
// A Slack that answers each call with its method and the arguments that it has decoded. It needs node
// alone, prints its port, and ends with its standard input.
'use strict';
const http = require('http');

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(parts).toString());
    const type = request.headers['content-type'];
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({
      ok: request.method === 'POST' && type === 'application/x-www-form-urlencoded; charset=utf-8',
      method: request.url.slice('/api/'.length),
      args: Object.fromEntries(form),
    }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
