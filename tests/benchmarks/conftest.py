"""The benchmarks are scripts beside each other: their folder comes last on the path of imports."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
