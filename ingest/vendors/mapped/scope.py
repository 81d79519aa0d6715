"""What a mapping is asked about: one delivery (``Heard``) and, inside it, the item at hand (``Scope``)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from ingest.bodies import clean, decoded
from ingest.contract import ConnectionInfo, Delivery
from ingest.readings import Reading
from ingest.vendors.mapped import paths, tree
from ingest.vendors.mapped.paths import Path

_BUSY = object()


class Heard:
    """One delivery, opened; and what could not be understood in it."""

    def __init__(
        self,
        body: tree.Node,
        query: dict[str, Any],
        delivery: Delivery | None,
        connection: ConnectionInfo,
        *,
        zone: str = "",
        country: str = "",
        ignore_case: bool = False,
        outer: tree.Node = None,
        told: Mapping[str, str] | None = None,
        mentioned: Sequence[Path] = (),
    ) -> None:
        self.body = body
        self.query = query
        self.delivery = delivery
        self.connection = connection
        self.zone = zone or connection.zone
        self.country = country or connection.country
        self.ignore_case = ignore_case
        self.outer = outer
        self.told = told or {}
        self.mentioned = mentioned
        self.opened: dict[str, Any] = {}
        self.unknown: dict[tuple[str, str], None] = {}

    def puzzled(self, name: str, text: str) -> None:
        """Count a word nothing maps, without long runs of digits."""
        reading = Reading({}, self.connection)
        reading.puzzled(name[:60], text)
        for one in reading.unknown:
            self.unknown[one] = None

    def open(self, node: Any) -> Any:
        """JSON that stands inside a text, opened once."""
        if not isinstance(node, str) or node[:1] not in ("{", "["):
            return node
        if node not in self.opened:
            self.opened[node] = tree.inner(node)
        return self.opened[node]

    def request(self, path: Path, scope: "Scope") -> Iterator[Any]:
        """The values of a path that begins with ``@``."""
        name = path.name
        if name in self.told:
            yield self.told[name]
        elif name == "query":
            yield from self.below(self.query, path)
        elif name == "outer":
            yield from self.below(self.outer, path)
        elif name == "setting":
            key = path.steps[0].key if path.steps else None
            found = self.connection.settings.get(key or "")
            if isinstance(found, str | int | float):
                yield str(found)
        elif name in ("key", "index"):
            yield scope.key if name == "key" else scope.index
        elif (delivery := self.delivery) is not None:
            yield _of_request(delivery, path)

    def below(self, node: Any, path: Path) -> Iterator[Any]:
        """The values at the path's steps."""
        for value, _ in self.pairs_below(node, path):
            yield value

    def pairs_below(self, node: Any, path: Path) -> Iterator[tuple[Any, Any]]:
        """The values at the path's steps, each with its key there."""
        if not path.steps:
            yield node, None
            return
        for value, _, key in paths.walk(node, path, self.opened, ignore_case=self.ignore_case):
            yield value, key

    def read_below(self, node: Any) -> set[tuple[int, Any]]:
        """Which leaves below ``node`` some path of the mapping leads to: (id of the container, key)."""
        return {
            (id(container), key)
            for path in self.mentioned
            if path.root in ("", "/") and path.steps
            for _, container, key in paths.walk(
                node if path.root == "" else self.body, path, self.opened, ignore_case=self.ignore_case
            )
        }


class Scope:
    """The item at hand. ``named`` holds the values that ``$name`` means here; ``parent`` is one item up."""

    __slots__ = ("_memo", "heard", "index", "key", "named", "node", "parent")

    def __init__(
        self,
        heard: Heard,
        node: Any,
        named: Mapping[str, Callable[["Scope"], Any]],
        parent: "Scope | None" = None,
        key: Any = None,
        index: int = 0,
    ) -> None:
        self.heard = heard
        self.node = node
        self.named = named
        self.parent = parent
        self.key = None if key is None else str(key)
        self.index = str(index)
        self._memo: dict[str, Any] = {}

    def nodes(self, path: Path) -> Iterator[Any]:
        """Everything at ``path``, as it stands there."""
        root = path.root
        if root == "":
            yield from self.heard.below(self.node, path)
        elif root == "$":
            yield self.value(path.name)
        elif root == "@":
            yield from self.heard.request(path, self)
        elif root == "/":
            yield from self.heard.below(self.heard.body, path)
        else:
            scope: Scope | None = self
            for _ in range(len(root) // 3):
                scope = scope.parent if scope else None
            if scope is not None:
                yield from self.heard.below(scope.node, path)

    def items(self, path: Path) -> Iterator[tuple[Any, Any]]:
        """The items at ``path`` with their keys: of a path that ends at a list, each of its items."""
        ends_at_each = path.steps and (path.steps[-1].each or path.steps[-1].tests)
        if ends_at_each and path.root in ("", "/"):
            base = self.node if path.root == "" else self.heard.body
            yield from self.heard.pairs_below(base, path)
            return
        for node in self.nodes(path):
            opened = self.heard.open(node)
            if isinstance(opened, list):
                yield from ((item, index) for index, item in enumerate(opened))
            elif opened is not None and opened != "":
                yield opened, None

    def texts(self, path: Path) -> Iterator[str]:
        """The texts at ``path``; what is no text tells nothing."""
        for node in self.nodes(path):
            text = as_text(node)
            if text is not None:
                yield text

    def value(self, name: str) -> Any:
        """What ``$name`` means: worked out once, None when it would need itself."""
        found = self._memo.get(name, self)
        if found is _BUSY:
            return None
        if found is not self:
            return found
        ask = self.named.get(name)
        if ask is None:
            return self.parent.value(name) if self.parent is not None else self.heard.told.get(name)
        self._memo[name] = _BUSY
        self._memo[name] = told = ask(self)
        return told


def as_text(node: Any) -> str | None:
    """A leaf, or a value already read, as text. A list of one is its item."""
    if isinstance(node, StrEnum):
        return str(node)
    if isinstance(node, str):
        return clean(node)
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, int | float):
        return str(node)
    if isinstance(node, datetime):
        return node.isoformat()
    if isinstance(node, list) and len(node) == 1:
        return as_text(node[0])
    return None


def _of_request(delivery: Delivery, path: Path) -> str | None:
    name = path.name
    if name == "header":
        return delivery.headers.get(path.steps[0].key or "")
    if name == "body":
        return decoded(delivery.body)
    if name == "received":
        return delivery.received_at.isoformat()
    said: str = getattr(delivery, name, None) or ""
    return str(said)
