"""Tests of --format ecs: the same verdicts as ndjson, as events of the Elastic Common Schema."""
import json
import os
import unittest

from support import AT, Case, token

SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "sample")
REQUEST = "2026-09-21T14:13:20Z"  # AT


class Ecs(Case):
    def events(self, *args, stdin=b""):
        return self.verdicts(*args, "--format", "ecs", stdin=stdin)

    def test_verify_writes_an_event_for_each_record(self):
        stdin = "\n".join((token(), token(exp=AT - 5), "", token(sub='"}\u2028{"'), "a.b.c")) + "\n"
        events = self.events("--fingerprint", stdin=stdin)
        plain = self.verdicts("--fingerprint", stdin=stdin)
        self.assertEqual(len(events), 5)
        self.assertEqual([event["event"]["outcome"] for event in events],
                         ["success", "failure", "unknown", "success", "failure"])
        for event, verdict in zip(events, plain):
            self.assertEqual(event["@timestamp"], REQUEST)  # judged at --at
            self.assertEqual(event["event"]["dataset"], "assay.verify")
            self.assertEqual(event["event"]["sequence"], verdict["record"])
            self.assertEqual(event["assay"]["valid"], verdict["valid"])
            self.assertEqual(event["event"].get("reason"), verdict.get("reason"))
            self.assertEqual(event.get("error", {}).get("message"), verdict.get("detail"))
            self.assertEqual(event.get("user", {}).get("id"), verdict.get("subject"))
            self.assertEqual(event["assay"].get("ath"), verdict["ath"])
            self.assertEqual(json.loads(event["assay"].get("claims", "null")), verdict.get("claims"))
            self.assertNotIn("log", event)  # standard input has no path

    def test_the_time_of_a_record_is_the_time_of_its_event(self):
        record = json.dumps({"time": AT + 5, "token": token(), "ip": "192.0.2.7"})
        done = self.assay("verify", "--secret-file", "secret", "--quiet", "--at", "record", "--carry", "/ip", "--format", "ecs",
                          stdin=record + "\n")
        event = json.loads(done.stdout)
        self.assertEqual((event["@timestamp"], event["assay"]["carry"]), ("2026-09-21T14:13:25Z", {"/ip": "192.0.2.7"}))

    def test_audit_writes_the_findings_of_ndjson(self):
        keys = ("--jwks", os.path.join(SAMPLE, "jwks.json"), "--time-zone", "Europe/Berlin", "--quiet", "--only", "all",
                os.path.join(SAMPLE, "logs"))
        events = [json.loads(line) for line in self.assay("audit", "--format", "ecs", *keys).stdout.splitlines()]
        plain = [json.loads(line) for line in self.assay("audit", *keys).stdout.splitlines()]
        self.assertEqual(len(events), len(plain))
        self.assertGreater(len(events), 400)
        for event, finding in zip(events, plain):
            self.assertEqual(event["event"]["dataset"], "assay.audit")
            self.assertEqual(event["@timestamp"], finding["judged_at"])
            self.assertEqual(event["log"], {"file": {"path": finding["file"]}, "offset": finding["offset"]})
            self.assertEqual(event.get("source", {}).get("address"), finding.get("client"))
            self.assertEqual(event.get("http", {}).get("response", {}).get("status_code"), finding.get("status"))
            for name in ("line", "nth", "length", "where", "served", "ath", "kid", "alg", "reasons"):
                self.assertEqual(event["assay"].get(name), finding.get(name), name)

    def test_the_output_file_is_whole_and_only_holds_what_is_wanted(self):
        done = self.verify("--format", "ecs", "--only", "rejected", "-o", "events.ndjson", stdin=token() + "\nx\n")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([json.loads(line)["event"]["action"] for line in self.read("events.ndjson").splitlines()],
                         ["token-rejected"])


if __name__ == "__main__":
    unittest.main()
