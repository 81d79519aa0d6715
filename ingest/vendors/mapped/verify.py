"""Proofs of origin, as the mapping names them. Every comparison of a secret is constant time."""

import base64
import hashlib
import hmac
import json
import math
from binascii import Error as BadBase64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519

from ingest.bodies import decoded
from ingest.contract import ConnectionInfo, Delivery
from ingest.signatures import comes_from, same
from ingest.vendors.mapped import patterns, readers, signing
from ingest.vendors.mapped.making import Making
from ingest.vendors.mapped.schema import Mapping, Proof
from ingest.vendors.mapped.scope import Scope

Proves = Callable[[Scope, Delivery, ConnectionInfo], bool]

_JWT = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_FORMATS = ["epoch_s", "epoch_ms", "auto"]


def compiled(told: Mapping, making: Making) -> Proves:
    """All of ``proof`` and, when there is any, one of ``any_proof``."""
    every = [_proof(one, making, f"$.proof[{i}]") for i, one in enumerate(told.proof or ())]
    some = [_proof(one, making, f"$.any_proof[{i}]") for i, one in enumerate(told.any_proof or ())]

    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        # Every proof is tried before any answer: how long it takes tells nothing.
        all_of = [one(scope, delivery, connection) for one in every]
        any_of = [one(scope, delivery, connection) for one in some]
        return all(all_of) and (any(any_of) or not some)

    return proves


def _proof(told: Proof, making: Making, where: str) -> Proves:
    if told.kind == "ip":
        allowed = list(told.allow or ())
        return lambda scope, delivery, connection: comes_from(delivery.remote, allowed)
    shown = _shown(told, making, where)
    secret = told.secret or ""
    if told.kind == "basic":
        return _basic(told.user or "", secret)
    if told.kind == "jwt":
        return _jwt(told, shown, secret)
    if told.kind == "ed25519":
        return _by_key(told, shown, secret, making, where)
    if told.kind in ("hmac", "digest"):
        return _signed(told, shown, secret, making, where)

    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        proof = shown(scope, delivery)
        return any([same(proof, one) for one in connection.live(secret)])  # noqa: C419 - all are compared

    return proves


def _shown(told: Proof, making: Making, where: str) -> Callable[[Scope, Delivery], str]:
    """What the delivery shows as its proof; empty when it shows none."""
    usual = told.kind in ("bearer", "jwt") and told.path is None and told.header in (None, "authorization")
    prefix = told.prefix if told.prefix is not None else "Bearer " if usual else ""
    header = (told.header or ("authorization" if told.path is None else "")).lower()
    path = making.path(told.path, f"{where}.path") if told.path is not None else None
    pattern = making.pattern(told.match, f"{where}.match") if told.match is not None else None

    def shown(scope: Scope, delivery: Delivery) -> str:
        said = delivery.headers.get(header, "") if path is None else next(scope.texts(path), "")
        if pattern is not None:
            # Signature headers are short; a longer one is none.
            found = patterns.search(pattern, said) if len(said) <= patterns.MAX_TEXT else None
            said = (found.group(1 if pattern.groups else 0) or "") if found else ""
        if prefix:
            fits = said[: len(prefix)].casefold() == prefix.casefold()
            said = said[len(prefix) :] if fits else ""
        return said.strip()

    return shown


def _basic(user: str, secret: str) -> Proves:
    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        scheme, _, coded = delivery.headers.get("authorization", "").partition(" ")
        try:
            said = decoded(base64.b64decode(coded.strip(), validate=True))
        except (ValueError, BadBase64):
            said = ""
        fits = [same(said, f"{user}:{one}") for one in connection.live(secret)]
        return scheme.lower() == "basic" and any(fits)

    return proves


