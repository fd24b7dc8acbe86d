"""Random generators of the process: who draws from them changes them."""

from __future__ import annotations

import pickle
from typing import Any

from workbench.runtime.state.kind import Kind


class PythonRandom(Kind):
    """The generator behind `random.random()`."""

    name, title, module = "random", "Python's random generator", "random"
    consumed = True
    seeds = (("random", "seed"),)

    def read(self) -> Any:
        return self.library.getstate()

    def restore(self, change: Any) -> None:
        self.library.setstate(change)


class NumpyRandom(Kind):
    """The generator behind `numpy.random.rand()`; a Generator object is an ordinary value."""

    name, title, module = "numpy.random", "numpy's global random generator", "numpy.random.mtrand"
    consumed = True
    seeds = (("numpy.random", "seed"), ("numpy.random.mtrand", "seed"))

    def read(self) -> bytes:
        return pickle.dumps(self.library._rand.get_state(legacy=False))

    def restore(self, change: bytes) -> None:
        self.library._rand.set_state(pickle.loads(change))  # noqa: S301 - our own artifact


class TorchRandom(Kind):
    """torch's default generator on the CPU."""

    name, title, module = "torch.random", "torch's random generator", "torch"
    consumed = True
    seeds = (("torch", "manual_seed"), ("torch.random", "manual_seed"))

    def read(self) -> bytes:
        return bytes(self.library.get_rng_state().numpy().tobytes())

    def restore(self, change: bytes) -> None:
        self.library.set_rng_state(self.library.frombuffer(bytearray(change), dtype=self.library.uint8))
