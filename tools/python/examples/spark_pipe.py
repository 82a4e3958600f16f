#!/usr/bin/env python3
"""Judges with the program instead of the package, on a classic cluster: spark-submit spark_pipe.py JWKS LAKE OUT

Each executor needs the program `assay` on its path, and the key set under the same name.
"""

import shlex
import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def judge_with_pipe(lake: DataFrame, *flags: str, program: str = "assay") -> DataFrame:
    """The columns id, valid and reason."""
    verify = shlex.join([program, "verify", "--quiet", "--threads", "1", "--carry", "/id", *flags])
    # Exit status 1 says only that a token was rejected. checkCode fails the task for any other.
    command = shlex.join(["sh", "-c", f"{verify} || [ $? -eq 1 ]"])
    # to_json leaves nulls out; a record without a token has a verdict all the same.
    records = lake.select(F.to_json(F.struct("id", "token"))).rdd.map(lambda row: row[0])
    verdicts = lake.sparkSession.read.json(
        records.pipe(command, checkCode=True), schema="valid boolean, reason string, carry struct<`/id`:long>"
    )
    return verdicts.select(F.col("carry./id").alias("id"), "valid", "reason")


if __name__ == "__main__":
    session = SparkSession.builder.appName("assay").getOrCreate()
    jwks, source, out = sys.argv[1:]
    judge_with_pipe(session.read.parquet(source), "--jwks", jwks).write.parquet(out)
    session.stop()
