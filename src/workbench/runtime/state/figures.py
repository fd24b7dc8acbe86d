"""The figures that pyplot holds open from cell to cell: with a backend other than inline, or close_figures off."""

from __future__ import annotations

import sys
from typing import Any

from workbench.runtime.state.live import Held, LiveKind

_KEY = "open figures"


class OpenFigures(LiveKind):
    """pyplot's numbered figures, the current one last."""

    name = "matplotlib.figures"

    def look(self) -> Held:
        helpers: Any = sys.modules.get("matplotlib._pylab_helpers")
        managers = getattr(getattr(helpers, "Gcf", None), "figs", {})
        return {_KEY: ([(number, each.canvas.figure) for number, each in managers.items()],)} if managers else {}

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        if not hasattr(pyplot, "rc_context"):  # it may be half imported
            return False
        managers: dict[int, Any] = pyplot._pylab_helpers.Gcf.figs
        managers.clear()
        backend = pyplot._get_backend_mod()  # to load it may turn the interactive mode on
        with pyplot.ioff():  # a figure that comes along isn't shown once more
            for number, figure in value[0] if value else ():
                manager = backend.new_figure_manager_given_figure(number, figure)
                figure.stale_callback = pyplot._auto_draw_if_interactive  # as pyplot.figure sets it
                manager._shown = True
                pyplot._pylab_helpers.Gcf._set_new_active_manager(manager)
        return True

    def title(self, key: str) -> str:
        return "pyplot, which has figures open,"
