"""Tests of keys fetch, with a server of their own."""
import http.server
import json
import os
import subprocess
import threading
import unittest

from support import DEADLINE, PROGRAM, Case

ONE = {"keys": [{"kty": "EC", "crv": "P-256", "kid": "a", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
TWO = {"keys": [*ONE["keys"], {**ONE["keys"][0], "kid": "b"}]}


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.pages.get(self.path)
        self.send_response(200 if body is not None else 503)
        self.end_headers()
        self.wfile.write(body or b"down")

    def log_message(self, *args):
        pass


class KeysFetch(Case):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.server.pages = {"/a.json": json.dumps(ONE).encode()}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def url(self, path="/a.json"):
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def fetch(self, *args):
        return self.assay("keys", "fetch", "--archive", "archive", *args)

    def snapshots(self):
        return sorted(name for name in os.listdir(self.path("archive")) if name.endswith(".json"))

    def log(self):
        return [json.loads(line) for line in self.read("archive/fetch.log.ndjson").splitlines()]

    def test_a_set_is_stored_when_it_is_new_and_logged_always(self):
        done = self.fetch(self.url())
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        (name,) = self.snapshots()
        self.assertRegex(name, r"^127\.0\.0\.1_\d+_a\.json_[0-9a-f]{8}-\d{4}-\d\d-\d\dT\d{6}Z\.json$")
        self.assertEqual(done.stdout.decode(), f"{self.url()}: new, 1 key, {name}\n")
        self.assertEqual(self.read("archive/" + name), self.server.pages["/a.json"])

        self.server.pages["/a.json"] = json.dumps(ONE, indent=4, sort_keys=True).encode()  # written otherwise
        done = self.fetch(self.url())
        self.assertEqual((done.returncode, done.stdout.decode()), (0, f"{self.url()}: unchanged since {name}\n"))

        self.server.pages["/a.json"] = json.dumps(TWO).encode()
        done = self.fetch(self.url())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b": new, 2 keys, ", done.stdout)
        self.assertEqual(len(self.snapshots()), 2)
        self.assertEqual(self.snapshots()[0], name)  # names are in the order of time
        log = self.log()
        self.assertEqual([entry["outcome"] for entry in log], ["new", "unchanged", "new"])
        self.assertEqual([entry["file"] for entry in log], [name, name, self.snapshots()[1]])
        self.assertEqual(log[0]["sha256"], log[1]["sha256"])
        self.assertNotEqual(log[0]["sha256"], log[2]["sha256"])

    def test_a_url_that_fails_is_told_and_logged_and_the_others_go_on(self):
        self.server.pages["/login"] = b"<html>please log in</html>"
        done = self.fetch(self.url("/down"), self.url("/login"), self.url())
        self.assertEqual(done.returncode, 2)
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertIn(f"assay keys fetch: {self.url('/down')}: the server answered 503", lines[0])
        self.assertIn(f"assay keys fetch: {self.url('/login')}: HTML", lines[1])
        self.assertIn(b": new, 1 key, ", done.stdout)
        self.assertEqual(len(self.snapshots()), 1)
        self.assertEqual([entry["outcome"] for entry in self.log()], ["failed", "failed", "new"])

    def test_a_query_is_no_secret_of_the_output(self):
        self.server.pages["/a.json?key=hidden"] = json.dumps(ONE).encode()
        done = self.fetch(self.url("/a.json?key=hidden"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(b"hidden", done.stdout + self.read("archive/fetch.log.ndjson"))

    def test_only_its_owner_can_read_a_set_that_holds_private_keys(self):
        self.server.pages["/a.json"] = json.dumps({"keys": [{"kty": "oct", "k": "c" * 43, "kid": "shared"}]}).encode()
        done = self.fetch(self.url())
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"publishes private keys or secrets", done.stderr)
        self.assertNotIn(b"c" * 20, done.stderr + done.stdout + self.read("archive/fetch.log.ndjson"))
        self.assertEqual(os.stat(self.path("archive/" + self.snapshots()[0])).st_mode & 0o777, 0o600)
        self.assertEqual(self.fetch(self.url()).stderr, b"")  # told once

    def test_many_runs_at_once_store_each_content_once(self):
        runs = [subprocess.Popen([PROGRAM, "keys", "fetch", "--archive", "archive", "--quiet", self.url()], cwd=self.folder,
                                 env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(8)]
        for run in runs:
            self.assertEqual((run.communicate(timeout=DEADLINE)[0], run.returncode), (b"", 0))
        self.assertEqual(len(self.snapshots()), 1)
        self.assertEqual([entry["outcome"] for entry in self.log()].count("unchanged"), 7)

    def test_what_cannot_be_asked_is_refused_before_anything_is_made(self):
        for url, part in (("http://idp.example/jwks.json", "use an https URL"), ("ftp://x/y", "https"), ("", "is empty")):
            self.assertRefused(self.fetch(self.url(), url), "assay keys fetch: ", part)
        self.assertRefused(self.fetch("--ssrf-safe", self.url()), "https")
        self.assertFalse(os.path.exists(self.path("archive")))
        self.assertRefused(self.assay("keys", "fetch", self.url()), "--archive is required")
        self.assertRefused(self.fetch(), "URL is required")
        self.write("occupied", b"")
        self.assertRefused(self.assay("keys", "fetch", "--archive", "occupied/x", self.url()), "--archive: occupied/x: cannot make the folder")
        self.assertRefused(self.fetch("--ca-file", "missing.pem", "https://127.0.0.1:1/"), "missing.pem")

    def test_a_snapshot_serves_as_key_set(self):
        self.fetch(self.url())
        done = self.assay("verify", "--jwks", "archive/" + self.snapshots()[0], "--quiet", stdin=b"x\n")
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_the_words_of_the_group(self):
        self.assertRefused(self.assay("keys"), "assay keys: which command?", "fetch")
        self.assertRefused(self.assay("keys", "fecth"), "assay keys: 'fecth': no such command; did you mean fetch? See assay keys --help")
        self.assertRefused(self.assay("help", "keys", "fecth"), "assay help: 'fecth': no such command; did you mean fetch?")
        self.assertRefused(self.assay("keys", "fetch", "--ca-fil", "x"), "assay keys fetch: --ca-fil: no such option; did you mean --ca-file? See assay keys fetch --help")
        self.assertEqual(self.assay("keys", "--help").stdout, self.assay("help", "keys").stdout)
        self.assertEqual(self.assay("keys", "fetch", "--help").stdout, self.assay("help", "keys", "fetch").stdout)


if __name__ == "__main__":
    unittest.main()
