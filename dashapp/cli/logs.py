"""What a process writes of itself, and how."""

import logging

from dashapp.config import Settings

# They tell of every request or turn; their addresses may hold tokens, and nobody reads the rest.
TALKATIVE = ("alembic", "apscheduler", "httpx", "httpcore", "werkzeug")


def set_up(settings: Settings) -> None:
    """Log to standard error from here on; what collects it decides where it goes."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
