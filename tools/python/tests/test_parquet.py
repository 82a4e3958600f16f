"""python -m assay verify."""

from __future__ import annotations

import datetime
import signal
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import assay

from conftest import AT


@pytest.fixture
def folder(tmp_path, key, tokens):
    (tmp_path / "jwks.json").write_text(key.jwks("k1"))
    times = pa.array([None if place % 50 == 0 else AT for place in range(len(tokens))], pa.int64())
    table = pa.table({"id": pa.array(range(len(tokens))), "token": tokens, "time": times})
    # Rows of several groups, so that batches and files begin anywhere.
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=37)
    return tmp_path


def run(folder, *arguments):
    command = [sys.executable, "-m", "assay", "verify", "--jwks", "jwks.json", "--audience", "api", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_each_row_gets_a_row(folder, verifier, tokens):
    done = run(folder, "in.parquet", "--column", "token", "--at", AT, "--carry", "id", "-o", "out.parquet")
    assert done.returncode == 1 and "token_expired" in done.stderr and done.stdout == ""
    out = pq.read_table(folder / "out.parquet")
    assert out.column_names == [*(field.name for field in pa.schema(assay.VerdictArray())), "id"]
    wanted = [verdict.reason for verdict in verifier.verify_batch(tokens, at=AT)]
    assert out["reason"].to_pylist() == wanted and out["id"].to_pylist() == list(range(len(tokens)))
    assert f"{wanted.count(None)} accepted" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["in.parquet", "jwks.json", "out.parquet"]


def test_only_the_fields_that_are_wanted_are_written(folder):
    run(folder, "in.parquet", "--at", AT, "-o", "all.parquet")
    whole = pq.read_table(folder / "all.parquet")
    for fields in ("valid", "client_id,reason"):
        done = run(folder, "in.parquet", "--at", AT, "--carry", "id", "--fields", fields, "-o", "out.parquet")
        assert done.returncode == 1 and "token_expired" in done.stderr
        out = pq.read_table(folder / "out.parquet")
        assert out.column_names == [*fields.split(","), "id"]
        assert out.drop_columns("id") == whole.select(fields.split(","))


def test_rows_have_their_times_and_files_follow_one_another(folder, tokens):
    done = run(folder, "in.parquet", "in.parquet", "--at-column", "time", "--threads", 3, "--progress", "-o", "out.parquet")
    assert done.returncode == 1 and "100 %" in done.stderr
    reasons = pq.read_table(folder / "out.parquet")["reason"].to_pylist()
    assert len(reasons) == 2 * len(tokens) and reasons[: len(tokens)] == reasons[len(tokens) :]
    assert all(reason in ("missing_time", "missing_token") for reason in reasons[::50])


def test_all_accepted_is_0_and_no_row_is_a_file_with_columns(folder, key):
    pq.write_table(pa.table({"token": [key.create_token(audience="api", kid="k1")]}), folder / "good.parquet")
    assert run(folder, "good.parquet", "--quiet", "-o", "out.parquet").stderr == ""
    pq.write_table(pa.table({"token": pa.array([], pa.string())}), folder / "empty.parquet")
    assert run(folder, "empty.parquet", "-o", "none.parquet").returncode == 0
    out = pq.read_table(folder / "none.parquet")
    assert out.num_rows == 0 and out.schema == pa.schema(assay.VerdictArray())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["in.parquet", "--column", "jwt", "-o", "out.parquet"], "in.parquet: has no column 'jwt'"),
        (["in.parquet", "--carry", "nothing", "-o", "out.parquet"], "'nothing'"),
        (["in.parquet", "--column", "id", "-o", "out.parquet"], "int64"),
        (["in.parquet", "-o", "in.parquet"], "the output"),
        (["missing.parquet", "-o", "out.parquet"], "missing.parquet"),
        (["jwks.json", "-o", "out.parquet"], "arquet"),
        (["in.parquet", "--at", "yesterday", "-o", "out.parquet"], "yesterday"),
        (["in.parquet", "--algorithm", "none", "-o", "out.parquet"], "algorithm"),
        (["in.parquet", "-o", "no/such/folder/out.parquet"], "no/such/folder"),
        (["in.parquet"], "--output"),
    ],
)
def test_a_run_that_cannot_be_is_2_and_leaves_nothing(folder, arguments, says):
    before = (folder / "in.parquet").read_bytes()
    done = run(folder, *arguments)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["in.parquet", "jwks.json"]
    assert (folder / "in.parquet").read_bytes() == before


