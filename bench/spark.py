#!/usr/bin/env python3
"""Spark beside assay on this machine: the same Parquet is read, verified and aggregated.

    build/spark-tests/bin/python bench/spark.py --rows 5000000 --algorithm RS256 --cores 2

It needs the environment that tools/python/spark_test.sh makes. Tokens are distinct. The rows of the table:

* assay: `assay verify --threads N` over the tokens as lines, with a summary: the reading of Parquet is not in it.
* assay, Parquet: Verifier.verify_arrow on N threads over the row groups of the files, counted by reason.
* Spark: assay.spark.verify with the fields that the count needs, and with all; and assay.spark.summary.
* Spark, PyJWT: a pandas UDF with PyJWT, counted alike, over the first --pyjwt-rows tokens.

Each job of assay.spark runs once over the first --pyjwt-rows tokens before it is timed. --batch sets
spark.sql.execution.arrow.maxRecordsPerBatch. Time by the clock counts on a quiet machine only; CPU time is that of all
processes, JVM included.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import time

import pandas
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

import assay

AT = 1_790_000_000
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> float:
    """CPU time of this process and of all its descendants, those that have ended included."""
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        times[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
    total, waiting = 0.0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        total += times.get(process, 0.0)
        waiting += children.get(process, [])
    return total


class Table:
    def __init__(self) -> None:
        self.first: tuple[float, float] | None = None
        print(f"{'':32}{'tokens/s':>12}{'ratio':>8}{'CPU µs/token':>15}{'ratio':>8}")

    def measure(self, name: str, rows: int, work) -> None:
        cpu, clock = cpu_seconds(), time.monotonic()
        accepted = work()
        clock, cpu = time.monotonic() - clock, cpu_seconds() - cpu
        wanted = rows - rows // 10
        assert abs(accepted - wanted) <= max(10, rows // 50), f"{name}: {accepted} accepted, expected about {wanted}"
        speed, cost = rows / clock, cpu / rows * 1e6
        if self.first is None:
            self.first = speed, cost
        print(f"{name:32}{speed:12,.0f}{speed / self.first[0]:8.2f}{cost:15.2f}{self.first[1] / cost:8.2f}", flush=True)


def make_lake(folder: pathlib.Path, key: assay.KeyPair, rows: int, files: int) -> None:
    share = rows // files
    with open(folder / "tokens.txt", "w") as lines:
        for place in range(files):
            tokens = assay.mint(key, share, audience="api", scopes=["read"], kid="k1", issued_at=AT - 60, seed=place,
                                faults={"expired": 0.1})  # fmt: skip
            table = pa.table({"id": range(place * share, (place + 1) * share), "token": tokens})
            pq.write_table(table, folder / "lake" / f"{place}.parquet", row_group_size=100_000)
            lines.writelines(token + "\n" for token in tokens)


def main() -> None:
    parser = argparse.ArgumentParser(description="Spark beside assay on this machine.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pyjwt-rows", type=int, default=50_000)
    parser.add_argument("--algorithm", default="RS256")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--batch", type=int, default=10_000)
    arguments = parser.parse_args()
    files = 2 * arguments.cores
    rows, cores = arguments.rows // files * files, arguments.cores

    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    import assay.spark

    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "lake").mkdir()
        key = assay.KeyPair.generate(arguments.algorithm)
        make_lake(folder, key, rows, files)
        (folder / "jwks.json").write_text(key.jwks("k1"))
        config = {"jwks": key.jwks("k1"), "audience": "api"}
        spark = (
            SparkSession.builder.master(f"local[{cores}]")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.driver.memory", "2g")
            .config("spark.sql.shuffle.partitions", str(cores))
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(arguments.batch))
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .getOrCreate()
        )
        spark.sparkContext.setLogLevel("ERROR")
        lake = spark.read.parquet(str(folder / "lake"))

        def by_program() -> int:
            command = [sysconfig.get_path("scripts") + "/assay", "verify", "--jwks", "jwks.json", "--audience", "api", "--at", str(AT),
                       "--threads", str(cores), "--format", "none", "--summary", "summary.json", "--quiet", "--no-memo", "tokens.txt"]
            subprocess.run(command, cwd=folder, check=False)
            return json.loads((folder / "summary.json").read_text())["accepted"]

        def by_arrow() -> int:
            judge = assay.BatchVerifier({**config, "memo_memory": 0}, at=AT, threads=cores, fields=["valid", "reason"])
            accepted = 0
            for file in sorted((folder / "lake").iterdir()):
                for place in range((read := pq.ParquetFile(file)).num_row_groups):
                    verdicts = judge(read.read_row_group(place, columns=judge.columns))
                    groups = verdicts.group_by(["valid", "reason"]).aggregate([([], "count_all")]).to_pylist()
                    accepted += sum(group["count_all"] for group in groups if group["valid"])
            return accepted

        def accepted_of(verdicts) -> int:
            return sum(row["count"] for row in verdicts.groupBy("valid", "reason").count().collect() if row["valid"])

        def by_spark(tokens) -> int:
            fields = ["valid", "reason"]
            return accepted_of(assay.spark.verify(tokens, at=AT, config={**config, "memo_memory": 0}, fields=fields))

        def by_spark_whole(tokens) -> int:
            return accepted_of(assay.spark.verify(tokens, at=AT, config={**config, "memo_memory": 0}))

        def by_spark_summary(tokens) -> int:
            return json.loads(assay.spark.summary(tokens, at=AT, config={**config, "memo_memory": 0}))["accepted"]

        public, audience, algorithm = key.public_key, "api", arguments.algorithm

        @F.pandas_udf("struct<valid:boolean,reason:string>")
        def by_pyjwt_udf(tokens: pandas.Series) -> pandas.DataFrame:
            import jwt

            options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
            rows = []
            for token in tokens:
                try:
                    claims = jwt.decode(token, public, [algorithm], audience=audience, options=options)
                    rows.append((claims["exp"] > AT, None if claims["exp"] > AT else "token_expired"))
                except jwt.PyJWTError as error:
                    rows.append((False, type(error).__name__))
            return pandas.DataFrame(rows, columns=["valid", "reason"])

        some = min(arguments.pyjwt_rows, rows) // cores * cores
        (folder / "some").mkdir()
        head = pa.dataset.dataset(folder / "lake").head(some, columns=["token"])
        for place in range(cores):
            pq.write_table(head.slice(place * (some // cores), some // cores), folder / "some" / f"{place}.parquet")

        few = spark.read.parquet(str(folder / "some"))

        def by_pyjwt() -> int:
            judged = few.select(by_pyjwt_udf("token").alias("v"))
            return accepted_of(judged.select("v.*"))

        print(f"{rows:,} {arguments.algorithm} tokens, {cores} cores, batches of {arguments.batch:,}, {assay.build_description().splitlines()[0]}, load {os.getloadavg()[0]:.1f}")
        table = Table()
        table.measure(f"assay verify --threads {cores}", rows, by_program)
        table.measure("assay, Parquet", rows, by_arrow)
        for work in (by_spark, by_spark_whole, by_spark_summary):
            work(few)
        table.measure("Spark, verify, two fields", rows, lambda: by_spark(lake))
        table.measure("Spark, verify, all fields", rows, lambda: by_spark_whole(lake))
        table.measure("Spark, summary", rows, lambda: by_spark_summary(lake))
        table.measure(f"Spark, PyJWT ({some:,} tokens)", some, by_pyjwt)
        spark.stop()


if __name__ == "__main__":
    main()
