"""Plivo's proofs of origin. V3 covers the address and every field; V2 the address alone."""

import hashlib
import hmac
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit, urlunsplit

from ingest.signatures import same, with_and_without_port


def v3(auth_token: str, method: str, url: str, nonce: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 HMAC-SHA256 of the address, its query sorted, the form's fields sorted, and ``nonce``.

    Values of one name are sorted too. ``params`` are the form's pairs; a GET has none.
    """
    parts = urlsplit(url)
    signed = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    query = "&".join(
        f"{name}={value}"
        for name, values in sorted(parse_qs(parts.query, keep_blank_values=True).items())
        for value in sorted(values)
    )
    fields: dict[str, list[str]] = defaultdict(list)
    for name, value in params if method.upper() != "GET" else ():
        fields[name].append(value)
    if query or fields:
        signed += "?" + query
    if fields:
        signed += "." if query else ""
        signed += "".join(name + value for name, values in sorted(fields.items()) for value in sorted(values))
    return _hmac(auth_token, f"{signed}.{nonce}")


def v2(auth_token: str, url: str, nonce: str) -> str:
    """Base64 HMAC-SHA256 of the address without its query, and ``nonce``. It vouches for no field at all."""
    parts = urlsplit(url)
    return _hmac(auth_token, urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")) + nonce)


def signed_v3(
    tokens: Iterable[str],
    method: str,
    url: str,
    nonce: str,
    signatures: str,
    params: Iterable[tuple[str, str]] = (),
) -> bool:
    """Did a holder of one of ``tokens`` send this request? ``signatures`` may be several, comma separated."""
    pairs = list(params)
    return _any(
        signatures.split(","),
        (v3(token, method, form, nonce, pairs) for token in tokens for form in _spellings(url)),
    )


def signed_v2(tokens: Iterable[str], url: str, nonce: str, signature: str) -> bool:
    """Did a holder of one of ``tokens`` send something to this address?"""
    return _any([signature], (v2(token, form, nonce) for token in tokens for form in _spellings(url)))


def _spellings(url: str) -> tuple[str, ...]:
    try:
        return with_and_without_port(url)
    except ValueError:  # a Host header like "[" makes an address nobody can have signed
        return ()


def _any(told: list[str], expected: Iterable[str]) -> bool:
    # Every pair is compared before any answer: how long it takes tells nothing.
    matches = [same(one.strip(), right) for right in expected for one in told[:4]]
    return any(matches)


def _hmac(auth_token: str, text: str) -> str:
    digest = hmac.new(auth_token.encode(), text.encode("utf-8", "replace"), hashlib.sha256).digest()
    return b64encode(digest).decode()
