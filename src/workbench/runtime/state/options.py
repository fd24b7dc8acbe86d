"""Options of libraries: how they print, plot and compute."""

from __future__ import annotations

import copy
import sys
import warnings
from typing import Any

from workbench.runtime.state.kind import Kind, MappingKind
from workbench.runtime.state.live import Held, LiveKind


class NumpyPrinting(MappingKind):
    """numpy.set_printoptions."""

    name, title, module = "numpy.printoptions", "numpy's print options", "numpy"

    def read(self) -> dict[str, Any]:
        return dict(self.library.get_printoptions())

    def restore(self, change: dict[str, Any]) -> None:
        self.library.set_printoptions(**change)


class NumpyErrors(MappingKind):
    """numpy.seterr."""

    name, title, module = "numpy.errstate", "numpy's handling of floating-point errors", "numpy"

    def read(self) -> dict[str, Any]:
        return dict(self.library.geterr())

    def restore(self, change: dict[str, Any]) -> None:
        self.library.seterr(**change)


class NumpyBuffer(Kind):
    """numpy.setbufsize."""

    name, title, module = "numpy.bufsize", "the size of numpy's buffers", "numpy"

    def read(self) -> int:
        size: int = self.library.getbufsize()
        return size

    def restore(self, change: int) -> None:
        self.library.setbufsize(change)


class NumpyErrorCall(LiveKind):
    """numpy.seterrcall: a function of the notebook's, or an object with a write method."""

    name = "numpy.errcall"

    def look(self) -> Held:
        numpy: Any = sys.modules.get("numpy")
        call = numpy.geterrcall() if hasattr(numpy, "geterrcall") else None
        return {} if call is None else {"numpy.seterrcall": (call,)}

    def install(self, key: str, value: tuple[Any, ...]) -> bool:
        numpy: Any = sys.modules.get("numpy")
        if not hasattr(numpy, "seterrcall"):
            return False
        numpy.seterrcall(value[0] if value else None)
        return True


