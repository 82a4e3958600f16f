"""assay.spark on two executors, or through Spark Connect (ASSAY_SPARK): every row as `assay verify` has it."""

from __future__ import annotations

import json
import os
import pathlib
import runpy
import signal
import subprocess
from collections import Counter

import pyarrow as pa
import pytest

import assay
import assay.spark
from pyspark import cloudpickle
from pyspark.sql import functions as F

from conftest import AT, IS_CONNECT, PROGRAM, ROWS, assay_verify, same

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"
SECRET = b"for-tests-only-0123456789abcdefghijklmnopqrstuvw"
classic = pytest.mark.skipif(IS_CONNECT, reason="needs executors of ours or RDDs, or says nothing more through Spark Connect")


def compare(rows, wanted):
    assert [row["id"] for row in rows] == list(range(len(wanted)))
    different = [(row, verdict) for row, verdict in zip(rows, wanted) if not same(row, verdict)]
    assert different == []


def plan_of(df, capsys) -> str:
    capsys.readouterr()
    df.explain(True)
    return capsys.readouterr().out


def test_every_row_is_as_the_program_has_it(spark, lake, config, wanted):
    verdicts = assay.spark.verify(spark.read.parquet(str(lake)), at=AT, config=config, carry=["id"])
    assert verdicts.columns == ["id", *assay.spark.verdict_type().names]
    # Sorting is a shuffle.
    compare(verdicts.orderBy("id").collect(), wanted)


def test_the_plan_reads_only_what_is_needed(spark, lake, config, capsys):
    verdicts = assay.spark.verify(spark.read.parquet(str(lake)), at=AT, config=config, carry=["id"])
    plan = plan_of(verdicts, capsys)
    physical = plan[plan.index("== Physical Plan ==") :]
    assert "ReadSchema: struct<id:bigint,token:string>" in physical or "ReadSchema: struct<token:string,id:bigint>" in physical
    assert "wide" not in physical and "seen" not in physical
    few = assay.spark.verify(spark.read.parquet(str(lake)), at=AT, config=config, carry=["id"], fields=["valid", "reason"])
    assert few.columns == ["id", "valid", "reason"]
    assert few.drop("id").orderBy("reason").first() == (True, None)


@classic
def test_each_row_may_have_its_own_time(spark, lake, key, config):
    read = spark.read.parquet(str(lake))
    verdicts = assay.spark.verify(read, at="record", time=F.col("seen"), config=config, carry=["id"])
    compare(verdicts.orderBy("id").collect(), assay_verify(lake, key, "--at", "record"))


def test_columns_may_be_expressions_and_nested(spark, key, config):
    token = assay.mint(key, 1, audience="api", kid="k1", issued_at=AT)[0]
    df = spark.createDataFrame([(1, (token, "x")), (2, (None, "y"))], "id int, request struct<auth:string,path:string>")
    verdicts = assay.spark.verify(df, F.col("request.auth"), AT, config=config, carry=[F.col("request.path").alias("path")])
    assert [(row["path"], row["valid"]) for row in verdicts.orderBy("path").collect()] == [("x", True), ("y", False)]
    binary = df.select(F.col("request.auth").cast("binary").alias("token"))
    assert sorted(row["valid"] for row in assay.spark.verify(binary, at=AT, config=config).collect()) == [False, True]


def test_bytes_that_are_no_text_are_a_bad_token(spark, config):
    df = spark.createDataFrame([(bytearray(b"\xff\xfe.\x80.\x00"),)], "token binary")
    assert [row["valid"] for row in assay.spark.verify(df, config=config).collect()] == [False]


def test_a_function_for_sql_gives_the_same(spark, lake, config, wanted):
    spark.udf.register("assay_verify", assay.spark.udf(config, at=AT))
    spark.read.parquet(str(lake)).createOrReplaceTempView("lake")
    rows = spark.sql("SELECT id, v.* FROM (SELECT id, assay_verify(token) AS v FROM lake) ORDER BY id").collect()
    compare(rows, wanted)
    judged = spark.table("lake").select("id", assay.spark.udf(config, at=AT, fields=["reason", "valid"])("token").alias("v"))
    assert judged.schema["v"].dataType == assay.spark.verdict_type(["reason", "valid"])
    short = judged.select("id", "v.*").orderBy("id").collect()
    assert [(row["id"], row["reason"], row["valid"]) for row in short] == [(row["id"], row["reason"], row["valid"]) for row in rows]


