"""Tests of `assay bench`: short runs of tiny corpora. They check what is said about speed, and never the speed."""
import glob
import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import time
import unittest
import xml.etree.ElementTree

from support import AT, DEADLINE, PROGRAM, Case, token

SHORT = ("--seconds", "0.05", "--repetitions", "2", "--tokens", "300")


class BenchCase(Case):
    def environment(self):
        return {**super().environment(), "XDG_CACHE_HOME": self.path("cache")}

    def bench(self, *args, **more):
        return self.assay("bench", *SHORT, *args, **more)

    def report(self, *args, code=0):
        done = self.bench("--json", "out.json", *args)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(self.read("out.json"))

    def kept(self):
        return sorted(glob.glob(os.path.join(self.folder, "cache", "assay", "bench", "*")))


def rows(report):
    return [(row["tokens"], row["backend"], row["threads"], row["keys"], row["batch"], row["repeated"]) for row in report["rows"]]


class BenchTable(BenchCase):
    def test_table_tells_machine_rows_and_unit_within_100_columns(self):
        done = self.bench("--algorithm", "HS256,EdDSA", "--threads", "1,2")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        self.assertLessEqual(max(map(len, text.splitlines())), 100, text)
        for part in ("cpu ", "openssl  OpenSSL", "algorithm  backend ", "x OpenSSL", "hmac(sha256), 512 bytes",
                     "ed25519 verify", "Where the time goes"):
            self.assertIn(part, text)
        for name in ("HS256", "EdDSA"):
            for backend in ("openssl", "lanes"):
                lines = [line.split() for line in text.splitlines()
                         if line.split()[:1] == [name] and re.split("[ :]", line.split(None, 1)[1].lower())[0] == backend]
                # A label has one word or two: "OpenSSL", "lanes fma".
                cells = [line[-9:] for line in lines[:2]]
                self.assertEqual([line[0] for line in cells], ["1", "2"], text)
                self.assertGreater(int(cells[0][1].replace(",", "")), 0)

    def test_a_closed_pipe_ends_it_quietly(self):
        process = self.start("bench", *SHORT, "--algorithm", "HS256", stdin=subprocess.DEVNULL)
        process.stdout.close()
        self.assertEqual((process.wait(DEADLINE), process.stderr.read()), (0, b""))

    def test_a_full_disk_is_reported(self):
        with open("/dev/full", "wb") as full:
            done = self.bench("--algorithm", "HS256", "--threads", "1", stdout=full)
        self.assertRefused(done, "standard output", "No space left")
        self.assertRefused(self.bench("--algorithm", "HS256", "--threads", "1", "--json", "/dev/full", stdout=subprocess.DEVNULL),
                           "/dev/full", "No space left")

    @unittest.skipIf("TSAN_OPTIONS" in os.environ, "ThreadSanitizer delays signal handlers")
    def test_a_signal_ends_it_without_results(self):
        process = self.start("bench", "--algorithm", "HS256", "--seconds", "60", "--tokens", "300", "--json", "out.json",
                             stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE
        while not self.kept() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(DEADLINE), 130)
        self.assertEqual((process.stdout.read(), process.stderr.read()), (b"", b""))
        self.assertEqual([name for name in os.listdir(self.folder) if "out.json" in name], [])

    def test_a_bar_is_drawn_only_on_a_terminal(self):
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        process = self.start("bench", *SHORT, "--algorithm", "HS256", stdin=subprocess.DEVNULL, stderr=follower)
        os.close(follower)
        seen = b""
        while select.select([leader], [], [], DEADLINE)[0]:
            try:
                data = os.read(leader, 4096)
            except OSError:
                break
            if not data:
                break
            seen += data
        self.assertEqual(process.wait(DEADLINE), 0)
        self.assertIn(b" %  HS256", seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-60:])


