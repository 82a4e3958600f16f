"""How assay verify reads what people really have, and how it ends. Run by ctest, or: ASSAY_PROGRAM=... input_test.py"""
import base64
import bz2
import hashlib
import json
import lzma
import os
import pty
import resource
import select
import signal
import subprocess
import time
import unittest

from support import AT, DEADLINE, PROGRAM, Case, needs_few_descriptors, token

RECORD = {"time": "2026-09-21T14:13:20Z", "token": token()}
TSAN_DELAYS_SIGNALS = "ThreadSanitizer delays signal handlers"


def ath(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


class Forms(Case):
    """auto decides for every line, and an input in another form is told once with its mend."""

    def reasons(self, *args, **more):
        return [verdict.get("reason") for verdict in self.verdicts(*args, **more)]

    def test_a_banner_blank_lines_and_a_stack_trace_stand_between_json_records(self):
        text = "INFO starting\n" + lines(RECORD) + "\n  " + lines(RECORD) + "\tat com.example.Main(Main.java:7)\n"
        reasons = self.reasons(stdin=text)
        self.assertEqual([reasons[i] for i in (1, 2, 3)], [None, "missing_token", None])
        self.assertNotIn(None, (reasons[0], reasons[4]))

    def test_inputs_of_one_run_may_differ_in_form(self):
        self.write("tokens", token() + "\n")
        self.write("records", lines(RECORD, RECORD))
        self.assertEqual(self.reasons("tokens", "records"), [None] * 3)

    def test_a_padded_token_is_no_text_around_a_token(self):
        padded = ".".join(part + "=" * (-len(part) % 4) for part in token().split("."))
        done = self.verify(stdin=padded + "\n")
        self.assertIn(b"'=' padding", done.stdout)
        self.assertEqual(done.stderr, b"")

    def test_json_that_is_not_lines_is_told_once_with_its_mend(self):
        for name, text, mend in (("array", json.dumps([RECORD] * 4) + "\n", "jq -c '.[]' array"),
                                 ("array", json.dumps([RECORD] * 4, indent=2), "jq -c '.[]' array"),
                                 ("pretty", json.dumps(RECORD, indent=2) + "\n" + json.dumps(RECORD, indent=2), "jq -c . pretty"),
                                 ("joined", json.dumps(RECORD) * 2, "jq -c . joined"),
                                 ("wrapped", json.dumps({"Records": [RECORD] * 4}), "jq -c '.Records[]' wrapped"),
                                 ("odd name", json.dumps({"a b": {"0": [RECORD]}}), "jq -c"),
                                 ("it's", json.dumps([RECORD]), "jq -c '.[]' 'it'\\''s'")):
            self.write(name, text)
            done = self.verify(name)
            self.assertEqual(done.returncode, 1)
            told = done.stderr.decode()
            self.assertEqual(told.count("\n"), 1, told)
            self.assertIn(mend, told)
            self.assertTrue(told.startswith("assay: " + name + ": "), told)

    def test_strings_of_json_lose_their_quotes(self):
        self.assertEqual(self.reasons(stdin='"' + token() + '"\n"Bearer ' + token() + '",\n'), [None, None])

    def test_places_of_tokens_are_told_when_the_first_records_hold_none(self):
        record = {"request": {"headers": {"authorization": ["Bearer " + token()]}}}
        done = self.verify(stdin=lines(*[record] * 200))
        self.assertEqual(done.stderr.decode().count("\n"), 1)
        self.assertIn("standard input: no token at /token", done.stderr.decode())
        self.assertIn("--token-field /request/headers/authorization/0", done.stderr.decode())
        self.assertEqual(self.reasons("--token-field", "/request/headers/authorization/0", stdin=lines(record)), [None])
        done = self.verify(stdin=('"GET /?t=' + token() + '&s=1 HTTP/1.1" 200\n') * 3)
        self.assertEqual(done.stderr.decode().count("\n"), 1)
        self.assertIn(f"find and judge them there: assay audit --secret-file secret --at {AT} -\n", done.stderr.decode())
        self.assertEqual(self.verify(stdin=token() + "\n" + lines(*[record] * 200)).stderr, b"")
        self.assertNotIn("eyJ", done.stderr.decode())

    def test_text_that_is_no_utf8_is_refused_with_its_mend(self):
        for data, parts in (((token() + "\n").encode("utf-16"), ("UTF-16 (byte order mark FF FE)", "iconv -f UTF-16 -t UTF-8")),
                            (lzma.compress(token().encode()), ("xz data", "xzcat")),
                            (bz2.compress(token().encode()), ("bzip2 data", "bzcat"))):
            self.write("in", data)
            self.assertRefused(self.verify("in"), "in", *parts)
            self.assertRefused(self.verify(stdin=data), "standard input", *parts)
            self.write("good", token())
            self.assertRefused(self.verify("good", "in"), "in", *parts)

    def test_a_byte_order_mark_is_skipped_in_each_input(self):
        self.write("a", b"\xef\xbb\xbf" + token().encode())
        self.write("b", b"\xef\xbb\xbf" + lines(RECORD).encode())
        self.assertEqual(self.reasons("a", "b"), [None, None])

    def test_json_in_a_string_is_read(self):
        app = {"msg": "auth", "token": token(), "at": "21/Sep/2026:14:13:20 +0000", "id": 7}
        record = {"log": json.dumps(app) + "\n", "stream": "stdout", "time": "2026-09-21T14:13:20.123456789Z"}
        args = ["--token-field", "/log/token", "--time-field", "/log/at", "--at", "record", "--carry", "/log/id"]
        (verdict,) = self.verdicts(*args, stdin=lines(record))
        self.assertTrue(verdict["valid"], verdict)
        self.assertEqual(verdict["carry"], {"/log/id": 7})
        text = json.dumps(app)
        split = [{**record, "log": text[:60]}, {**record, "log": text[60:] + "\n"}]
        verdicts = self.verdicts(*args, stdin=lines(*split))
        self.assertEqual(verdicts[0]["reason"], "malformed_record")
        self.assertIn("does not end here", verdicts[0]["detail"])
        self.assertEqual(verdicts[1]["reason"], "missing_token")

    def test_only_all_and_input_auto_can_be_said(self):
        self.assertEqual(self.reasons("--only", "all", "--input", "auto", stdin=token() + "\nx\n")[0], None)


class Times(Case):
    def judged(self, when, *args):
        record = {"token": token(iat=AT - 60, exp=AT + 1), "time": when}
        (verdict,) = self.verdicts("--at", "record", *args, stdin=lines(record))
        return verdict

    def test_times_are_read_as_loggers_write_them(self):
        for when in ("2026-09-21T14:13:20,833+00:00", "2026-09-21T16:13:20.566782+0200", "2026-09-21T14:13Z",
                     "21/Sep/2026:17:13:20 +0300", "2026-09-21 14:13:20 +0000", "2026-09-21T14:13:20Z[UTC]",
                     "2026-09-21T14:13:20+00", "Mon Sep 21 14:13:20 UTC 2026", "Mon, 21 Sep 2026 14:13:20 +0000",
                     "20260921T141320Z", "/Date(1790000000000)/", AT * 10**9, AT + 0.5, str(AT * 1000)):
            verdict = self.judged(when)
            self.assertTrue(verdict["valid"], (when, verdict))
        self.assertEqual(self.judged("2026-09-21T14:13:21Z")["reason"], "token_expired")

    def test_a_time_without_zone_needs_to_be_told_one(self):
        for when in ("2026-09-21T14:13:20", "2026-09-21 14:13:20,123", "21/Sep/2026 14:13:20", "2026/09/21 14:13:20"):
            verdict = self.judged(when)
            self.assertEqual(verdict["reason"], "missing_time")
            self.assertIn("no time zone", verdict["detail"])
            self.assertIn(when, verdict["detail"])
            self.assertTrue(self.judged(when, "--time-zone", "UTC")["valid"])
            self.assertTrue(self.judged(when, "--time-zone", "+00:00")["valid"])
            self.assertEqual(self.judged(when, "--time-zone", "-01:00")["reason"], "token_expired")
        # Summer time: two hours before UTC.
        self.assertTrue(self.judged("2026-09-21 16:13:20", "--time-zone", "Europe/Berlin")["valid"])
        self.assertEqual(self.judged("2026-09-21 16:13:21", "--time-zone", "Europe/Berlin")["reason"], "token_expired")

    def test_a_time_of_another_form_is_told(self):
        when = "09/21/2026 02:13:20 PM"
        self.assertEqual(self.judged(when, "--time-zone", "UTC")["reason"], "missing_time")
        self.assertTrue(self.judged(when, "--time-zone", "UTC", "--time-format", "%m/%d/%Y %I:%M:%S %p")["valid"])
        self.assertRefused(self.verify("--time-format", "%H:%M"), "--time-format", "year")
        self.assertRefused(self.verify("--time-zone", "Europe/Berln"), "--time-zone", "did you mean Europe/Berlin?", "+01:00")

    def test_a_time_that_cannot_be_read_is_shown(self):
        for when, part in (("-", "'-'"), ({"seconds": 1, "nanos": 5}, '"nanos": 5'), ("2026-02-30T00:00:00Z", "does not exist"),
                           ("Sep 21 14:13:20", "no year")):
            verdict = self.judged(when)
            self.assertEqual(verdict["reason"], "missing_time")
            self.assertIn(part, verdict["detail"])

    def test_a_credential_where_a_time_should_be_is_not_shown(self):
        for when in ("Bearer hunter2", "Basic dXNlcjpwYXNz", "sid=hunter2", "https://u:hunter2@idp.example/", token(),
                     "hunter2-hunter2-hunter2-hunter2", {"a": "hunter2-hunter2-hunter2-hunter2"}):
            with self.subTest(when):
                detail = self.judged(when)["detail"]
                self.assertNotIn("hunter2", detail)
                self.assertNotIn("dXNlcjpwYXNz", detail)
                self.assertNotIn("eyJ", detail)
                self.assertRegex(detail, r"\((a string|an object) of \d+ bytes that may be a credential\)")
                if isinstance(when, str):
                    self.assertIn(" %d bytes" % len(when), detail)

    def test_lines_of_text_have_no_time(self):
        verdicts = self.verdicts("--at", "record", stdin=lines(RECORD) + token() + "\n\n")
        self.assertEqual([v.get("reason") for v in verdicts], [None, "missing_time", "missing_token"])

    def test_the_time_of_judgement_is_read_by_its_magnitude(self):
        for at in (str(AT), str(AT * 1000), str(AT * 10**6), str(AT * 10**9), "2026-09-21T14:13:20Z", "1790000000.25"):
            done = self.assay("verify", "--secret-file", "secret", "--quiet", "--at", at, stdin=token(exp=AT + 1))
            self.assertEqual(done.returncode, 0, (at, done.stdout))
        self.assertRefused(self.assay("verify", "--secret-file", "secret", "--at", "2026-09-21T14:13:20"), "--at", "no time zone")

    def test_the_summary_asks_for_the_zone_when_tokens_miss_by_whole_hours(self):
        def said(late, life, count=40):
            """What is said of tokens used at all ages, on lines whose times are so many seconds late."""
            records = [{"token": token(iat=AT + i, exp=AT + i + life), "time": AT + i + late + i * life // count} for i in range(count)]
            return self.verify("--at", "record", stdin=lines(*records), quiet=False).stderr.decode()

        for life in (60, 1800, 3600):
            self.assertIn("the times of the records seem to be 1 h too late: 16 of 16 tokens looked at", said(3600, life))
            self.assertIn("seem to be 5 h 30 min too early", said(-19800, life))
            self.assertNotIn("--time-zone", said(0, life))
        # Tokens that were really used late, each by another span.
        late = [{"token": token(iat=AT, exp=AT + 60 + i), "time": AT + 3000 * i} for i in range(1, 20)]
        self.assertNotIn("--time-zone", self.verify("--at", "record", stdin=lines(*late), quiet=False).stderr.decode())

    def test_the_summary_names_unknown_kids(self):
        self.write("keys", json.dumps({"keys": [{"kty": "oct", "kid": "k", "k": "A" * 43}]}))
        text = "".join(token({"alg": "HS256", "kid": "old\x1b" if i == 0 else "new"}) + "\n" for i in range(4))
        done = self.assay("verify", "--jwks", "keys", "--at", str(AT), stdin=text)
        self.assertIn("unknown kids: 'new' 3, 'old\\u001b' 1;", done.stderr.decode())


class Carry(Case):
    def test_a_field_that_no_record_has_is_told(self):
        record = {"request": {"id": 7, "a/b": {"c": {"d": 1}}}, "token": token()}
        done = self.verify("--carry", "/requst/id", "--carry", "/request/id", stdin=lines(*[record] * 3), quiet=False)
        said = [line for line in done.stderr.decode().splitlines() if "--carry" in line]
        self.assertEqual(said, ["  --carry /requst/id was in none of the 3 records looked at; "
                                "the fields of the first are: /request/id, /request/a~1b/c, /token"])
        done = self.verify("--carry", "/id", stdin=token() + "\n", quiet=False)
        self.assertIn("the first is no JSON object", done.stderr.decode())
        self.assertNotIn("--carry", self.verify("--carry", "/id", stdin="", quiet=False).stderr.decode())

    def test_no_live_token_is_carried(self):
        record = {"token": "Bearer " + token(), "req": {"url": "/?t=" + token() + "&s=1", "h": [token(), "x"]}, "id": 1}
        (verdict,) = self.verdicts("--carry", "/token", "--carry", "/req", "--carry", "/id", stdin=lines(record))
        mark = ath(token())
        self.assertEqual(verdict["carry"], {"/token": "Bearer " + mark, "/req": {"url": "/?t=" + mark + "&s=1", "h": [mark, "x"]},
                                            "/id": 1})
        done = self.verify("--carry", "/token", "--format", "csv", stdin=lines(record))
        self.assertIn(mark, done.stdout.decode())
        self.assertNotIn(token(), done.stdout.decode())


    def test_coded_and_cut_tokens_are_hidden_too(self):
        head = token().rsplit(".", 1)[0]
        record = {"token": token(), "a": json.dumps({"log": json.dumps({"t": token()})}), "b": token().replace(".", "%2E"),
                  "c": head + ".***", "d": "user-7"}
        (verdict,) = self.verdicts(*(word for name in "abcd" for word in ("--carry", "/" + name)), stdin=lines(record))
        carry = verdict["carry"]
        self.assertEqual(json.loads(json.loads(carry["/a"])["log"]), {"t": ath(token())})
        self.assertEqual((carry["/b"], carry["/c"], carry["/d"]), (ath(token()), ath(head) + ".***", "user-7"))


class Messages(Case):
    def test_a_token_in_the_wrong_place_is_not_printed(self):
        size = str(len(token()))
        for args in (["verify", *self.KEY, token()], ["verify", "--jwks", token()], ["verify", "--secret-file", token()],
                     ["verify", *self.KEY, "--at", token()], ["verify", *self.KEY, "--revoked", token()],
                     ["verify", *self.KEY, "--token-field", token()], ["verify", *self.KEY, "--format", token()],
                     ["verify", *self.KEY, "-o", token() + "/x"], ["verify", token().replace(".", "%2E"), *self.KEY],
                     ["bench", "--input", token(), *self.KEY], ["inspect", token(), token()]):
            with self.subTest(args):
                done = self.assay(*args)
                self.assertRefused(done, "a token of " + size + " bytes")
                for part in token().split("."):
                    self.assertNotIn(part[:12], done.stderr.decode())
                stands_for_a_file = args in (["verify", *self.KEY, token()], ["verify", token().replace(".", "%2E"), *self.KEY])
                self.assertEqual("give tokens on standard input or in a file" in done.stderr.decode(), stands_for_a_file)

    def test_kids_that_are_tokens_are_not_printed(self):
        done = self.verify(stdin=token({"alg": "RS256", "kid": token()}) + "\n", quiet=False)
        self.assertNotIn(token()[:12], done.stderr.decode())


class Files(Case):
    def test_outputs_that_would_replace_something_else_are_refused(self):
        self.write("in", token())
        os.link(self.path("in"), self.path("link"))
        for args, field in ((["-o", "in"], "-o"), (["-o", "link"], "-o"), (["-o", "secret"], "-o"), (["--summary", "secret"], "--summary"),
                            (["-o", "x", "--summary", "x"], "--summary"), (["-o", "x", "--summary", "./x"], "--summary")):
            self.assertRefused(self.verify(*args, "in"), "are one file")
            self.assertEqual(sorted(os.listdir(self.folder)), ["in", "link", "secret"], args)

    def test_a_summary_that_cannot_be_written_is_told_before_the_run(self):
        self.write("in", token())
        self.assertRefused(self.verify("--summary", "no/s", "in"), "no/s", "No such file")

    def test_a_limit_on_file_sizes_is_an_error_and_leaves_nothing(self):
        self.write("in", (token() + "\n") * 2000)

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        done = self.verify("-o", "out", "in", preexec_fn=limit)
        self.assertRefused(done, "out", "File too large")
        self.assertEqual(sorted(os.listdir(self.folder)), ["in", "secret"])

    @needs_few_descriptors
    def test_too_few_descriptors_are_told_as_such(self):
        self.write("in", token())

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6))
        self.assertRefused(self.verify("-o", "out", "in", preexec_fn=limit), "Too many open files")
        self.assertEqual(sorted(os.listdir(self.folder)), ["in", "secret"])

    def test_names_of_files_are_no_formulas(self):
        self.write("=cmd()", token())
        self.write("b", token())
        rows = self.verify("--format", "csv", "=cmd()", "b").stdout.decode().splitlines()
        self.assertTrue(rows[1].startswith("1,'=cmd(),1,"), rows[1])

    def test_a_file_truncated_while_it_is_read_is_an_error(self):
        self.write("in", (token() + "\n") * 100000)
        os.mkfifo(self.path("pipe"))
        reader = os.open(self.path("pipe"), os.O_RDONLY | os.O_NONBLOCK)
        process = self.start("verify", *self.KEY, "--quiet", "--threads", "1", "-o", "pipe", "in", stdin=subprocess.DEVNULL)
        select.select([reader], [], [], DEADLINE)
        os.truncate(self.path("in"), 1000)
        while process.poll() is None:
            if select.select([reader], [], [], 0.05)[0]:
                os.read(reader, 1 << 20)
        os.close(reader)
        self.assertEqual(process.returncode, 2)
        self.assertIn("in to its end: it was truncated", process.stderr.read().decode())


@unittest.skipIf("TSAN_OPTIONS" in os.environ, TSAN_DELAYS_SIGNALS)
class Ends(Case):
    def closed(self, redirections, *args):
        line = '"$@" ' + redirections
        return subprocess.run(["sh", "-c", line, "sh", PROGRAM, "verify", *self.KEY, "--quiet", *args], cwd=self.folder,
                              env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=DEADLINE)

    def test_closed_descriptors_neither_hang_nor_lose_verdicts(self):
        self.write("in", token() + "\n")
        done = self.closed("<&-")
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard input", done.stderr.decode())
        self.assertEqual(done.stderr.count(b"\n"), 1)
        for redirections in (">&-", "<&- >&-"):
            done = self.closed(redirections, "in")
            self.assertEqual(done.returncode, 2, redirections)
            self.assertIn("standard output", done.stderr.decode())
        self.assertEqual(self.closed("<&- >&- 2>&-", "in").returncode, 2)
        self.assertEqual(self.closed("<&- >&- 2>&-", "-o", "out", "in").returncode, 0)
        self.assertIn(b'"valid":true', self.read("out"))
        self.assertEqual(self.closed("<&-", "in").stdout.count(b"\n"), 1)

    def test_stop_signals_end_the_wait_for_the_writer_of_a_named_pipe(self):
        os.mkfifo(self.path("pipe"))
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("verify", *self.KEY, "--quiet", "pipe")
            time.sleep(0.5)
            process.send_signal(number)
            self.assertEqual(process.wait(DEADLINE), code)

    def test_a_stopped_run_says_that_its_file_was_not_written(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            process = self.start("verify", *self.KEY, "--quiet", "-o", "out", "--summary", "sum")
            process.stdin.write((token() + "\n").encode())
            process.stdin.flush()
            time.sleep(0.5)
            process.send_signal(number)
            self.assertEqual(process.wait(DEADLINE), code)
            self.assertEqual(process.stderr.read(),
                             b"assay: out was not written, because the run was stopped before the end of its input\n")
            self.assertEqual(sorted(os.listdir(self.folder)), ["secret", "sum"])
            self.assertFalse(json.loads(self.read("sum"))["run"]["complete"])

    def test_one_signal_ends_the_wait_for_the_reader_of_an_output(self):
        os.mkfifo(self.path("pipe"))
        self.write("in", token() + "\n")
        for option in ("-o", "--summary"):
            for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
                process = self.start("verify", *self.KEY, "--quiet", option, "pipe", "in")
                time.sleep(0.5)
                self.assertIsNone(process.poll())
                process.send_signal(number)
                self.assertEqual(process.wait(DEADLINE), code)

    def test_a_run_stopped_while_the_summary_waits_for_its_reader_says_that_its_file_was_not_written(self):
        os.mkfifo(self.path("pipe"))
        self.write("in", token() + "\n")
        process = self.start("verify", *self.KEY, "--quiet", "-o", "out", "--summary", "pipe", "in")
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), 143)
        self.assertEqual(process.stderr.read(),
                         b"assay: out was not written, because the run was stopped before the end of its input\n")
        self.assertEqual(sorted(os.listdir(self.folder)), ["in", "pipe", "secret"])

    def test_a_named_pipe_is_written_once_it_has_a_reader(self):
        os.mkfifo(self.path("pipe"))
        self.write("in", (token() + "\n") * 2000)
        process = self.start("verify", *self.KEY, "--quiet", "-o", "pipe", "in")
        time.sleep(0.3)
        with open(self.path("pipe"), "rb") as pipe:
            time.sleep(0.3)  # the pipe is full by now
            self.assertEqual(pipe.read().count(b'"valid":true'), 2000)
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_a_second_signal_ends_a_run_whose_output_nobody_reads(self):
        self.write("in", (token() + "\n") * 100000)
        process = self.start("verify", *self.KEY, "--quiet", "--summary", "sum", "in")
        select.select([process.stdout], [], [], DEADLINE)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(DEADLINE), 143)
        self.assertEqual(sorted(os.listdir(self.folder)), ["in", "secret"])

    def test_a_terminal_is_told_that_input_is_awaited(self):
        leader, follower = pty.openpty()
        process = self.start("verify", *self.KEY, stdin=follower)
        os.close(follower)
        self.assertTrue(select.select([process.stderr], [], [], DEADLINE)[0])
        self.assertIn(b"waiting for records on standard input", process.stderr.readline())
        os.write(leader, b"\x04")
        self.assertEqual(process.wait(DEADLINE), 0)
        os.close(leader)


if __name__ == "__main__":
    unittest.main()
