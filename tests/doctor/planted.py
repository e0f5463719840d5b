#!/usr/bin/env python3
"""A server that is wrong on purpose, for test_doctor.sh: the path of a request says in which way.

usage: planted.py PORT_FILE SIGNING_SECRET
"""
import email.utils
import hashlib
import hmac
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

    def is_signed(self, body):  # at any time
        text = f"v0:{self.headers['X-Slack-Request-Timestamp']}:{body}"
        digest = hmac.new(sys.argv[2].encode(), text.encode(), hashlib.sha256).hexdigest()
        return self.headers["X-Slack-Signature"] == "v0=" + digest

    def is_fresh(self):
        return abs(time.time() - int(self.headers["X-Slack-Request-Timestamp"])) < 300

    def answer_slack(self, body, status=200, wait_s=0.0, stale=False):
        if not self.is_signed(body) or not (stale or self.is_fresh()):
            self.answer(401, "text/plain", "")
        elif "challenge" in json.loads(body):
            self.answer(200, "text/plain", json.loads(body)["challenge"])
        else:
            time.sleep(wait_s)
            self.answer(status, "text/plain", "")

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
        elif way == "replay":  # looks at no timestamp
            self.answer_slack(body, stale=True)
        elif way == "full":
            self.answer_slack(body, status=503)
        elif way == "slow":  # more than half of the time that Slack waits
            self.answer_slack(body, wait_s=1.6)
        elif way == "deaf":  # the proxy passes no events
            if self.is_signed(body) and "challenge" not in json.loads(body):
                self.close_connection = True
            else:
                self.answer_slack(body)
        elif way == "clock":
            self.answer(200, "application/json", '{"ok":true,"user":"bot","team":"T"}', (),
                        int(self.path.split("/")[2]))
        elif way == "scopes":
            self.answer(200, "application/json", '{"ok":true,"user":"bot","team":"T"}',
                        [("X-OAuth-Scopes", self.path.split("/")[2])])
        elif way == "socket":  # the URL of a connection, with another scheme, host and port
            scheme, place = self.path.split("/")[2:4]
            self.answer(200, "application/json",
                        json.dumps({"ok": True, "url": f"{scheme}://{place}/link/?ticket=1"}))
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
