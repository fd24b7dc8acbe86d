"""workbench connections: which profiles there are, whether they work, and whether a secret lies in the open."""

from __future__ import annotations

import json
import sys

import click

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the list.")


@click.group(invoke_without_command=True, context_settings={"show_default": True})
@FORM
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """List the connection profiles, the connector's and `local`; no secret is ever shown.

    A profile stands in the connector's connections.toml in your home folder. `workbench` passes all of it on: a key
    pair (private_key_file), a browser sign-in (authenticator = "externalbrowser"), and whatever else the connector
    knows. Exit status 1 where a file of this project has a password in it that git would take.

    \b
    workbench connections
    workbench connections test prod
    """
    if context.invoked_subcommand is not None:
        return
    from workbench.project import Project
    from workbench.warehouse.profiles import in_the_open, listed

    found, open_ = listed(), in_the_open(Project.around())
    if form == "json":
        content = {"profiles": [one.as_json() for one in found], "in_the_open": list(open_)}
        click.echo(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        width = max(len(one.name) for one in found)
        for one in found:
            facts = "  ".join(f"{name} {value}" for name, value in one.facts.items())
            click.echo(f"{'*' if one.default else ' '} {one.name:{width}}  {one.sign_in:11}  {facts}")
            if one.secrets:
                click.echo(
                    f"  {'':{width}}  {', '.join(one.secrets)} in the file: it should be yours alone (chmod 600)"
                )
    for sentence in open_:
        click.echo(f"{sentence}: move it to your home folder's connections.toml, and change it", err=True)
    sys.exit(1 if open_ else 0)


@command.command()
@click.argument("name", required=False)
@FORM
def test(name: str | None, form: str) -> None:
    """Sign in with NAME, or the default profile, and say who one is there. Exit status 1 where that doesn't work."""
    from workbench.cli.explore import working
    from workbench.warehouse.connection import profile_name
    from workbench.warehouse.profiles import tried

    chosen = profile_name(name)
    with working() as say:
        say(f"signing in with {chosen}")
        outcome = tried(chosen)
    if form == "json":
        click.echo(json.dumps(outcome.as_json(), indent=1, ensure_ascii=False))
    elif outcome.works:
        facts = (("user", outcome.user), ("role", outcome.role), ("warehouse", outcome.warehouse))
        said = "  ".join(f"{what} {value}" for what, value in (*facts, ("database", outcome.database)) if value)
        click.echo(f"{chosen} works, {outcome.seconds:.2f} s  {said}")
    else:
        click.echo(f"{chosen} doesn't work: {outcome.error}", err=True)
        if outcome.hint:
            click.echo(f"  hint: {outcome.hint}", err=True)
    sys.exit(0 if outcome.works else 1)
