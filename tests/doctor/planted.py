#!/usr/bin/env python3
"""A server that is wrong on purpose, for test_doctor.sh: the path of a request says in which way.

usage: planted.py PORT_FILE
"""
import email.utils
import http.server
import json
import os
import sys
import threading
import time


class Planted(http.server.BaseHTTPRequestHandler):
    def answer(self, status, kind, body, headers=(), ahead_s=0):
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(time.time() + ahead_s, usegmt=True))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        way = self.path.split("/")[1]
        if way == "html":
            self.answer(200, "text/html; charset=utf-8", "<h1>Welcome to nginx!</h1>")
        elif way == "redirect":
            self.answer(301, "text/plain", "", [("Location", "/echo")])
        elif way == "echo":  # looks at no signature
            self.answer(200, "text/plain", json.loads(body)["challenge"])
        elif way == "silent":
            threading.Event().wait(30)
        elif way == "clock":
            self.answer(200, "application/json", '{"ok":true,"user":"bot","team":"T"}', (),
                        int(self.path.split("/")[2]))
        elif way == "secret":  # an error that repeats the token
            self.answer(200, "application/json",
                        json.dumps({"ok": False, "error": self.headers["Authorization"][7:]}))
        else:
            self.answer(404, "text/plain", "")

    def do_CONNECT(self):
        self.answer(407, "text/plain", "", [("Proxy-Authenticate", 'Basic realm="x"')])

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Planted)
server.daemon_threads = True
with open(sys.argv[1] + ".new", "w", encoding="ascii") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
