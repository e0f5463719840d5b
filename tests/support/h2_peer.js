// SPDX-License-Identifier: MIT
// A server of HTTP/2 that ends streams as the method in the path says. It needs node alone.
//   node h2_peer.js CERT KEY
// It prints its port, then a line for each whole request.
'use strict';
const fs = require('fs');
const http2 = require('http2');
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants;

const [cert, key] = process.argv.slice(2, 4).map((name) => fs.readFileSync(name));
const server = http2.createSecureServer({ cert, key });
const seen = {};
const sockets = new Set();

function answer(stream) {
  stream.respond({ ':status': 200, 'content-type': 'application/json' });
  stream.end('{"ok":true}');
}

const ways = {
  refuse: (stream) => stream.close(NGHTTP2_REFUSED_STREAM),
  hold: () => {},
  cancel: (stream) => stream.close(NGHTTP2_CANCEL),
  // The stream is above the last one that was processed.
  below: (stream) => stream.session.goaway(NGHTTP2_NO_ERROR, stream.id - 2),
  // The stream may have been processed when the connection goes.
  above: (stream) => {
    stream.session.goaway(NGHTTP2_NO_ERROR, stream.id);
    setTimeout(() => stream.session && stream.session.destroy(), 20);
  },
  die: (stream) => stream.session.destroy(),
  // Without GOAWAY.
  reset: () => sockets.forEach((socket) => socket.resetAndDestroy()),
  fin: () => sockets.forEach((socket) => socket.end()),
  partly: (stream) => {
    stream.respond({ ':status': 200 });
    setTimeout(() => stream.close(NGHTTP2_REFUSED_STREAM), 20);
  },
};

// "/api/refuse.die": the first request is refused, the second one loses its connection, and every
// later one is answered. "/api/refuse.always": all are refused.
server.on('stream', (stream, headers) => {
  const path = headers[':path'];
  const words = path.slice('/api/'.length).split('.');
  stream.on('error', () => {});
  stream.on('data', () => {});
  stream.on('end', () => {
    const n = seen[path] = (seen[path] || 0) + 1;
    console.log(`request ${path}`);
    const way = ways[words[1] === 'always' ? words[0] : words[n - 1]];
    (way || answer)(stream);
  });
});
server.on('session', (session) => session.on('error', () => {}));
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});
server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
