"""What tests of the operator's commands share."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
"""``run("user", "list", stdin="…")`` → status, what it printed, what it complained."""

PASSWORD = "an even longer password"
