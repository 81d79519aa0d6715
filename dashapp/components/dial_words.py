"""Words around the Call button. What a provider or a lease says against a call stands in ``models.rules.dialling``."""

from models.rules.dialling import Mode

UNREADABLE = "This click could not be read. Reload the page and call again."
NO_LEAD = "There is no such lead, or it is not yours to call."
AWAY = "The call was not placed: the database is away. Try again in a moment."

MODES: dict[Mode, tuple[str, str, str]] = {
    Mode.DOCKED: ("Softphone", "headset", "Talk in this page, with a headset"),
    Mode.HARDPHONE: ("Desk phone", "telephone", "Your own telephone rings first"),
    Mode.WINDOW: ("Window", "box-arrow-up-right", "Talk in a window of its own, which outlives this page"),
}
"""Name, icon and meaning, in the order they are offered."""


def held(name: str) -> str:
    """Somebody else is dialling the lead on the screen."""
    return f"{name} is calling this lead"
