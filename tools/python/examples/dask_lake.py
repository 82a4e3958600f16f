#!/usr/bin/env python3
"""Judges a folder of Parquet files with Dask, a task for each file: dask_lake.py CONFIG LAKE OUT

The verdicts are Parquet files of the same names, with the column `id` carried along. On one machine the tasks run in processes of
their own; with a dask.distributed.Client they run on its workers, which must see the three paths.
"""

import os
import pathlib
import sys

import dask
import pyarrow.compute as pc
import pyarrow.parquet as pq

import assay


def judge_file(judge: assay.BatchVerifier, source: pathlib.Path, target: pathlib.Path) -> tuple[int, int]:
    """The numbers of rows that were accepted and rejected."""
    verdicts = judge(pq.read_table(source, columns=judge.columns))
    pq.write_table(verdicts, target)
    accepted = pc.sum(verdicts["valid"]).as_py() or 0
    return accepted, verdicts.num_rows - accepted


def main(config: str, lake: str, out: str) -> None:
    judge = assay.BatchVerifier(os.path.abspath(config), carry=["id"], fields=["valid", "reason", "client_id"])
    target = pathlib.Path(out).absolute()
    target.mkdir(parents=True, exist_ok=True)
    files = sorted(pathlib.Path(lake).absolute().glob("*.parquet"))
    counts = dask.compute(*(dask.delayed(judge_file)(judge, file, target / file.name) for file in files), scheduler="processes")
    print(f"{sum(accepted for accepted, _ in counts)} accepted, {sum(rejected for _, rejected in counts)} rejected")


if __name__ == "__main__":
    main(*sys.argv[1:])
