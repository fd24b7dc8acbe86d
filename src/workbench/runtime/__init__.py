"""What a promoted flow imports: the step decorator, and what stands in for the notebook's own words.

notebook_step        decorator, above @step: the step's cells run as a kernel would run them
fan_out(items)       the items of a loop, for a foreach; recording(value), replay(part, value): what its iterations add
show(value)          display a cell's last expression
timed()              what %time and %%time print
get_ipython()        the shell: magics, system commands
wait(awaitable)      a top-level await
raises_exception()   a cell that may fail (tag raises-exception)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import late

if TYPE_CHECKING:
    from workbench.runtime.decorator import notebook_step as notebook_step
    from workbench.runtime.loops import fan_out as fan_out
    from workbench.runtime.loops import recording as recording
    from workbench.runtime.loops import replay as replay
    from workbench.runtime.shell import get_ipython as get_ipython
    from workbench.runtime.waiting import wait as wait
    from workbench.runtime.words import raises_exception as raises_exception
    from workbench.runtime.words import show as show
    from workbench.runtime.words import timed as timed

__all__ = [
    "fan_out",
    "get_ipython",
    "notebook_step",
    "raises_exception",
    "recording",
    "replay",
    "show",
    "timed",
    "wait",
]

_HOME = {
    "fan_out": "workbench.runtime.loops",
    "recording": "workbench.runtime.loops",
    "replay": "workbench.runtime.loops",
    "get_ipython": "workbench.runtime.shell",
    "notebook_step": "workbench.runtime.decorator",
    "raises_exception": "workbench.runtime.words",
    "show": "workbench.runtime.words",
    "timed": "workbench.runtime.words",
    "wait": "workbench.runtime.waiting",
}
__getattr__ = late.names(__name__, _HOME)  # a task needs few of them
