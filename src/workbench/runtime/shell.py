"""The shell that cells run in: IPython's own, publishing into the task's record instead of to a client."""

from __future__ import annotations

import sys
import tempfile
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runtime.session import Session


def get_ipython() -> Any:
    """The shell of this task, or the notebook's own; None where there is neither."""
    from IPython.core.getipython import get_ipython as ipython

    return ipython()


def start_shell(session: Session, module: ModuleType) -> Any:
    """Make the task's shell, with the flow's module as the namespace that magics see.

    Its class is called as the kernel's is: pandas, rich and tqdm look at the name to know that they draw in a notebook.
    """
    from IPython.core import page
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.profiledir import ProfileDir
    from traitlets import Any as Any_
    from traitlets import CBool, Type
    from traitlets.config import Config

    class RecordingPublisher(DisplayPublisher):
        def publish(
            self,
            data: Any,
            metadata: Any = None,
            source: Any = None,
            *,
            transient: Any = None,
            update: bool = False,
            **_: Any,
        ) -> None:
            session.publish(data, metadata, (transient or {}).get("display_id"), update=update)

        def clear_output(self, wait: bool = False) -> None:
            session.clear(wait)

    class RecordingHook(DisplayHook):
        def quiet(self) -> bool:
            return False  # the compiler knows which cells end in a semicolon

        def __call__(self, result: Any = None) -> None:
            session.show(result)

    class ZMQInteractiveShell(InteractiveShell):
        displayhook_class = Type(RecordingHook)
        display_pub_class = Type(RecordingPublisher)
        autoindent = CBool(False)
        kernel = Any_()  # that there is one tells pandas how wide a table may be

        # pexpect's output goes through sys.stdout, in its place between the prints
        system = InteractiveShell.system_piped

        def init_environment(self) -> None:
            """What a kernel sets, so that programs which look at it print the same."""
            import os

            os.environ.update(_ENVIRONMENT)

        def init_virtualenv(self) -> None:
            """The interpreter is the environment's own already."""

        def init_hooks(self) -> None:
            """What a kernel's pager shows is beside the notebook, not in it."""
            super().init_hooks()
            self.set_hook("show_in_pager", page.as_hook(_unseen), 99)

        def enable_gui(self, gui: Any = None) -> None:
            """No window opens from a task, so there is no event loop to integrate."""

        def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
            session.error(etype.__name__, str(evalue), stb)

    config = Config()
    config.HistoryManager.enabled = False  # no file in the user's home
    config.IPKernelApp.tqdm = "a kernel has this section"
    with tempfile.TemporaryDirectory(prefix="workbench-ipython-") as folder:
        # outlived by the shell, which makes it again should a magic want to store something
        profile = ProfileDir(location=folder)
        displayhook, excepthook = sys.displayhook, sys.excepthook
        shell = ZMQInteractiveShell.instance(
            config=config, ipython_dir=folder, profile_dir=profile, user_module=module, user_ns=module.__dict__
        )
        sys.displayhook, sys.excepthook = displayhook, excepthook
    for name in ("_", "__", "___"):
        module.__dict__.pop(name, None)  # the last result is a builtin here, so that it reaches a step's locals
    show_figures(shell)
    return shell


def show_figures(shell: Any) -> None:
    """Show a figure of pyplot's as a kernel that imported pyplot long ago: it may come to a task that never does."""
    formatters = shell.display_formatter.formatters

    def late(formatter: Any) -> Any:
        def show(figure: Any) -> Any:
            from IPython.core.pylabtools import select_figure_formats
            from matplotlib_inline.config import InlineBackend

            if not hasattr(figure, "number"):
                return None  # pyplot didn't make it
            config = InlineBackend.instance(parent=shell)
            select_figure_formats(shell, config.figure_formats, **config.print_figure_kwargs)
            printer = formatter.type_printers.get(type(figure))
            return None if printer is None else printer(figure)

        return show

    for formatter in map(formatters.__getitem__, _IMAGES):
        formatter.for_type_by_name("matplotlib.figure", "Figure", late(formatter))


_IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "application/pdf")


def _unseen(*_: Any, **__: Any) -> None:
    """Drop a text for the pager."""


_ENVIRONMENT = {
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "FORCE_COLOR": "1",
    "CLICOLOR_FORCE": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
}
