"""The oracle and the cases are imported as `oracle` and `cases`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
