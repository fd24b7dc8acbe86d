"""The oracle, the cases and the strategies are imported as `oracle`, `cases` and `strategies`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
