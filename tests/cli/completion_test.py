"""Tests of shell completion and of the manual pages: every command, flag and choice is in them, as a shell and man see them."""
import os
import re
import shutil
import subprocess
import unittest

from support import DEADLINE, Case

# Presses TAB at the end of a line as readline does: words are parted at blanks and at '='.
BASH = r"""
source ./assay.bash
press() {
  local line=$1
  COMP_WORDS=() COMP_LINE=$line COMP_POINT=${#line}
  local word
  for word in $line; do
    if [[ $word == --*=* ]]; then
      COMP_WORDS+=("${word%%=*}" "=")
      [[ ${word#*=} ]] && COMP_WORDS+=("${word#*=}")
    else
      COMP_WORDS+=("$word")
    fi
  done
  [[ $line == *' ' ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  COMPREPLY=()
  _assay
  printf '%s\n' "${COMPREPLY[@]}"
}
press "$1"
"""

# Lets zsh complete a line in a terminal of its own, and prints what it would add (each match between NULs).
ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; print READY\$((1+1))"
zpty -r z line '*READY2*'
zpty -w z 'compadd() { local -a shown; if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi;
  builtin compadd -A shown "$@"; print -rn -- $'\''\0'\''${(pj:\0:)shown}$'\''\0'\''; builtin compadd "$@" }
  zstyle ":completion:*" list-colors; setopt no_list_beep; unsetopt automenu
  finish() { print DONE$((2+2)) }; zle -N finish; complete-it() { zle complete-word; print DONE$((2+2)) }
  zle -N complete-it; bindkey "^I" complete-it; print SET$((1+2))'
zpty -r z line '*SET3*'
zpty -n -w z "$1"$'\t'
zpty -r z line '*DONE4*'
print -r -- $line
zpty -d z
"""


class CompletionCase(Case):
    def setUp(self):
        super().setUp()
        self.write("known file.json", b"{}")
        os.mkdir(self.path("known folder"))

    def script(self, shell):
        done = self.assay("completion", shell)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout

    def commands(self):
        """Every command as its words: those of the program's help, and of the help of groups."""
        found = []
        for name in self.subcommands():
            seconds = self.subcommands(name)
            found += [f"{name} {second}" for second in seconds] or [name]
        self.assertGreater(len(found), 8)
        return found

    def subcommands(self, *group):
        text = self.assay("help", *group).stdout.decode()
        listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
        return re.findall(r"^  (\w+) ", listed[1], re.M) if listed else []

    def flags(self, command):
        """Each long option of a command with its placeholder, as its help shows it."""
        text = self.assay("help", *command.split()).stdout.decode()
        return {match[1]: match[2] for match in re.finditer(r"^  (?:-\w,)?(--[\w-]+)(?: (\S+))?", text, re.M)}

    def run_shell(self, *command, script=None):
        done = subprocess.run(command, input=script, cwd=self.folder, env=self.environment(), timeout=DEADLINE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""), command)
        return done.stdout.decode()


class BashCompletion(CompletionCase):
    def setUp(self):
        super().setUp()
        self.write("assay.bash", self.script("bash"))
        self.write("press.bash", BASH)

    def press(self, line):
        return set(self.run_shell("bash", "--norc", "press.bash", line).splitlines()) - {""}

    def test_it_loads_and_serves_the_program(self):
        self.assertIn("-F _assay assay", self.run_shell("bash", "-c", "source ./assay.bash; complete -p assay"))

    def test_commands(self):
        self.assertEqual(self.press("assay "), set(self.subcommands()))
        self.assertEqual(self.press("assay ver"), {"verify", "version"})
        self.assertEqual(self.press("assay --"), {"--help", "--version"})
        self.assertEqual(self.press("assay help ke"), {name for name in self.subcommands() if name.startswith("ke")})

    def test_every_flag_of_every_command(self):
        for command in self.commands():
            self.assertEqual(self.press(f"assay {command} --"), set(self.flags(command)), command)

    def test_every_choice_of_every_flag_in_both_forms(self):
        seen = 0
        for command in self.commands():
            for flag, placeholder in self.flags(command).items():
                if placeholder and re.fullmatch(r"[a-z0-9@.]+(\|[a-z0-9@.]+)+", placeholder):
                    seen += 1
                    choices = set(placeholder.split("|"))
                    self.assertEqual(self.press(f"assay {command} {flag} "), choices)
                    self.assertEqual(self.press(f"assay {command} {flag}="), choices)
                    first = sorted(choices)[0]
                    self.assertIn(first, self.press(f"assay {command} {flag}={first[:2]}"))
        self.assertGreater(seen, 8)

    def test_values_files_and_arguments(self):
        files = {"known file.json", "known folder"}
        self.assertEqual(self.press("assay verify --jwks known"), files)
        self.assertEqual(self.press("assay verify --jwks=known"), files)
        self.assertEqual(self.press("assay verify -o known"), files)
        self.assertEqual(self.press("assay verify --quiet known"), files)
        self.assertEqual(self.press("assay audit known"), files)
        self.assertEqual(self.press("assay inspect known"), set())  # a token is no file
        self.assertEqual(self.press("assay verify --issuer known"), set())
        self.assertIn("ES256", self.press("assay mint --algorithm ES"))
        self.assertEqual(self.press("assay audit --at "), {"now", "record"})
        self.assertEqual(self.press("assay completion "), {"bash", "zsh", "fish"})
        self.assertEqual(self.press("assay keygen --force --bi"), {"--bits"})


