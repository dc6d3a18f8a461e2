"""What a model reads where a tool did not answer: it was stopped, refused, or never run."""

from __future__ import annotations

CALLS_AT_ONCE_MAX = 16
TOO_MANY = f"Not run: {CALLS_AT_ONCE_MAX} calls at once are the most. Ask for the rest again."
REFUSED = "The user did not allow this. Do not ask for it again; go on without it, or ask them."
STOPPED_WHILE_RUNNING = "The user stopped this before it came back."
CLOSED_WHILE_RUNNING = "Tuppence was closed before this came back."
LOST = "This tool did not come back."
TOOLS_SAID = "What the tools said:"
