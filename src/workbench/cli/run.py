"""workbench run: a notebook's flow, or a flow."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_LATEST = "latest"


@click.command(context_settings={"show_default": True})
@click.argument("target", type=click.Path(path_type=Path), required=False)
@click.option(
    "-p", "--parameter", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter of the run."
)
@click.option(
    "--steps", type=click.Choice(["tags", "headings"]), default="tags", help="What makes the steps of a notebook."
)
@click.option(
    "--resume",
    is_flag=False,
    flag_value=_LATEST,
    default=None,
    metavar="[RUN]",
    help="Run only what changed since RUN, and what comes after it; the default is the run that leaves least to do.",
)
@click.option(
    "--from", "forced", multiple=True, metavar="STEP", help="With --resume: run this step again, changed or not."
)
@click.option("--executed", type=click.Path(path_type=Path), help="Write the executed notebook here as well.")
@click.option("--no-link", is_flag=True, help="Leave the notebook as it is, without links to the run.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the result.")
def command(
    target: Path | None,
    given: tuple[tuple[str, str], ...],
    steps: str,
    resume: str | None,
    forced: tuple[str, ...],
    executed: Path | None,
    no_link: bool,
    form: str,
) -> None:
    """Run TARGET, a notebook (promoted on the way) or a flow, with Metaflow, and link the run back into the notebook.

    \b
    workbench run notebooks/next_product.ipynb -p n_neighbours 50
    workbench run flows/next_product.py --executed out.ipynb
    workbench run notebooks/next_product.ipynb --resume              only what changed since an earlier run
    workbench run notebooks/next_product.ipynb --resume 17           since this run
    workbench run notebooks/next_product.ipynb --from train          this step and those after it

    A resumed run is what a run from the beginning would be: parameters that aren't given have their defaults. Steps
    whose code, inputs, parameters and environment are as they were keep their artifacts and cards. What they read from
    files, the warehouse or the clock isn't looked at: --from runs them again.
    """
    if target is None:
        if resume in (None, _LATEST) or Path(str(resume)).suffix not in (".ipynb", ".py"):
            raise click.UsageError("Missing argument 'TARGET'.")
        target, resume = Path(str(resume)), _LATEST  # `--resume notebook.ipynb`: the option has no value there
    from workbench.app.resume import Resume
    from workbench.app.run import run
    from workbench.cli.progress import StepsProgress
    from workbench.cli.results import finish, interruptible, print_plan

    asked = Resume(None if resume == _LATEST else resume, forced, print_plan) if resume or forced else None
    with interruptible(), StepsProgress() as progress:
        finished = run(
            target,
            given,
            progress,
            steps="headings" if steps == "headings" else "tags",
            executed_to=executed,
            linked=not no_link,
            resume=asked,
        )
    sys.exit(finish(finished, form))
