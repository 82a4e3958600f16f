"""Tests of `assay report`, and of --report of verify and audit."""
import gzip
import html.parser
import json
import os
import re
import unittest
import xml.etree.ElementTree

from support import AT, SECRET, Case, token

VOID = {"meta", "link", "img", "br", "hr", "input", "base"}


class Page(html.parser.HTMLParser):
    """A page as a browser reads it: its tags and attributes, and whether all are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.open, self.text = [], [], set(), [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attributes):
        self.note(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.note(tag, attributes)

    def note(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            assert not name.startswith("on") and name not in ("src", "srcset", "action", "style"), name
            if name == "href":
                self.links.append(value)
            if name == "id":
                self.ids.add(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text.append(data)


class ReportCase(Case):
    def summary(self, name, *lines, more=()):
        """Audits these lines of a combined log; the summary has the name."""
        self.write(name + ".log", "".join(lines))
        done = self.assay("audit", "--secret-file", "secret", "--audience", "api", "--summary", name, "--quiet", *more, name + ".log")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(self.read(name))

    def line(self, text, client="192.0.2.7", status=200, minute=0):
        return f'{client} - - [21/Sep/2026:13:{minute:02}:20 +0000] "GET /cb?t={text} HTTP/1.1" {status} 12 "-" "curl/8"\n'

    def check_page(self, text):
        """Reads the page as HTML and as XML; returns the words that it shows."""
        page = Page(text)
        xml.etree.ElementTree.fromstring(text)
        self.assertEqual({"script", "link", "img", "iframe", "form", "object"} & set(page.tags), set())
        self.assertIn("default-src 'none'", text)
        self.assertTrue(page.links)
        for link in page.links:
            self.assertTrue(link.startswith("#") and link[1:] in page.ids, link)
        return " ".join(page.text)


class Report(ReportCase):
    def setUp(self):
        super().setUp()
        self.good = self.line(token())
        self.bad = self.line(token(aud="other"), client="198.51.100.9", minute=1)
        self.summary("a.json", self.good, self.bad)
        self.summary("b.json", self.good, self.line(token(aud="third"), minute=2), self.line("x." + token()[2:], minute=3))

    def report(self, *args, code=0, **more):
        done = self.assay("report", *args, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_without_output_it_prints_a_short_text(self):
        text = self.report("a.json").stdout.decode()
        self.assertTrue(text.startswith("1 request with a token that was not valid was answered as good.\n"), text)
        self.assertRegex(text, r"\nAct now  +Of 1 use of tokens that were not valid, 1 was answered")
        self.assertRegex(text, r"\n  audience_mismatch +1 +1\n")
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_page_and_markdown_say_the_same(self):
        self.report("a.json", "-o", "audit.html")
        words = self.check_page(self.read("audit.html").decode())
        self.report("a.json", "-o", "audit.md")
        markdown = self.read("audit.md").decode()
        for part in ("1 request with a token that was not valid was answered as good", "198.51.100.9", "a.json.log",
                     "seems not to check the audience"):
            self.assertIn(part, words)
            self.assertIn(part, markdown)

    def test_summaries_add_up_in_any_order_and_a_sum_adds_up_again(self):
        self.report("a.json", "b.json", "-o", "all.json")
        self.report("b.json", "a.json", "-o", "other.json")
        self.assertEqual(self.read("all.json"), self.read("other.json"))
        whole = json.loads(self.read("all.json"))
        self.assertEqual(whole["records"], json.loads(self.read("a.json"))["records"] + json.loads(self.read("b.json"))["records"])
        self.report("all.json", "-o", "again.json")
        self.assertEqual(self.read("all.json"), self.read("again.json"))

    def test_one_file_twice_counts_once(self):
        self.write("copy.json", self.read("a.json"))
        done = self.report("a.json", "copy.json", "-o", "all.json")
        self.assertEqual(done.stderr, b"assay: copy.json: the same as a.json; it is counted once\n")
        self.assertEqual(json.loads(self.read("all.json"))["records"], 2)

    def test_baseline_says_what_is_new(self):
        text = self.report("b.json", "--baseline", "a.json", "-o", "new.md").stdout
        self.assertEqual(text, b"")
        markdown = self.read("new.md").decode()
        self.assertIn("## Since the last audit", markdown)
        self.assertIn("`a.json`", markdown)
        self.assertRegex(markdown, r"new clients with rejected tokens that were answered as good: `192\.0\.2\.7`")
        self.assertRefused(self.assay("report", "a.json", "--baseline", "b.json", "-o", "x.json"), "assay report: --baseline")

    def test_compressed_summaries_and_standard_input_are_read(self):
        self.write("a.json.gz", gzip.compress(self.read("a.json")))
        plain = self.report("a.json").stdout
        self.assertEqual(self.report("a.json.gz").stdout, plain)
        self.assertEqual(self.report("-", stdin=self.read("a.json")).stdout, plain)
        self.assertEqual(self.report("-", stdin=b"\xef\xbb\xbf" + self.read("a.json")).stdout, plain)
        self.write("cut.gz", self.read("a.json.gz")[:-9])
        self.assertRefused(self.assay("report", "cut.gz"), "assay report: cut.gz: its gzip data are cut off")

    def test_what_is_no_summary_is_refused_with_the_file(self):
        self.write("verdicts.ndjson", '{"record":1}\n')
        self.write("cut.json", self.read("a.json")[:-20])
        self.write("utf16.json", self.read("a.json").decode().encode("utf-16"))
        for name, words in (("verdicts.ndjson", "--summary"), ("cut.json", "not JSON"), ("missing.json", "No such file"), ("utf16.json", "UTF-16")):
            self.assertRefused(self.assay("report", name), "assay report: ", name, words)
            self.assertRefused(self.assay("report", "a.json", "--baseline", name), "assay report: --baseline", name, words)
        self.assertRefused(self.assay("report"), "assay report: SUMMARY")

    def test_output_is_named_by_its_form_and_is_no_input(self):
        self.assertRefused(self.assay("report", "a.json", "-o", "audit.pdf"), "--output", ".html, .md or .json")
        before = self.read("a.json")
        self.assertRefused(self.assay("report", "a.json", "b.json", "-o", "./a.json"), "one file; write elsewhere")
        self.assertRefused(self.assay("report", "b.json", "--baseline", "a.json", "-o", "a.json"), "-o")
        self.assertEqual(self.read("a.json"), before)
        self.assertRefused(self.assay("report", "a.json", "-o", "missing/audit.html"), "missing/audit.html")

    def test_hostile_claims_stay_texts(self):
        hostile = "</script><script>alert(1)</script>|`x`\u202e[a](javascript:b)"
        self.summary("h.json", self.line(token(aud="other", sub=hostile, client_id=hostile, iss=hostile)))
        for name in ("h.html", "h.md"):
            self.report("h.json", "-o", name)
        words = self.check_page(self.read("h.html").decode())
        self.assertIn("</script><script>alert(1)</script>|`x`\\u202e[a](javascript:b)", words)
        markdown = self.read("h.md").decode()
        self.assertIn("`</script><script>alert(1)</script>\\u007c\\u0060x\\u0060\\u202e[a](javascript:b)`", markdown)
        for line in markdown.splitlines():
            self.assertNotIn("javascript", re.sub("`[^`]*`", "", line))
        self.assertNotIn("\u202e", self.report("h.json").stdout.decode())


class ReportOfRuns(ReportCase):
    def setUp(self):
        super().setUp()
        self.write("log", self.line(token()) + self.line(token(aud="other")))
        self.write("tokens", token() + "\n" + token(aud="other") + "\n")

    def test_both_commands_draw_their_summary(self):
        for args in (("audit", "log"), ("verify", "--at", str(AT), "--format", "none", "tokens")):
            done = self.assay(args[0], "--secret-file", "secret", "--audience", "api", "--report", "page.html", "--summary", "s.json",
                              *args[1:])
            self.assertEqual(done.returncode, 1, done.stderr)
            page = self.read("page.html")
            self.check_page(page.decode())
            self.assertEqual(self.assay("report", "s.json", "-o", "again.html").returncode, 0)
            self.assertEqual(self.read("again.html"), page)
            os.remove(self.path("page.html"))

    def test_report_needs_no_summary_and_may_be_markdown(self):
        done = self.assay("audit", "--secret-file", "secret", "--audience", "api", "--report", "page.md", "log")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue(self.read("page.md").startswith(b"# 1 request with a token that was not valid"))

    def test_a_run_compares_its_report_with_a_baseline(self):
        self.summary("before.json", self.line(token()))
        for args in (("audit", "log"), ("verify", "--at", str(AT), "--format", "none", "tokens")):
            run = (args[0], "--secret-file", "secret", "--audience", "api", "--summary", "s.json", *args[1:])
            done = self.assay(*run, "--report", "page.md", "--baseline", "before.json")
            self.assertEqual(done.returncode, 1, done.stderr)
            page = self.read("page.md").decode()
            self.assertIn("Since the last audit", page)
            self.assertIn("before.json", page)
            self.assertIn("audience_mismatch", page[page.index("Since the last audit"):])
            self.assertEqual(self.assay("report", "s.json", "--baseline", "before.json", "-o", "again.md").returncode, 0)
            self.assertEqual(self.read("again.md").decode(), page)
            # A wrong baseline is reported before the run.
            os.remove(self.path("page.md"))
            self.write("none.json", "{}")
            for more, words in ((("--report", "page.md", "--baseline", "missing.json"), "missing.json"),
                                (("--report", "page.md", "--baseline", "none.json"), "none.json: not a summary"),
                                (("--baseline", "before.json"), "give --report"),
                                (("--report", "before.json", "--baseline", "before.json"), "one file; write elsewhere")):
                self.assertRefused(self.assay(*run, *more), f"assay {args[0]}: --", words)
            self.assertFalse(os.path.exists(self.path("page.md")))

    def test_verify_does_not_say_how_the_server_answered(self):
        self.assay("verify", "--secret-file", "secret", "--audience", "api", "--at", str(AT), "--report", "page.md", "--format", "none",
                   "tokens")
        self.assertIn(b"the input does not tell how the server answered", self.read("page.md"))

    def test_report_is_refused_before_the_run_if_it_cannot_be_written(self):
        before = self.read("log")
        run = ("audit", "--secret-file", "secret", "--audience", "api")
        self.assertRefused(self.assay(*run, "--report", "log", "log"), "--report", "one file; write elsewhere")
        self.assertRefused(self.assay(*run, "--report", "x", "--summary", "x", "log"), "--report", "one file; write elsewhere")
        self.assertRefused(self.assay(*run, "--report", "missing/page.html", "log"), "missing/page.html")
        self.assertEqual(self.read("log"), before)
        self.assertEqual(sorted(os.listdir(self.folder)), ["log", "secret", "tokens"])


if __name__ == "__main__":
    unittest.main()