class BenchLists(BenchCase):
    def test_wrong_names_are_refused_in_one_line_that_lists_the_right_ones(self):
        for args, parts in {
            ("--algorithm", "RS256,XS256"): ("--algorithm", "'XS256'", "ES256", "HS512"),
            ("--algorithm", "none"): ("'none'", "RS256"),
            ("--algorithm", "RS256,,ES256"): ("--algorithm", "empty place"),
            ("--algorithm", ""): ("--algorithm", "empty place"),
            ("--algorithm", "ES256:3072"): ("--algorithm", "'ES256:3072'", "RS256:3072"),
            ("--rate", "0"): ("--rate", "tokens a second"),
            ("--backend", "lanes,cuda"): ("--backend", "'cuda'", "openssl", "lanes"),
            ("--threads", "0"): ("--threads", "1 to"),
            ("--threads", "1,two"): ("--threads", "'two'"),
            ("--keys", "10001"): ("--keys", "10000"),
            ("--batch", "1.5"): ("--batch", "'1.5'"),
            ("--seconds", "0"): ("--seconds", "0.01"),
            ("--seconds", "nan"): ("--seconds", "'nan'"),
            ("--claims", "100"): ("--claims", "260"),
            ("--repetitions", "0"): ("--repetitions",),
            ("--json", "no/such/folder/x"): ("no/such/folder/x",),
            ("--html", ""): ("--html", "empty"),
            ("--json", "-", "--html", "-"): ("--json", "--html"),
            ("--jwks", "x.json"): ("--jwks", "--input"),
            ("--issuer", "x"): ("--issuer", "--input"),
            ("--token-field", "/t"): ("--token-field", "--input"),
            ("--nonsense",): ("--nonsense", "no such option"),
        }.items():
            with self.subTest(args):
                self.assertRefused(self.assay("bench", *args), *parts)

    def test_rows_are_those_that_were_asked_for(self):
        report = self.report("--algorithm", "HS256", "--backend", "lanes", "--threads", "1,2,1", "--keys", "1,3", "--batch", "1,7",
                             "--repeated")
        self.assertEqual(rows(report), [("HS256", "lanes", 1, 1, 0, False), ("HS256", "lanes", 2, 1, 0, False),
                                        ("HS256", "lanes", 1, 3, 0, False), ("HS256", "lanes", 1, 1, 1, False),
                                        ("HS256", "lanes", 1, 1, 7, False), ("HS256", "lanes", 1, 1, 0, True)])
        for row in report["rows"]:
            self.assertEqual(len(row["samples"]), 2)
            self.assertGreater(row["tokens_per_second"], 0)
            self.assertGreater(row["ratio"], 0)
        self.assertEqual(set(report["rows"][0]["stage_seconds"]),
                         {"read", "split", "decode", "hash", "signature", "claims", "output"})
        self.assertGreater(sum(report["rows"][0]["stage_seconds"].values()), 0)

    def test_every_algorithm_is_measured(self):
        # One key of RSA each is slow where sanitizers slow it; the tokens are few.
        report = self.report("--algorithm", "all", "--tokens", "8", "--threads", "1", "--backend", "auto", "--repetitions", "1")
        self.assertEqual(len({row["tokens"] for row in report["rows"]}), 16)
        self.assertEqual(len(report["units"]), 16)

    def test_rsa_keys_have_the_size_that_was_asked_for_and_a_rate_is_told_in_cores(self):
        done = self.bench("--algorithm", "RS256:3072,HS256", "--threads", "1", "--tokens", "8", "--rate", "1e6", "--json", "out.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(self.read("out.json"))
        self.assertEqual([unit["operation"] for unit in report["units"]], ["rsa3072 verify", "hmac(sha256), 512 bytes"])
        self.assertTrue(all(unit["sign_seconds"] > 0 for unit in report["units"]), report["units"])
        best = {}
        for row in report["rows"]:
            best[row["tokens"]] = max(best.get(row["tokens"], 0), row["tokens_per_second"])
        for cores in report["cores_for_rate"]:
            self.assertAlmostEqual(cores["cores"] * best[cores["name"].split()[0]], 1e6, delta=1)
        self.assertEqual(len(report["cores_for_rate"]), 2)
        self.assertIn("Cores for 1,000,000 tokens a second", done.stdout.decode())

    def test_json_goes_to_standard_output_and_the_table_aside(self):
        done = self.bench("--algorithm", "HS256", "--threads", "1", "--json", "-")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["assay_bench"], 1)
        self.assertIn(b"tokens/s", done.stderr)

    def test_command_is_kept_as_it_could_be_typed_again(self):
        self.assertEqual(self.report("--algorithm", "HS256", "--threads", "1")["command"],
                         "assay bench --algorithm HS256 --threads 1 --tokens 300 --seconds 0.05 --repetitions 2")


