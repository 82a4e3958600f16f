"""A lake of tokens in Parquet, what `assay verify` says of it, and the session of Spark that ASSAY_SPARK names."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import sysconfig

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import assay

AT = 1_790_000_000
PROGRAM = sysconfig.get_path("scripts") + "/assay"
# Rows of the lake; a million and more by hand.
ROWS = int(os.environ.get("ASSAY_SPARK_ROWS", "5000"))
FILES = 4
MASTER = os.environ.get("ASSAY_SPARK", "local-cluster[2,1,1024]")
IS_CONNECT = not MASTER.startswith("local-cluster")


@pytest.fixture(scope="session")
def key() -> assay.KeyPair:
    return assay.KeyPair.generate("ES256")


@pytest.fixture(scope="session")
def config(key) -> dict:
    return {"jwks": key.jwks("k1"), "audience": "api"}


@pytest.fixture(scope="session")
def lake(key, tmp_path_factory) -> pathlib.Path:
    """Good and bad tokens, nulls, a poison record of each kind, and a file without rows."""
    folder = tmp_path_factory.mktemp("lake")
    tokens: list[str | None] = list(assay.mint(
        key, ROWS, audience="api", scopes=["read", "write"], kid="k1", issued_at=AT - 60, seed=1,
        additional_claims={"name": "J\u00fcrgen \U0001f600"},
        faults={"expired": 0.1, "signature": 0.1, "audience": 0.05, "missing": 0.02, "header": 0.02},
    ))  # fmt: skip
    tokens[5::1000] = [None] * len(tokens[5::1000])
    poison = ["", "x" * 200_000, "eyJ" * 30_000 + "." * 5, "\u0000\u00e9\U0001f600", "Bearer " + (tokens[0] or ""), "a.b.c", "[REDACTED]"]
    tokens[100 : 100 + len(poison)] = poison
    table = pa.table({
        "id": range(ROWS),
        "token": tokens,
        "seen": pa.array([(AT + i % 7200) * 1_000_000 for i in range(ROWS)], pa.timestamp("us", "UTC")),
        "wide": [f"column that nobody asked for {i}" for i in range(ROWS)],
    })  # fmt: skip
    share = (ROWS + FILES - 1) // FILES
    for place in range(FILES):
        pq.write_table(table.slice(place * share, share), folder / f"{place}.parquet")
    pq.write_table(table.slice(0, 0), folder / "none.parquet")
    return folder


def assay_verify(lake: pathlib.Path, key: assay.KeyPair, *flags: str) -> list[dict]:
    """What the program says of the lake's rows, in the order of their ids."""
    table = pq.read_table(lake).sort_by("id")
    lines = "".join(
        json.dumps({"token": row["token"], "time": int(row["seen"].timestamp())}) + "\n"
        for row in table.select(["token", "seen"]).to_pylist()
    )
    (lake.parent / "jwks.json").write_text(key.jwks("k1"))
    command = [PROGRAM, "verify", "--jwks", "jwks.json", "--audience", "api", "--quiet", *flags]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, cwd=lake.parent)
    assert done.returncode == 1, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def wanted(lake, key) -> list[dict]:
    return assay_verify(lake, key, "--at", str(AT))


def same(row, verdict: dict) -> bool:
    """Compares a row of Spark with a line of `assay verify`."""
    missing = verdict["reason" if not verdict["valid"] else "valid"] == "missing_token"
    for name in ("valid", "reason", "alg", "kid", "client_id", "subject"):
        if row[name] != verdict.get(name):
            return False
    if row["reasons"] != verdict.get("reasons", []) or row["scopes"] != verdict.get("scopes"):
        return False
    if verdict["valid"]:
        expires = None if row["expires_at"] is None else int(row["expires_at"].timestamp())
        return json.loads(row["claims"]) == verdict["claims"] and expires == verdict["expires_at"]
    if row["claims"] is not None or row["signature"] != verdict["signature"]:
        return False
    if row["issuer"] != verdict.get("issuer") or row["jti"] != verdict.get("jti"):
        return False
    # Of a missing token the program names the JSON record.
    return missing or row["detail"] == verdict["detail"]


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_WORKER_DIR"] = str(tmp_path_factory.mktemp("worker"))
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "UTC",
        # A piece of the lake for each task, so that there are more tasks than workers.
        "spark.sql.files.maxPartitionBytes": str(max(400_000, ROWS * 40)),
    }
    if IS_CONNECT:
        builder = SparkSession.builder.remote(MASTER)
    else:
        builder = SparkSession.builder.master(MASTER)
        settings["spark.ui.enabled"] = "false"
        settings["spark.sql.warehouse.dir"] = str(tmp_path_factory.mktemp("warehouse"))
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
