"""Notebook files in: JSON to Notebook, with an error that says what is wrong with the file."""

from __future__ import annotations

import json

from workbench.errors import ForeignLanguage, NotANotebook
from workbench.notebook.model import Cell, Notebook

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NEWEST = (4, 5)


def read(path: str | Path, name: str | None = None) -> Notebook:
    """Read a notebook file. name: how messages call it (default: the path as given).

    nbformat 1 to 3 is upgraded in memory. Raises NotANotebook and ForeignLanguage.
    """
    return parse(read_json(path), name or str(path))


def read_json(path: str | Path) -> dict[str, Any]:
    """The file's JSON, checked to be a notebook of nbformat 4.0 to 4.5 (older ones upgraded in memory)."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8-sig")
    except FileNotFoundError:
        raise NotANotebook(f"{path} doesn't exist", hint="check the path") from None
    except IsADirectoryError:
        raise NotANotebook(f"{path} is a folder", hint="name an .ipynb file in it") from None
    except UnicodeDecodeError:
        raise NotANotebook(f"{path} is not a notebook: it is not UTF-8 text", hint="name an .ipynb file") from None
    except OSError as error:
        raise NotANotebook(f"can't read {path}: {error.strerror}", hint="check the file's permissions") from None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"{path} is not a notebook: it is not JSON ({error})", hint="name an .ipynb file") from None
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise NotANotebook(f"{path} is not a notebook: it has no nbformat", hint="name an .ipynb file")
    version = (data["nbformat"], int(data.get("nbformat_minor") or 0))
    if version > NEWEST:
        raise NotANotebook(
            f"{path} is nbformat {version[0]}.{version[1]}; the newest known here is 4.5",
            hint="save it as nbformat 4.5, or upgrade workbench",
        )
    return data if version[0] == 4 else _upgraded(data, path)


def parse(data: dict[str, Any], name: str) -> Notebook:
    """The Notebook that nbformat 4 JSON says. Raises NotANotebook and ForeignLanguage."""
    metadata = data.get("metadata") or {}
    kernelspec = metadata.get("kernelspec") or {}
    language = (metadata.get("language_info") or {}).get("name") or kernelspec.get("language") or "python"
    if str(language).lower() not in ("python", "python3", "ipython"):
        raise ForeignLanguage(
            f"{name} is a notebook for {language}, not for Python", hint="only Python notebooks become Metaflow flows"
        )
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotANotebook(f"{name} is not a notebook: it has no list of cells", hint="name an .ipynb file")
    return Notebook(name, tuple(_cell(index, cell) for index, cell in enumerate(cells)))


def _cell(index: int, cell: dict[str, Any]) -> Cell:
    source = cell.get("source") or ""
    tags = (cell.get("metadata") or {}).get("tags") or ()
    return Cell(
        index=index,
        id=str(cell.get("id") or f"cell-{index}"),
        kind=str(cell.get("cell_type", "raw")),
        source=source if isinstance(source, str) else "".join(map(str, source)),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, (list, tuple)) else (),
    )


def _upgraded(data: dict[str, Any], path: str | Path) -> dict[str, Any]:
    import nbformat

    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.reads(json.dumps(data), as_version=4), 4)
        # the converter makes random ids; positions are stable
        for cell in upgraded["cells"]:
            cell.pop("id", None)
    except Exception as error:
        raise NotANotebook(
            f"{path} is nbformat {data['nbformat']} and can't be upgraded: {error}",
            hint="open and save it in JupyterLab",
        ) from None
    return upgraded
