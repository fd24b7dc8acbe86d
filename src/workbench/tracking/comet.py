"""Comet: one experiment a run, online with an API key, else an archive that can be uploaded later."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shlex
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from workbench.project import Project
from workbench.tracking import library
from workbench.tracking.record import Record, plain, warn


class ExperimentLink(TypedDict):
    """Where an experiment is. archive: relative to the project's root; upload: the command to give there."""

    key: str
    url: str | None
    archive: str | None
    upload: str | None


def key_of(pathspec: str) -> str:
    """The key of a run's experiment: known from the run alone, so that the one leads to the other."""
    return hashlib.sha256(f"workbench {pathspec}".encode()).hexdigest()[:32]


def publish(
    pathspec: str,
    flow_name: str,
    records: Iterable[Record],
    parameters: Mapping[str, Any],
    *,
    notebook: str | None = None,
    tags: Iterable[str] = (),
    project: Project | None = None,
) -> ExperimentLink:
    """Make the experiment of a run, from the records of all its tasks.

    pathspec: `Flow/run id`. parameters: the run's, by name. notebook: its path, for people. Blocks until all is sent or
    on disk. Raises nothing: where Comet can't be reached it warns and leaves an archive, and where that can't be
    written either it warns and the link has neither url nor archive.
    """
    key = key_of(pathspec)
    try:
        experiment = Experiment(key, pathspec, flow_name, project or Project.around())
        experiment.describe({"metaflow_pathspec": pathspec, "notebook": notebook}, (flow_name, *tags))
        experiment.log({"kind": "parameter", "name": name, "value": plain(value)} for name, value in parameters.items())
        # a metric without a step takes over the last one's: those go first
        experiment.log(sorted(records, key=lambda record: record.get("step") is not None))
        return experiment.end()
    except Exception as error:  # tracking never fails a run, whatever the library comes up with
        warn(f"the run has no Comet experiment: {error}")
        return {"key": key, "url": None, "archive": None, "upload": None}


class Experiment:
    """An experiment that is being written. key: 32 hexadecimal digits. project_name: Comet's, unless configured."""

    def __init__(self, key: str, name: str, project_name: str, project: Project) -> None:
        self.key = key
        self._project = project
        self._scratch: Path | None = None
        with library.quiet() as self._complaints:
            configured = library.load().get_config()
            self._project_name = configured["comet.project_name"] or project_name
            wanted = configured["comet.api_key"] and not configured["comet.offline"]
            self._comet = (self._online() if wanted else None) or self._offline()
            self._comet.set_name(name)
        self._say()

    @property
    def url(self) -> str | None:
        """The experiment's page; None offline."""
        return None if self._scratch else self._comet.url

    @property
    def archive(self) -> Path:
        """Where the archive is once an offline experiment has ended."""
        return self._project.state / "comet" / f"{self.key}.zip"

    def describe(self, others: Mapping[str, str | None], tags: Iterable[str]) -> None:
        """Set what isn't logged by the user. others: name → value, None is left out."""
        for name, value in others.items():
            if value is not None:
                self._comet.log_other(name, value)
        self._comet.add_tags(list(dict.fromkeys(tags)))

    def log(self, records: Iterable[Record]) -> None:
        """Log records in order."""
        for record in records:
            name = record["name"]
            if record["kind"] == "metric":
                self._comet.log_metric(name, record["value"], step=record["step"])
            elif record["kind"] == "parameter":
                self._comet.log_parameter(name, record["value"])
            else:
                self._comet.log_image(io.BytesIO(record["png"]), name=name if name.endswith(".png") else f"{name}.png")

    def end(self) -> ExperimentLink:
        """Send or write what is left, and say where it is."""
        with library.quiet() as self._complaints:
            self._comet.end()
        self._say()
        if self._scratch is None:
            return {"key": self.key, "url": self.url, "archive": None, "upload": None}
        try:
            written = next(self._scratch.glob("*.zip"))
            written.replace(self.archive)
        except (StopIteration, OSError) as error:
            raise OSError("the archive could not be written") from error
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)
        shown = self.archive.relative_to(self._project.root).as_posix()
        return {"key": self.key, "url": None, "archive": shown, "upload": f"comet upload {shlex.quote(shown)}"}

    def _online(self) -> Any:
        try:
            return self._start(online=True)
        except Exception as error:
            self._complaints.clear()  # they say the same
            warn(f"Comet can't be reached, an archive is written instead: {' '.join(str(error).split())[:200]}")
            return None

    def _offline(self) -> Any:
        self.archive.parent.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix=f".{self.key}.", dir=self.archive.parent))
        try:
            return self._start(online=False, offline_directory=str(self._scratch))
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    def _start(self, *, online: bool, **options: Any) -> Any:
        """Start an experiment that logs what it is told: code, git state, environment and output stay here."""
        comet_ml = library.load()
        config = comet_ml.ExperimentConfig(
            log_code=False,
            log_graph=False,
            log_git_metadata=False,
            log_git_patch=False,
            log_env_details=False,
            log_env_gpu=False,
            log_env_host=False,
            log_env_cpu=False,
            log_env_network=False,
            log_env_disk=False,
            parse_args=False,
            auto_output_logging=False,
            auto_param_logging=False,
            auto_metric_logging=False,
            auto_log_co2=False,
            display_summary_level=0,
            **options,
        )
        return comet_ml.start(
            online=online,
            mode="get_or_create",
            experiment_key=self.key,
            project_name=self._project_name,
            experiment_config=config,
        )

    def _say(self) -> None:
        with contextlib.suppress(Exception):
            for complaint in self._complaints[:3]:
                warn(f"comet: {complaint}")
