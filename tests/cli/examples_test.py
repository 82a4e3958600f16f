"""Runs every example that the README, the guide and --help print, as a reader would: in a folder with the files that they name.

An example is a line of a code block that begins with "$ "; what follows it is its output. Numbers, times and random texts of an
output may differ. ASSAY_UPDATE_EXAMPLES=1 writes the outputs of this program into the pages, to be read before they are committed.
"""
import functools
import http.server
import json
import os
import re
import select
import shutil
import signal
import subprocess
import threading
import time
import unittest

from support import DEADLINE, PROGRAM, Case

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
COMMANDS = ("verify", "audit", "report", "inspect", "mint", "keygen", "bench", "completion", "help")
UPDATE = bool(os.environ.get("ASSAY_UPDATE_EXAMPLES"))
LONG = 10 * DEADLINE


def blocks(page):
    """The code blocks of a page: (language, lines)."""
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", page, re.M | re.S):
        yield match[1], match[2].splitlines()


def examples(page):
    """Each "$ command" of a page with the lines that it prints."""
    for _, lines in blocks(page):
        for i, line in enumerate(lines):
            if line.startswith("$ "):
                output = []
                for printed in lines[i + 1:]:
                    if printed.startswith("$ "):
                        break
                    output.append(printed)
                yield line[2:], output


def shape(text):
    """A line without what differs from run to run and from machine to machine."""
    text = re.sub(r"\b[0-9a-f]{32}\b", "HEX", text)
    text = re.sub(r"(?<![\w-])[\w-]{43}(?![\w-])", "SHA-256", text)  # a thumbprint of a key that was made anew
    return re.sub(r"\d[\d,.]*(e-?\d+)?", "0", text)


def quick(command):
    """The same measurement or corpus, small enough for a test."""
    command = re.sub(r"--count (\d{6,})", "--count 1000", command)
    command = re.sub(r"--(keys|batch) [\d,]+", r"--\1 1,2", command)
    tokens = "" if "--input" in command else " --tokens 64"
    return command.replace("assay bench", f"assay bench --seconds 0.02 --repetitions 1{tokens}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class ExampleCase(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        os.symlink(PROGRAM, self.path("bin/assay"))
        os.symlink(os.path.join(ROOT, "data"), self.path("data"))
        self.path_variable = self.path("bin") + os.pathsep + os.environ["PATH"]

    def environment(self):
        return {**super().environment(), "PATH": self.path_variable, "XDG_CACHE_HOME": self.path("cache"), "HOME": self.folder, "TZ": "UTC"}

    def shell(self, command):
        """Runs a line as a reader would. Returns the exit code and all that it prints."""
        done = subprocess.run(["bash", "-c", quick(command)], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONG)
        return done.returncode, done.stdout.decode()

    def page(self, name):
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            return file.read()


class Pages(ExampleCase):
    def run_page(self, name):
        page, count = self.page(name), 0
        for command, expected in examples(page):
            with self.subTest(command):
                count += 1
                code, text = self.shell(command)
                self.assertIn(code, (0, 1), text)
                if "assay bench" in command:
                    continue  # its figures are the page's
                printed = text.splitlines()
                same = [shape(line) for line in printed] == [shape(line) for line in expected]
                if UPDATE and not same:
                    before = "\n".join([f"$ {command}", *expected])
                    page = page.replace(before, "\n".join([f"$ {command}", *printed]))
                elif not same:
                    self.assertEqual([shape(line) for line in printed], [shape(line) for line in expected])
        if UPDATE:
            with open(os.path.join(ROOT, name), "w", encoding="utf-8") as file:
                file.write(page)
        return count

    def test_every_example_of_the_readme_works_as_printed(self):
        self.assertGreaterEqual(self.run_page("README.md"), 3)

    def test_every_example_of_the_guide_works_as_printed(self):
        self.assertGreaterEqual(self.run_page("tools/guide.md"), 12)

    def test_every_option_that_a_page_names_exists(self):
        helps = "".join(self.assay("help", *command).stdout.decode() for command in ([], ["keys", "show"], ["keys", "fetch"], *([name] for name in COMMANDS)))
        known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", helps)) | {"--renew", "--all"}
        for name in ("README.md", "tools/guide.md"):
            for line in self.page(name).splitlines():
                for code in re.findall(r"`[^`]*assay [^`]*`|`--[^`]*`|^\$ .*assay .*$|^ExecStart=.*$", line):
                    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code):
                        self.assertIn(option, known, f"{name}: {line}")


