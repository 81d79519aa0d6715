"""The provider's window: one address on the loopback where anybody may read the truth, call records and recordings."""

import logging
from collections.abc import Mapping
from threading import Thread
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from simulator import memory
from simulator.books import Connection
from simulator.ledger import Ledger

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Window:
    """Serves ``GET /ledger`` in a thread of its own. Port 0 takes any free one. ``doors`` are the vendors' own
    APIs, by the path before theirs."""

    def __init__(
        self,
        ledger: Ledger,
        port: int,
        connections: Mapping[str, Connection] | None = None,
        doors: "Mapping[str, WSGIApplication] | None" = None,
    ) -> None:
        app = Flask("simulator.window")
        app.register_blueprint(memory.blueprint(ledger, connections or {}))

        @app.get("/ledger")
        def read() -> Response:
            return jsonify(ledger.page())

        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        whole = DispatcherMiddleware(app, dict(doors or {}))
        self._server: BaseWSGIServer = make_server("127.0.0.1", port, whole, threaded=True)
        self._thread = Thread(target=self._server.serve_forever, name="window", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/ledger"

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
