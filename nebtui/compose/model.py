"""A project's effective model: through Compose where there is one, else through our own reader."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nebtui.compose import services
from nebtui.compose.binary.command import ComposeCommand
from nebtui.compose.binary.config import config, hashes, is_consistency_error, to_problem
from nebtui.compose.discovery.candidate import Candidate
from nebtui.compose.discovery.overrides import with_override
from nebtui.compose.dockerfile.stages import built_stage
from nebtui.compose.dockerfile.stages import read as dockerfile
from nebtui.compose.reader import effective
from nebtui.compose.reader.allows import allows
from nebtui.compose.reader.effective import EffectiveModel
from nebtui.disk.read import Texts, UnreadableError, from_disk, overlay
from nebtui.facts.build import Build
from nebtui.facts.declared import NetworkDeclaration, Service, View
from nebtui.facts.project import Allow, Problem, Project


def load(
    candidate: Candidate,
    compose: ComposeCommand | None,
    environ: Mapping[str, str],
    texts: Texts | None = None,
    reading: EffectiveModel | None = None,
) -> Project:
    """A candidate's Project with all profiles. `reading`: our own reader's model of the files as
    they are, where it is at hand. Compose's word is taken where it can be asked about
    the files as they are on disk; with `texts`, without Compose or where Compose refuses, our own
    reader's. Never raises for what stands in the files: `problem` says it."""
    if (
        compose is None
        or texts is not None
        or not candidate.confirmed
        or candidate.problem is not None
    ):
        return read_only(candidate, environ, texts)
    key, env_files = candidate.key, candidate.env_files
    reading = reading or effective.read(key, env_files, environ)
    if reading.unbounded:
        return _project(
            candidate, reading, "reader", reading.data, reading.problem or reading.warning
        )
    return _asked(candidate, compose, environ, reading)


def _asked(
    candidate: Candidate,
    compose: ComposeCommand,
    environ: Mapping[str, str],
    reading: EffectiveModel,
) -> Project:
    """The project as Compose has it, else, where it refuses, as our own reader has."""
    key, env_files = candidate.key, candidate.env_files
    answer = config(compose, key, env_files, environ)
    if answer.config is not None:
        found = _project(candidate, reading, "compose", services.unescaped(answer.config), None)
        if "label" not in candidate.sources:
            return found  # no container to compare with
        of_services = hashes(compose, key, answer.config, environ)
        return replace(found, hashes=of_services, hashed_by=compose.version)
    if reading.fragment or not is_consistency_error(answer.error):
        literal = config(compose, key, env_files, environ, interpolated=False)
        if literal.config is not None:
            # The structure is sound and only values are missing: our own reader has those that are
            # known, defaults included, which `--no-interpolate` would leave out.
            # A file with a service that has no image is an overlay, meant to be read together with
            # another file.
            warning = reading.warning
            if not (reading.fragment or warning or _comes_up(candidate, compose, environ)):
                warning = to_problem(answer.error, key, reading)
            view: View = "compose, not interpolated"
            return _project(candidate, reading, view, reading.data, None, warning)
        answer = literal
    problem = reading.problem or to_problem(answer.error, key, reading)
    return _project(candidate, reading, "reader", reading.data, problem)


def _comes_up(candidate: Candidate, compose: ComposeCommand, environ: Mapping[str, str]) -> bool:
    """Whether a plain `up` is not refused: what a profile lacks that nobody asks for is no
    problem."""
    key, env_files = candidate.key, candidate.env_files
    return config(compose, key, env_files, environ, profiles=()).config is not None


def read_only(
    candidate: Candidate, environ: Mapping[str, str], texts: Texts | None = None
) -> Project:
    """A candidate's Project by our own reader, no process started. Where only variables are missing
    the project is usable as it is (Compose reads it with `--no-interpolate`), so that is no
    problem."""
    bare = Project(
        candidate.key,
        candidate.sources,
        problem=candidate.problem,
        variant=candidate.variant,
        confirmed=candidate.confirmed,
        files_read=candidate.key.files,
    )
    if not candidate.confirmed:
        return bare
    return project_of(
        candidate,
        effective.read(candidate.key, candidate.env_files, environ, texts or from_disk),
        texts or from_disk,
    )


