"""assay audit, driven as a user drives it. Run by ctest, or: ASSAY_PROGRAM=... audit_test.py"""
import base64
import bz2
import calendar
import csv
import gzip
import hashlib
import io
import json
import lzma
import os
import signal
import subprocess
import tarfile
import time
import unittest

from support import AT, Case, b64url, compact, needs_few_descriptors, token

LATE = AT + 7200  # every token of support.py has expired by then
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def clf_time(at):
    t = time.gmtime(at)
    return f"{t.tm_mday:02}/{MONTHS[t.tm_mon - 1]}/{t.tm_year}:{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02} +0000"


def rfc3339(at):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def nginx(at, request, referrer="-", status=200, client="192.0.2.7"):
    return f'{client} - - [{clf_time(at)}] "{request}" {status} 12 "{referrer}" "curl/8"\n'


def get(jwt, path="/cb"):
    return f"GET {path}?access_token={jwt}&s=1 HTTP/1.1"


def ath(jwt):
    return b64url(hashlib.sha256(jwt.encode()).digest())


class AuditCase(Case):
    KEYS = ("--secret-file", "secret", "--algorithm", "HS256")

    def audit(self, *args, stdin=b"", **more):
        return self.assay("audit", *self.KEYS, *args, stdin=stdin, **more)

    def found(self, *args, stdin=b"", codes=(0, 1)):
        """All verdicts of a run."""
        done = self.audit("--only", "all", "-o", "-", *args, stdin=stdin)
        self.assertIn(done.returncode, codes, done.stderr)
        self.said = done.stderr.decode()
        return [json.loads(line) for line in done.stdout.splitlines()]


