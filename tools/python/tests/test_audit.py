"""assay.audit."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import threading

import pytest

import assay

from conftest import ROOT

SAMPLE = ROOT / "data/sample"
KEYS = {"jwks": [SAMPLE / "jwks.json", SAMPLE / "jwks-old.json"], "secret": SAMPLE / "secret.txt"}
PROGRAM = sysconfig.get_path("scripts") + "/assay"


def _program(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_findings_are_those_of_the_program():
    run = assay.audit(SAMPLE / "logs", time_zone={"*/app/*": "Europe/Berlin"}, **KEYS)
    findings = list(run)
    assert findings == _program(
        "audit", "--jwks", SAMPLE / "jwks.json", "--jwks", SAMPLE / "jwks-old.json", "--secret-file", SAMPLE / "secret.txt",
        "--time-zone", "*/app/*=Europe/Berlin", "--quiet", "-o", "-", SAMPLE / "logs",
    )  # fmt: skip
    assert run.result["rejected"] == len(findings) > 0 and run.result["files"] == 6
    assert list(run) == []


def test_a_verifier_may_be_given():
    run = assay.audit([SAMPLE / "logs/app"], verifier=assay.Verifier(**KEYS), time_zone="Europe/Berlin", only="all", fingerprint=False)
    findings = list(run)
    assert {finding["valid"] for finding in findings} == {True, False} and not any("ath" in finding for finding in findings)
    with pytest.raises(TypeError):
        assay.audit([], config="assay.toml", verifier=assay.Verifier(**KEYS))


@pytest.mark.parametrize(
    ("field", "arguments"),
    [("only", {"only": "some"}), ("time_zone", {}), ("time_zone", {"time_zone": "Mars"}), ("paths", {"paths": "no/such/log"})],
)
def test_a_bad_option_ends_the_run(field, arguments):
    with pytest.raises(assay.SetupError) as caught:
        list(assay.audit(arguments.pop("paths", SAMPLE / "logs/app"), **arguments, **KEYS))
    assert caught.value.field == field or field in str(caught.value) or "no/such/log" in str(caught.value)


def test_a_run_ends_early(tmp_path):
    line = (SAMPLE / "logs/app/orders.log").read_text()
    (tmp_path / "long.log").write_text(line * 2000)
    before = threading.active_count()
    with assay.audit(tmp_path, time_zone="UTC", only="all", **KEYS) as run:
        assert next(run)["record"] == 1
    assert threading.active_count() == before and run.result is None and list(run) == []
    forgotten = assay.audit(tmp_path, time_zone="UTC", only="all", **KEYS)
    next(forgotten)
    thread = forgotten._thread
    del forgotten
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("ending", ["", "del run", "run.close()"])
def test_a_run_that_is_half_read_at_the_end_of_the_process_ends_cleanly(ending):
    code = f"""
import assay
run = assay.audit([{str(SAMPLE / "logs")!r}] * 1, jwks={str(SAMPLE / "jwks.json")!r}, only="all", time_zone={{"*/app/*": "Europe/Berlin"}})
next(run)
{ending}
"""
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