class BenchCache(BenchCase):
    ARGS = ("--algorithm", "HS256", "--backend", "openssl", "--threads", "1")

    def test_a_corpus_is_kept_for_its_owner_and_used_again(self):
        self.report(*self.ARGS)
        (path,) = self.kept()
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        before = os.stat(path).st_mtime_ns, self.read(path)
        self.report(*self.ARGS)
        self.assertEqual((os.stat(path).st_mtime_ns, self.read(path)), before)
        self.report(*self.ARGS, "--claims", "500")
        self.assertEqual(len(self.kept()), 2)

    def test_a_damaged_corpus_is_made_anew(self):
        self.report(*self.ARGS)
        (path,) = self.kept()
        whole = self.read(path)
        for damaged in (b"", whole[:-1], whole[:1000] + b"A" + whole[1001:] if whole[1000:1001] != b"A" else whole[:1000], b"x" * 99):
            self.write(path, damaged)
            self.report(*self.ARGS)
            mended = self.read(path)
            self.assertNotEqual(mended, damaged)
            self.assertEqual(len(mended), len(whole))

    def test_no_place_to_keep_it_is_no_obstacle(self):
        self.write("cache", b"a file in the way")
        report = self.report(*self.ARGS)
        self.assertTrue(any(re.match("corpora are not kept: cannot make .*: Not a directory", note) for note in report["notes"]), report["notes"])
        done = self.bench(*self.ARGS, variables={"XDG_CACHE_HOME": "", "HOME": ""})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"neither XDG_CACHE_HOME nor HOME", done.stdout)

    def test_home_is_the_place_where_no_other_is_named(self):
        self.bench(*self.ARGS, variables={"XDG_CACHE_HOME": "relative", "HOME": self.folder})
        self.assertTrue(os.listdir(self.path(".cache/assay/bench")))


class BenchPage(BenchCase):
    def test_page_is_well_formed_and_needs_nothing_else(self):
        done = self.bench("--algorithm", "HS256,HS512", "--threads", "1,2", "--keys", "1,2", "--batch", "1,8", "--repeated", "--html",
                          "page.html")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = self.read("page.html").decode()
        root = xml.etree.ElementTree.fromstring(page)
        svgs = root.findall(".//{http://www.w3.org/2000/svg}svg")
        self.assertEqual(len(svgs), 1 + 2 + 1 + 1 + 2 + 2)  # throughput, threads, stages, repeated, keys, calls
        texts = {text.text for svg in svgs for text in svg.iter("{http://www.w3.org/2000/svg}text")}
        self.assertTrue({"HS256", "HS512"} <= texts, texts)
        for tag in ("script", "link", "img", "iframe"):
            self.assertEqual(root.findall(f".//{tag}"), [])
        self.assertNotIn("url(", page)