class AuditRecords(AuditCase):
    """What is found, and what a record says of it."""

    def test_a_token_is_judged_at_the_time_of_its_line(self):
        self.write("access.log", nginx(AT, get(token())) + nginx(LATE, get(token()), status=401))
        good, expired = self.found("access.log")
        self.assertTrue(good["valid"])
        self.assertEqual(expired["reasons"], ["token_expired"])
        self.assertEqual((good["judged_at"], expired["judged_at"]), (rfc3339(AT), rfc3339(LATE)))
        self.assertEqual((good["served"], expired["served"]), (True, False))

    def test_a_record_tells_where_its_token_stands(self):
        line = nginx(AT, get(token(), "/a/b"), status=302, client="2001:db8::7")
        self.write("access.log", nginx(AT, "GET / HTTP/1.1") + line)
        (record,) = self.found("access.log")
        before = len(nginx(AT, "GET / HTTP/1.1"))
        expected = {"record": 1, "file": "access.log", "line": 2, "nth": 1, "offset": before + line.index(token()),
                    "length": len(token()), "where": "query", "judged_at": rfc3339(AT), "client": "2001:db8::7",
                    "status": 302, "method": "GET", "path": "/a/b", "served": True, "valid": True, "alg": "HS256"}
        self.assertEqual({name: record[name] for name in expected}, expected)
        self.assertEqual(record["ath"], ath(token()))
        self.assertNotIn("token", record)
        self.assertEqual(list(record)[:13], list(expected)[:13])

    def test_several_tokens_on_a_line_are_counted_from_the_left(self):
        line = nginx(AT, get(token()), referrer="https://a.example/?t=" + token(sub="u2"))
        records = self.found(stdin=line)
        self.assertEqual([(r["nth"], r["where"]) for r in records], [(1, "query"), (2, "referrer")])

    def test_codings_are_undone_and_told(self):
        line = nginx(AT, get(token().replace(".", "%2E")))
        (record,) = self.found(stdin=line)
        self.assertTrue(record["valid"])
        self.assertEqual(record["decoded"], ["percent"])
        self.assertEqual(record["length"], len(token()) + 4)

    def test_the_time_of_a_request_is_not_that_of_its_line(self):
        for request in (f"GET /?x={rfc3339(AT)}&access_token={token()} HTTP/1.1",
                        f"GET /[{clf_time(AT)}]?access_token={token()} HTTP/1.1"):
            (record,) = self.found(stdin=nginx(LATE, request))
            self.assertEqual(record["judged_at"], rfc3339(LATE))
            self.assertEqual(record["reasons"], ["token_expired"])
        attack = json.dumps({"msg": f'"time":"{rfc3339(AT)}"', "auth": "Bearer " + token(), "time": rfc3339(LATE)})
        (record,) = self.found(stdin=attack + "\n")
        self.assertEqual(record["judged_at"], rfc3339(LATE))

    def test_masked_and_cut_tokens_are_told(self):
        head, body, signature = token().split(".")
        stdin = "".join(f'{{"time":"{rfc3339(AT)}","authorization":"{value}"}}\n' for value in (
            "Bearer [REDACTED]", f"Bearer {head}.{body}.***", f"Bearer {head}.{body[:40]}", "Basic dXNlcjpwYXNzd29yZA=="))
        records = self.found(stdin=stdin)
        self.assertEqual([r["reason"] for r in records], ["token_redacted", "signature_redacted", "malformed_token"])
        self.assertIn("other credentials seen (Basic, opaque bearer tokens): 1", self.said)
        self.assertIsNone(records[0]["ath"])

    def test_a_stack_trace_takes_the_time_of_the_record_that_it_continues(self):
        stdin = (f"{rfc3339(AT)} WARN rejected\njava.lang.Exception: {token()}\n\tat x.Y.z(Y.java:8)\n"
                 f"{rfc3339(LATE)} INFO next\n\tfor {token()}\n")
        first, second = self.found(stdin=stdin)
        self.assertEqual((first["judged_at"], second["judged_at"]), (rfc3339(AT), rfc3339(LATE)))

    def test_a_line_without_a_time_is_never_judged_now(self):
        records = self.found(stdin=f"no time here {token()}\n" + json.dumps({"token": token()}) + "\n")
        self.assertEqual({r["reason"] for r in records}, {"missing_time"})
        self.assertNotIn("judged_at", records[0])
        self.assertIn("--explain-input", self.said)

    def test_an_impossible_time_is_missing_and_shown_without_credentials(self):
        good = json.dumps({"time": rfc3339(AT), "t": 1}) + "\n"
        records = self.found(stdin=good * 3 + json.dumps({"time": "2026-02-30T00:00:00Z", "t": token()}) + "\n" +
                             json.dumps({"time": token(), "t": token()}) + "\n")
        self.assertEqual({r["reason"] for r in records}, {"missing_time"})
        self.assertIn("2026-02-30", records[0]["detail"])
        for record in records:
            self.assertNotIn(token()[:20], record["detail"])

    def test_lines_split_by_a_container_runtime_are_joined(self):
        half = len(token()) // 2
        stdin = (f"{rfc3339(AT)} stdout P Authorization: Bearer {token()[:half]}\n"
                 f"{rfc3339(AT + 1)} stderr F other\n"
                 f"{rfc3339(AT + 2)} stdout F {token()[half:]} done\n"
                 f"{rfc3339(AT + 3)} stdout F plain {token(sub='u2')}\n")
        records = self.found(stdin=stdin)
        self.assertEqual([(r["line"], r["valid"]) for r in records], [(1, True), (4, True)])
        self.assertEqual(records[0]["judged_at"], rfc3339(AT))
        self.assertEqual(records[0]["ath"], ath(token()))

    def test_the_line_that_a_carrier_carries_is_read(self):
        line = nginx(LATE, get(token()), status=401)
        when = rfc3339(AT)
        for stdin in (f"{when} stdout F {line}", json.dumps({"log": line, "stream": "stdout", "time": when}) + "\n",
                      f"{when} stdout P {line[:90]}\n{when} stdout F {line[90:]}",
                      json.dumps({"__REALTIME_TIMESTAMP": str(AT * 1000000), "MESSAGE": line.strip()}) + "\n",
                      f"<34>1 {when} web nginx 7 - - {line}", f"{when} web nginx[7]: {line}", f"{when} {line}",
                      f"[pod/web-1/nginx] {when} {line}", f"web-1  | {when} {line}",
                      json.dumps({"logEvents": [{"id": "1", "timestamp": AT * 1000, "message": line}]}) + "\n"):
            (record,) = self.found(stdin=stdin)
            self.assertEqual([record.get(name) for name in ("judged_at", "client", "status", "method", "path", "where")],
                             [when, "192.0.2.7", 401, "GET", "/cb", "query"], stdin)
        # Without a time of its own, or without year and zone, the carrier leaves the time to the line.
        for carrier in ("web-1     | ", "[pod/web-1/nginx] ", "web-7d4b9c-x2x7k nginx ", "<190>Sep 21 20:00:00 web nginx: "):
            (record,) = self.found(stdin=carrier + line)
            self.assertEqual((record["judged_at"], record["client"]), (rfc3339(LATE), "192.0.2.7"), carrier)

    def test_a_log_that_another_program_went_on_with(self):
        first = f"{rfc3339(AT)} INFO text\n" * 20_000
        lines = [nginx(LATE, get(token()), status=401), json.dumps({"ts": rfc3339(LATE), "token": token()}) + "\n"]
        records = self.found(stdin=first + "".join(lines))
        self.assertEqual([(r["judged_at"], r.get("status")) for r in records],
                         [(rfc3339(LATE), 401), (rfc3339(LATE), None)])

    def test_two_programs_in_one_log(self):
        lines = [json.dumps({"ts": rfc3339(AT), "msg": token()}), json.dumps({"time": rfc3339(LATE), "msg": token()})]
        records = self.found(stdin="\n".join(lines * 3) + "\n")
        self.assertEqual([r["judged_at"] for r in records], [rfc3339(AT), rfc3339(LATE)] * 3)

    def test_one_line_without_a_zone_has_no_time_unless_the_zone_is_told(self):
        local = rfc3339(AT).replace("Z", "")
        stdin = f"{rfc3339(AT)} WARN {token()}\n" * 3 + f"{local} WARN {token()}\n"
        record = self.found(stdin=stdin)[3]
        self.assertEqual(record["reason"], "missing_time")
        self.assertIn(f"'{local}' names no zone", record["detail"])
        self.assertEqual(self.found("--time-zone", "+01:00", stdin=stdin)[3]["judged_at"], rfc3339(AT - 3600))

    def test_tokens_that_are_joined_are_two(self):
        first, second = token(), token(sub="u2")
        for between in ("_", "-", ""):
            text = f"{rfc3339(AT)} WARN x={first}{between}{second}\n"
            records = self.found(stdin=text)
            self.assertEqual([(r["valid"], r["ath"], r["offset"], r["nth"]) for r in records],
                             [(True, ath(first), text.index(first), 1), (True, ath(second), text.index(second), 2)])

    def test_no_token_of_a_kid_is_shown(self):
        inner = token(iss=None, aud=None, scope=None)
        records = self.found(stdin=f"{rfc3339(AT)} WARN {token({'alg': 'HS256', 'kid': inner})}\n")
        self.assertEqual([r["kid"] for r in records], [f"a token of {len(inner)} bytes"])

    def test_a_split_line_that_never_ends_is_searched_all_the_same(self):
        stdin = f"{rfc3339(AT)} stdout F a\n{rfc3339(AT)} stdout P Bearer {token()} and\n"
        (record,) = self.found(stdin=stdin)
        self.assertTrue(record["valid"])

    def test_many_events_on_a_line_have_times_of_their_own(self):
        events = [{"eventTime": rfc3339(at), "requestParameters": {"token": token()}} for at in (AT, LATE)]
        records = self.found(stdin=json.dumps({"Records": events}) + "\n")
        self.assertEqual([(r["nth"], r["judged_at"]) for r in records], [(1, rfc3339(AT)), (2, rfc3339(LATE))])

    def test_fields_are_carried_without_tokens(self):
        stdin = json.dumps({"time": rfc3339(AT), "id": 7, "token": token()}) + "\n"
        (record,) = self.found("--carry", "/id", "--carry", "/token", "--carry", "/none", stdin=stdin)
        self.assertEqual(record["carry"], {"/id": 7, "/token": ath(token()), "/none": None})

    def test_no_token_is_shown_in_the_path_of_a_request(self):
        stdin = nginx(AT, f"GET /u/{token()}/x HTTP/1.1") + nginx(AT, f"GET /u/{token().replace('.', '%2E')} HTTP/1.1")
        done = self.audit("--only", "all", "--format", "csv", stdin=stdin)
        self.assertNotIn(token()[:30].encode(), done.stdout)
        for record in self.found(stdin=stdin):
            self.assertTrue(record["valid"])
            self.assertIn("/u/a token of", record["path"])

    def test_a_line_with_a_time_of_its_own_continues_no_other(self):
        stdin = nginx(AT, get(token())) + f"2026/09/21 20:00:00 [error] 31#31: {token()}\n"
        good, other = self.found(stdin=stdin)
        self.assertEqual(other["reason"], "missing_time")
        stdin = f"{rfc3339(AT)} WARN a\n" * 3 + f"\tat b {token()}\nSep 21 20:00:00 host: {token()}\n\tat c {token()}\n"
        self.assertEqual([r.get("reason") for r in self.found(stdin=stdin)], [None, "missing_time", "missing_time"])

    def test_a_byte_order_mark_hides_nothing(self):
        for line in (nginx(AT, get(token())), json.dumps({"time": rfc3339(AT), "t": token()}) + "\n", f"{rfc3339(AT)} WARN {token()}\n"):
            (record,) = self.found(stdin="\ufeff" + line)
            self.assertEqual((record["judged_at"], record["offset"]), (rfc3339(AT), 3 + line.index("eyJ")))

    def test_csv_has_the_same(self):
        done = self.audit("--format", "csv", "--only", "all", stdin=nginx(AT, get(token())) + nginx(LATE, get(token())))
        rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
        self.assertEqual([(r["line"], r["where"], r["client"], r["served"], r["reason"]) for r in rows],
                         [("1", "query", "192.0.2.7", "true", ""), ("2", "query", "192.0.2.7", "true", "token_expired")])


