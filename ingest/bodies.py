"""The bytes of a delivery as flat text fields, whatever the provider says its content type is.

JSON, urlencoded, multipart and query strings all become one ``dict[str, str]``. Nested JSON is written the
way PHP forms write it (``Legs[0][Status]``), so that one parser serves a provider's JSON and its form.
"""

import codecs
import json
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.sansio.multipart import Data, Epilogue, Field, MultipartDecoder, NeedData

from ingest.contract import Delivery, Unreadable

MAX_FIELDS = 500
MAX_TEXT = 4000
MAX_DEPTH = 6

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read(delivery: Delivery) -> dict[str, str]:
    """All fields of a delivery: the query string's, then the body's over them. Raises ``Unreadable``.

    An empty value never replaces one that was told.
    """
    fields: dict[str, str] = {}
    if delivery.query:
        _add_form(fields, decoded(delivery.query))
    if delivery.body.strip():
        _add_body(fields, delivery.body, delivery.content_type)
    if len(fields) > MAX_FIELDS:
        raise Unreadable(f"More than {MAX_FIELDS} fields.")
    if not fields:
        raise Unreadable("The request carried no fields: its body and its query string are empty.")
    return fields


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """The pairs of an urlencoded body exactly as sent (signatures need every one of them).

    Raises ``Unreadable`` when there are too many.
    """
    text = decoded(body)
    for encoding in ("utf-8", "latin-1"):
        try:
            return parse_qsl(
                text, keep_blank_values=True, encoding=encoding, errors="strict", max_num_fields=MAX_FIELDS
            )
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            raise Unreadable(f"More than {MAX_FIELDS} fields.") from error
    raise Unreadable("The form's characters cannot be read.")


def clean(text: str) -> str:
    """``text`` without NUL, lone surrogates and outer blanks: what any database stores."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.strip()


def multipart(body: bytes, content_type: str) -> dict[str, str] | None:
    """The text fields of a multipart form; None when it is none. Raises ``Unreadable``."""
    if not (content_type.lower().startswith("multipart/") or body.startswith(b"--")):
        return None
    boundary = _boundary(content_type, body)
    if not boundary:
        return None
    fields: dict[str, str] = {}
    _add_multipart(fields, body, boundary)
    return fields


def _add_body(fields: dict[str, str], body: bytes, content_type: str) -> None:
    # Providers mislabel bodies, so the bytes are asked first and the header only decides a tie.
    kind = content_type.lower()
    parts = multipart(body, content_type)
    if parts is not None:
        for name, value in parts.items():
            _put(fields, name, value)
        return
    text = decoded(body).strip()
    if text[:1] in "{[" or "json" in kind:
        try:
            found = _json(text)
        except Unreadable:
            if text[:1] in "{[" or "=" not in text:
                raise
        else:
            if not isinstance(found, dict):
                raise Unreadable("The JSON is not an object with named fields.")
            _flatten(fields, "", found, 0)
            return
    if text[:1] == "<":
        raise Unreadable("The body is XML or HTML; JSON or a form is expected.")
    if "=" not in text:
        raise Unreadable("The body is neither JSON nor a form.")
    _add_form(fields, text)


def _json(text: str) -> Any:
    try:
        return _decode(text)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise Unreadable("The body looks like JSON but is broken.") from error


def _no_number(_: str) -> None:
    return None


# Numbers stay the text they were: no precision is lost and no digit count can hurt.
_decode = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_number).decode


def _flatten(fields: dict[str, str], prefix: str, found: Any, depth: int) -> None:
    if len(fields) > MAX_FIELDS or depth > MAX_DEPTH:
        return
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in pairs:
        name = f"{prefix}[{key}]" if prefix else clean(str(key))
        if type(value) is str:
            _put(fields, name, value)
        elif isinstance(value, bool):
            _put(fields, name, "true" if value else "false")
        elif isinstance(value, dict | list):
            _flatten(fields, clean(name), value, depth + 1)
        else:
            _put(fields, name, "")


def _add_form(fields: dict[str, str], text: str) -> None:
    for name, value in form_pairs(text.encode("utf-8", "surrogatepass")):
        _put(fields, clean(name), value)


def _put(fields: dict[str, str], name: str, value: str) -> None:
    value = clean(value)
    if value or name not in fields:
        fields[name] = value


def decoded(raw: bytes) -> str:
    """Bytes as text: by their byte order mark, else UTF-8, else Latin-1."""
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _boundary(content_type: str, body: bytes) -> bytes:
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        told = value.strip().strip('"').encode("latin-1", "replace")
        if name.lower() == "boundary" and told and b"--" + told in body:
            return told
    first = body.split(b"\n", 1)[0].strip()
    return first[2:] if first.startswith(b"--") and b"form-data" in body[:2000].lower() else b""


def _add_multipart(fields: dict[str, str], body: bytes, boundary: bytes) -> None:
    decoder = MultipartDecoder(boundary, max_parts=MAX_FIELDS)
    name: str | None = None
    value = b""
    try:
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
            if isinstance(event, Field):
                name, value = event.name, b""
            elif isinstance(event, Data):
                value += event.data
                if not event.more_data and name is not None:
                    _put(fields, clean(name), decoded(value))
                    name = None
            else:
                name = None  # a file, or the preamble: neither says anything of a call
    except (ValueError, LookupError, HTTPException) as error:
        raise Unreadable("The multipart form is broken.") from error
