"""The production server: one process by default, a thread for every open stream."""

import gc
import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from dashapp import dialling, live
from dashapp.answering import AnsweringLater
from dashapp.app import create_app
from dashapp.config import Settings
from dashapp.scheduler import Scheduler, start_scheduler
from ingest.dialing import Dialer
from models.db import Database
from models.store import failpoints
from models.store.base import Store
from models.store.vault import Vault
from models.store.writer import Writer

log = logging.getLogger(__name__)

COLLECT_AFTER = (50_000, 20, 50)
"""When Python's collector looks for cycles: so many new objects, then so many times a generation."""

GRACEFUL_SECONDS = 5
"""How long requests may take to finish when the server stops. Streams end at once: browsers come back to the
next process with their cursor."""

STUCK_SECONDS = 60
"""After so long a connection is given up whose other side reads nothing and confirms nothing: a stream's thread
that waits for a stuck or vanished browser is free again."""

AROUND = "callboard.around"


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
    dialer = app.server.extensions[dialling.DIALER]
    around = Around(store, hub, live.Pump(store, hub), start_scheduler(settings, store), dialer)
    app.server.extensions[AROUND] = around
    return app.server


@dataclass(frozen=True, slots=True)
class Around:
    """What runs beside the application in a worker's process, and how it stops."""

    store: Store
    hub: live.Hub
    pump: live.Pump
    scheduler: Scheduler | None
    dialer: Dialer

    def close(self) -> None:
        """Hear providers out, finish what is queued to be written, let go of the database. No request comes any more."""
        self.dialer.close()
        if self.scheduler:
            self.scheduler.stop()
        self.pump.close()
        self.store.writer.close()
        self.store.db.close()


MEMORY_DISK = Path("/dev/shm")  # noqa: S108 (gunicorn makes unguessable names)
"""Where workers' heartbeat files go, so that none ever waits for a disk."""


class Log(Logger):
    """Gunicorn writes where the rest of the process does, so that what is hidden there is hidden here."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Worker(AnsweringLater):
    """Stops in order however it is told to. Ctrl-C reaches it as well as the master, so it means the same."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if around := _around(self):
            # not here: the signal may have come while this thread held a lock that closing needs
            threading.Thread(target=around.hub.close, name="hub-close", daemon=True).start()

    handle_quit = handle_exit


class Master(Arbiter):
    """Ctrl-C stops it as SIGTERM does; a second one does not wait for requests."""

    def handle_int(self) -> None:
        self.handle_term()


def _around(worker: Any) -> Around | None:
    """None before the application stands."""
    return getattr(getattr(worker, "served", None), "extensions", {}).get(AROUND)


def give_up_stuck(master: Any) -> None:
    """Accepted connections take this over from the socket they came in by."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listener in master.LISTENERS:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_SECONDS * 1000)


def _worker_exit(_master: Any, worker: Any) -> None:
    if os.getpid() != worker.pid:
        return  # the master, about a worker that is gone
    if around := _around(worker):
        around.close()
        logging.shutdown()
        # All is written. Taking a whole interpreter apart piece by piece costs seconds, and nobody gains by it.
        os._exit(0)


class Server(BaseApplication):
    """Gunicorn, configured in code."""

    def __init__(self, settings: Settings, make: Callable[[Settings], Any] = build) -> None:
        self._settings, self._make = settings, make
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options = {
            "bind": f"{settings.host}:{settings.port}",
            "worker_class": Worker,
            "worker_exit": _worker_exit,
            "when_ready": give_up_stuck,
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
        served = self._make(self._settings)
        # What stands now stays: the collector need not look through it again and again to find it in use.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        return served

    def run(self) -> None:
        Master(self).run()


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    Server(settings).run()