class AuditRuns(AuditCase):
    """What a run reads, writes and says."""

    def test_without_output_there_is_only_the_summary(self):
        done = self.audit(stdin=nginx(AT, get(token())))
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertIn("assay: searched 1 line of 1 file\nassay: 1 token: 1 accepted, 0 rejected", done.stderr.decode())
        self.assertEqual(self.audit(stdin=nginx(LATE, get(token()))).returncode, 1)

    def test_only_the_rejected_are_written_by_default(self):
        self.write("access.log", nginx(AT, get(token())) + nginx(LATE, get(token())))
        self.assertEqual(self.audit("access.log", "-o", "found.ndjson").returncode, 1)
        self.assertEqual([json.loads(line)["line"] for line in self.read("found.ndjson").splitlines()], [2])

    def test_a_folder_is_read_in_the_order_of_time_and_equal_content_once(self):
        os.mkdir(self.path("logs"))
        day = 86400
        self.write("logs/access.log", nginx(AT + 2, get(token(jti="c"))))
        self.write("logs/access.log.1", nginx(AT + 1, get(token(jti="b"))))
        self.write("logs/access.log.2.gz", gzip.compress(nginx(AT, get(token(jti="a"))).encode()))
        self.write("logs/copy.log.gz", gzip.compress(nginx(AT + 2, get(token(jti="c"))).encode()))
        self.write("logs/picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
        records = self.found("logs")
        self.assertEqual([(os.path.basename(r["file"]), r["claims"]["jti"]) for r in records],
                         [("access.log.2.gz", "a"), ("access.log.1", "b"), ("access.log", "c")])
        self.assertIn("logs/copy.log.gz: the same content as logs/access.log", self.said)
        self.assertIn("logs/picture.png", self.said)

    def test_times_without_a_zone_end_the_run_before_it_begins(self):
        self.write("access.log", nginx(AT, get(token())))
        local = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(AT + 3600))
        self.write("app.log", f"{local},123 WARN rejected {token()}\n")
        done = self.audit("access.log", "app.log", "-o", "found")
        self.assertRefused(done, "--time-zone", "app.log", local)
        self.assertFalse(os.path.exists(self.path("found")))
        self.assertRefused(self.audit("--time-zone", "Europe/Berln", "app.log"), "--time-zone", "Europe/Berlin")
        for zone in ("+01:00", "app*=+01:00"):
            records = self.found("--time-zone", zone, "access.log", "app.log")
            self.assertEqual([r["judged_at"] for r in records], [rfc3339(AT), rfc3339(AT)[:-1] + ".123Z"])
        self.assertRefused(self.audit("--time-zone", "other*=+01:00", "app.log"), "--time-zone", "other*", "none")
        # One time for all needs none.
        self.assertEqual([r["valid"] for r in self.found("--at", str(AT), "app.log")], [True])

    def test_options_for_some_files_leave_the_others_as_they_are(self):
        self.write("odd.json", json.dumps({"occurredOn": rfc3339(AT), "t": token()}) + "\n")
        self.write("access.log", nginx(AT, get(token())))
        records = self.found("--time-field", "/occurredOn", "odd.json", "access.log")
        self.assertEqual([r["judged_at"] for r in records], [rfc3339(AT)] * 2)
        self.assertRefused(self.audit("--time-zone", "*/nomatch/*=UTC", "access.log"), "--time-zone", "*/nomatch/*", "none")

    def test_daylight_saving_counts_and_the_repeated_hour_is_told(self):
        stdin = f"2026-10-25 02:30:00,000 WARN {token()}\n"
        (record,) = self.found("--time-zone", "Europe/Berlin", stdin=stdin)
        self.assertEqual(record["judged_at"], "2026-10-25T00:30:00Z")
        self.assertIn("the end of daylight saving repeats: 1 token", self.said)

    def test_a_year_is_told_or_taken_from_the_file(self):
        line = f"Sep 21 14:13:20 host app: {token()}\n"
        self.write("messages", line)
        os.utime(self.path("messages"), (AT + 60, AT + 60))
        zone = ("--time-zone", "UTC")
        self.assertEqual(self.found(*zone, "messages")[0]["judged_at"], "2026-09-21T14:13:20Z")
        self.assertEqual(self.found(*zone, "--year", "2024", "messages")[0]["judged_at"], "2024-09-21T14:13:20Z")
        self.write("messages-20250922", line)
        self.assertEqual(self.found(*zone, "messages-20250922")[0]["judged_at"], "2025-09-21T14:13:20Z")

    def test_a_told_form_and_place_of_the_time(self):
        stdin = json.dumps({"when": "09/21/2026 02:13:20 PM", "t": token()}) + "\n"
        options = ("--time-field", "/when", "--time-format", "%m/%d/%Y %I:%M:%S %p", "--time-zone", "UTC")
        self.assertEqual(self.found(*options, stdin=stdin)[0]["judged_at"], rfc3339(AT))
        self.assertRefused(self.audit("--time-field", "when", stdin=stdin), "--time-field", "'when'")

    def test_a_damaged_archive_is_told_and_the_others_go_on(self):
        whole = gzip.compress(nginx(AT, get(token())).encode() * 50)
        self.write("a.gz", whole[:len(whole) // 2])
        self.write("b.log", nginx(AT, get(token())))
        records = self.found("a.gz", "b.log", codes=(2,))
        self.assertEqual(records[-1]["file"], "b.log")
        self.assertIn("a.gz", self.said)

    def test_threads_and_blocks_change_nothing(self):
        lines = []
        for i in range(6000):
            lines.append(nginx(AT + i, get(token(jti=str(i % 50))) if i % 7 == 0 else "GET / HTTP/1.1"))
            if i % 1000 == 0:
                lines.append("x" * 300_000 + " " + token() + "\n")
        self.write("access.log", "".join(lines))
        outputs = {self.audit("--only", "all", "-o", "-", "--threads", str(n), "access.log").stdout for n in (1, 2, 4)}
        self.assertEqual(len(outputs), 1)
        records = [json.loads(line) for line in outputs.pop().splitlines()]
        text = "".join(lines)
        for record in records:
            self.assertTrue(text.startswith("eyJ", record["offset"]))
            self.assertEqual(record["line"], text.count("\n", 0, record["offset"]) + 1)
        self.assertEqual(len(records), text.count("eyJhbGciOi"))

    def test_hostile_logs(self):
        many = (f'{rfc3339(AT)} ' + (token() + " ") * 5000) + "\n"
        noise = bytes(range(256)) * 20 + b"\xff\xfe\xc3( \x00\x00 eyJ eyJ. eyJhbGciOiJIUzI1NiJ9.. \n"
        for stdin, count in ((many.encode(), 5000), (noise + nginx(AT, get(token())).encode(), None), (b"", 0),
                             (b"\n" * 100_000, 0), (nginx(AT, get(token()))[:-1].encode(), 1)):
            records = self.found(stdin=stdin)
            if count is not None:
                self.assertEqual(len(records), count)
        self.assertEqual([r["nth"] for r in self.found(stdin=many)], list(range(1, 5001)))

    def test_more_tokens_than_a_block_keeps_have_their_verdicts_in_order(self):
        many = 150_000  # their verdicts are more than a block holds before they are written
        log = f'{rfc3339(AT)} x' + " Bearer ***" * many + " " + token() + "\n" + f'{rfc3339(AT)} {token(jti="end")}\n'
        outputs, summaries = set(), set()
        for threads in ("1", "4"):
            records = self.found("--summary", "s", "--threads", threads, stdin=log)
            summary = json.loads(self.read("s"))
            del summary["run"]
            summaries.add(json.dumps(summary))
            outputs.add(json.dumps(records))
        self.assertEqual((len(outputs), len(summaries)), (1, 1))
        self.assertEqual([r["record"] for r in records], list(range(1, many + 3)))
        self.assertEqual([r["nth"] for r in records], [*range(1, many + 2), 1])
        self.assertEqual([r["valid"] for r in records[-3:]], [False, True, True])
        self.assertEqual((summary["records"], summary["accepted"]), (many + 2, 2))

    def test_a_line_longer_than_a_block_keeps_its_time_and_its_count(self):
        line = nginx(AT, get(token()))[:-1] + (" " + "x" * 1000) * 40_000 + " " + token(jti="end") + "\n"
        records = self.found(stdin=line + nginx(LATE, get(token())))
        self.assertEqual([(r["line"], r["nth"], r["judged_at"]) for r in records],
                         [(1, 1, rfc3339(AT)), (1, 2, rfc3339(AT)), (2, 1, rfc3339(LATE))])
        self.assertEqual(records[1]["client"], "192.0.2.7")

    def test_a_pipe_is_read_alike_however_slowly_it_comes(self):
        process = self.start("audit", *self.KEYS, "--only", "all", "-o", "-", "-")
        process.stdin.write(b"Starting\n")
        process.stdin.flush()
        time.sleep(0.2)
        out, _ = process.communicate((nginx(AT, get(token())) * 3).encode())
        self.assertEqual([json.loads(line)["valid"] for line in out.splitlines()], [True] * 3)

    def test_what_a_run_writes_is_no_input_of_it(self):
        os.mkdir(self.path("logs"))
        self.write("logs/a.log", nginx(AT, get(token())))
        self.write("logs/found.partial", nginx(AT, get(token(sub="old"))))
        run = ("--only", "all", "-o", "logs/found", "--checkpoint", "logs/cp", "logs")
        done = self.audit(*run)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"logs/found.partial: this run writes it", done.stderr)
        self.assertEqual(len(self.read("logs/found").splitlines()), 1)
        # A file that stands there may be a log.
        self.assertRefused(self.audit(*run), "logs/found", "one file")

    def test_hostile_text_costs_little(self):
        # Each took many seconds: white space in base64url, members carried for each of many tokens, changes of columns.
        self.found(stdin=f"{rfc3339(AT)} " + "ICAg" * (1 << 18) + "\n")
        line = json.dumps({"time": rfc3339(AT), "id": "x", "l": ["eyJhbGciOiJub25lIn0.e30."] * 8000})
        self.assertEqual(len(self.found("--carry", "/id", stdin=line + "\n")), 8000)
        self.found(stdin="#Fields: date time cs-uri-query\nBearer ***\n" * (1 << 15))

    def test_no_secret_of_a_coded_query_is_in_the_path(self):
        for url in ("/cb\\u003faccess_token=SECRET&t=" + token(), "/cb%3fcode=SECRET&t=" + token()):
            (record,) = self.found(stdin=f'{{"time":"{rfc3339(AT)}","url":"{url}"}}\n')
            self.assertEqual(record["path"], "/cb")

    def test_set_up_that_cannot_work(self):
        self.assertRefused(self.assay("audit", "x.log"), "no keys", "--jwks")
        self.assertRefused(self.audit("missing.log"), "missing.log")
        self.assertRefused(self.audit("--carry", "id", stdin=b""), "--carry", "'id'")
        self.assertRefused(self.audit("--time-zone", "=UTC", stdin=b""), "--time-zone", "GLOB=ZONE")
        self.write("access.log", nginx(AT, get(token())))
        self.assertRefused(self.audit("-o", "access.log", "access.log"), "access.log", "one file")

    def test_wrong_set_ups_say_option_file_and_mend_in_one_line(self):
        self.write("access.log", nginx(AT, get(token())))
        self.write("text", "hello")
        self.write("pub.pem", "-----BEGIN PUBLIC KEY-----\n")
        end = ("access.log",)
        for parts, args in ((("--jwks", "nope.json", "check the path"), ("--jwks", "nope.json", *end)),
                            (("--jwks", "text", "give a JWK Set"), ("--jwks", "text", *end)),
                            (("--jwks", "pub.pem", "give it as a public key"), ("--jwks", "pub.pem", *end)),
                            (("--secret-file", "pub.pem", "Give it as a public key"), ("--secret-file", "pub.pem", *end)),
                            (("--public-key", "nope.pem", "check the path"), ("--public-key", "nope.pem", *end)),
                            (("--revoked", "nope.csv", "check the path"), (*self.KEYS, "--revoked", "nope.csv", *end)),
                            (("--output", "no/x", "create its directory"), (*self.KEYS, "-o", "no/x", *end)),
                            (("--summary", "no/x", "create its directory"), (*self.KEYS, "--summary", "no/x", *end)),
                            (("--checkpoint", "no/x", "create its directory"), (*self.KEYS, "--checkpoint", "no/x", *end)),
                            (("--output", "--format none", "leave one"), (*self.KEYS, "--format", "none", "-o", "x", *end)),
                            (("--output", "--explain-input", "leave one"), ("--explain-input", "-o", "x", *end)),
                            (("--summary", "--explain-input", "leave one"), ("--explain-input", "--summary", "x", *end)),
                            (("--threads", "'0'", "1 to 1024"), (*self.KEYS, "--threads", "0", *end)),
                            (("--backend", "'gpu'", "auto|openssl|lanes"), (*self.KEYS, "--backend", "gpu", *end))):
            self.assertRefused(self.assay("audit", *args), *parts)
            self.assertFalse(os.path.exists(self.path("x")))

    def said(self, *args, **more):
        return self.audit(*args, **more).stderr.decode()

    def test_the_summary_says_what_to_do(self):
        os.mkdir(self.path("empty"))
        self.assertIn("nothing was read: there is no text in empty; name the files", self.said("empty"))
        self.assertIn("nothing was read: standard input is empty", self.said(stdin=b""))
        self.write("access.log", nginx(LATE, get(token())))
        self.assertIn("only counted; to see each one: -o findings.ndjson", self.said("access.log"))
        for more in (("-o", "found"), ("--summary", "summary.json"), ("--only", "rejected")):
            self.assertNotIn("only counted", self.said(*more, "access.log"))
        self.assertNotIn("nothing was read", self.said("access.log"))

    def test_a_wrong_zone_shows_in_the_summary(self):
        log = "".join(f"{rfc3339(AT + 3600 * 2 + 90 * i)[:19].replace('T', ' ')},123 WARN {token(iat=AT + i, exp=AT + i + 3600)}\n"
                      for i in range(39))
        self.write("app.log", log)
        self.assertIn("seem to be 2 h too late", self.said("--time-zone", "UTC", "app.log"))
        self.assertNotIn("seem to be", self.said("--time-zone", "+02:00", "app.log"))

    def test_a_carried_field_that_no_line_has_is_told(self):
        line = json.dumps({"time": rfc3339(AT), "request": {"id": 1}, "m": token()}) + "\n"
        said = self.said("--only", "all", "--carry", "/requst/id", "--carry", "/request/id", stdin=line * 2)
        self.assertIn("--carry /requst/id was in none of the 2 records looked at; the fields of the first are: /time, /request/id, /m",
                      said)
        self.assertNotIn("--carry /request/id", said)

    def test_archives_of_other_kinds_are_told_with_the_command_that_opens_them(self):
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.add(self.path("secret"), "secret")
        kinds = {"a.tar.gz": (gzip.compress(tar.getvalue()), "its gzip data hold a tar archive", "tar -C unpacked -xf logs/a.tar.gz"),
                 "b.zip": (b"PK\x03\x04rest", "a zip archive", "unzip -d unpacked logs/b.zip"),
                 "c.xz": (lzma.compress(b"x"), "xz data", "xzcat logs/c.xz"),
                 "d.bz2": (bz2.compress(b"x"), "bzip2 data", "bzcat logs/d.bz2"),
                 "e.lz4": (b"\x04\x22\x4d\x18rest", "lz4 data", "lz4cat logs/e.lz4"),
                 "f g.7z": (b"7z\xbc\xaf\x27\x1crest", "a 7z archive", "7z x -ounpacked 'logs/f g.7z'")}
        os.mkdir(self.path("logs"))
        for name, (data, *parts) in kinds.items():
            self.write("logs/" + name, data)
            self.assertRefused(self.audit("logs/" + name), "logs/" + name, *parts)
        said = self.said("logs").splitlines()
        for (name, (_, *parts)), line in zip(kinds.items(), said):
            for part in (f"skipped logs/{name}", *parts):
                self.assertIn(part, line)

    def test_the_summary_counts_tokens_by_the_hour_of_their_lines(self):
        self.write("access.log", nginx(AT, get(token())) + nginx(LATE, get(token())))
        self.audit("--summary", "summary.json", "access.log")
        summary = json.loads(self.read("summary.json"))
        self.assertEqual((summary["records"], summary["accepted"], summary["rejected"]), (2, 1, 1))
        self.assertEqual(list(summary["by_hour"]), [rfc3339(AT)[:13], rfc3339(LATE)[:13]])


class HostileInputs(AuditCase):
    """What cannot be read is told, and the rest goes on."""

    def test_bytes_that_are_no_text_and_lines_without_an_end(self):
        line = nginx(AT, get(token()))
        self.write("a.log", line.encode() + b"text \0\0\0\n" + b"\xff\xfe\xfa" * 20 + b"\n" + line.encode())
        self.write("b.log", line + "x" * (40 << 20) + "\n" + line)
        places = [(record["file"], record["line"]) for record in self.found("a.log", "b.log")]
        self.assertEqual(places, [("a.log", 1), ("a.log", 4), ("b.log", 1), ("b.log", 3)])

    def test_a_bomb_of_line_feeds_is_read_in_little_memory(self):
        line = nginx(AT, get(token()))
        self.write("bomb.gz", gzip.compress(line.encode() + b"\n" * (300 << 20) + line.encode()))
        self.write("next.gz", gzip.compress(line.encode()))
        lines = [record["line"] for record in self.found("--threads", "2", "bomb.gz", "next.gz")]
        self.assertEqual(lines, [1, 2 + (300 << 20), 1])
        self.write("zeros.gz", gzip.compress(bytes(100 << 20)))
        self.assertRefused(self.audit("zeros.gz"), "zeros.gz", "binary data")

    def test_a_folder_of_loops_pipes_and_dangling_links(self):
        os.makedirs(self.path("logs/sub"))
        os.symlink("..", self.path("logs/sub/loop"))
        os.symlink("nowhere", self.path("logs/dangling"))
        os.symlink("self", self.path("logs/self"))
        os.mkfifo(self.path("logs/pipe"))
        self.write("logs/a.log", nginx(AT, get(token())))
        done = self.audit("--only", "all", "logs")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (2, 1))
        for part in ("logs/dangling", "logs/self", "skipped logs/pipe", "skipped logs/sub/loop"):
            self.assertIn(part, done.stderr.decode())

    def test_files_that_vanish_or_shrink_while_the_run_waits(self):
        os.mkfifo(self.path("first"))
        for name in ("a.log", "b.log", "c.log"):
            self.write(name, nginx(AT, get(token(jti=name))) * 3)
        process = self.start("audit", *self.KEYS, "--only", "all", "first", "a.log", "b.log", "c.log")
        # The run has listed its inputs once it opens the pipe.
        with open(self.path("first"), "wb") as pipe:
            os.remove(self.path("a.log"))
            os.truncate(self.path("b.log"), len(nginx(AT, get(token(jti="b.log")))))
            pipe.write(nginx(AT, get(token(jti="first"))).encode())
        out, said = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 2, said)
        self.assertEqual([json.loads(line)["file"] for line in out.splitlines()], ["first", "b.log"] + ["c.log"] * 3)
        self.assertIn(b"cannot read a.log: No such file", said)

    def test_outputs_that_fail_and_inputs_that_are_closed(self):
        self.write("a.log", nginx(AT, get(token())))
        with open("/dev/full", "wb") as full:
            done = self.assay("audit", *self.KEYS, "--only", "all", "a.log", stdout=full)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"No space left on device", done.stderr)
        done = self.assay("audit", *self.KEYS, "-", preexec_fn=lambda: os.close(0))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard input", done.stderr)
        self.assertNotIn(b"nothing was read", done.stderr)
        process = self.start("audit", *self.KEYS, "--only", "all", "-")
        process.stdout.close()
        _, said = process.communicate((nginx(AT, get(token())) * 20_000).encode(), timeout=60)
        self.assertEqual(said, b"")

    def test_an_interrupt_ends_the_run_after_what_was_read(self):
        process = self.start("audit", *self.KEYS, "--only", "all", "-")
        process.stdin.write(nginx(AT, get(token())).encode() * 2000)
        process.stdin.flush()
        first = os.read(process.stdout.fileno(), 1)  # as communicate() reads: not through a buffer
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()  # its input stays open: only the signal ends it
        self.assertEqual(process.wait(60), 130)
        records = [json.loads(line) for line in (first + rest).splitlines()]
        self.assertEqual([record["line"] for record in records], list(range(1, len(records) + 1)))


