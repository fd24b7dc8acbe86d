"""What a kernel prints, without a kernel: the cells in ipykernel's own shell, whose messages are kept instead of sent.

Nothing of workbench is used here: what the runtime gets wrong must not be wrong here too.
"""

from __future__ import annotations

import asyncio
import builtins
import io
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from IPython.core.profiledir import ProfileDir

Json = dict[str, Any]


def run(notebook: Json, folder: Path) -> list[list[Json]]:
    """Each code cell's outputs, in nbformat's form, up to the first that fails."""
    os.chdir(folder)
    outputs = _Outputs(folder)
    shell = _shell(outputs)
    asyncio.run(_run(shell, notebook, outputs))
    return outputs.cells


async def _run(shell: Any, notebook: Json, outputs: _Outputs) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        outputs.begin()
        if source.strip():  # a client doesn't send an empty cell
            result = await _execute(shell, source)
            outputs.drain()
            may_fail = "raises-exception" in cell["metadata"].get("tags", ())
            if not result.success and not may_fail:
                return


async def _execute(shell: Any, source: str) -> Any:
    """As ipykernel's do_execute has it."""
    failed = None
    try:
        transformed = shell.transform_cell(source)
    except Exception:
        transformed, failed = source, sys.exc_info()
    if not shell.should_run_async(source, transformed_cell=transformed, preprocessing_exc_tuple=failed):
        return shell.run_cell(source, store_history=True)
    try:
        result = await shell.run_cell_async(
            source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=failed
        )
    finally:
        shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    return result


class _Outputs:
    """What the cells send, put together as a client does. Streams go through files, also those of subprocesses."""

    def __init__(self, folder: Path) -> None:
        self.cells: list[list[Json]] = []
        self._clear_first = False
        self._displayed: dict[str, list[Json]] = {}
        self._files: list[tuple[str, int]] = []
        for number, name in ((1, "stdout"), (2, "stderr")):
            path = folder.with_name(f"{folder.name}.{name}")
            written = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            os.dup2(written, number)
            os.close(written)
            self._files.append((name, os.open(path, os.O_RDONLY)))
            setattr(sys, name, _Stream(number))

    def begin(self) -> None:
        self.drain()
        self.cells.append([])
        self._clear_first = False

    def drain(self) -> None:
        for name, file in self._files:
            content = b""
            while chunk := os.read(file, 1 << 20):
                content += chunk
            if content and self.cells:
                self._clear_if_due()
                self.cells[-1].append({"output_type": "stream", "name": name, "text": content.decode()})

    def send(self, socket: Any, message: Any, content: Any = None, *_: Any, **__: Any) -> None:
        """Stands for jupyter_client's session."""
        kind, content = (message, content) if isinstance(message, str) else (message["msg_type"], message["content"])
        self.drain()
        if not self.cells:
            return
        if kind == "clear_output":
            self._clear_first = content["wait"]
            if not content["wait"]:
                self._clear()
            return
        name = (content.get("transient") or {}).get("display_id")
        if kind in ("display_data", "update_display_data") and name:
            for output in self._displayed.get(name, ()):
                output.update(data=content["data"], metadata=content["metadata"])
        if kind in ("display_data", "execute_result", "error"):
            self._clear_if_due()
            output = {"output_type": kind, **{key: value for key, value in content.items() if key != "transient"}}
            if name:
                self._displayed.setdefault(name, []).append(output)
            self.cells[-1].append(output)

    def msg(self, kind: str, content: Any, parent: Any = None) -> Json:
        return {"msg_type": kind, "content": content}

    def _clear_if_due(self) -> None:
        if self._clear_first:
            self._clear_first = False
            self._clear()

    def _clear(self) -> None:
        gone = {id(output) for output in self.cells[-1]}
        for name, outputs in self._displayed.items():
            self._displayed[name] = [output for output in outputs if id(output) not in gone]
        self.cells[-1].clear()


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr, unbuffered: the order is that of the writes."""

    encoding = "UTF-8"

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        content = memoryview(text.encode("utf-8", "surrogateescape"))
        while content:
            content = content[os.write(self._number, content) :]
        return len(text)

    def fileno(self) -> int:
        return self._number

    def writable(self) -> bool:
        return True


def _shell(outputs: _Outputs) -> Any:
    from ipykernel.displayhook import ZMQShellDisplayHook
    from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
    from IPython.core.error import StdinNotImplementedError
    from IPython.core.shellapp import InteractiveShellApp
    from traitlets import Any as AnyTrait
    from traitlets import Type
    from traitlets.config import Config

    class Hook(ZMQShellDisplayHook):
        session = AnyTrait(outputs)
        topic = b"execute_result"

    class Publisher(ZMQDisplayPublisher):
        session = AnyTrait(outputs)

    class KeptShell(ZMQInteractiveShell):
        displayhook_class = Type(Hook)
        display_pub_class = Type(Publisher)

        def enable_gui(self, gui: Any = None) -> None:
            """There is no window whose events a loop would wait for."""

    KeptShell.__name__ = "ZMQInteractiveShell"  # pandas and others look at it
    config = Config()
    config.HistoryManager.enabled = False  # no file, and no thread that writes it
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it
    profile = ProfileDir.create_profile_dir(tempfile.mkdtemp(prefix="profile-", dir=Path.cwd().parent))
    shell = KeptShell.instance(config=config, kernel=_Kernel(), profile_dir=profile, ipython_dir=profile.location)

    InteractiveShellApp.init_path(SimpleNamespace(ignore_cwd=False))  # the folder, before what is installed

    def no_input(prompt: str = "") -> str:
        raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")

    builtins.input = no_input
    return shell


class _Kernel:
    """What the shell asks of its kernel."""

    eventloop = None
