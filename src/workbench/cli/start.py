"""The command line's quick way in.

click takes as long to import as `workbench promote` takes to do its work. So the group's help, and a promote whose
arguments are plain, go without it; everything else, every help text and every usage error is click's.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # typing takes a tenth of promote's time to import
if TYPE_CHECKING:
    from workbench.roundtrip.handedits import HandEdit

# name → (module, one line for `workbench --help`), in the order of a day's work
COMMANDS = {
    "lab": ("lab", "JupyterLab, with the warehouse up and the magics known."),
    "tag": ("tag", "Tag a notebook's cells from the command line, or list their tags."),
    "promote": ("promote", "Turn a notebook's tagged cells into a Metaflow flow."),
    "pull": ("pull", "Bring what was edited in a flow by hand into its notebook."),
    "run": ("run", "Run a notebook's flow, and link the run back."),
    "verify": ("verify", "Run the notebook and its flow, and compare all that they give."),
    "rerun": ("rerun", "Run a notebook itself with other parameters."),
    "runs": ("runs", "The runs of a notebook: status, parameters, metrics, links."),
    "open": ("open", "One local page of a run: the executed notebook and the cards."),
    "queries": ("queries", "The queries of a run, a notebook or today: time, rows, credits."),
    "load": ("load", "Load files of JSON lines, CSV or Parquet into the warehouse."),
    "connections": ("connections", "The connection profiles; sign in with one to try it."),
    "warehouse": ("warehouse", "The local warehouse: start, stop, status, sql, tables."),
    "lineage": ("lineage", "What a table, a notebook, a flow or a run comes from, and what comes of it."),
    "features": ("features", "The features that dbt's models declare, and who uses them."),
    "demo": ("demo", "The whole path once, on generated data."),
    "doctor": ("doctor", "What is installed, reachable and configured."),
}

HELP = """\
Usage: workbench [OPTIONS] COMMAND [ARGS]...

  Explore warehouse tables in a notebook; promote the cells worth keeping to a Metaflow flow.

  workbench lab                                   explore
  workbench promote notebooks/next_product.ipynb  the notebook becomes flows/next_product.py
  workbench run notebooks/next_product.ipynb      run it; the notebook gets links to the run

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
""" + "".join(f"  {name:11}  {line}\n" for name, (_, line) in COMMANDS.items())


def main() -> None:
    """Run the command line; an error of ours is one line and a hint, a bug keeps its traceback."""
    arguments = sys.argv[1:]
    if arguments in (["--help"], ["-h"], []):
        sys.stdout.write(HELP)
        return
    plain = plain_promote(arguments) if arguments[:1] == ["promote"] else None
    if plain is not None:
        # syntax trees are many small objects, and none is garbage before the process ends
        gc.disable()
        status = promote(*plain)
        gc.freeze()  # the interpreter looks for garbage once more when it ends
        sys.exit(status)
    from workbench.cli.group import run

    run()


def plain_promote(arguments: list[str]) -> tuple[list[str], str | None, bool, str, str] | None:
    """(notebooks, output, check, steps, format) of `promote NOTEBOOK… [-o PATH] [--check] [--steps headings]`.

    None where there is anything else: click reads it, or says what is wrong with it.
    """
    notebooks: list[str] = []
    output, check, steps = None, False, "tags"
    waiting = iter(arguments[1:])
    for argument in waiting:
        if argument == "--check":
            check = True
        elif argument == "-o" and output is None and (value := next(waiting, "-")) and value[0] != "-":
            output = value
        elif argument == "--steps" and (value := next(waiting, "")) in ("tags", "headings"):
            steps = value
        elif argument.startswith("-") or not argument:
            return None
        else:
            notebooks.append(argument)
    return (notebooks, output, check, steps, "text") if notebooks else None


def promote(
    notebooks: list[str], output: str | None, check: bool, steps: str, form: str, overwrite: bool = False
) -> int:
    """Promote or check notebooks, saying what became of each. The exit status: 1 where one was refused or is stale."""
    import os

    from workbench.app import promote as app
    from workbench.errors import WorkbenchError

    if output is not None and len(notebooks) > 1 and not os.path.isdir(output):
        sys.stderr.write("Error: -o names one file, and there are several notebooks; name a folder\n")
        return 2
    failed = False
    report: list[dict[str, object]] = []
    for notebook in notebooks:
        try:
            outcome = app.check(notebook, output, steps) if check else app.promote(notebook, output, steps, overwrite)
        except WorkbenchError as error:
            failed = True
            report.append({"notebook": notebook, "status": "refused", "message": str(error)})
            if form == "text":
                sys.stderr.write(coloured(error) + "\n")
            continue
        if outcome is None:
            continue
        failed |= outcome.status in ("stale", "edited")
        report.append({**outcome._asdict(), "edits": [one._asdict() for one in outcome.edits]})
        if form == "text":
            _say(outcome)
    if form == "json":
        import json

        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 1 if failed else 0


def _say(outcome: object) -> None:
    from workbench.app.promote import Outcome

    assert isinstance(outcome, Outcome)
    if outcome.warnings:
        sys.stderr.write(f"{outcome.warnings}\n")
    if outcome.status in ("stale", "edited"):
        sys.stdout.write(outcome.difference)
        what = "is not what" if outcome.status == "stale" else "was edited by hand in cells: it is not what"
        command = "promote" if outcome.status == "stale" else f"pull {outcome.flow}"
        sys.stderr.write(f"{outcome.flow} {what} {outcome.notebook} says; run `workbench {command}`\n")
    else:
        sys.stdout.write(f"{outcome.flow}\n")
        sys.stderr.write(f"  {outcome.status}: {' → '.join(outcome.steps)}\n")
        if outcome.edits and outcome.status != "current":
            _say_edits(outcome.flow, outcome.edits)


def _say_edits(flow: str, edits: tuple[HandEdit, ...]) -> None:
    """What a flow has that its notebook doesn't give, and how the notebook gets it."""
    places = list(dict.fromkeys(edit.where for edit in edits))
    sys.stderr.write(f"  edited by hand, and kept: {', '.join(places)}\n")
    sys.stderr.write(f"  the notebook doesn't have that; see what it can take with `workbench pull -n {flow}`\n")


def coloured(error: Exception) -> str:
    """An error's text; on a terminal `error[…]` and the carets are red, the hints cyan."""
    import os

    from workbench.errors import PromotionRefused

    colours = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    red, cyan, bold, plain = ("\x1b[31m", "\x1b[36m", "\x1b[1m", "\x1b[0m") if colours else ("", "", "", "")
    if not isinstance(error, PromotionRefused):
        return f"{red}error:{plain} {error}"
    lines = []
    for line in str(error).split("\n"):
        head, _, rest = line.partition(":")
        if line.startswith("error["):
            lines.append(f"{red}{head}{plain}:{bold}{rest}{plain}")
        elif line.lstrip().startswith("|") and not line.strip("| ^"):
            lines.append(f"{red}{line}{plain}")
        else:
            lines.append(f"{cyan}{line}{plain}" if line.startswith("  = hint") else line)
    return "\n".join(lines)