class AuditExplain(AuditCase):
    """--explain-input"""

    def explain(self, *args, **more):
        done = self.assay("audit", "--explain-input", *args, **more)
        return done, done.stdout.decode()

    def test_every_file_is_explained(self):
        self.write("access.log", nginx(AT, get(token())) + nginx(AT, "GET / HTTP/1.1"))
        self.write("app.log.gz", gzip.compress(f"2026-09-21 14:13:20,123 WARN rejected {token()}\n".encode()))
        done, text = self.explain("access.log", "app.log.gz")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for part in ("access.log\n", "app.log.gz\n", "gzip", rfc3339(AT), "query 1", "2 of the first 2 lines",
                     "needs        --time-zone: its times name no zone"):
            self.assertIn(part, text)
        done, text = self.explain("--time-zone", "Europe/Berlin", "app.log.gz")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn("2026-09-21T12:13:20.123Z", text)
        self.assertIn("Europe/Berlin", text)

    def test_it_needs_no_keys_and_shows_no_token(self):
        done, text = self.explain(stdin=f"{token()} {token()}\n")
        self.assertNotIn(token()[:20], text)
        self.assertIn("standard input", text)

    def test_an_empty_file_and_a_missing_one(self):
        self.write("empty", "")
        done, text = self.explain("empty")
        self.assertEqual(done.returncode, 0)
        self.assertIn("empty\n", text)
        self.assertRefused(self.assay("audit", "--explain-input", "missing"), "missing")


if __name__ == "__main__":
    unittest.main()