def project_of(candidate: Candidate, reading: EffectiveModel, texts: Texts = from_disk) -> Project:
    """A candidate's Project as our own reader has read it."""
    problem, warning = reading.problem, reading.warning
    return _project(candidate, reading, "reader", reading.data, problem, warning, texts)


def with_texts(project: Project, texts: Mapping[str, str], environ: Mapping[str, str]) -> Project:
    """The project as our own reader makes it with these texts (absolute path -> text) in place of
    the files; an override file among them is read where Compose would read it. The key stays."""
    files = with_override(project.key.files, texts.__contains__)
    candidate = Candidate(
        replace(project.key, files=files),
        project.sources,
        project.env_files,
        project.variant,
        project.confirmed,
    )
    return replace(read_only(candidate, environ, overlay(texts)), key=project.key)


def _project(
    candidate: Candidate,
    reading: EffectiveModel,
    view: View,
    data: Mapping[str, Any],
    problem: Problem | None,
    warning: Problem | None = None,
    texts: Texts = from_disk,
) -> Project:
    result = {
        name: replace(
            service, layers=reading.layers.get(name, ()), origins=reading.origins.get(name, {})
        )
        for name, service in services.services(data).items()
    }
    networks = services.networks(data, candidate.key.name)
    result = {name: _with_stage(service, texts) for name, service in result.items()}
    return Project(
        key=candidate.key,
        sources=candidate.sources,
        view=view if result or problem is None else "none",
        services=_in_file_order(result, reading),
        networks={key: _placed(network, reading) for key, network in networks.items()},
        volumes=services.volumes(data),
        env_files=reading.env_files,
        env=reading.env,
        files_read=reading.files_read,
        dockerfiles=_dockerfiles(result),
        unset=reading.unset,
        problem=problem or candidate.problem,
        warning=warning,
        overlay=_bodiless(result) if reading.fragment else (),
        versions=reading.sections.get("version", ()),
        sections={name: places[0] for name, places in reading.sections.items()},
        variant=candidate.variant,
        confirmed=candidate.confirmed,
        allows=(*reading.allows, *_allows(result)),
    )


def _bodiless(services: Mapping[str, Service]) -> tuple[str, ...]:
    """The services without image and build."""
    return tuple(name for name, one in services.items() if not one.image and not one.build)


def _in_file_order(services: dict[str, Service], reading: EffectiveModel) -> dict[str, Service]:
    """Compose sorts services by name; people know them by the order in the file."""
    order = [name for name in reading.layers if name in services]
    return {
        name: services[name] for name in (*order, *(n for n in services if n not in reading.layers))
    }


def _placed(network: NetworkDeclaration, reading: EffectiveModel) -> NetworkDeclaration:
    return replace(network, origin=reading.networks.get(network.key))


def _allows(services: Mapping[str, Service]) -> Iterator[Allow]:
    """The `# nebtui: allow` comments of their Dockerfiles."""
    sources = {b.source.path: b.source for s in services.values() if (b := s.build) and b.source}
    for path, source in sources.items():
        yield from allows(source.text, path)


def _dockerfile(build: Build) -> str:
    """The path of the Dockerfile of a build; "" where it is none on this machine."""
    if not build.dockerfile or not os.path.isabs(build.context):
        return ""
    return os.path.normpath(os.path.join(build.context, build.dockerfile))


def _dockerfiles(services: Mapping[str, Service]) -> tuple[str, ...]:
    paths = (_dockerfile(service.build) for service in services.values() if service.build)
    return tuple(dict.fromkeys(path for path in paths if path))


def _with_stage(service: Service, texts: Texts) -> Service:
    """The service with what its Dockerfile makes, where that can be read."""
    build = service.build
    if build is None or not (path := _dockerfile(build)):
        return service
    try:
        text = texts(path)
    except UnreadableError:
        return service
    given = {name: value for name, value in build.arguments.items() if value is not None}
    source = dockerfile(path, text, build.target, given)
    return replace(service, build=replace(build, stage=built_stage(source), source=source))
