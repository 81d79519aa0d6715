"""The production server: one process by default, a thread for every open stream."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from dashapp import live
from dashapp.app import create_app
from dashapp.config import Settings
from dashapp.scheduler import start_scheduler
from models.db import Database
from models.store import failpoints
from models.store.base import Store
from models.store.vault import Vault
from models.store.writer import Writer

log = logging.getLogger(__name__)

GRACEFUL_SECONDS = 3
"""Open streams never finish by themselves; browsers come back to the next process with their cursor."""


def open_store(settings: Settings) -> Store:
    """The store these settings describe, with a writer of its own."""
    db = Database(settings.database)
    return Store(db, Vault(settings.root_key), Writer(db), settings.rules)


def build(settings: Settings) -> Any:
    """The WSGI application with everything around it running: writer, feed pump, scheduler."""
    failpoints.arm(settings.failpoint or None)
    store = open_store(settings)
    hub = live.Hub()
    app = create_app(settings, store, hub)
    live.Pump(store, hub)
    if settings.scheduler:
        start_scheduler(settings, store)
    return app.server


MEMORY_DISK = Path("/dev/shm")  # noqa: S108 (gunicorn makes unguessable names)
"""Where workers' heartbeat files go, so that none ever waits for a disk."""


class Log(Logger):
    """Gunicorn writes where the rest of the process does, so that what is hidden there is hidden here."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """Gunicorn, configured in code."""

    def __init__(self, settings: Settings, make: Callable[[Settings], Any] = build) -> None:
        self._settings, self._make = settings, make
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options = {
            "bind": f"{settings.host}:{settings.port}",
            "worker_class": "gthread",
            "workers": settings.workers,
            "threads": settings.threads,
            "worker_connections": max(2000, settings.threads * 2),
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 5,
            "control_socket_disable": True,
            "loglevel": settings.log_level,
            "logger_class": Log,
            "accesslog": None,  # vendors put numbers and tokens into addresses
            "forwarded_allow_ips": "127.0.0.1",
        }
        if MEMORY_DISK.is_dir():
            options["worker_tmp_dir"] = str(MEMORY_DISK)
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make(self._settings)


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    Server(settings).run()