def _signed(
    told: Proof, shown: Callable[[Scope, Delivery], str], secret: str, making: Making, where: str
) -> Proves:
    keyed = told.kind == "hmac"
    over = signing.over(told.over, making, f"{where}.over")
    stamped = _stamp(told, making, where)

    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        proof = shown(scope, delivery)
        fits = []
        for one in connection.live(secret):
            key = signing.key(one, told.key)
            if key is None:
                continue
            made = signing.made(told.algorithm, over(scope, delivery, one), key if keyed else None)
            fits.append(
                same(proof.lower() if told.encoding == "hex" else proof, signing.written(made, told.encoding))
            )
        return any(fits) and stamped(scope, delivery)

    return proves


def _by_key(
    told: Proof, shown: Callable[[Scope, Delivery], str], secret: str, making: Making, where: str
) -> Proves:
    """Signed with the provider's private key; ``secret`` is its public one, which is no secret at all."""
    over = signing.over(told.over, making, f"{where}.over")
    stamped = _stamp(told, making, where)

    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        signature = signing.key(shown(scope, delivery), "hex" if told.encoding == "hex" else "base64")
        for one in connection.live(secret):
            key = signing.key(one, "hex" if told.key == "hex" else "base64")
            try:
                ed25519.Ed25519PublicKey.from_public_bytes(key or b"").verify(
                    signature or b"", over(scope, delivery, one)
                )
            except (InvalidSignature, ValueError):
                continue
            return stamped(scope, delivery)
        return False

    return proves


def _stamp(told: Proof, making: Making, where: str) -> Callable[[Scope, Delivery], bool]:
    if told.timestamp is None:
        return lambda scope, delivery: True
    stamp = told.timestamp
    if stamp.format is None:
        stamp = stamp.model_copy(update={"format": _FORMATS})
    ask = readers.moment(stamp, making, f"{where}.timestamp")

    def fresh(scope: Scope, delivery: Delivery) -> bool:
        signed_at: datetime | None = ask(scope)
        if signed_at is None:
            return False
        return abs((delivery.received_at - signed_at).total_seconds()) <= told.tolerance_seconds

    return fresh


def _jwt(told: Proof, shown: Callable[[Scope, Delivery], str], secret: str) -> Proves:
    """A token signed with a shared secret (HS256, HS384, HS512), not expired, and of this body."""

    def proves(scope: Scope, delivery: Delivery, connection: ConnectionInfo) -> bool:
        token = shown(scope, delivery)
        signed, _, signature = token.rpartition(".")
        header = _segment(signed.partition(".")[0])
        claims = _segment(signed.partition(".")[2])
        algorithm = _JWT.get(str(header.get("alg")))
        if algorithm != told.algorithm:
            return False
        fits = []
        for one in connection.live(secret):
            key = signing.key(one, told.key)
            if key is not None:
                made = hmac.new(key, signed.encode("utf-8", "replace"), algorithm).digest()
                fits.append(same(signature.rstrip("="), signing.written(made, "base64url")))
        return any(fits) and _current(claims, delivery, told) and _of_body(claims, delivery, told)

    return proves


def _current(claims: dict[str, Any], delivery: Delivery, told: Proof) -> bool:
    now = delivery.received_at.timestamp()
    try:
        times = {name: float(claims[name]) for name in ("exp", "nbf", "iat") if name in claims}
    except (TypeError, ValueError, OverflowError):
        return False
    if not all(map(math.isfinite, times.values())):
        return False
    if "exp" in times and now > times["exp"] + told.tolerance_seconds:
        return False
    issued = times.get("nbf", times.get("iat", now))
    return issued <= now + told.tolerance_seconds


def _of_body(claims: dict[str, Any], delivery: Delivery, told: Proof) -> bool:
    if told.body_hash is None:
        return True
    claimed = claims.get(told.body_hash)
    if claimed is None and not delivery.body:
        # A question in an address has no body to hash: then the token must be fresh.
        issued = claims.get("iat")
        now = delivery.received_at.timestamp()
        return isinstance(issued, int | float) and abs(now - issued) <= told.tolerance_seconds
    return isinstance(claimed, str) and same(claimed.lower(), hashlib.sha256(delivery.body).hexdigest())


def _segment(text: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, BadBase64, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
