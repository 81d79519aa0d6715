"""Is a delivery from MyOperator? Its documents contradict each other, so the connection says which proof to ask for."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from ingest.bodies import form_pairs
from ingest.contract import ConnectionInfo, Delivery, Door, Unreadable
from ingest.signatures import comes_from, same

SIGNATURES = ("x-myoperator-signature", "x-myop-signature")
KINDS = ("token", "hmac", "basic")
_API_KEY = "x-api-key"


def given(delivery: Delivery, connection: ConnectionInfo) -> bool:
    """Does the delivery carry the proof that is set up?

    The setting ``proof`` is ``token`` (a shared key in the header or query parameter ``token_name``), ``hmac``
    (HMAC-SHA256 of the body) or ``basic``; left empty with a ``webhook_secret`` set, any of the three counts, and
    without one the token in the path is all the proof there is. A proof that is asked for without a secret to
    check it by lets nobody in. The call flow's questions carry none of these.
    """
    allowed = connection.settings.get("allow_ips")
    if allowed and not comes_from(delivery.remote, allowed):
        return False
    secrets = connection.live("webhook_secret")
    kind = str(connection.settings.get("proof") or "")
    if delivery.door is Door.ROUTE or (not kind and not secrets):
        return True
    if kind and kind not in KINDS:
        return False
    asked = [kind] if kind else KINDS
    matches = [_shows(one, delivery, connection, secret) for one in asked for secret in secrets]
    return any(matches)


def _shows(kind: str, delivery: Delivery, connection: ConnectionInfo, secret: str) -> bool:
    headers = delivery.headers
    if kind == "hmac":
        digest = hmac.new(secret.encode(), delivery.body, hashlib.sha256).hexdigest()
        return _any_is((headers.get(name, "").strip().lower() for name in SIGNATURES), digest)
    if kind == "basic":
        pair = f"{connection.settings.get('basic_user') or ''}:{secret}"
        expected = base64.b64encode(pair.encode()).decode()
        scheme, _, told = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "basic" and same(told.strip(), expected)
    name = str(connection.settings.get("token_name") or _API_KEY)
    return _any_is((headers.get(name.lower(), ""), *_query(delivery, name)), secret)


def _any_is(told: Iterable[str], expected: str) -> bool:
    matches = [same(one, expected) for one in told]
    return any(matches)


def _query(delivery: Delivery, name: str) -> list[str]:
    try:
        return [text for key, text in form_pairs(delivery.query) if key == name]
    except Unreadable:
        return []
