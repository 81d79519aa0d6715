"""An institution in the middle of its day, and everything that a person's browser can be sent of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import dash
import pytest
from dash import Dash
from sqlalchemy import Connection, insert, select
from werkzeug.test import TestResponse

from dashapp import auth, live
from models.rules.access import Role
from models.rules.phone import mask
from models.store import follow_ups, notes
from models.store.base import Store
from models.store.callrows import PHONE
from models.tables.calls import notification
from models.tables.leads import lead_phone
from tests.cast import PUNE_DID, Cast, Lead, Person
from tests.telephone import Telephone
from tests.webapp import Visitor

PACKED = {"Accept-Encoding": "br, gzip"}

CANARIES = 50
"""So many numbers are in the house, at least."""

ELSEWHERE = ("/logout", "/_dash", "/webhooks", "/api", "/login")
"""Addresses that our own pages post no such thing to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes that reached a browser, and where from."""

    where: str
    data: bytes
    encoding: str = ""
    status: int = 200
    head: str = ""


class House:
    """Calls of every kind, whose callers have numbers nobody may see. All of Asha's and Ravi's world is of
    team Indore; ``wilma`` is Chitra's, of Pune."""

    def __init__(
        self,
        app: Dash,
        store: Store,
        cast: Cast,
        visit: Callable[[Person | None], Visitor],
        telephone: Telephone,
    ) -> None:
        self.app, self.store, self.cast, self.visit, self.telephone = app, store, cast, visit, telephone
        self.numbers: list[str] = []
        self.leads: list[Lead] = []
        asha, ravi, chitra = cast.asha, cast.ravi, cast.chitra
        self.zubeida = self._lead("Zubeida Canary", asha, email="zubeida@canary.example")
        self.firoz = self._lead("Firoz Wagtail", ravi, city="Ujjain")
        self.wilma = self._lead("Wilma Nightjar", chitra, city="Satara")
        self.twin = self._lead("Zubin Canary", asha)
        second = self._number()
        self._also(self.zubeida, second)
        self._also(self.twin, second)
        self.calls: list[str] = []

        def heard(call: str) -> None:
            self.calls.append(call)

        heard(telephone.missed(self.zubeida.phone, asha, ravi, call=self._odd(self.zubeida)))
        heard(telephone.missed(self.firoz.phone, ravi))
        heard(telephone.missed(self.wilma.phone, chitra, did_no=PUNE_DID))
        heard(telephone.missed(self.twin.phone, asha, call_type="outbound", outcome="no_answer"))
        heard(telephone.missed(second, call_type="campaign", campaign="Autumn list", outcome="abandoned"))
        recording = f"https://recordings.example.com/{self.zubeida.phone}/{self.zubeida.phone[3:]}.mp3"
        heard(telephone.talked(self.zubeida.phone, asha, resource_url=recording))
        heard(telephone.talked(self._number(), asha, disposition="Interested"))
        heard(telephone.missed(self._number(), ravi))
        heard(telephone.missed(self._number()))
        heard(telephone.missed(self._number(), agent_no=self._number(), agent_status="free"))
        heard(telephone.missed(self._number(), asha, status="flummoxed", hangup_by="the wind"))
        mistaken = self._number()
        heard(telephone.missed(mistaken, asha, did_no=mistaken))
        heard(telephone.rings(self.zubeida.phone, asha, ravi))
        caller = self._number()
        heard(telephone.rings(caller, ravi))
        telephone.answers(self.calls[-1], caller, ravi)
        for unread in (f"<call from={self._number()}>", "{" + self._number()):
            visit(None).client.post(
                f"/webhooks/v1/{cast.connection.token}/call-log", data=unread, content_type="application/json"
            )
        visit(None).get(f"/webhooks/v1/{cast.connection.token}/route?applicant_no={self._number()}")
        self._work()
        for at in range(CANARIES - len(self.numbers)):
            self.cast.lead(self._number(), name=f"Canary {at}", owner=asha, city="Dewas")

    def _work(self) -> None:
        """What counselors write holds numbers too, and other people's."""
        store, asha, lead = self.store, self.cast.asha.viewer, self.zubeida.id
        spaced = f"{self.zubeida.phone[3:8]} {self.zubeida.phone[8:]}"
        text = f"The father is Zaheer Canary, {self._number()}, she herself {spaced}"

        def write(tx: Connection) -> None:
            notes.add(store, tx, asha, lead, text)
            due = store.now() + timedelta(minutes=-5)
            why = f"Ring Zaheer at {self._number()}"
            follow_ups.put(store, tx, asha, lead, due, why, person_id=asha.person_id)

        store.write(write)

    def waiting(self, lead_id: int) -> list[int]:
        """Ids of this lead's open entries."""
        with self.store.read() as tx:
            of = select(notification.c.id).where(
                notification.c.lead_id == lead_id, notification.c.state == "open"
            )
            return list(tx.scalars(of.order_by(notification.c.id)))

    def opening_of(self, shown: TestResponse) -> int:
        """The opening that a page of a lead reports to be still on the screen."""
        found = re.search(r'"data-opening-id":\s*"(\d+)"', shown.text)
        assert found, shown.text[:500]
        return int(found[1])

    def everything(self, browser: Visitor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
        """All that this browser can be sent: each page and callback, asked in many ways; each route; the
        stream from its beginning; what is said of a fault."""
        yield _of("stream", stream(browser, monkeypatch))
        yield from self._routes(browser)
        yield from self._posts(browser)
        for path, search in self.addresses():
            yield _of(f"page {path}{search}", browser.page(path, search))
            yield _of(f"document {path}{search}", browser.get(path + search, headers=PACKED))
        for output, entry in self.app.callback_map.items():
            if "callback" in entry:
                for said, values in self.askings(entry):
                    yield _of(f"callback {output} of {said}", browser.callback(output, values))
        fault: Any
        for fault in ({"output": "nobody.knows"}, {"output": None}, []):
            yield _of(f"fault {fault}", browser.post("/_dash-update-component", fault))
        # Opening leads has cleared what waited; that is told too.
        yield _of("stream afterwards", stream(browser, monkeypatch))

    def _routes(self, browser: Visitor) -> Iterator[Heard]:
        for rule in self.app.server.url_map.iter_rules():
            if rule.rule in ("/live/stream", "/logout") or "_dash-comp" in rule.rule:
                continue
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                for value in ("1", str(self.zubeida.id), "nothing"):
                    path = filled(rule.rule, value)
                    answer = browser.client.open(
                        path,
                        method=method,
                        headers={auth.CSRF_HEADER: browser.csrf, **PACKED},
                        json={"phone": "no number"} if method == "POST" else None,
                    )
                    yield _of(f"{method} {path}", answer)

    def _posts(self, browser: Visitor) -> Iterator[Heard]:
        """What our own pages post, as well as these can be guessed: each field any of them has."""
        for one in self.leads:
            tail = one.phone[-4:]
            for at, about in enumerate((one.id, str(one.id))):
                body = {
                    "lead": about, "lead_id": about, "entry": 1, "id": 1, "q": tail, "query": tail, "text": tail,
                    "reference": f"canary{one.id:06}{at:04}", "mode": "hardphone", "keep": about, "gone": self.twin.id,
                    "changes": {"city": f"at {one.phone}"}, "seen": {"city": ""}, "kind": "registered",
                    "detail": f"sip:{one.phone}@example.org", "events": [],
                }  # fmt: skip
                for rule in self.app.server.url_map.iter_rules():
                    if "POST" not in (rule.methods or ()) or rule.rule.startswith(ELSEWHERE):
                        continue
                    path = filled(rule.rule, str(one.id))
                    yield _of(f"POST {path} of {one.name}", browser.post(path, body, headers=PACKED))

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Every page, with what its address may say."""
        for path, _ in pages():
            if "<" not in path:
                yield path, ""
        for search in ("?q=can", "?q=a", "?mine=1", "?at=1"):
            yield "/leads", search
        for search in ("?kind=pending", "?kind=missed&open=1&team=1", "?counselor=1,2,3,4,5"):
            yield "/boards", search
        yield "/audit", "?span=today&kind=numbers,leads&person=0,1,2,3,4,5"
        yield "/productivity", "?counselor=1,2,3,4,5&drill=missed"
        yield "/providers", "?connection=1&delivery=1"
        yield f"/providers/{self.cast.connection.id}", ""
        yield "/reconciliation", ""
        yield "/reconciliation/certificate", f"?connection={self.cast.connection.id}"
        yield "/nowhere", ""
        for one in self.leads:
            yield "/", f"?lead={one.id}"
            for path, _ in pages():
                if "<" in path:
                    yield filled(path, str(one.id)), "?via=queue"

    def askings(self, entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Values for a callback's inputs and states: the same rich object for all, and some plain ones."""
        rich: list[Any] = []
        for one in self.leads:
            ids = {"id": one.id, "lead": one.id, "lead_id": one.id, "delivery": one.id, "person": one.id}
            rich.append({**ids, "via": "queue", "kind": "missed", "number": "+919999000011", "q": "can"})
        rich.append({**rich[0], "kind": "pending", "counselor": "1,2,3,4,5"})
        rich.append({"connection": self.cast.connection.id, "after": 0})
        plain: list[Any] = [None, 1, self.zubeida.id, str(self.zubeida.id), "mine", "can", [1, 2]]
        for value in (*rich, *plain):
            names = [f"{one['id']}.{one['property']}" for one in (*entry["inputs"], *entry["state"])]
            yield repr(value), dict.fromkeys(names, value)

    def _lead(self, name: str, owner: Person, **columns: Any) -> Lead:
        made = self.cast.lead(self._number(), name=name, owner=owner, **columns)
        self.leads.append(made)
        return made

    def _also(self, lead: Lead, phone: str) -> None:
        with self.store.db.begin() as tx:
            tx.execute(
                insert(lead_phone).values(
                    lead_id=lead.id,
                    phone_ix=self.store.vault.index(phone),
                    phone_ct=self.store.vault.seal(phone.encode(), PHONE),
                    mask=mask(phone),
                    position=1,
                )
            )

    def _number(self) -> str:
        """Another number nobody may see. Their last digits turn up nowhere by chance."""
        at = len(self.numbers)
        self.numbers.append(f"+9193{(4871 + 613 * at) % 9000 + 1000}{(7129 + 877 * at) % 9000 + 1000}")
        return self.numbers[-1]

    def _odd(self, lead: Lead) -> str:
        """Vendors do put the number into the call's id."""
        return f"1772429400.{lead.phone.removeprefix('+')}"


def pages() -> list[tuple[str, frozenset[Role]]]:
    """Each page's path (or template) and the roles it is for."""
    return [
        (page.get("path_template") or page["path"], frozenset(Role(role) for role in page.get("roles") or ()))
        for page in dash.page_registry.values()
    ]


def filled(rule: str, value: str) -> str:
    """The rule with ``value`` for each of its variables."""
    return re.sub(r"<[^>]+>", value, rule)


def stream(browser: Visitor, monkeypatch: pytest.MonkeyPatch) -> TestResponse:
    """The live stream from the feed's first row on; it ends instead of waiting for more."""
    with monkeypatch.context() as patch:
        patch.setattr(live, "RECHECK_SECONDS", 0.01)
        patch.setattr(live, "STREAM_SECONDS", 0.0)
        answer = browser.get("/live/stream?last=0", headers=PACKED)
        assert answer.get_data() is not None
        return answer


def _of(where: str, answer: TestResponse) -> Heard:
    encoding = answer.headers.get("Content-Encoding", "")
    return Heard(where, answer.get_data(), encoding, answer.status_code, str(answer.headers))
