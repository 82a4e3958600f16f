#!/usr/bin/env python3
"""Judges a folder of Parquet files on one machine, batch by batch: dataset.py CONFIG LAKE OUT

The verdicts are Parquet files again, with the column `id` carried along. Memory does not grow with the lake.
"""

import os
import sys

import pyarrow.compute as pc
import pyarrow.dataset as ds

import assay


def main(config: str, lake: str, out: str) -> None:
    judge = assay.BatchVerifier(config, carry=["id"], threads=os.cpu_count() or 1)
    source = ds.dataset(lake)
    counts = {True: 0, False: 0}

    def judged():
        for batch in source.to_batches(columns=judge.columns, batch_size=131_072):
            verdicts = judge(batch)
            for valid in counts:
                counts[valid] += pc.sum(pc.equal(verdicts["valid"], valid)).as_py() or 0
            yield verdicts

    ds.write_dataset(judged(), out, format="parquet", schema=judge.schema(source.schema))
    print(f"{counts[True]} accepted, {counts[False]} rejected")


if __name__ == "__main__":
    main(*sys.argv[1:])
