"""What the command-line tests share: tokens made by hand, and the program run in a private folder."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["ASSAY_PROGRAM"]
BINARY = os.environ.get("ASSAY_BINARY", PROGRAM)  # PROGRAM may be a script that runs it under an emulator
# UBSan opens a pipe to look at a vptr, and takes the failure for a fault of the program.
needs_few_descriptors = unittest.skipIf(os.environ.get("ASSAY_SANITIZE") or BINARY != PROGRAM,
                                        "a sanitizer or an emulator needs descriptors of its own")
GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens")
SECRET = b"0123456789abcdef0123456789abcdef"
AT = 1790000000  # every test judges at this time
DEADLINE = 240  # seconds; only a program that hangs takes so long, even on a busy machine


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(header, payload, secret=SECRET):
    """HS256 over exactly these bytes."""
    signing_input = b64url(header) + "." + b64url(payload)
    return signing_input + "." + b64url(hmac.new(secret, signing_input.encode(), hashlib.sha256).digest())


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def token(header=None, secret=SECRET, **claims):
    """A good token; claims given as None are left out."""
    body = {"sub": "u1", "iss": "https://idp.example.com", "aud": "api", "client_id": "app", "scope": "read write",
            "iat": AT - 60, "exp": AT + 3600}
    body.update(claims)
    body = {name: value for name, value in body.items() if value is not None}
    return sign(compact(header or {"alg": "HS256", "typ": "JWT"}), compact(body), secret)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("secret", SECRET)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return name

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def environment(self):
        hidden = ("NO_COLOR", "ASSAY_BACKEND", "ASSAY_CPU")
        return {name: value for name, value in os.environ.items() if name not in hidden}

    def assay(self, *args, stdin=b"", variables=None, **more):
        if isinstance(stdin, str):
            stdin = stdin.encode()
        more.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([PROGRAM, *args], input=stdin, stderr=subprocess.PIPE, cwd=self.folder,
                              env={**self.environment(), **(variables or {})}, timeout=DEADLINE, **more)

    def start(self, *args, **more):
        """A running program; killed at the end of the test if it still runs."""
        more = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        process = subprocess.Popen([PROGRAM, *args], cwd=self.folder, env=self.environment(), **more)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream and not stream.closed:
                    try:
                        stream.close()
                    except OSError:
                        pass
        self.addCleanup(end)
        return process

    KEY = ("--secret-file", "secret", "--at", str(AT))

    def verify(self, *args, stdin=b"", quiet=True, **more):
        return self.assay("verify", *self.KEY, *(["--quiet"] if quiet else []), *args, stdin=stdin, **more)

    def verdicts(self, *args, stdin=b"", **more):
        done = self.verify(*args, stdin=stdin, **more)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assertRefused(self, done, *parts):
        """Exit 2, nothing on stdout, and one line on stderr that says these parts."""
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout or b"", b"")
        text = done.stderr.decode()
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.endswith("\n"))
        for part in parts:
            self.assertIn(part, text)

    def assertGolden(self, name, data):
        """Compares with goldens/NAME; ASSAY_UPDATE_GOLDENS=1 writes it anew, to be read before it is committed."""
        path = os.path.join(GOLDENS, name)
        if os.environ.get("ASSAY_UPDATE_GOLDENS"):
            with open(path, "wb") as file:
                file.write(data)
        with open(path, "rb") as file:
            self.assertEqual(data.decode(), file.read().decode())
