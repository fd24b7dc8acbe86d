"""workbench features: the offline feature store's shelf."""

from __future__ import annotations

import json

import click

from workbench.cli.explore import CONNECTION, FORM, working


@click.command()
@CONNECTION
@FORM
def command(connection: str | None, form: str) -> None:
    """The features that dbt's models declare: what they are about, how fresh, whose, and which flows use them.

    A model declares them in its `meta`: `entity` names what a row is about, `event_time` since when it was known.

    \b
    workbench features
    workbench features --format json
    """
    from workbench.app.features import features

    with working() as say:
        say("asking how fresh they are")
        found = features(connection)
    if form == "json":
        click.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
        for note in found.notes:
            click.echo(note, err=True)
    else:
        click.echo(repr(found))
