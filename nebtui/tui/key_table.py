"""The table of all keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal[
    "everywhere", "moving", "fixing", "acting", "review", "confirm", "timeline", "logs", "replay"
]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: `keys` as Textual names them, `display` as people read them, `action` of the screen
    it belongs to."""

    id: str
    keys: str
    display: str
    action: str
    label: str
    help: str
    where: Where
    show: bool = False
    priority: bool = False
    """Handled before the focused widget gets it: keys typed right after it must already find the
    new focus."""


# fmt: off
KEYS: tuple[Key, ...] = (
    Key("help", "question_mark", "?", "help", "help", "Show all keys.", "everywhere", True),
    Key("palette", "colon,ctrl+p", ":", "app.command_palette", "palette",
        "Search a command by name.", "everywhere"),
    Key("back", "escape", "esc", "back", "back",
        "Leave this screen, clear the filter or the selection.", "everywhere"),
    Key("copy", "y", "y", "copy", "copy",
        "Copy the selected name, or the diff, to the clipboard.", "everywhere"),
    Key("commands", "semicolon", ";", "app.commands", "command log",
        "What nebtui ran, and what it said.", "everywhere"),
    Key("quit", "q,ctrl+q", "q", "app.quit", "quit",
        "Leave nebtui; nothing on the box changes.", "everywhere"),
    Key("down", "j,down", "j ↓", "rails('cursor_down')", "down", "Next line.", "moving"),
    Key("up", "k,up", "k ↑", "rails('cursor_up')", "up", "Previous line.", "moving"),
    Key("target", "left", "←", "rails('jump_target')", "to target",
        "Jump to what this service needs.", "moving"),
    Key("source", "right", "→", "rails('jump_source')", "to user",
        "Jump to a service that needs this one.", "moving"),
    Key("first", "home", "home", "rails('first')", "first", "First line.", "moving"),
    Key("last", "end", "end", "rails('last')", "last", "Last line.", "moving"),
    Key("past", "left_parenthesis,alt+left", "(", "past(-1)", "go back",
        "Back to where the cursor was before it jumped.", "moving"),
    Key("future", "right_parenthesis,alt+right", ")", "past(1)", "go forward",
        "Forward again.", "moving"),
    Key("detail", "enter", "enter", "detail", "detail",
        "Go to the findings.", "moving", priority=True),
    Key("pane", "tab", "tab", "app.focus_next", "next pane", "Go to the next pane.", "moving"),
    Key("why", "1", "1", "tab('why')", "why", "Tab: findings, networks and references.", "moving"),
    Key("startup", "2", "2", "tab('startup')", "startup",
        "Tab: how it started, and whom it raced.", "moving"),
    Key("log_tab", "3", "3", "tab('log')", "log",
        "Tab: the last lines that it wrote.", "moving"),
    Key("health", "4", "4", "tab('health')", "health",
        "Tab: the healthcheck and its last answers.", "moving"),
    Key("mounts", "5", "5", "tab('mounts')", "mounts",
        "Tab: mounts with owners, and who the service is.", "moving"),
    Key("yaml", "6", "6", "tab('yaml')", "yaml",
        "Tab: the service where it stands in its file.", "moving"),
    Key("gpu_tab", "7", "7", "tab('gpu')", "gpu",
        "Tab: what shows that it computes on a GPU.", "moving"),
    Key("gpus", "G", "G", "gpus", "GPUs", "The devices, and the services on them.", "moving", True),
    Key("timeline", "t", "t", "timeline", "timeline",
        "The last starts of the project as bars on a shared axis.", "moving", True),
    Key("logs", "l", "l", "logs", "logs",
        "What the selected service, project or box writes, merged by time.", "moving", True),
    Key("fold", "space", "space", "rails('fold')", "fold",
        "Collapse or expand the project.", "moving"),
    Key("broken", "exclamation_mark", "!", "rails('next_broken')", "broken",
        "Next broken thing.", "moving", True),
    Key("edges", "e", "e", "rails('all_edges')", "edges",
        "Draw all edges, or the broken ones only.", "moving"),
    Key("filter", "slash", "/", "filter", "filter",
        "Show only what matches a text.", "moving", True, True),
    Key("network", "n", "n", "fix_key('n')", "connect",
        "Join the network, or create the missing one.", "fixing", True),
    Key("gate", "h", "h", "fix_key('h')", "health",
        "Wait until the target is healthy; add its test.", "fixing", True),
    Key("user", "u", "u", "fix_key('u')", "fix owner",
        "Run as the owner of the mount.", "fixing", True),
    Key("host", "a", "a", "fix_key('a')", "map host",
        "Give the service host.docker.internal.", "fixing", True),
    Key("gpu", "g", "g", "fix_key('g')", "gpu check",
        "Test the GPU before the service starts.", "fixing", True),
    Key("sandbox", "x", "x", "fix_key('x')", "close sandbox",
        "Close what a sandbox leaves open, in one diff.", "fixing", True),
    Key("fix", "f", "f", "fix", "fix", "Fix the selected finding.", "fixing", True),
    Key("fix_all", "F", "F", "fix_all", "fix all",
        "Fix all safe findings of the selection.", "fixing", True),
    Key("mark", "m", "m", "app.mark", "mark sandbox",
        "Say that the service runs untrusted code, or that it does not.", "fixing"),
    Key("undo", "z", "z", "undo", "undo", "Take back what was written last.", "fixing", True),
    Key("bring_up", "U", "U", "bring_up", "up",
        "Bring up what is selected, or what was written.", "acting", True),
    Key("lock", "L", "L", "lock", "lock", "Switch every change off, or on again.", "acting"),
    Key("write", "enter", "enter", "write", "write", "Write the shown diff.", "review", True),
    Key("write_up", "U", "U", "write_up", "write and up",
        "Write the diff and bring it up.", "review", True),
    Key("override", "o", "o", "override", "override file",
        "Put the change into the override file.", "review", True),
    Key("settle", "h", "h", "settle", "settle",
        "Make those that raced wait, with a health test where there is none.", "timeline", True),
    Key("again", "R", "R", "again", "start again",
        "Start the project again and compare.", "timeline", True),
    Key("older", "left_square_bracket", "[", "older", "older start",
        "The start before.", "timeline", True),
    Key("newer", "right_square_bracket", "]", "newer", "newer start",
        "The start after.", "timeline", True),
    Key("cursor_left", "left", "←", "cursor(-1)", "earlier",
        "Move the cursor to an earlier moment.", "timeline"),
    Key("cursor_right", "right", "→", "cursor(1)", "later",
        "Move the cursor to a later moment.", "timeline", True),
    Key("zoom_in", "plus,equals_sign", "+", "zoom(True)", "zoom in",
        "Show half of the seconds, around the cursor.", "timeline", True),
    Key("zoom_out", "minus", "-", "zoom(False)", "zoom out",
        "Show twice as many seconds.", "timeline"),
    Key("search", "slash", "/", "search", "search",
        "Search for a regular expression, from below.", "logs", True),
    Key("match_after", "n", "n", "match(1)", "next match",
        "The next line below that has it.", "logs", True),
    Key("match_before", "N", "N", "match(-1)", "previous match",
        "The next line above that has it.", "logs"),
    Key("log_top", "g,home", "g", "top", "oldest", "The oldest line that is held.", "logs"),
    Key("log_end", "G,end", "G", "follow", "newest",
        "The newest line, and follow.", "logs", True),
    Key("wrap", "w", "w", "wrap", "wrap",
        "Break long lines, or cut them at the edge.", "logs", True),
    Key("follow", "f", "f", "toggle_follow", "follow",
        "Stay with the newest line, or stand still.", "logs", True),
    Key("log_pause", "p", "p", "pause", "pause",
        "Take nothing in; what is written meanwhile waits.", "logs", True),
    Key("save", "o", "o", "save", "save",
        "Write the lines to a file, after asking.", "logs", True),
    Key("pause", "space", "space", "app.play('pause')", "pause",
        "Stand still, or go on.", "replay", True, True),
    Key("step", "full_stop", ".", "app.play('step')", "step",
        "Stand still at the next thing that was recorded.", "replay"),
    Key("slower", "less_than_sign", "<", "app.play('slower')", "slower",
        "Half as fast.", "replay"),
    Key("faster", "greater_than_sign", ">", "app.play('faster')", "faster",
        "Twice as fast.", "replay"),
    Key("skip_back", "left_square_bracket", "[", "app.play('back')", "-10 s",
        "Ten seconds back.", "replay", True),
    Key("skip", "right_square_bracket", "]", "app.play('on')", "+10 s",
        "Ten seconds on.", "replay", True),
    Key("event_before", "left_curly_bracket", "{", "app.play('event_before')", "event before",
        "Back to the event of a container before this.", "replay"),
    Key("event_after", "right_curly_bracket", "}", "app.play('event_after')", "next event",
        "On to the next event of a container.", "replay", True),
    Key("confirm", "enter,U", "enter", "confirm", "run",
        "Run the command shown.", "confirm", True),
)
# fmt: on
