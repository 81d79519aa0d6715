"""What a process writes of itself, and how."""

import logging
import re

from dashapp.config import Settings
from models.rules import redaction

# They tell of every request or turn; their addresses may hold tokens, and nobody reads the rest.
TALKATIVE = ("alembic", "apscheduler", "httpx", "httpcore", "werkzeug")


_HOOK = re.compile(r"(/webhooks/v1/)[^/\s\"']+")
_LONG = re.compile(r"\d{7,}")


class Discreet(logging.Formatter):
    """Errors quote what they failed on. No phone number and no hook's token goes along, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        text = _HOOK.sub(r"\1…", super().format(record))
        # Whoever starts a server wants to read its port, "8050 (4711)"; a warning can do without such figures.
        return redaction.numbers(text) if record.levelno >= logging.WARNING else _LONG.sub("•••", text)


def set_up(settings: Settings) -> None:
    """Log to standard error from here on; what collects it decides where it goes."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