@unittest.skipUnless(shutil.which("fish"), "fish is not installed")
class FishCompletion(CompletionCase):
    def press(self, line):
        self.write("assay.fish", self.script("fish"))
        self.run_shell("fish", "--no-execute", "assay.fish")
        quoted = line.replace("'", "\\'")
        text = self.run_shell("fish", "--no-config", "-c", f"source assay.fish; complete -C '{quoted}'")
        return {word.split("\t")[0] for word in text.splitlines()}

    def environment(self):
        return {**super().environment(), "HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder}

    def test_commands(self):
        self.assertEqual(self.press("assay "), set(self.subcommands()))
        self.assertEqual(self.press("assay --ver"), {"--version"})

    def test_every_flag_of_every_command(self):
        for command in self.commands():
            self.assertEqual(self.press(f"assay {command} --"), set(self.flags(command)), command)

    def test_values_files_and_arguments(self):
        self.assertEqual(self.press("assay verify --format "), {"ndjson", "csv", "ecs", "none"})
        self.assertEqual(self.press("assay verify --jwks known"), {"known file.json", "known folder/"})
        self.assertEqual(self.press("assay verify known"), {"known file.json", "known folder/"})
        self.assertEqual(self.press("assay inspect known"), set())
        self.assertEqual(self.press("assay completion "), {"bash", "zsh", "fish"})


@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
class ZshCompletion(CompletionCase):
    def press(self, line):
        self.write("_assay", self.script("zsh"))
        self.run_shell("zsh", "-n", "_assay")
        self.write("press.zsh", ZSH)
        text = self.run_shell("zsh", "-f", "press.zsh", line)
        return set(text.split("\0"))

    def test_commands(self):
        self.assertLessEqual(set(self.subcommands()), self.press("assay "))

    def test_every_flag_of_every_command(self):
        for command in self.commands():
            self.assertLessEqual(set(self.flags(command)), {word.rstrip("=") for word in self.press(f"assay {command} --")},
                                 command)

    def test_values(self):
        self.assertLessEqual({"ndjson", "csv", "ecs", "none"}, self.press("assay verify --format="))
        self.assertLessEqual({"bash", "zsh", "fish"}, self.press("assay completion "))


class ManPages(CompletionCase):
    def test_every_flag_of_every_command_is_in_its_page(self):
        for command in self.commands():
            page = self.assay("help", "--man", *command.split()).stdout.decode()
            title = "-".join(["ASSAY", *command.upper().split()]).replace("-", r"\-")
            self.assertTrue(page.startswith(f".TH {title} 1 "), page)
            for section in ("NAME", "SYNOPSIS", "OPTIONS", "EXAMPLES", "SEE ALSO"):
                self.assertIn(f"\n.SH {section}\n", page, command)
            plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "")
            for flag, placeholder in self.flags(command).items():
                self.assertRegex(plain, rf"\n\.TP\n(-\w, )?{flag}{re.escape(' ' + placeholder) if placeholder else ''}\n", command)

    def test_the_page_of_the_program_lists_every_command(self):
        page = self.assay("help", "--man").stdout.decode()
        for command in self.commands():
            self.assertIn(f"\n.TP\n\\fB{command}\\fR\n", page)
            name = "-".join(["assay", *command.split()]).replace("-", r"\-")
            self.assertIn(f"\n.BR {name} (1)", page)

    def test_nothing_of_the_help_is_lost(self):
        for command in self.commands():
            page = re.sub(r"\\f[BIR]", "", self.assay("help", "--man", *command.split()).stdout.decode())
            for escape, char in ((r"\-", "-"), (r"\(aq", "'"), (r"\(ga", "`"), (r"\(dq", '"'), (r"\(ha", "^"), (r"\(ti", "~"), (r"\e", "\\")):
                page = page.replace(escape, char)
            text = self.assay("help", *command.split()).stdout.decode().lower()
            words = set(re.findall(r"[\w./=*-]*\w", text)) - {"usage", "positionals"}
            self.assertEqual({word for word in words if word not in page.lower()}, set(), command)

    def test_all_pages_are_written_into_a_folder(self):
        self.assertEqual(self.assay("help", "--man-dir", "man/man1").returncode, 0)
        names = {"assay.1"} | {f"assay-{command.replace(' ', '-')}.1" for command in self.commands()}
        self.assertEqual(set(os.listdir(self.path("man/man1"))), names)
        self.assertEqual(self.read("man/man1/assay-verify.1"), self.assay("help", "--man", "verify").stdout)
        self.write("occupied", b"")
        self.assertRefused(self.assay("help", "--man-dir", "occupied"), "assay help: --man-dir: cannot make the folder occupied")

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_has_nothing_to_complain_of(self):
        self.assay("help", "--man-dir", "pages")
        for name in os.listdir(self.path("pages")):
            done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", f"pages/{name}"], cwd=self.folder, timeout=DEADLINE,
                                  env={**self.environment(), "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)
            self.assertIn("SYNOPSIS", re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout.decode()))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_warns_of_nothing_but_the_missing_date(self):
        self.assay("help", "--man-dir", "pages")
        for name in os.listdir(self.path("pages")):
            done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", f"pages/{name}"], cwd=self.folder, timeout=DEADLINE, stdout=subprocess.PIPE)
            # Without a date two builds are the same.
            self.assertEqual([line for line in done.stdout.decode().splitlines() if "missing date" not in line], [])


if __name__ == "__main__":
    unittest.main()