class PandasOptions(MappingKind):
    """pandas.set_option."""

    name, title, module = "pandas.options", "pandas' options", "pandas"

    def read(self) -> dict[str, Any]:
        config = self.library._config.config
        return {key: _leaf(config._global_config, key) for key in config._registered_options}

    def restore(self, change: dict[str, Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an option that is deprecated was warned of where it was set
            for key, value in change.items():
                self.library.set_option(key, value)


def _leaf(tree: Any, key: str) -> Any:
    """An option's value, without the warnings that reading a deprecated one gives."""
    for part in key.split("."):
        tree = tree[part]
    return tree


class MatplotlibParameters(MappingKind):
    """matplotlib.rcParams: styles, themes, single parameters."""

    name, title, module = "matplotlib.rcParams", "matplotlib's rcParams", "matplotlib"
    by_imports = True

    def read(self) -> dict[str, Any]:
        # past rcParams' own item access, which would choose a backend
        items = dict.items(self.library.rcParams)
        return {key: copy.copy(value) for key, value in items if not key.startswith("backend")}

    def restore(self, change: dict[str, Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.library.rcParams.update(change)


class MatplotlibBackend(Kind):
    """Where figures are drawn, as `%matplotlib` and matplotlib.use choose it."""

    name, title, module = "matplotlib.backend", "matplotlib's backend", "matplotlib"
    by_imports = True

    def read(self) -> Any:
        chosen = dict.get(self.library.rcParams, "backend")  # past the item access, which would choose one
        return chosen if isinstance(chosen, str) else None

    def restore(self, change: Any) -> None:
        shell = _shell()
        if shell is not None and ("inline" in str(change) or str(change).lower() == "nbagg"):
            shell.enable_matplotlib("inline" if "inline" in change else "nbagg")
        elif change:
            self.library.use(change)


class SklearnConfig(MappingKind):
    """sklearn.set_config."""

    name, title, module = "sklearn.config", "scikit-learn's configuration", "sklearn"

    def read(self) -> dict[str, Any]:
        return dict(self.library.get_config())

    def restore(self, change: dict[str, Any]) -> None:
        self.library.set_config(**change)


class Display(MappingKind):
    """What `%precision` and `%config InlineBackend…` set."""

    name, title, module = "display", "IPython's display options", "IPython"

    def read(self) -> dict[str, Any]:
        if (shell := _shell()) is None:
            return {}
        plain = shell.display_formatter.formatters["text/plain"]
        found = {f"text.{name}": getattr(plain, name) for name in _TEXT}
        return found | {f"inline.{name}": value for name, value in _inline(shell).items()}

    def restore(self, change: dict[str, Any]) -> None:
        shell = _shell()
        for key, value in change.items():
            owner, _, name = key.partition(".")
            if owner == "text":
                setattr(shell.display_formatter.formatters["text/plain"], name, value)
            elif (backend := _backend()) is not None:
                setattr(backend, name, value)
            else:
                setattr(shell.config.InlineBackend, name, value)  # what it will be made with


class Folders(Kind):
    """Where `%cd` has been, which `%cd -` goes back to."""

    name, title, module = "folders", "the folders that `%cd` remembers", "IPython"

    def read(self) -> list[Any]:
        return [] if (shell := _shell()) is None else list(shell.user_ns.get("_dh", ()))

    def restore(self, change: list[Any]) -> None:
        if (shell := _shell()) is not None:
            shell.user_ns["_dh"][:] = change


class Extensions(MappingKind):
    """What `%load_ext` has loaded, which the magics of a later step may be of; and what `%autoreload` was set to."""

    name, title, module = "extensions", "IPython's extensions", "IPython"

    def read(self) -> dict[str, Any]:
        if (shell := _shell()) is None:
            return {}
        # ours is loaded where it is needed
        return {name: _autoreload(shell, name) for name in shell.extension_manager.loaded - {"workbench"}}

    def restore(self, change: dict[str, Any]) -> None:
        shell = _shell()
        for name, settings in change.items():
            if settings is None:
                shell.extension_manager.unload_extension(name)
                continue
            shell.extension_manager.load_extension(name)
            if settings:
                vars(shell.magics_manager.registry["AutoreloadMagics"]._reloader).update(settings)


def _autoreload(shell: Any, extension: str) -> dict[str, Any]:
    """What the extension autoreload was set to; nothing for another."""
    magics = shell.magics_manager.registry.get("AutoreloadMagics") if extension.endswith("autoreload") else None
    held = vars(getattr(magics, "_reloader", None)) if magics is not None else {}
    return {name: held[name] for name in ("enabled", "check_all", "autoload_obj") if name in held}


_TEXT = ("float_precision", "max_seq_length", "max_width", "pprint", "verbose")
_INLINE: dict[str, Any] = {
    "figure_formats": {"png"},
    "print_figure_kwargs": {"bbox_inches": "tight"},
    "close_figures": True,
    "rc": {},
}
"""The inline backend's own defaults: to ask it would be to import matplotlib."""


def _shell() -> Any:
    from IPython.core.getipython import get_ipython

    return get_ipython()


def _backend() -> Any:
    config = sys.modules.get("matplotlib_inline.config")
    return config.InlineBackend.instance() if config and config.InlineBackend.initialized() else None


def _inline(shell: Any) -> dict[str, Any]:
    """The inline backend's options; before there is a backend, those that it would be made with."""
    if (backend := _backend()) is not None:
        return {name: copy.copy(getattr(backend, name)) for name in _INLINE}
    chosen = dict(shell.config.get("InlineBackend", {}))
    if single := chosen.pop("figure_format", None):
        chosen.setdefault("figure_formats", {single})
    return _INLINE | {name: copy.copy(chosen[name]) for name in _INLINE if name in chosen}


class DecimalContext(Kind):
    """decimal.getcontext()."""

    name, title, module = "decimal", "the decimal context", "decimal"

    def read(self) -> Any:
        return self.library.getcontext().__reduce__()[1]

    def restore(self, change: Any) -> None:
        # the context stays the object that it is: a variable may have it
        context, wanted = self.library.getcontext(), self.library.Context(*change)
        for name in ("prec", "rounding", "Emin", "Emax", "capitals", "clamp"):
            setattr(context, name, getattr(wanted, name))
        for signal in context.flags:
            context.flags[signal], context.traps[signal] = wanted.flags[signal], wanted.traps[signal]

    def essence(self, change: Any) -> dict[str, Any]:
        return {"": change[:6] + change[7:]}  # flags say what happened, not how to compute
