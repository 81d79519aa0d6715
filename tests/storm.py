"""Hooks as nobody should send them: every vendor's real deliveries, spoiled in every way that was ever seen.

Deterministic: the same seed makes the same hooks.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import urlencode

from ingest.contract import Door
from ingest.vendors import registry
from tests.browser.payloads import PAYLOADS
from tests.vendors.library import cases

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ASKING = (Door.ROUTE, Door.VOICE)


@dataclass(frozen=True)
class Hook:
    """One request to a door; ``how`` says what was done to it."""

    vendor: str
    door: Door
    method: str
    query: str
    content_type: str
    body: bytes
    how: str = "plain"
    headers: Mapping[str, str] = field(default_factory=dict)


def seeds(vendor: str) -> list[Hook]:
    """The vendor's own deliveries, as they are in the library."""
    return [
        Hook(
            vendor,
            case.delivery.door,
            case.delivery.method,
            case.delivery.query.decode("latin-1"),
            case.delivery.content_type,
            case.delivery.body,
        )
        for case in cases(vendor)
        if case.delivery.door is not Door.PULLED
    ]


def storm(seed: int, count: int) -> Iterator[Hook]:
    """``count`` hooks of all vendors, each spoiled once or twice."""
    rng = Random(seed)
    known = {slug: found for slug in registry.all_slugs() if (found := seeds(slug))}
    everybody = [hook for found in known.values() for hook in found]
    for _ in range(count):
        made = rng.choice(known[rng.choice(list(known))])
        if rng.random() < 0.05:  # somebody else's words through this vendor's door
            other = rng.choice(everybody)
            made = replace(made, body=other.body, query=other.query, content_type=other.content_type)
        for _ in range(rng.choice((1, 1, 2))):
            name = rng.choice(list(SPOILED))
            made = replace(SPOILED[name](made, rng), how=name)
        yield made


def fields_of(hook: Hook) -> dict[str, Any]:
    """Its fields by name, from JSON or a form; made up where it has none."""
    text = hook.body.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and told:
        return told
    pairs = [pair.partition("=") for pair in (text or hook.query).split("&") if "=" in pair]
    return {name: value for name, _, value in pairs} or {"call_id": "made-up", "status": "1"}


def _as_json(hook: Hook, told: Any) -> Hook:
    body = json.dumps(told).encode("utf-8", "surrogatepass")
    return replace(hook, method="POST", content_type=JSON, body=body)


def _as_form(hook: Hook, told: Mapping[str, Any]) -> Hook:
    body = urlencode({str(name): str(text) for name, text in told.items()}, errors="surrogatepass").encode()
    return replace(hook, method="POST", content_type=FORM, body=body)


def _told(hook: Hook, rng: Random, words: tuple[Any, ...], share: float = 0.5) -> Hook:
    """Some of its fields say one of these words."""
    told = {
        name: rng.choice(words) if rng.random() < share else value for name, value in fields_of(hook).items()
    }
    return _as_json(hook, told) if rng.random() < 0.6 else _as_form(hook, told)


NUMBERS = (float("nan"), float("inf"), -float("inf"), 1e308, -0.0, 2**63, -(2**70), 10**400)
BROKEN = ("\x00", "a\x00b", "\ud800", "x\udfff", "\ufffe", "\u202e", "e\u0301" * 40, "\x1b[31m", "\r\n\r\n")
MOMENTS = (
    "0000-00-00 00:00:00",
    "1970-01-01 05:30:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30 25:61:61",
    "99999999999999999999",
    "-1",
    "1e400",
    "Tue, 99 Foo 2026",
)
PLACEHOLDERS = ("", "null", "None", "[Variable]", "--A--x--B--", "{{call_id}}", "undefined", "NaN", "true")
LONG = ("9" * 5000, "x" * 60_000, "+" * 3000, "ă" * 20_000)


def _cut(hook: Hook, rng: Random) -> Hook:
    return replace(hook, body=hook.body[: rng.randrange(len(hook.body) + 1)])


def _flipped(hook: Hook, rng: Random) -> Hook:
    body = bytearray(hook.body or b"{}")
    for _ in range(rng.randint(1, 8)):
        body[rng.randrange(len(body))] = rng.randrange(256)
    return replace(hook, body=bytes(body))


def _nul(hook: Hook, rng: Random) -> Hook:
    place = rng.randrange(len(hook.body) + 1)
    return replace(hook, body=hook.body[:place] + b"\x00" + hook.body[place:])


def _nested(hook: Hook, rng: Random) -> Hook:
    deep = rng.choice((20, 500, 5_000, 100_000))
    one, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = hook.body if rng.random() < 0.5 and hook.body[:1] == b"{" else b"1"
    return replace(hook, method="POST", content_type=JSON, body=one * deep + inner + end * deep)


