"""A delivery's bytes as a tree of dictionaries, lists and texts, whatever dress they came in.

Every leaf is a text or None. Names are cleaned of outer blanks. A form's ``Legs[0][Status]`` becomes what the same
JSON would be, so that one path reads both.
"""

import json
import re
import zlib
from typing import Any
from urllib.parse import unquote_plus
from xml.etree import ElementTree as ET

from ingest.bodies import clean, decoded, form_pairs, multipart
from ingest.contract import Delivery, Unreadable
from ingest.vendors.mapped.encodings import MAX_INNER, leaf

Node = dict[str, Any] | list[Any] | str | None

MAX_DEPTH = 30
MAX_NODES = 20_000
MAX_UNPACKED = 2_000_000

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_LINE = re.compile(r"([A-Za-z][\w .-]{0,59}):(?:[ \t](.*))?")
_DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.I)


def _no_number(_: str) -> None:
    return None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        _put(made, clean(key), value)
    return made


_decode = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_pairs
).decode


def read(delivery: Delivery, form: str = "auto") -> tuple[Node, dict[str, Any]]:
    """(body with the address's fields under it, the address's fields alone). Raises ``Unreadable``."""
    query = expanded(form_pairs(delivery.query)) if delivery.query else {}
    body = _unpacked(delivery)
    if not body.strip():
        if not query:
            raise Unreadable("The request carried no fields: its body and its query string are empty.")
        return query, query
    node = _body(body, delivery.content_type, form)
    if isinstance(node, dict) and query:
        merged = dict(query)
        for key, value in node.items():
            _put(merged, key, value)
        node = merged
    return node, query


def from_json(text: str) -> Node:
    """JSON as a tree. Raises ``Unreadable``."""
    try:
        found = _decode(text)
    except RecursionError as error:
        raise Unreadable("The JSON is nested too deeply.") from error
    except ValueError as error:
        raise Unreadable("The body looks like JSON but is broken.") from error
    return _plain(found, 0, [0])


def inner(text: str) -> Node:
    """What stands as JSON inside a text; the text itself when it is none."""
    if text[:1] in "{[" and len(text) <= MAX_INNER:
        try:
            return from_json(text)
        except Unreadable:
            return text
    return text