class BenchCompare(BenchCase):
    ARGS = ("--algorithm", "HS256", "--threads", "1")

    def changed(self, factor):
        """The last report, as if its tokens had taken `factor` of the time."""
        report = json.loads(self.read("out.json"))
        for row in report["rows"]:
            for sample in row["samples"]:
                sample["cpu_seconds"] *= factor
                sample["wall_seconds"] *= factor
        self.write("old.json", json.dumps(report))

    def test_exit_code_tells_whether_anything_is_slower(self):
        self.report(*self.ARGS, "--repetitions", "4")
        for factor, code, word in ((0.01, 1, b"SLOWER"), (100, 0, b"faster")):
            self.changed(factor)
            done = self.bench("--compare", "old.json", "--repetitions", "4")
            self.assertEqual(done.returncode, code, done.stdout)
            self.assertIn(word, done.stdout)
            self.assertIn(b"Against old.json", done.stdout)

    def test_too_few_repetitions_prove_nothing(self):
        self.report(*self.ARGS, "--repetitions", "4")
        self.changed(0.01)
        done = self.bench("--compare", "old.json", "--repetitions", "3")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"not enough repetitions to tell", done.stdout)
        self.assertNotIn(b"SLOWER", done.stdout)

    def test_measures_the_same_rows_unless_flags_say_otherwise(self):
        first = self.report(*self.ARGS, "--keys", "2", "--batch", "3", "--repeated")
        self.write("old.json", json.dumps(first))
        again = self.assay("bench", "--compare", "old.json", "--json", "new.json")
        self.assertIn(again.returncode, (0, 1), again.stderr)
        second = json.loads(self.read("new.json"))
        self.assertEqual(rows(first), rows(second))
        self.assertEqual(first["settings"], second["settings"])
        done = self.bench("--compare", "old.json", "--algorithm", "HS384")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"not measured now", done.stdout)
        self.assertIn(b"not measured before", done.stdout)

    def test_another_cpu_is_reported(self):
        report = self.report(*self.ARGS)
        report["machine"]["cpu"] = "another"
        self.write("old.json", json.dumps(report))
        self.assertIn(b"the CPUs differ (another before", self.bench("--compare", "old.json").stdout)

    def test_what_is_no_report_is_refused_before_measuring(self):
        self.write("broken.json", "{")
        self.write("other.json", '{"assay_summary":1}')
        self.write("short.json", '{"assay_bench":1}')
        for name, part in (("none.json", "cannot be read: No such file"), (".", "cannot be read: Is a directory"), ("broken.json", "not JSON"),
                           ("other.json", "not a report of assay bench"), ("short.json", '"started" is missing')):
            with self.subTest(name):
                self.assertRefused(self.bench("--compare", name), "--compare " + name, part)
        self.assertEqual(self.kept(), [])


