"""One server under measurement, in a process of its own: ``python -m tests.bench.serve <kind>``.

All kinds run on the same gunicorn with the same settings, taken from the environment as in production.
"""

import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from dashapp import config, server
from dashapp.config import Settings
from models.store import writer


def bare(_settings: Settings) -> Any:
    """A Flask that answers every hook and does nothing: the most that any view on this server could reach."""
    app = Flask("bare", static_folder=None)

    @app.route("/webhooks/v1/<token>/<word>", methods=["GET", "POST"])
    def knock(token: str, word: str) -> str:
        return "ok"

    return app


def alone(settings: Settings) -> Any:
    """The whole application, but every request has a commit to itself."""
    writer.MAX_GROUP = 1
    return server.build(settings)


KINDS: dict[str, Callable[[Settings], Any]] = {"app": server.build, "bare": bare, "alone": alone}


if __name__ == "__main__":
    server.Server(config.load(), make=KINDS[sys.argv[1]]).run()