def expanded(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """A form's pairs with bracketed names as nested fields."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        key = clean(name)
        steps = _BRACKETS.findall(key) if "[" in key else []
        head = key.split("[", 1)[0] if steps else key
        if not steps or not head or len(steps) > MAX_DEPTH or head + "".join(f"[{s}]" for s in steps) != key:
            _put(root, key, leaf(value))
            continue
        _place(root, [head, *(step.strip() for step in steps)], leaf(value))
    return {key: _lists(value) for key, value in root.items()}


def url_decoded(node: Node) -> Node:
    """Every text of the tree without one layer of URL encoding."""
    if isinstance(node, dict):
        return {key: url_decoded(value) for key, value in node.items()}
    if isinstance(node, list):
        return [url_decoded(value) for value in node]
    return leaf(unquote_plus(node)) if isinstance(node, str) else node


def flat(node: Node, prefix: str = "") -> dict[str, tuple[str, Any, Any]]:
    """Every leaf by its bracketed name: (text, its container, its key)."""
    found: dict[str, tuple[str, Any, Any]] = {}
    pairs = node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else ())
    for key, value in pairs:
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, str):
            found[name] = (value, node, key)
        elif value:
            found.update(flat(value, name))
        if len(found) > 600:
            break
    return found


def _unpacked(delivery: Delivery) -> bytes:
    body = delivery.body
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        opened = zlib.decompressobj(31)
        body = opened.decompress(body, MAX_UNPACKED)
    except zlib.error as error:
        raise Unreadable("The compressed body is broken.") from error
    if opened.unconsumed_tail:
        raise Unreadable("The compressed body unpacks to more than a call's record can be.")
    return body


def _body(body: bytes, content_type: str, form: str) -> Node:
    if form in ("auto", "form") and (parts := multipart(body, content_type)) is not None:
        return expanded(list(parts.items()))
    text = decoded(body).strip()
    if form == "text":
        return {"text": clean(text)}
    if form == "json" or (form == "auto" and (text[:1] in "{[" or "json" in content_type.lower())):
        return _json(text, strict=form == "json")
    if form == "xml" or (form == "auto" and text[:1] == "<"):
        return _xml(text)
    if form == "lines":
        return _lines(text)
    return _form_or_lines(text, content_type, form)


def _form_or_lines(text: str, content_type: str, form: str) -> Node:
    if form == "auto":
        if text.startswith(("data:", "event:", "id:")) or ("=" not in text and ":" in text):
            return _lines(text)
        first = text.split("\n", 1)[0]
        if "urlencoded" not in content_type.lower() and "\n" in text and _LINE.fullmatch(first.strip("\r")):
            return _lines(text)
    if "=" not in text:
        raise Unreadable("The body is neither JSON nor XML nor a form.")
    return expanded(form_pairs(text.encode("utf-8", "surrogatepass")))


def _json(text: str, *, strict: bool) -> Node:
    try:
        return from_json(text)
    except Unreadable:
        rows = [row.strip() for row in text.splitlines() if row.strip()]
        if 1 < len(rows) <= 1000 and all(row[:1] in "{[" for row in rows):
            return [from_json(row) for row in rows]
        if not strict and text[:1] not in "{[" and "=" in text:
            return expanded(form_pairs(text.encode("utf-8", "surrogatepass")))
        raise


def _lines(text: str) -> Node:
    """``Key: value`` lines; server-sent events (``data: {json}``) are the list of their data."""
    told = [row[5:].strip() for row in text.splitlines() if row.startswith("data:")]
    data = [from_json(one) for one in told[:1000] if one[:1] in ("{", "[")]
    if data:
        return data[0] if len(data) == 1 else list(data)
    made: dict[str, Any] = {}
    for row in text.splitlines()[:2000]:
        if match := _LINE.fullmatch(row.strip("\r")):
            _put(made, clean(match[1]), leaf(match[2] or ""))
    if not made:
        raise Unreadable("The body has no line of the kind “Key: value”.")
    return made


def _xml(text: str) -> Node:
    if _DECLARES.search(text):
        raise Unreadable("The XML declares a document type: that is not read.")
    try:
        root = ET.fromstring(text.encode("utf-8", "replace") if "encoding=" in text[:100] else text)  # noqa: S314 - no entities: refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Unreadable("The body looks like XML but is broken.") from error
    return {_bare(root.tag): _element(root, 0, [0])}


def _bare(tag: Any) -> str:
    return clean(str(tag).rpartition("}")[2])


def _element(element: ET.Element, depth: int, count: list[int]) -> Node:
    _bound(depth, count)
    text = leaf(element.text or "")
    if not len(element) and not element.attrib:
        return text
    made: dict[str, Any] = {_bare(key): clean(value) for key, value in element.attrib.items()}
    for child in element:
        key, value = _bare(child.tag), _element(child, depth + 1, count)
        if key not in made:
            made[key] = value
        elif isinstance(made[key], list):
            made[key].append(value)
        else:
            made[key] = [made[key], value]
    if text:
        made.setdefault("text", text)
    return made


def _plain(found: Any, depth: int, count: list[int]) -> Node:
    """Leaves as clean text. Raises ``Unreadable`` for more than a delivery can sensibly hold."""
    _bound(depth, count)
    if isinstance(found, dict):
        for key, value in found.items():
            found[key] = _plain(value, depth + 1, count)
        return found
    if isinstance(found, list):
        return [_plain(value, depth + 1, count) for value in found]
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return leaf(found)
    return None


def _bound(depth: int, count: list[int]) -> None:
    count[0] += 1
    if depth > MAX_DEPTH:
        raise Unreadable("The body is nested too deeply.")
    if count[0] > MAX_NODES:
        raise Unreadable("The body holds more fields than a call's record can.")


def _put(made: dict[str, Any], key: str, value: Any) -> None:
    if value not in ("", None) or key not in made:
        made[key] = value


def _place(root: dict[str, Any], steps: list[str], value: str) -> None:
    node = root
    for step in steps[:-1]:
        deeper = node.get(step)
        if not isinstance(deeper, dict):
            deeper = node[step] = {}
        node = deeper
    last = steps[-1] or str(len(node))
    _put(node, last, value)


def _lists(node: Any) -> Node:
    """A dictionary whose keys count from 0 was a list."""
    if not isinstance(node, dict):
        return node  # type: ignore[no-any-return]
    values = [_lists(value) for value in node.values()]
    if values and all(key == str(i) for i, key in enumerate(node)):
        return values
    return dict(zip(node, values, strict=True))