def test_a_function_with_times(spark, key, config):
    token = assay.mint(key, 1, audience="api", kid="k1", issued_at=AT, expires_in_seconds=60)[0]
    df = spark.createDataFrame([(token, AT), (token, AT + 61), (token, None)], "token string, seen long")
    judge = assay.spark.udf(config, at="record")
    reasons = [row["reason"] for row in df.select(judge("token", "seen").alias("v")).select("v.reason").collect()]
    assert sorted(reasons, key=str) == [None, "missing_time", "token_expired"]


def test_a_stream_is_judged_as_it_comes(spark, lake, config, wanted, tmp_path):
    source = spark.readStream.schema("id long, token string").parquet(str(lake))
    judged = source.select("id", assay.spark.udf(config, at=AT)("token").alias("v")).select("id", "v.*")
    query = (
        judged.writeStream.trigger(availableNow=True)
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .format("parquet")
        .start(str(tmp_path / "out"))
    )
    query.awaitTermination()
    compare(spark.read.parquet(str(tmp_path / "out")).orderBy("id").collect(), wanted)


def test_a_summary_counts_as_the_program_does(spark, lake, key, config, tmp_path):
    read = spark.read.parquet(str(lake))
    for at, flags in ((AT, ["--at", str(AT)]), ("record", ["--at", "record"])):
        ours = json.loads(assay.spark.summary(read, at=at, time="seen", config=config))
        assay_verify(lake, key, *flags, "--summary", str(tmp_path / "program.json"))
        theirs = json.loads((tmp_path / "program.json").read_text())
        # What was read is no JSON here, and there are no files.
        for name in ("run", "bytes", "files"):
            assert ours.pop(name, None) != theirs.pop(name, None)
        assert [{**row, "source": ""} for row in ours.pop("keys")] == [{**row, "source": ""} for row in theirs.pop("keys")]
        assert ours == theirs
    (tmp_path / "spark.json").write_text(assay.spark.summary(read, at=AT, config=config))
    command = [PROGRAM, "report", "spark.json", "program.json", "-o", "both.json"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert json.loads((tmp_path / "both.json").read_text())["records"] == 2 * ROWS


def test_the_summary_of_nothing_counts_nothing(spark, config):
    empty = spark.createDataFrame([], "token string")
    assert json.loads(assay.spark.summary(empty, config=config))["records"] == 0


def test_secrets_are_in_no_plan_and_in_no_pickle(spark, tmp_path, capsys):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    token = assay.mint(assay.KeyPair(SECRET, "HS256"), 1, audience="api", kid=None, issued_at=AT)[0]
    df = spark.createDataFrame([(token,)], "token string")
    name = str(path)

    def from_a_vault():
        return pathlib.Path(name).read_bytes()

    for secret in (path, from_a_vault):
        config = {"secret": secret, "audience": "api"}
        verdicts = assay.spark.verify(df, at=AT, config=config)
        assert [row["valid"] for row in verdicts.collect()] == [True]
        assert SECRET.decode() not in plan_of(verdicts, capsys)
        judged = df.select(assay.spark.udf(config, at=AT)("token").alias("v"))
        assert [row["v"]["valid"] for row in judged.collect()] == [True]
        assert SECRET.decode() not in plan_of(judged, capsys)
        judge = assay.BatchVerifier(config, at=AT)
        judge(pa.record_batch({"token": [token]}))
        assert SECRET not in cloudpickle.dumps(judge)
    with pytest.raises(assay.SetupError, match="must not travel"):
        assay.spark.verify(df, config={"secret": SECRET})
    with pytest.raises(assay.SetupError, match="must not travel"):
        assay.spark.udf({"secret": SECRET.decode()})


def test_a_worker_makes_one_verifier_and_uses_the_cores_of_its_task(spark, lake, config, tmp_path):
    log = str(tmp_path / "made")

    def make():
        with open(log, "a") as file:
            print(os.getpid(), file=file)
        return assay.Verifier(**config)

    verdicts = assay.spark.verify(spark.read.parquet(str(lake)), at=AT, config=make, carry=["id"])
    assert verdicts.count() == ROWS
    assert verdicts.where("valid").count() > ROWS / 2
    made = pathlib.Path(log).read_text().split()
    assert len(made) == len(set(made)) <= 2


def test_a_file_that_was_sent_along_is_found(spark, key, tmp_path):
    file = tmp_path / "sent-along.json"
    file.write_text(key.jwks("k1"))
    if IS_CONNECT:
        spark.addArtifacts(str(file), file=True)
    else:
        spark.sparkContext.addFile(str(file))
    token = assay.mint(key, 1, audience="api", kid="k1", issued_at=AT)[0]
    df = spark.createDataFrame([(token,)], "token string")
    config = {"jwks": pathlib.Path("sent-along.json"), "audience": "api"}
    assert [row["valid"] for row in assay.spark.verify(df, at=AT, config=config).collect()] == [True]


def test_mistakes_are_found_before_the_job(spark, config):
    df = spark.range(1)
    with pytest.raises(assay.SetupError, match="token: the column is bigint; tokens are string or binary"):
        assay.spark.verify(df, "id", config=config)
    for wrong in ({"id": "number"}, {"id"}):
        with pytest.raises(TypeError, match="carry: expected a list of columns, not (dict|set)"):
            assay.spark.verify(df, config=config, carry=wrong)
    with pytest.raises(assay.SetupError, match="carry: a verdict has the column 'alg' too"):
        assay.spark.verify(df.select(F.lit("").alias("token"), F.lit(1).alias("alg")), config=config, carry=["alg"])
    for wrong in (["valid", "claim"], "claim"):
        with pytest.raises(assay.SetupError, match="fields: a verdict has no column 'claim', only valid, reason"):
            assay.spark.verify(df.select(F.lit("").alias("token")), config=config, fields=wrong)
    with pytest.raises(ValueError, match="at: cannot read 'yesterday'"):
        assay.spark.verify(df.select(F.lit("").alias("token")), at="yesterday", config=config)


def test_a_file_that_is_not_there_fails_the_job_and_is_named(spark):
    df = spark.createDataFrame([("x",)], "token string")
    with pytest.raises(Exception, match="no-such-file.toml"):
        assay.spark.verify(df, config="no-such-file.toml").collect()


@classic
def test_an_executor_that_is_killed_changes_nothing(spark, lake, config, wanted, tmp_path):
    mark = str(tmp_path / "killed")

    def kill_own_executor_once(batches):
        for batch in batches:
            if 10 in batch["id"].to_pylist() and not os.path.exists(mark):
                with open(mark, "w") as file:
                    file.write(str(os.getpid()))
                # The worker's parent is the daemon of PySpark, whose parent is the executor.
                with open(f"/proc/{os.getppid()}/stat") as stat:
                    executor = int(stat.read().rsplit(")", 1)[1].split()[1])
                with open(f"/proc/{executor}/cmdline") as line:
                    assert "CoarseGrainedExecutorBackend" in line.read()
                os.kill(executor, signal.SIGKILL)
            yield batch

    read = spark.read.parquet(str(lake)).select("id", "token")
    verdicts = assay.spark.verify(read.mapInArrow(kill_own_executor_once, read.schema), at=AT, config=config, carry=["id"])
    compare(verdicts.orderBy("id").collect(), wanted)
    assert os.path.exists(mark)


def example(name: str):
    return runpy.run_path(str(EXAMPLES / name))


@classic
def test_pipe_needs_no_wheel(spark, lake, key, tmp_path):
    """The program on the path of each executor, records and verdicts as lines of JSON."""
    keys = tmp_path / "jwks.json"
    keys.write_text(key.jwks("k1"))
    judge = example("spark_pipe.py")["judge_with_pipe"]
    # More partitions than rows of one file have: some are empty.
    read = spark.read.parquet(str(lake)).unionByName(spark.createDataFrame([], "id long, token string"), allowMissingColumns=True)
    flags = ["--audience", "api", "--at", str(AT)]
    rows = judge(read, "--jwks", str(keys), *flags, program=PROGRAM).orderBy("id").collect()
    wanted = assay_verify(lake, key, "--at", str(AT))
    assert [(row["id"], row["valid"], row["reason"]) for row in rows] == [
        (place, verdict["valid"], verdict.get("reason")) for place, verdict in enumerate(wanted)
    ]
    with pytest.raises(Exception, match="exited with error code 1"):
        judge(read, "--jwks", "no-such-file.json", program=PROGRAM).count()


def test_the_example_judges_a_lake(spark, lake, config, wanted, tmp_path):
    (tmp_path / "out").mkdir()
    counts = example("spark_lake.py")["judge_lake"](spark, config, str(lake), str(tmp_path / "out"), AT).collect()
    assert {row["reason"]: row["count"] for row in counts} == Counter(verdict.get("reason") for verdict in wanted)
    assert json.loads((tmp_path / "out/summary.json").read_text())["records"] == ROWS
