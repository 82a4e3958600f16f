"""python -m assay verify IN.parquet --column token -o OUT.parquet"""

from __future__ import annotations

import sys

from ._parquet import main

if __name__ == "__main__":
    sys.exit(main())
