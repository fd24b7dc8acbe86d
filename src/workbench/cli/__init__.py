"""The command line. Each command is a module of its own, imported only when it is called."""

from __future__ import annotations

import importlib
import os
import sys

import click

# name → (module, one line for `workbench --help`), in the order of a day's work
COMMANDS = {
    "lab": ("lab", "JupyterLab, with the warehouse up and the magics known."),
    "promote": ("promote", "Turn a notebook's tagged cells into a Metaflow flow."),
    "run": ("run", "Run a notebook's flow, and link the run back."),
    "rerun": ("rerun", "Run a notebook itself with other parameters."),
    "runs": ("runs", "The runs of a notebook: status, parameters, metrics, links."),
    "open": ("open", "One local page of a run: the executed notebook and the cards."),
    "warehouse": ("warehouse", "The local warehouse: start, stop, status, sql, load, tables."),
    "demo": ("demo", "The whole path once, on generated data."),
    "doctor": ("doctor", "What is installed, reachable and configured."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"workbench.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="workbench", message="workbench %(version)s")
def group() -> None:
    """Explore warehouse tables in a notebook; promote the cells worth keeping to a Metaflow flow.

    \b
    workbench lab                                   explore
    workbench promote notebooks/next_product.ipynb  the notebook becomes flows/next_product.py
    workbench run notebooks/next_product.ipynb      run it; the notebook gets links to the run
    """


def main() -> None:
    """Run the command line; an error of ours is one line and a hint, a bug keeps its traceback."""
    from workbench.errors import WorkbenchError

    try:
        group.main(standalone_mode=True)
    except WorkbenchError as error:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {error}", err=True)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # the reader of our output has gone: nothing to say, and nothing to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
