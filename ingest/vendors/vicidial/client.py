"""Vicidial's two APIs: an agent's manual dial, leads for a list, and where a recording is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from ingest import asking
from ingest.client import (
    Answer,
    Client,
    DialOrder,
    Member,
    NoClient,
    Placed,
    Pushed,
    Reason,
    RecordingLink,
    Refused,
    Web,
)
from ingest.contract import ConnectionInfo
from ingest.vendors.vicidial.answers import said, succeeded
from ingest.vendors.vicidial.numbers import apart
from ingest.vendors.vicidial.settings import listed

_AGENT_API = "/agc/api.php"
_OTHER_API = "/vicidial/non_agent_api.php"
_SOURCE = "callboard"  # at most 20 characters
_LONGEST_CODE = 20
_ABOUT_THE_LEAD = frozenset({Reason.BAD_NUMBER, Reason.DO_NOT_CALL, Reason.OTHER})

# What add_lead takes besides, and how long it may be; anything else is a custom field of the list.
_FIELDS = {
    "source_id": 50,
    "title": 4,
    "first_name": 30,
    "middle_initial": 1,
    "last_name": 30,
    "address1": 100,
    "address2": 100,
    "address3": 100,
    "city": 50,
    "state": 2,
    "province": 50,
    "postal_code": 10,
    "country_code": 3,
    "gender": 1,
    "date_of_birth": 10,
    "alt_phone": 12,
    "email": 70,
    "security_phrase": 100,
    "comments": 255,
    "rank": 5,
    "owner": 20,
}
_CUSTOM = re.compile(r"[a-z][a-z0-9_]{1,48}")
_LONGEST_CUSTOM = 255


def make(connection: ConnectionInfo, web: Web) -> Client:
    """The dialer of this connection. It stands at the institution's: there is no public address."""
    return Dialer(connection, web)


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The dialer's web server, and where else its recordings live."""
    own = urlsplit(_base(connection)).hostname
    return [*([own] if own else []), *listed(connection, "recording_hosts")]


