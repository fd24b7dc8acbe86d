"""What a task's process has otherwise than a kernel's: by Metaflow, or by libraries that came before the shell."""

from __future__ import annotations

import os
import sys
import warnings

INLINE = "module://matplotlib_inline.backend_inline"


def choose_backend() -> None:
    """Draw inline, as a kernel does, unless the environment says otherwise."""
    matplotlib = sys.modules.get("matplotlib")
    chosen = "MPLBACKEND" in os.environ
    os.environ.setdefault("MPLBACKEND", INLINE)
    # matplotlib asks the environment only once; a backend that somebody chose is a name, the default is not
    if matplotlib is not None and not chosen and not isinstance(matplotlib.rcParams._get("backend"), str):
        matplotlib.rcParams["backend"] = INLINE


def show_warnings() -> None:
    """Show warnings as a kernel does: Metaflow's command line has them all ignored, whatever a cell counts on."""
    ignored = ("ignore", None, Warning, None, 0)
    if ignored in warnings.filters:
        warnings.filters.remove(ignored)  # type: ignore[attr-defined] # it is a list
        warnings._filters_mutated()  # type: ignore[attr-defined] # as warnings.simplefilter does


def catch_up() -> None:
    """Give pandas the width that it has in a notebook: without a shell it takes the output for a terminal."""
    config = sys.modules.get("pandas._config.config")
    key = "display.max_columns"
    if config is None or key not in config._registered_options:
        return
    option = config._registered_options[key]
    if option.defval == 0:
        config._registered_options[key] = option._replace(defval=20)
        if config.get_option(key) == 0:
            config.set_option(key, 20)
