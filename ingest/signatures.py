"""Proofs of origin: is this request from whom it claims to be? Pure functions; every comparison is constant time."""

import hashlib
import hmac
import ipaddress
from base64 import b64encode
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit, urlunsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


def same(told: str, expected: str) -> bool:
    """Are the two texts equal? Takes the same time wherever they differ. An empty expectation never matches."""
    if not expected:
        return False
    return hmac.compare_digest(told.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def comes_from(remote: str, allowed: Iterable[str]) -> bool:
    """Is ``remote`` one of ``allowed`` (addresses or networks)? A malformed entry allows nobody."""
    try:
        address = ipaddress.ip_address(remote.strip())
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    for entry in allowed:
        try:
            network = ipaddress.ip_network(entry.strip(), strict=False)
        except ValueError:
            continue
        if address.version == network.version and address in network:
            return True
    return False


def url_form_signature(auth_token: str, url: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 HMAC-SHA1 of ``url`` followed by every distinct pair, sorted by name and then by value."""
    signed = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.new(auth_token.encode(), signed.encode("utf-8", "replace"), hashlib.sha1).digest()
    return b64encode(digest).decode()


def url_form_signed(
    auth_token: str,
    url: str,
    signature: str,
    *,
    params: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> bool:
    """Did the holder of ``auth_token`` send this request to ``url``?

    ``params`` are a form's pairs. A request whose URL carries ``bodySHA256`` is signed over the URL alone
    and its ``body`` must have that hash; a body that is neither a form nor hashed is nobody's. Proxies hide ports, so the URL counts with and without one.
    """
    if not auth_token or not signature:
        return False
    try:
        hashes = parse_qs(urlsplit(url).query).get("bodySHA256")
    except ValueError:  # a Host header like "[" makes an address nobody can have signed
        return False
    if hashes:
        if not same(hashlib.sha256(body).hexdigest(), hashes[0].lower()):
            return False
        params = ()
    pairs = list(params)
    if body and not pairs and not hashes:
        return False  # the address may well be signed, but nothing vouches for this body
    # Every variant is compared before any answer: how long it takes tells nothing.
    matches = [
        same(signature, url_form_signature(auth_token, form, pairs)) for form in with_and_without_port(url)
    ]
    return any(matches)


def with_and_without_port(url: str) -> tuple[str, ...]:
    """The spellings of one address: proxies hide the port, and some senders sign the one that goes without saying.

    Raises ``ValueError`` for what is no address.
    """
    parts = urlsplit(url)
    login, at, place = parts.netloc.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        host = place
    default = _DEFAULT_PORTS.get(parts.scheme)
    bare = urlunsplit(parts._replace(netloc=f"{login}{at}{host}"))
    variants = [url, bare]
    if default is not None:
        variants.append(urlunsplit(parts._replace(netloc=f"{login}{at}{host}:{default}")))
    return tuple(dict.fromkeys(variants))