def _twice(hook: Hook, rng: Random) -> Hook:
    """Every field a second time, with another value."""
    told = list(fields_of(hook).items())
    pairs = [*told, *((name, rng.choice(PLACEHOLDERS)) for name, _ in told)]
    if rng.random() < 0.5:
        body = "{" + ",".join(f"{json.dumps(str(name))}:{json.dumps(value)}" for name, value in pairs) + "}"
        return replace(hook, method="POST", content_type=JSON, body=body.encode())
    body = urlencode([(str(name), str(value)) for name, value in pairs], errors="surrogatepass")
    return replace(hook, method="POST", content_type=FORM, body=body.encode())


def _mislabelled(hook: Hook, rng: Random) -> Hook:
    label = rng.choice(
        (
            "",
            "text/html",
            "image/png",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            'multipart/form-data; boundary="' + "b" * 4000,
            "application/json; charset=utf-7",
            "application/json; charset=no-such-charset",
            f"{FORM}; charset=utf-16",
            "text/xml",
            "é/\xff",
            "application/" + "x" * 3000,
        )
    )
    return replace(hook, content_type=label)


def _charset(hook: Hook, rng: Random) -> Hook:
    """Written in another alphabet than it says."""
    text = hook.body.decode("utf-8", "replace") + "ü☎"
    coding = rng.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7", "utf-8-sig"))
    return replace(hook, body=text.encode(coding, "replace"))


def _packed(hook: Hook, rng: Random) -> Hook:
    """Compressed, with and without saying so; sometimes a little that would become very much."""
    inner = hook.body if rng.random() < 0.7 else b'{"a":"' + b"0" * 20_000_000 + b'"}'
    headers = rng.choice(({"Content-Encoding": "gzip"}, {"Content-Encoding": "deflate, gzip, br"}, {}))
    return replace(hook, method="POST", body=gzip.compress(inner, 1), headers=headers)


def _many(hook: Hook, rng: Random) -> Hook:
    told = fields_of(hook) | {f"field{place}": place for place in range(rng.choice((500, 3000)))}
    return _as_json(hook, told) if rng.random() < 0.5 else _as_form(hook, told)


def _noise(hook: Hook, rng: Random) -> Hook:
    return replace(hook, method="POST", body=rng.randbytes(rng.choice((0, 1, 7, 300, 4000))))


def _wrapped(hook: Hook, rng: Random) -> Hook:
    told = fields_of(hook)
    return _as_json(
        hook, rng.choice(([told], [[told]], {"data": told}, {"data": json.dumps(told)}, [], None, 7, "x"))
    )


def _in_the_query(hook: Hook, rng: Random) -> Hook:
    query = urlencode({str(name): str(value) for name, value in fields_of(hook).items()}, errors="replace")
    odd = rng.choice(("", "&%ff=%00&&=&a=%zz", "&" + "q=1&" * 900))
    return replace(hook, method=rng.choice(("GET", "POST")), query=(query + odd)[:12_000], body=b"")


def _headers(hook: Hook, rng: Random) -> Hook:
    odd = {
        "X-Forwarded-For": "127.0.0.1, ' OR 1=1 --",
        "X-Twilio-Signature": "=" * 900,
        "Authorization": "Basic " + "A" * 900,
        "User-Agent": rng.choice(PAYLOADS),
        "Expect": "",
    }
    return replace(hook, headers={name: value.replace("\n", " ") for name, value in odd.items() if value})


SPOILED: dict[str, Callable[[Hook, Random], Hook]] = {
    "numbers that are none": lambda hook, rng: _told(hook, rng, NUMBERS),
    "broken text": lambda hook, rng: _told(hook, rng, BROKEN),
    "impossible moments": lambda hook, rng: _told(hook, rng, MOMENTS),
    "placeholders": lambda hook, rng: _told(hook, rng, PLACEHOLDERS, 0.9),
    "very long": lambda hook, rng: _told(hook, rng, LONG, 0.15),
    "html everywhere": lambda hook, rng: _told(hook, rng, PAYLOADS, 0.9),
    "other types": lambda hook, rng: _told(hook, rng, (None, True, [], {}, [{}], {"a": [1]}, 0, -1, 1.5)),
    "cut short": _cut,
    "bytes flipped": _flipped,
    "a NUL": _nul,
    "deeply nested": _nested,
    "every key twice": _twice,
    "mislabelled": _mislabelled,
    "another charset": _charset,
    "packed": _packed,
    "too many fields": _many,
    "noise": _noise,
    "wrapped": _wrapped,
    "in the query": _in_the_query,
    "odd headers": _headers,
}