class BenchInput(BenchCase):
    KEY = ("--secret-file", "secret", "--at", str(AT), "--threads", "1")

    def test_a_log_is_measured_and_its_rejections_counted(self):
        self.write("access.log", "\n".join([token() for _ in range(50)] + [token(exp=AT - 1)] * 5 + ["", "x"]) + "\n")
        report = self.report_of("access.log")
        self.assertEqual([(row["tokens"], row["backend"], row["rejected"], row["corpus"]) for row in report["rows"]],
                         [("access.log", "openssl", 7, 57), ("access.log", "lanes", 7, 57)])
        self.assertEqual([unit["algorithm"] for unit in report["units"]], ["HS256"])
        self.assertIn("7 of 57 records are rejected, most for token_expired", report["notes"])
        self.assertEqual(self.kept(), [])

    def report_of(self, name, *args):
        done = self.assay("bench", "--seconds", "0.05", "--repetitions", "2", "--input", name, *self.KEY, "--json", "out.json", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.notes = done.stderr
        return json.loads(self.read("out.json"))

    def test_what_is_wrong_with_a_key_is_reported_once(self):
        self.write("access.log", token() + "\n")
        sound = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # RFC 7515 A.3
        self.write("keys.json", json.dumps({"keys": [{"kty": "RSA", "kid": "small"}, sound]}))
        self.report_of("access.log", "--jwks", "keys.json")
        self.assertEqual(self.notes.count(b"\n"), 1, self.notes)
        self.assertIn(b"small", self.notes)

    def test_times_of_the_records_and_fields_are_honoured(self):
        lines = [json.dumps({"t": token(), "when": AT}), json.dumps({"t": token(), "when": AT + 7200})]
        self.write("access.ndjson", "\n".join(lines * 10) + "\n")
        report = self.report_of("access.ndjson", "--token-field", "/t", "--time-field", "/when", "--at", "record")
        self.assertEqual(report["rows"][0]["rejected"], 10)

    def test_a_log_without_accepted_tokens_is_refused(self):
        for log, parts in (("x\n" * 50, ("no token of its 50 records", "reason is other_credential", "--token-field")),
                           (token(exp=AT - 1) + "\n", ("no token of its 1 records", "token_expired", "--at record")),
                           (token(secret=b"x" * 40) + "\n", ("signature_invalid",)),
                           (json.dumps({"authorization": token()}) + "\n", ("missing_token", "--token-field"))):
            self.write("access.log", log)
            self.assertRefused(self.assay("bench", "--seconds", "0.05", "--input", "access.log", *self.KEY),
                               "assay bench: --input access.log: ", *parts)

    def test_rows_say_what_decided(self):
        """OpenSSL decides ES256K whatever was asked for: no kernel has its curve."""
        self.assay("keygen", "--algorithm", "ES256K", "--private", "k.pem", "--public", "k.pub")
        self.assay("mint", "--key", "k.pem", "--algorithm", "ES256K", "--count", "40", "-o", "access.log")
        done = self.assay("bench", "--seconds", "0.05", "--repetitions", "2", "--input", "access.log", "--public-key", "k.pub",
                          "--algorithm", "ES256K", "--threads", "1", "--json", "out.json", "--html", "page.html")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(self.read("out.json"))
        self.assertEqual([(row["backend"], row["label"], row["by_lanes"], row["by_openssl"] > 0) for row in report["rows"]],
                         [("openssl", "OpenSSL", 0, True), ("lanes", "lanes:OpenSSL", 0, True)])
        self.assertTrue(any(note.startswith("lanes:OpenSSL: OpenSSL decided") for note in report["notes"]), report["notes"])
        self.assertRegex(done.stdout.decode(), r"access\.log +lanes:OpenSSL +1 ")
        self.assertIn("lanes:OpenSSL", self.read("page.html").decode())

    def test_several_algorithms_have_no_unit(self):
        self.write("access.log", token() + "\n" + token({"alg": "RS256"}) + "\n")
        report = self.report_of("access.log")
        self.assertEqual(report["units"], [])
        self.assertIsNone(report["rows"][0]["ratio"])
        self.assertIn("--at %d" % AT, report["command"])

    def test_set_up_errors_name_option_and_mend(self):
        self.write("empty", "")
        self.write("log", token() + "\n")
        for args, parts in ((("--input", "log"), ("log", "needs keys")),
                            (("--input", "none", *self.KEY), ("--input none: cannot be read: No such file or directory",)),
                            (("--input", ".", *self.KEY), ("--input .: cannot be read: Is a directory",)),
                            (("--input", "empty", *self.KEY), ("--input empty", "empty")),
                            (("--input", "-", *self.KEY), ("--input", "name a file")),
                            (("--input", "log", "--secret-file", "none"), ("none",)),
                            (("--input", "log", "--jwks", "https://u:p@idp.example.com/k"), ("--jwks: https://idp.example.com/k", "fetch")),
                            (("--input", "log", *self.KEY, "--keys", "2"), ("--keys", "leave it out"))):
            with self.subTest(args):
                self.assertRefused(self.assay("bench", "--seconds", "0.05", *args), *parts)


if __name__ == "__main__":
    unittest.main()
