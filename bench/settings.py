"""The settings of production, but static files in the benchmark's own folder and one empty page more."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["BENCH_HOME"]) / "static"
ASSOCIATION_URLCONF = "bench.urls"
