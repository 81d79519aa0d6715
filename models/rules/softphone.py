"""A counselor's softphone at a provider's SIP server: its address there, and a password that soon ends."""

import base64
import hmac
import re
from contextlib import suppress
from datetime import datetime
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from models.rules import redaction

CREDENTIAL_SECONDS = 300
"""How long a minted credential lives: a person who is shut out registers no longer than that."""

ARMS = ("header", "next")
"""How the call the person asked for is known among those that ring: by the header ``X-Call-Ref`` the provider passes
on, or, where it passes none, as the next that rings within 30 seconds."""

_USER = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BadAddress(ValueError):
    """It cannot be used; the message says why and may be shown."""


def user(address: str) -> str:
    """The user part of a seat's SIP address: of ``sip:asha@pbx.example`` and of ``asha`` the same.

    Raises ``BadAddress``, also for a telephone number: the address stands in browsers, where no number may.
    """
    found = address.strip().removeprefix("sips:").removeprefix("sip:").partition("@")[0]
    if not _USER.fullmatch(found):
        raise BadAddress("a SIP user name has letters, digits, dots, dashes; as in sip:asha@pbx.example")
    if redaction.numbers(found) != found:
        raise BadAddress("this SIP user name reads as a telephone number, which browsers may not be told")
    return found


def domain(text: object) -> str:
    """Raises ``BadAddress``."""
    if not isinstance(text, str) or not _DOMAIN.fullmatch(text.strip()):
        raise BadAddress("the setting sip_domain is missing or is no host name")
    return text.strip()


def server(text: object) -> str:
    """The WebSocket address of a SIP server, encrypted unless it is this very machine. Raises ``BadAddress``."""
    wrong = BadAddress(
        "the setting sip_wss_url is missing or is no address such as wss://sip.example:7443/ws"
    )
    if not isinstance(text, str) or not text.isascii() or re.search(r"[\s;,'\"\\]", text.strip()):
        raise wrong
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise wrong from error
    if not host or not _is_host(host) or port == 0 or "@" in parts.netloc or parts.fragment:
        raise wrong  # it goes into a content policy, where a star would open every server there is
    if parts.scheme != "wss" and not (parts.scheme == "ws" and host in _LOOPBACK):
        raise wrong
    return text.strip()


def _is_host(text: str) -> bool:
    """A name, or an IP address (of which ``urlsplit`` has taken the brackets off)."""
    if ":" not in text:
        return bool(_DOMAIN.fullmatch(text))
    with suppress(ValueError):
        return IPv6Address(text).scope_id is None
    return False


def origin(url: str) -> str:
    """What a content policy calls the server at this address (one that ``server`` has passed)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def credential(secret: str, name: str, until: datetime) -> tuple[str, str]:
    """User name and password that a SIP server knowing ``secret`` accepts until ``until``: the scheme of TURN's REST
    interface with SHA-256, as Kamailio's ``auth_ephemeral`` checks it."""
    told = f"{int(until.timestamp())}:{name}"
    return told, base64.b64encode(hmac.digest(secret.encode(), told.encode(), "sha256")).decode()