class HelpExamples(ExampleCase):
    def prepare(self):
        """Makes what a reader has: keys and tokens as the first examples make them, and a log."""
        for line in ("assay keygen --kid k1 --private key.pem --public pub.pem --jwks jwks.json",
                     "assay mint --key key.pem --kid k1 --count 20 -o tokens.txt", "head -1 tokens.txt > token.txt",
                     "head -c 40 /dev/zero | tr '\\0' s > secret.txt",
                     "assay bench --algorithm HS256 --json last-week.json"):
            code, text = self.shell(line)
            self.assertEqual(code, 0, line + ": " + text)
        now = int(time.time())
        records = [{"time": now, "ts": now, "request_id": i, "token": line.decode()} for i, line in enumerate(self.read("tokens.txt").split())]
        self.write("access.ndjson", "".join(json.dumps(record) + "\n" for record in records))
        local = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now + 3600))
        self.write("app.ndjson", "".join(
            json.dumps({"ts": local, "request": {"headers": {"authorization": "Bearer " + record["token"]}}}) + "\n"
            for record in records))

        sample = os.path.join(ROOT, "data", "sample", "logs")
        shutil.copytree(sample, self.path("logs"))
        shutil.copy(os.path.join(sample, "nginx", "access.log.1.gz"), self.path("old.gz"))
        for name, logs in (("audit", "logs/nginx"), ("before", "logs/envoy"), ("web-1", "logs/k8s"), ("web-2", "logs/envoy"), ("web-3", "old.gz")):
            code, text = self.shell(f"assay audit --jwks jwks.json --quiet --summary {name}.json {logs}")
            self.assertEqual(code, 1, text)

    def serve_the_folder(self):
        """The address of the folder over HTTP, in place of the one that the examples name."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=self.folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_address[1]}"

    def help_examples(self, *command):
        text = self.assay(*command, "--help").stdout.decode().replace("\\\n", "")
        section = text.split("Examples:\n")[1]
        return [line.strip() for line in re.match(r"((?:  .*\n)+)", section)[1].splitlines()]

    def run_help(self, *command):
        host = self.serve_the_folder()
        lines = self.help_examples(*command)
        self.assertTrue(lines, command)
        for line in lines:
            with self.subTest(line):
                code, text = self.shell(line.replace("https://idp.example.com", host))
                self.assertIn(code, (0, 1), text)

    def test_the_first_examples_run_in_an_empty_folder(self):
        self.run_help()

    def test_the_examples_of_keygen_run_in_an_empty_folder(self):
        self.run_help("keygen")

    def test_the_examples_of_all_other_commands_run_with_the_files_that_they_name(self):
        self.prepare()
        for command in COMMANDS:
            if command != "keygen":
                self.run_help(command)
        self.write("assay.toml", '[[issuer]]\nname = "https://idp.example.com"\njwks = "jwks.json"\n')
        self.run_help("keys", "fetch")  # makes the archive that the next looks at
        self.run_help("keys", "show")
        self.run_help("help")
        self.run_help("version")


class Service(ExampleCase):
    """What the guide says of programs that keep assay running."""

    def guide_block(self, language, part):
        (lines,) = [lines for name, lines in blocks(self.page("tools/guide.md")) if name == language and part in "\n".join(lines)]
        return "\n".join(lines) + "\n"

    def keys_and_tokens(self):
        for line in ("assay keygen --algorithm ES256 --kid k1 --private key.pem --public pub.pem --jwks jwks.json",
                     "assay mint --key key.pem --algorithm ES256 --kid k1 --count 3 -o tokens.txt"):
            self.assertEqual(self.shell(line)[0], 0)
        return self.read("tokens.txt").decode().split()

    def test_the_co_process_of_the_guide_runs_as_printed(self):
        self.keys_and_tokens()
        program = self.guide_block("python", "class Assay")
        self.write("ask.py", program)
        done = subprocess.run(["python3", "-W", "error", "ask.py"], cwd=self.folder, env=self.environment(), capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.decode().splitlines(), ["fastmcp-user"] * 3 + ["rejected: malformed_token"])

    def test_the_command_of_the_unit_file_serves_a_fifo_reloads_and_stops(self):
        unit = self.guide_block("ini", "[Service]")
        (start,) = re.findall(r"^ExecStart=/usr/bin/(assay .*)$", unit, re.M)
        self.assertIn("SuccessExitStatus=1 143", unit)
        self.assertIn("ExecReload=/bin/kill -HUP $MAINPID", unit)
        first, second, third = self.keys_and_tokens()
        start = start.replace("https://idp.example.com/jwks.json", "jwks.json").replace("--issuer https://idp.example.com", "")
        os.mkfifo(self.path("access"))
        # As systemd opens a FIFO: for reading and writing, so that no writer ends the input.
        fifo = os.open(self.path("access"), os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, fifo)
        process = subprocess.Popen(start.split(), cwd=self.folder, env=self.environment(), stdin=fifo, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)

        def ask(text):
            os.write(fifo, json.dumps({"time": int(time.time()), "token": text}).encode() + b"\n")
            ready, _, _ = select.select([process.stdout], [], [], DEADLINE)
            self.assertTrue(ready, "no verdict while the FIFO is open")
            return json.loads(process.stdout.readline())["valid"]
        try:
            self.assertTrue(ask(first))
            process.send_signal(signal.SIGHUP)
            self.assertTrue(ask(second))
            self.assertFalse(ask("x" + third))
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(DEADLINE), 143)
        finally:
            process.kill()
            process.wait(DEADLINE)
            process.stdout.close()
            process.stderr.close()


if __name__ == "__main__":
    unittest.main()
