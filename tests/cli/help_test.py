"""Tests of help, version, and of what a slip in a command line is answered with."""
import re
import unittest

from support import Case, token

COMMANDS = ("verify", "audit", "report", "inspect", "mint", "keygen", "bench", "completion")


class Words(Case):
    def shown(self, *args):
        done = self.assay(*args)
        self.assertEqual((done.returncode, done.stderr), (0, b""), args)
        return done.stdout.decode()

    def test_help_says_what_the_flag_says(self):
        self.assertEqual(self.shown("help"), self.shown("--help"))
        for command in (*COMMANDS, "help", "version"):
            self.assertEqual(self.shown("help", command), self.shown(command, "--help"), command)

    def test_version_says_what_the_flag_says(self):
        self.assertEqual(self.shown("version"), self.shown("--version"))

    def test_help_lists_every_command_and_every_help_has_examples(self):
        text = self.shown("help")
        for command in (*COMMANDS, "help", "version"):
            self.assertRegex(text, rf"\n  {command} +[A-Z]")
            self.assertRegex(self.shown("help", command), rf"Examples:\n  (.*\| )?assay {command}\b")

    def test_help_of_an_unknown_command_is_one_line(self):
        self.assertRefused(self.assay("help", "verfy"), "assay help: 'verfy'", "did you mean verify? See assay --help")
        self.assertRefused(self.assay("help", "verify", "inspect"), "assay help: 'inspect': not expected here")
        self.assertRefused(self.assay("version", "x"), "assay version: 'x': not expected here")

    def test_help_that_cannot_be_written_says_why(self):
        with open("/dev/full", "wb") as full:
            self.assertRefused(self.assay("help", stdout=full), "standard output", "No space left on device")


class Slips(Case):
    def test_an_unknown_command_is_answered_with_the_nearest(self):
        for word, meant in (("verfy", "verify"), ("verifi", "verify"), ("VERIFY", "verify"), ("insepct", "inspect"), ("keygne", "keygen"),
                            ("keys-gen", "keygen"), ("hlep", "help"), ("ver", "verify"), ("versoin", "version"), ("bnech", "bench")):
            with self.subTest(word):
                self.assertRefused(self.assay(word), f"assay: '{word}': no such command; did you mean {meant}? See assay --help")
        self.assertRefused(self.assay("frobnicate"), "assay: 'frobnicate': no such command; see assay --help")

    def test_an_unknown_option_is_answered_with_the_nearest(self):
        for command, option, meant in (
                ("verify", "--isuer", "--issuer"), ("verify", "--isuer=x", "--issuer"), ("inspect", "--audiance", "--audience"),
                ("verify", "--jwk", "--jwks"), ("verify", "-jwks", "--jwks"), ("verify", "--pubic-key", "--public-key"),
                ("verify", "--key", "--public-key"), ("verify", "--secret", "--secret-file"), ("verify", "--tokenfield", "--token-field"),
                ("verify", "--max_token_bytes", "--max-token-bytes"), ("inspect", "--colour", "--color"), ("mint", "--claims", "--claim"),
                ("keygen", "--algoritm", "--algorithm"), ("bench", "--repetition", "--repetitions"), ("verify", "--hlep", "--help")):
            with self.subTest(option):
                shown = option.split("=")[0]
                self.assertRefused(self.assay(command, option, "x"),
                                   f"assay {command}: {shown}: no such option; did you mean {meant}? See assay {command} --help")
        self.assertRefused(self.assay("--verison"), "assay: --verison: no such option; did you mean --version?")
        self.assertRefused(self.assay("verify", "--frobnicate"), "--frobnicate: no such option; see assay verify --help")

    def test_an_option_of_another_command_or_place_is_said_to_be_so(self):
        self.assertRefused(self.assay("verify", "--count", "3"), "--count: no such option here; it goes with assay mint")
        self.assertRefused(self.assay("--leeway", "3"), "assay: --leeway: no such option here; it goes with assay verify, audit, inspect, bench")
        self.assertRefused(self.assay("--jwks", "x", "verify", "t"), "--jwks: stands before the command; write assay verify --jwks")

    def test_a_token_in_the_place_of_a_command_is_not_repeated(self):
        done = self.assay(token())
        self.assertRefused(done, "assay inspect < token.txt")
        self.assertIsNone(re.search(rb"eyJ", done.stderr))


if __name__ == "__main__":
    unittest.main()