class Dialer(NoClient):
    """Call records cannot be asked for: the dialer's log of a number names no call as the hooks do."""

    list_batch = 1
    """add_lead takes one lead a request."""

    def __init__(self, connection: ConnectionInfo, web: Web) -> None:
        self._connection = connection
        self._web = web

    def dial(self, order: DialOrder) -> Placed:
        """Dials on the agent's own screen: the agent must be logged in, and is on the line already.

        The caller id is the campaign's. A reference longer than a lead code may be is not sent.
        """
        number = apart(order.customer)
        if number is None:
            raise Refused(Reason.BAD_NUMBER, "this is no full telephone number")
        asked = {
            "function": "external_dial",
            "agent_user": order.seat,
            "phone_code": number[0],
            "value": number[1],
            "search": "YES",
            "preview": "NO",
            "focus": "NO",
        }
        if len(order.reference) <= _LONGEST_CODE:
            asked["vendor_id"] = order.reference
        return Placed(None, succeeded(self._ask(_AGENT_API, asked)))

    def push(self, list_id: str, members: Sequence[Member]) -> Sequence[Pushed]:
        """Adds leads to a list, one request each. A number that is on it already is refused by the dialer."""
        if not re.fullmatch(r"[0-9]{3,12}", list_id):
            raise Refused(Reason.NOT_SET_UP, "a list's id is 3 to 12 digits")
        return [self._push(list_id, member) for member in members]

    def recording(self, reference: str) -> RecordingLink:
        """Asks where the recording of a call is; ``reference`` is what the hook told of it."""
        known = {name: values[0] for name, values in parse_qs(reference).items()}
        by = {name: known[name] for name in ("lead_id", "uniqueid") if known.get(name)}
        if not by:
            raise Refused(Reason.OTHER, "the call's messages did not say what its recording can be found by")
        rows = [
            parts
            for line in said(self._ask(_OTHER_API, {"function": "recording_lookup", "stage": "pipe", **by}))
            if len(parts := line.split("|", 4)) == 5 and parts[4].startswith(("http://", "https://"))
        ]
        found = _the_one(rows, known)
        if found is None:
            raise Refused(Reason.OTHER, "the dialer has no recording of this call")
        # The dialer writes the addresses of recordings without the port of its API.
        places = [_base(self._connection), *hosts(self._connection)]
        if not asking.lies_at(found, places):
            at = asking.origin(found).partition("://")[2]
            raise Refused(
                Reason.NOT_SET_UP, f"recordings at {at or 'no host'} are not fetched: name it first"
            )
        return RecordingLink(found)

    def _push(self, list_id: str, member: Member) -> Pushed:
        number = apart(member.phone)
        if number is None:
            return Pushed(member.reference, False, "this is no full telephone number")
        settings = self._connection.settings
        asked = {
            "function": "add_lead",
            "list_id": list_id,
            "phone_code": number[0],
            "phone_number": number[1],
            "duplicate_check": "DUPLIST",
            "dnc_check": str(settings.get("dnc_check") or "Y"),
            "first_name": member.name[: _FIELDS["first_name"]],
            **_fields(member.fields),
        }
        if len(member.reference) <= _LONGEST_CODE:
            asked["vendor_lead_code"] = member.reference
        try:
            words = succeeded(self._ask(_OTHER_API, asked))
        except Refused as error:
            if error.reason in _ABOUT_THE_LEAD:
                return Pushed(member.reference, False, str(error))
            raise
        return Pushed(member.reference, True, words)

    def _ask(self, path: str, asked: Mapping[str, str]) -> Answer:
        """Posts, though the examples all GET: the password must not stand in an address."""
        base, user = _base(self._connection), self._connection.settings.get("api_user")
        password = self._connection.secrets.get("api_pass")
        if not (base and user and password):
            raise Refused(Reason.NOT_SET_UP, "the dialer's address, its API user or the password is missing")
        if not base.startswith(("https://", "http://")):
            raise Refused(Reason.NOT_SET_UP, "the dialer's address has to begin with https://")
        login = {"source": _SOURCE, "user": str(user), "pass": password}
        return self._web.ask("POST", base + path, form={**asked, **login})


def _base(connection: ConnectionInfo) -> str:
    return str(connection.settings.get("api_url") or "").rstrip("/")


def _fields(told: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, text in told.items():
        known = name.strip().lower()
        if known in _FIELDS:
            kept[known] = text[: _FIELDS[known]]
        elif _CUSTOM.fullmatch(known) and known not in _OWN:
            kept[known] = text[:_LONGEST_CUSTOM]
            kept["custom_fields"] = "Y"
    return kept


_OWN = frozenset(
    {
        "function",
        "source",
        "user",
        "pass",
        "list_id",
        "list_id_field",
        "phone_number",
        "phone_code",
        "vendor_lead_code",
        "duplicate_check",
        "dnc_check",
        "campaign_dnc_check",
        "campaign_id",
        "custom_fields",
        "add_to_hopper",
        "hopper_priority",
        "hopper_local_call_time_check",
        "callback",
        "callback_status",
        "callback_datetime",
        "callback_type",
        "callback_user",
        "callback_comments",
        "multi_alt_phones",
        "tz_method",
        "gmt_offset_now",
        "usacan_prefix_check",
        "usacan_areacode_check",
    }
)
"""What a lead's own fields may not set."""


def _the_one(rows: Sequence[Sequence[str]], known: Mapping[str, str]) -> str | None:
    """The address of the recording with this id or name; a lead has one for every call."""
    for row in rows:
        if known.get("recording_id") and row[2] == known["recording_id"]:
            return row[4]
    for row in rows:
        if known.get("recording_filename") and known["recording_filename"] in row[4]:
            return row[4]
    return None
