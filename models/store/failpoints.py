"""Named places where a test may kill the process. In production every one of them does nothing.

``arm`` is called once at start-up from the configuration (``CALLBOARD_FAILPOINT=name`` or ``name:n`` for
the n-th pass); only crash tests set it.
"""

import os
import signal

DIALLING = frozenset(
    {
        "dialing.begun",
        "dialing.before_asking",
        "dialing.after_answer",
        "dialing.after_refusal",
        "dialing.settled",
    }
)
"""Passed by a click on "call", in this order."""

DELIVERING = frozenset(
    {
        "intake.after_parse",
        "journal.after_deliveries",
        "journal.after_events",
        "journal.after_calls",
        "journal.after_notifications",
        "journal.after_feed",
        "writer.before_commit",
        "writer.after_commit",
        "intake.before_answer",
    }
)
NAMES = DELIVERING | DIALLING

_armed: str | None = None
_passes_left = 0


def arm(spec: str | None) -> None:
    """``None`` disarms. Raises ``ValueError`` for a name that stands nowhere in the code."""
    global _armed, _passes_left
    if not spec:
        _armed = None
        return
    name, _, passes = spec.partition(":")
    if name not in NAMES:
        raise ValueError(f"unknown failpoint {name!r}")
    _armed, _passes_left = name, int(passes or 1)


def failpoint(name: str) -> None:
    """Die here, as by power-off, if this name is armed."""
    global _passes_left
    if _armed != name:
        return
    _passes_left -= 1
    if _passes_left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
