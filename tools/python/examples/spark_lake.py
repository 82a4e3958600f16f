#!/usr/bin/env python3
"""Judges a lake of tokens with Spark: spark-submit spark_lake.py CONFIG LAKE OUT

Writes the verdicts as Parquet to OUT/verdicts, and the counts to OUT/summary.json for `assay report`. Shows the reasons.
"""

import pathlib
import sys

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import assay.spark


def judge_lake(spark: SparkSession, config, lake: str, out: str, at=None) -> DataFrame:
    tokens = spark.read.parquet(lake)
    verdicts = assay.spark.verify(tokens, token="token", at=at, config=config, carry=["id"])
    verdicts.write.mode("overwrite").parquet(f"{out}/verdicts")
    pathlib.Path(out, "summary.json").write_text(assay.spark.summary(tokens, at=at, config=config))
    judged = spark.read.parquet(f"{out}/verdicts")
    return judged.groupBy("reason").count().orderBy(F.desc("count"), "reason")


if __name__ == "__main__":
    session = SparkSession.builder.appName("assay").getOrCreate()
    judge_lake(session, *sys.argv[1:]).show()
    session.stop()
