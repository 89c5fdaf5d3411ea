"""Which known server a service runs, where it is told to listen, and what its known healthcheck
needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nebtui.facts.declared import Service
from nebtui.knowledge import Condition, ImageKnowledge, about, by_command, repository
from nebtui.knowledge.tags import admits

INFERENCE = frozenset({"inference", "embedding", "speech", "image-generation"})
"""Roles of servers that load a model before they serve."""
_SERVERS = re.compile(
    r"\b(vllm|sglang|launch_server|llama-server|llama\.cpp|tabbyapi|lmdeploy|ollama|exllama\w*|"
    r"text-generation-(?:launcher|inference|server)|triton(?:server)?|infinity_emb|comfyui|"
    r"text-embeddings-\w+|trtllm-serve|koboldcpp)\b",
    re.IGNORECASE,
)
_PORT_WORD = re.compile(r"(?:.*:)?(\d{2,5})")


def command_line(service: Service) -> str:
    """Entrypoint and command as one text."""
    return " ".join((*service.entrypoint, *service.command))


def server_of(service: Service) -> ImageKnowledge | None:
    """What is known of the server a service runs: by its command line, which is the truth, else by
    its image; None for a stranger."""
    line = command_line(service)
    if known := by_command(line) if line else None:
        return known
    known = about(service.image)
    if known is None or not service.entrypoint:
        return known
    # Another program than the image's own is started, unless it is called like it.
    own = (*known.commands, known.name.split()[0].lower(), "entrypoint")
    return known if any(word in line.lower() for word in own) else None


def server_word(text: str) -> str:
    """The inference server that a command line or an image's name names, "" for none."""
    match = _SERVERS.search(text)
    return match[0] if match else ""


def inference(service: Service) -> str:
    """Why this service loads a model and serves it, "" if nothing says so."""
    known = server_of(service)
    if known and known.role in INFERENCE:
        return f"{known.name} ({known.role})"
    if known and not known.family:
        return ""  # a web interface with `ollama` in its name is no server of models
    for text in (service.image or "", command_line(service)):
        if word := server_word(text):
            return f"{word} in {text[:60]}"
    return ""


def told_port(service: Service, known: ImageKnowledge | None) -> tuple[int, str] | None:
    """The port that the command line or a variable sets, and where; None where neither does."""
    flags = known.port_flags if known else ("--port",)
    for flag, value in _options((*service.entrypoint, *service.command)):
        if flag in flags and (match := _PORT_WORD.fullmatch(value)):
            return int(match[1]), f"{flag} {value}"
    for name in known.port_variables if known else ("PORT",):
        value = service.environment.get(name) or ""
        if match := _PORT_WORD.fullmatch(value.strip().rstrip("/")):
            return int(match[1]), f"{name}={value}"
    return None


def _options(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each option of a command line with its value, `--port=1` and `--port 1` alike; a word that is
    a whole shell text is split."""
    split = [part for word in words for part in (word.split() if " " in word else [word])]
    for word, following in zip(split, [*split[1:], ""], strict=False):
        if word.startswith("-"):
            name, equals, value = word.partition("=")
            yield name, value if equals else following


def serving_port(service: Service, known: ImageKnowledge) -> tuple[int, str] | str:
    """The port of a known server and how it is known: told on its command line or by a variable,
    else the one it has by itself; where other ones are published, the only one. A sentence where
    several are published and none is its own."""
    if told := told_port(service, known):
        return told
    declared = sorted({port.target for port in service.ports if port.protocol == "tcp"})
    usual = known.ports[0] if known.ports else 0
    if not declared or set(declared) & set(known.ports):
        return usual, f"{known.name} listens there by itself"
    if len(declared) == 1:
        return declared[0], "its published port"
    listed = ", ".join(map(str, declared))
    return f"it publishes {listed} and not {usual}: which one answers is not known"


def unmet(service: Service, known: ImageKnowledge) -> str:
    """What the known healthcheck lacks to be able to pass, "" where all its conditions hold."""
    _, tag = repository(service.image or "")
    for condition in known.conditions:
        if admits(condition.tags, tag) and not _holds(condition, service):
            return condition.says
    return ""


def _holds(condition: Condition, service: Service) -> bool:
    line = command_line(service)
    given = condition.words or condition.variables
    wanted = any(re.search(word, line) for word in condition.words) or _set(
        condition.variables, service
    )
    if given and not wanted:
        return False
    if any(re.search(word, line) for word in condition.no_words):
        return False
    if _set(condition.no_variables, service):
        return False
    places = [place.rstrip("/") for place in condition.no_mounts]
    return not any(
        mount.target.rstrip("/") == place or mount.target.startswith(place + "/")
        for mount in service.mounts
        for place in places
    )


def _set(variables: Mapping[str, str], service: Service) -> bool:
    """One of the variables matches its expression. One passed on from the shell (no value in the
    file) may be set: it counts for any value."""
    for name, expression in variables.items():
        if name not in service.environment:
            continue
        value = service.environment[name]
        if value is None or "$" in value:
            if re.fullmatch(expression, "x"):
                return True
        elif re.fullmatch(expression, value):
            return True
    return False
