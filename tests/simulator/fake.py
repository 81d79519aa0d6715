"""A server that only listens: it keeps every delivery, answers the questions of the simulator, and fails on demand."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from simulator.books import Books, Connection, Counselor, Customer

AGENTS = ("asha@x.in", "ravi@x.in", "chitra@x.in", "dev@x.in")
SEATS = {email: f"+91720000000{place}" for place, email in enumerate(AGENTS)}


@dataclass
class Heard:
    """One request at a hook door."""

    slug: str
    door: str
    method: str
    content_type: str
    fields: dict[str, Any]
    at: datetime
    answered: int

    @property
    def call_id(self) -> str:
        return str(self.fields.get("call_id") or self.fields.get("CallSid"))


@dataclass
class Fake:
    """``down``: how many deliveries are still to be answered 503 (-1: all). ``rows``: the API's answers."""

    heard: list[Heard] = field(default_factory=list)
    opened: list[tuple[int, str]] = field(default_factory=list)
    leads: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    route: list[str] = field(default_factory=list)
    down: int = 0
    review: bool = False

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def deliveries(self, call_id: str | None = None, acknowledged: bool = True) -> list[Heard]:
        with self._lock:
            return [
                item
                for item in self.heard
                if item.door not in ("route", "getCounsellor")
                and call_id in (None, item.call_id)
                and (item.answered == 200 or not acknowledged)
            ]

    def connection(self, slug: str = "open-one", vendor: str = "open", *, rich: bool = True) -> Connection:
        return Connection(slug, vendor, slug, f"{self.url}/hook/{slug}", ("+918045671011",), rich)

    def demo(self) -> dict[str, Any]:
        """What the real server's demo mode writes."""
        wanted = (("open-one", "open"), ("open-two", "open"), ("exo", "exotel"), ("us", "twilio"))
        return {
            "url": self.url,
            "api_key": "key",
            "connections": [
                {"slug": slug, "vendor": vendor, "label": slug, "hook_base": f"{self.url}/hook/{slug}"}
                for slug, vendor in wanted
            ],
            "people": [],
        }

    def _app(self) -> Flask:
        app = Flask("fake")

        @app.before_request
        def authorised() -> Response | None:
            if request.path.startswith("/api/") and request.headers.get("Authorization") != "Bearer key":
                return Response(status=401)
            self.asked[request.path] += 1
            return None

        @app.route("/hook/<slug>/<door>", methods=["GET", "POST"])
        def hook(slug: str, door: str) -> Any:
            return self._take(slug, door)

        @app.get("/api/v1/counselors")
        def counselors() -> Response:
            return jsonify({"items": [_counselor(email) for email in AGENTS]})

        @app.post("/api/v1/leads")
        def lead() -> Response:
            with self._lock:
                phone = request.json["phone"]
                new = phone not in self.leads
                return jsonify({"id": self.leads.setdefault(phone, len(self.leads) + 1), "created": new})

        @app.get("/api/v1/leads/<int:lead_id>")
        def one_lead(lead_id: int) -> Response:
            return jsonify({"id": lead_id, "name": f"Lead {lead_id}", "owner": AGENTS[0]})

        @app.post("/api/v1/leads/<int:lead_id>/openings")
        def opening(lead_id: int) -> Response:
            with self._lock:
                self.opened.append((lead_id, request.json["counselor"]))
            return jsonify({"cleared": []})

        @app.get("/api/v1/<kind>")
        def rows(kind: str) -> Response:
            found = self.rows.get(kind, [])
            wanted = request.args.get("provider_call_id")
            if wanted is not None:
                found = [row for row in found if row["provider_call_id"] == wanted]
            start = int(request.args.get("cursor", 0))
            size = 3  # small on purpose: the reader must follow the cursor
            after = str(start + size) if start + size < len(found) else None
            return jsonify({"items": found[start : start + size], "next": after})

        return app

    def _take(self, slug: str, door: str) -> Any:
        fields = {**request.args.to_dict(), **request.form.to_dict(), **(request.get_json(silent=True) or {})}
        with self._lock:
            failing = self.down != 0 and door not in ("route", "getCounsellor")
            if failing:
                self.down -= 1
            status = 503 if failing else 200
            now = datetime.now(UTC)
            self.heard.append(
                Heard(slug, door, request.method, request.content_type or "", fields, now, status)
            )
        if failing:
            return Response(status=503)
        if door == "getCounsellor":
            return jsonify(
                {"status": 1 if self.route else 0, "data": [{"agent_number": n} for n in self.route]}
            )
        if door == "route":
            return jsonify({"destination": {"numbers": self.route}})
        return jsonify({"ok": True, "accepted": "for review" if self.review else "stored"})


def _counselor(email: str) -> dict[str, Any]:
    seats = [{"connection": slug, "address": SEATS[email]} for slug in ("open-one", "open-two", "exo")]
    return {"id": 1, "name": email, "email": email, "team": None, "state": "in", "seats": seats}


def books(*connections: Connection, leads: int = 8) -> Books:
    """Four counselors with a seat everywhere, and some people who are leads already."""
    seats = {connection.slug for connection in connections}
    counselors = [
        Counselor(email, email, here=True, seats=dict.fromkeys(seats, SEATS[email])) for email in AGENTS
    ]
    people = [
        Customer(f"+91930000{place:04d}", "N", "P", "C", AGENTS[place % 4], lead_id=place + 1)
        for place in range(leads)
    ]
    return Books(connections, counselors, people)


def as_api(ledger: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What a server without any fault would answer about the calls of this ledger."""
    told: dict[str, list[dict[str, Any]]] = {"calls": [], "missed": [], "pending": []}
    for place, true in enumerate(json.loads(json.dumps(ledger["calls"]))):
        call_id, lead = place + 100, {"id": true["lead_id"] or 999, "name": "N", "phone_masked": "…"}
        due = true["expect"]
        told["calls"].append(
            {
                "id": call_id,
                "lead": lead,
                "outcome": true["outcomes_told"][0],
                **{
                    name: true[name]
                    for name in (
                        "connection",
                        "provider_call_id",
                        "direction",
                        "counselor",
                        "offered",
                        "talk_seconds",
                        "started_at",
                        "ended_at",
                    )
                },
            }
        )
        if due["kind"]:
            told[due["kind"]].append(
                {
                    "id": place,
                    "call_id": call_id,
                    "kind": due["kind"],
                    "direction": due["direction"],
                    "lead": lead,
                    "counselors": due["counselors"] or [],
                    "raised_at": true["ended_at"],
                    "state": due["state"],
                    "cleared_by": due["cleared_by"][0] if due["cleared_by"] else None,
                    "cleared_how": "api" if due["state"] == "cleared" else None,
                }
            )
    return told