def test_a_link_stays_a_link(folder):
    (folder / "link").symlink_to("target.parquet")
    assert run(folder, "in.parquet", "--at", AT, "-o", "link").returncode == 1
    assert (folder / "link").is_symlink() and pq.read_table(folder / "target.parquet").num_rows > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["broken.parquet", "-o", "out.parquet"], "broken.parquet"),
        (["empty.parquet", "-o", "out.parquet"], "empty.parquet"),
        (["in.parquet", "--carry", "valid", "-o", "out.parquet"], "'valid'"),
        (["in.parquet", "--fields", "valid,claim", "-o", "out.parquet"], "--fields: a verdict has no column 'claim', only valid, "),
        (["in.parquet", "--fields", "", "-o", "out.parquet"], "--fields"),
        (["in.parquet", "--threads", "-1", "-o", "out.parquet"], "--threads"),
        (["in.parquet", "--at", "1", "--at-column", "time", "-o", "out.parquet"], "--at-column"),
        (["in.parquet", "-o", "no/such/out.parquet"], "no such directory"),
        (["in.parquet", "-o", "."], "is a directory"),
    ],
)
def test_mistakes_are_named_in_one_line(folder, arguments, said):
    (folder / "broken.parquet").write_text("no Parquet at all")
    (folder / "empty.parquet").write_bytes(b"")
    done = run(folder, *arguments)
    assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["broken.parquet", "empty.parquet", "in.parquet", "jwks.json"]


def test_local_times_need_a_zone(folder, key, tokens):
    # 01:30 of the night in which Berlin's clocks go back comes twice; the first is taken.
    local = [datetime.datetime(2026, 10, 25, 1, 30)] * len(tokens)
    pq.write_table(pa.table({"token": tokens, "seen": pa.array(local, pa.timestamp("us"))}), folder / "local.parquet")
    done = run(folder, "local.parquet", "--at-column", "seen", "-o", "out.parquet")
    assert done.returncode == 2 and "--time-zone" in done.stderr and done.stderr.count("\n") == 1
    for zone, hour in (("UTC", 1), ("America/New_York", 5)):
        assert run(folder, "local.parquet", "--at-column", "seen", "--time-zone", zone, "-o", "out.parquet").returncode == 1
        at = f"2026-10-25T0{hour}:30:00Z"
        assert run(folder, "local.parquet", "--at", at, "-o", "wanted.parquet").returncode == 1
        assert pq.read_table(folder / "out.parquet") == pq.read_table(folder / "wanted.parquet")
    done = run(folder, "local.parquet", "--at-column", "seen", "--time-zone", "Mars/Base", "-o", "out.parquet")
    assert done.returncode == 2 and "Mars/Base" in done.stderr
    assert run(folder, "local.parquet", "--time-zone", "UTC", "-o", "out.parquet").returncode == 2


def test_a_name_that_comes_twice_is_refused(folder, tokens):
    table = pa.Table.from_arrays([pa.array(tokens), pa.array(tokens)], names=["token", "token"])
    pq.write_table(table, folder / "twice.parquet")
    done = run(folder, "twice.parquet", "-o", "out.parquet")
    assert done.returncode == 2 and "2 columns 'token'" in done.stderr


def test_the_output_may_be_a_pipe(folder):
    run(folder, "in.parquet", "--at", AT, "-o", "wanted.parquet")
    for output in ("-", "/dev/stdout"):
        command = [sys.executable, "-m", "assay", "verify", "in.parquet", "--at", str(AT), "-o", output, "--jwks", "jwks.json", "--audience", "api"]
        done = subprocess.run(command, cwd=folder, capture_output=True)
        assert done.returncode == 1, done.stderr
        assert pq.read_table(pa.BufferReader(done.stdout)) == pq.read_table(folder / "wanted.parquet")
    done = run(folder, "in.parquet", "-o", "/dev/full")
    assert done.returncode == 2 and "No space" in done.stderr
    assert not (folder / "-").exists()


def test_a_run_that_is_ended_leaves_nothing(folder):
    many = pa.concat_tables([pq.read_table(folder / "in.parquet")] * 200)
    pq.write_table(many, folder / "many.parquet")
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        command = [sys.executable, "-m", "assay", "verify", "many.parquet", "--progress", "-o", "out.parquet", "--jwks", "jwks.json"]
        with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE) as process:
            process.stderr.read(1)  # it works
            process.send_signal(number)
            process.stderr.read()
            # A run that had all but ended may end.
            assert process.wait() in (code, 1)
        if process.returncode == code:
            assert sorted(path.name for path in folder.iterdir()) == ["in.parquet", "jwks.json", "many.parquet"]
        else:
            (folder / "out.parquet").unlink()
