"""Tests of assay as a co-process of real hosts: ClickHouse's functions, a socket of systemd, programs that ask token by token,
and shell pipelines. Each driver speaks its host's protocol, and no wait is without a limit."""
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
import xml.etree.ElementTree

from support import AT, DEADLINE, PROGRAM, Case, token

PACKAGING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "packaging")


class Lines:
    """Whole lines from a descriptor, each within the deadline."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.rest = b""

    def next(self):
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.descriptor], [], [], DEADLINE)
            if not ready:
                raise AssertionError("no answer within the deadline")
            more = os.read(self.descriptor, 1 << 16)
            if not more:
                raise EOFError(self.rest)
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def quiet(self, seconds=0.05):
        return not self.rest and not select.select([self.descriptor], [], [], seconds)[0]


class ClickHouse(Case):
    """An executable_pool of ClickHouse: it writes the rows of a block and reads as many answers, then the next block, and keeps the
    process. Of each answer it takes the column return_name, or its default if the answer has none."""

    def function(self, name):
        root = xml.etree.ElementTree.parse(os.path.join(PACKAGING, "assay_function.xml")).getroot()
        (found,) = [function for function in root if function.findtext("name") == name]
        return found

    def start_function(self, name):
        function = self.function(name)
        self.assertEqual(function.findtext("format"), "JSONEachRow")
        self.assertEqual(function.findtext("send_chunk_header"), "0")
        self.assertEqual([argument.findtext("name") for argument in function.findall("argument")], ["token", "time"])
        command = function.findtext("command")
        self.assertEqual(command.count("/usr/bin/assay ") + command.count("--jwks /etc/clickhouse-server/jwks.json"), 2)
        command = command.replace("/usr/bin/assay", PROGRAM).replace("--jwks /etc/clickhouse-server/jwks.json", "--secret-file secret")
        process = subprocess.Popen(["/bin/sh", "-c", command], cwd=self.folder, env=self.environment(), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def end():
            process.kill()
            process.wait(DEADLINE)
            for stream in (process.stdin, process.stdout, process.stderr):
                stream.close()
        self.addCleanup(end)
        return process, Lines(process.stdout.fileno()), function.findtext("return_name"), {"String": "", "Bool": False}[function.findtext("return_type")]

    def block(self, started, rows):
        process, lines, name, default = started
        text = "".join(json.dumps({"token": text, "time": at}, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/") + "\n"
                       for text, at in rows).encode()  # as its JSONEachRow writes a slash
        sender = threading.Thread(target=lambda: (process.stdin.write(text), process.stdin.flush()))
        sender.start()
        answers = [json.loads(lines.next()).get(name, default) for _ in rows]
        sender.join(DEADLINE)
        self.assertTrue(lines.quiet(), "an answer too many")
        return answers

    def test_every_block_is_answered_row_by_row_while_the_process_stays(self):
        reason, valid = self.start_function("tokenReason"), self.start_function("tokenValid")
        good, late = (token(), AT), (token(), AT + 3600)
        masked, empty = ("Bearer ***", AT), ("", AT)
        for size in (1, 2, 1000, 1, 5000 if os.environ.get("ASSAY_SANITIZE") else 65505):
            rows = random.Random(size).choices((good, late, masked, empty), k=size)
            expected = [{good: "", late: "token_expired", masked: "token_redacted", empty: "missing_token"}[row] for row in rows]
            self.assertEqual(self.block(reason, rows), expected)
            self.assertEqual(self.block(valid, rows), [name == "" for name in expected])
        for process, lines, _, _ in (reason, valid):
            process.stdin.close()  # the server drops its pool
            self.assertEqual(process.wait(DEADLINE), 1)
            self.assertRaises(EOFError, lines.next)

    def test_no_token_can_add_or_remove_a_row(self):
        started = self.start_function("tokenReason")
        hostile = ["\n", "\r\n" + token(), token() + "\n" + token(), "\0", "\t", "\\N", "\\", '"},{"token":"', "1\n2", "\u2028", "{", "x" * 70000]
        rows = [(text, AT) for text in hostile]
        answers = self.block(started, [*rows, (token(), AT)])
        self.assertEqual(answers[-1], "")
        self.assertNotIn("", answers[:-1])
        self.assertEqual(self.block(started, [(token(), AT)]), [""])


class CoProcess(Case):
    """A program that keeps assay running and asks it."""

    def start_assay(self, *args):
        process = self.start("verify", *self.KEY, "--quiet", *args)
        return process, Lines(process.stdout.fileno())

    def ask(self, process, lines, text):
        process.stdin.write(text.encode() + b"\n")
        process.stdin.flush()
        return json.loads(lines.next())

    def test_each_answer_comes_before_the_next_question(self):
        process, lines = self.start_assay()
        for i in range(200):
            verdict = self.ask(process, lines, token(sub=f"u{i}") if i % 3 else "not a token")
            self.assertEqual((verdict["record"], verdict["valid"]), (i + 1, bool(i % 3)))
            if i % 3:
                self.assertEqual(verdict["subject"], f"u{i}")
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), 1)

    def test_a_question_that_comes_in_pieces_is_answered_when_it_is_whole(self):
        process, lines = self.start_assay()
        text = token().encode() + b"\n"
        for cut in (1, 20, len(text) - 1):
            process.stdin.write(text[:cut])
            process.stdin.flush()
            self.assertTrue(lines.quiet(0.2), "an answer to half a token")
            process.stdin.write(text[cut:])
            process.stdin.flush()
            self.assertTrue(json.loads(lines.next())["valid"])

    def test_many_questions_at_once_and_a_host_that_reads_late(self):
        process, lines = self.start_assay()
        count = 20000
        text = (token() + "\n").encode() * count
        sender = threading.Thread(target=lambda: (process.stdin.write(text), process.stdin.close()))
        sender.start()
        time.sleep(0.3)  # both pipes are full now
        self.assertEqual([json.loads(lines.next())["record"] for _ in range(count)], list(range(1, count + 1)))
        sender.join(DEADLINE)
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_a_half_close_gets_all_answers_even_of_a_last_line_without_its_end(self):
        process, lines = self.start_assay()
        process.stdin.write((token() + "\n" + token()).encode())
        process.stdin.close()
        self.assertEqual([json.loads(lines.next())["valid"] for _ in range(2)], [True, True])
        self.assertRaises(EOFError, lines.next)
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_a_host_that_stops_reading_ends_assay(self):
        process, lines = self.start_assay()
        self.ask(process, lines, token())
        process.stdout.close()
        try:
            for _ in range(200):
                process.stdin.write((token() + "\n").encode())
                process.stdin.flush()
                time.sleep(0.01)
        except BrokenPipeError:
            pass
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertEqual(process.stderr.read(), b"")

    def test_a_stop_signal_answers_what_was_asked_and_a_kill_loses_nothing_that_was_answered(self):
        process, lines = self.start_assay()
        for i in range(3):
            self.ask(process, lines, token())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), 143)
        self.assertRaises(EOFError, lines.next)
        process, lines = self.start_assay()
        process.stdin.write((token() + "\n").encode() * 3)
        process.stdin.flush()
        answers = [json.loads(lines.next())["record"] for _ in range(3)]
        process.kill()
        self.assertEqual(process.wait(DEADLINE), -signal.SIGKILL)
        self.assertEqual(answers, [1, 2, 3])
        self.assertRaises(EOFError, lines.next)  # no half a line

    def test_hosts_that_share_the_machine_do_not_share_answers(self):
        started = [self.start_assay("--threads", "2") for _ in range(4)]
        for turn in range(20):
            for i, (process, _) in enumerate(started):
                process.stdin.write((token(sub=f"{i}-{turn}") + "\n").encode())
                process.stdin.flush()
            for i, (_, lines) in enumerate(started):
                self.assertEqual(json.loads(lines.next())["subject"], f"{i}-{turn}")


class SocketService(Case):
    """The unit files of tools/packaging: systemd gives each connection to an assay as standard input and output."""

    def unit(self, name):
        with open(os.path.join(PACKAGING, name), encoding="utf-8") as file:
            return file.read()

    def test_a_connection_is_answered_and_ends_when_its_client_has_no_more_questions(self):
        service = self.unit("assay-verify@.service")
        self.assertIn("\nStandardInput=socket\nStandardOutput=socket\n", service)
        self.assertIn("\nAccept=yes\n", self.unit("assay-verify.socket"))
        self.assertIn("\nSuccessExitStatus=1 143\n", service)
        (command,) = re.findall(r"^ExecStart=/usr/bin/assay (.*)$", service, re.M)
        args = command.replace("$ASSAY_OPTIONS", f"--secret-file secret --at {AT}").split()
        client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        process = subprocess.Popen([PROGRAM, *args], cwd=self.folder, env=self.environment(), stdin=server, stdout=server, stderr=subprocess.PIPE)
        server.close()
        with client, process.stderr:
            lines = Lines(client.fileno())
            for expected in (True, True):
                client.sendall(token().encode() + b"\n")
                self.assertEqual(json.loads(lines.next())["valid"], expected)
            client.sendall(b"not a token\n" + token().encode() + b"\n")
            client.shutdown(socket.SHUT_WR)
            self.assertEqual([json.loads(lines.next())["valid"] for _ in range(2)], [False, True])
            self.assertRaises(EOFError, lines.next)
            self.assertEqual((process.wait(DEADLINE), process.stderr.read()), (1, b""))

    def test_a_client_that_vanishes_ends_its_assay(self):
        client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        process = subprocess.Popen([PROGRAM, "verify", "--quiet", *self.KEY], cwd=self.folder, env=self.environment(), stdin=server, stdout=server)
        server.close()
        client.sendall(token().encode() + b"\n" + b"half a tok")
        client.close()
        self.assertIn(process.wait(DEADLINE), (0, 1))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_systemd_finds_no_fault_in_the_units(self):
        # Whatever machine tests run on, /usr/bin/assay is there in its copy of the units.
        for name in ("assay-verify.socket", "assay-verify@.service"):
            self.write(name, self.unit(name).replace("/usr/bin/assay", shutil.which("true")))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "./assay-verify.socket", "./assay-verify@.service"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE)
        self.assertEqual((done.returncode, done.stdout), (0, b""))


class Pipelines(Case):
    def environment(self):
        os.makedirs(self.path("bin"), exist_ok=True)
        if not os.path.exists(self.path("bin/assay")):
            os.symlink(PROGRAM, self.path("bin/assay"))
        return {**super().environment(), "PATH": self.path("bin") + os.pathsep + os.environ["PATH"]}

    def shell(self, command):
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_paste_puts_each_verdict_beside_its_record(self):
        records = [json.dumps({"id": i, "token": token(exp=AT + 60 * (i % 2) - 1)}) for i in range(500)]
        self.write("log", "\n".join(records) + "\n")
        code, text, _ = self.shell(f"paste <(assay verify --secret-file secret --at {AT} --quiet log) log")
        self.assertEqual(code, 0)
        rows = [row.split("\t") for row in text.splitlines()]
        self.assertEqual(len(rows), 500)
        for verdict, record in rows:
            self.assertEqual(json.loads(verdict)["valid"], json.loads(record)["id"] % 2 == 1)

    def test_a_reader_that_has_enough_ends_the_pipeline_quietly(self):
        self.write("log", (token() + "\n") * 50000)
        code, text, errors = self.shell(f"assay verify --secret-file secret --at {AT} log | head -n 2")
        self.assertEqual((code, len(text.splitlines()), errors), (0, 2, ""))

    @unittest.skipUnless(shutil.which("jq"), "jq is not installed")
    def test_a_log_that_grows_is_followed(self):
        self.write("log", "")
        command = f"tail -n +1 -f log | assay verify --secret-file secret --at {AT} --quiet | jq --unbuffered -r '.reason // .subject'"
        process = subprocess.Popen(["bash", "-c", command], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, start_new_session=True)
        try:
            lines = Lines(process.stdout.fileno())
            for i in range(5):
                with open(self.path("log"), "a", encoding="ascii") as log:
                    log.write(token(sub=f"u{i}") + "\n" + token(exp=AT - 1) + "\n")
                self.assertEqual([lines.next(), lines.next()], [f"u{i}".encode(), b"token_expired"])
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(DEADLINE)
            process.stdout.close()


if __name__ == "__main__":
    unittest.main()
