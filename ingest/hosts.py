"""Which addresses of the world may be asked: by name first, by the machine behind the name afterwards."""

import ipaddress
import re
from collections.abc import Iterable

import httpx

from ingest.client import Reason, Refused

_PLAIN = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]+")
_SMALLEST_FREE_PORT = 1024
_DEFAULT_PORTS = {"https": 443, "http": 80}


class Forbidden(Refused):
    """An address we do not go to. The message names the host, never the rest of the address."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.NOT_SET_UP, message)


class Allowed:
    """The hosts of one connection, and those of them that an operator lets live on a private network.

    An entry is a name, or ``*.example.com`` for everything below it. It may carry a port (``10.0.0.5:8088``): then
    only that one, unless one of the connection's hosts is named without, too.
    """

    def __init__(self, hosts: Iterable[str], private_hosts: Iterable[str] = ()) -> None:
        named = list(hosts)
        self._hosts = _ports(named)
        for host, port in map(_with_port, named):
            if port is None:
                self._hosts[_spelled(host)].clear()
        self._private = _ports(private_hosts)

    def is_private(self, host: str) -> bool:
        """Did the operator let this host live on a private network?"""
        return _spelled(host) in self._private

    def check(self, url: str) -> httpx.URL:
        """The address as it will be asked, read by the very parser that will ask it. Raises ``Forbidden``."""
        try:
            read = httpx.URL(url)
            host = read.raw_host.decode("ascii").lower()
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise Forbidden("this is no address") from error
        if not host or not _PLAIN.fullmatch(host):
            raise Forbidden("this address names no host")
        if "@" in _authority(url):
            raise Forbidden(f"an address at {host} carries credentials")
        named = self._named(host)
        if not named:
            raise Forbidden(f"{host} is none of this connection's hosts")
        private = self._private.get(host)
        if read.scheme != "https" and not (read.scheme == "http" and private is not None):
            raise Forbidden(f"{host} may be asked by https only")
        port = _DEFAULT_PORTS[read.scheme] if read.port is None else read.port
        if private:
            if port not in private:
                raise Forbidden(f"{host} may not be asked at port {port}")
        elif port != _DEFAULT_PORTS[read.scheme] and not _SMALLEST_FREE_PORT <= port <= 65535:
            raise Forbidden(f"{host} may not be asked at port {port}")
        if not any(not ports or port in ports for ports in named):
            raise Forbidden(f"{host} may not be asked at port {port}")
        return read

    def _named(self, host: str) -> list[set[int]]:
        """The ports of each entry that means this host; no port in it: any."""
        return [
            ports
            for each, ports in self._hosts.items()
            if host == each or (each.startswith("*.") and len(each) > 3 and host.endswith(each[1:]))
        ]


def is_public(address: str) -> bool:
    """Can this IP address be somebody else's machine on the internet, and nothing of ours?

    An IPv6 address that stands for an IPv4 one (mapped, compatible, 6to4, Teredo, NAT64) is judged by that.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is None and ip not in _UNICAST:
            return False
        ip = inner or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _NEVER)


def is_own(address: str) -> bool:
    """Can this be a machine of the operator's own network? Never one that hands out a cloud's credentials."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _inner(ip) or ip
    return not (
        ip.is_link_local or ip.is_multicast or ip.is_unspecified or (ip.is_reserved and not ip.is_loopback)
    ) and (ip not in _NEVER)


_UNICAST = ipaddress.ip_network("2000::/3")
_EMBEDDING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
# Metadata services outside the link-local range: two clouds', and Azure's wire server, which is a public address.
_NEVER = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"))
)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    found = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if found is None and int(ip) > 1 and any(ip in network for network in _EMBEDDING):
        found = ipaddress.IPv4Address(ip.packed[-4:])
    return found


def _spelled(host: str) -> str:
    """A host's name the way addresses carry it: lower case, international names in their ASCII form."""
    star = "*." if host.startswith("*.") else ""
    bare = host.removeprefix("*.").strip().strip("[]")
    try:
        return star + httpx.URL(scheme="https", host=bare).raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, ValueError):
        return star + bare.lower()


def _ports(entries: Iterable[str]) -> dict[str, set[int]]:
    """Host → the ports its entries carry."""
    found: dict[str, set[int]] = {}
    for host, port in map(_with_port, entries):
        found.setdefault(_spelled(host), set()).update(() if port is None else (port,))
    return found


def _with_port(entry: str) -> tuple[str, int | None]:
    host, colon, port = entry.strip().rpartition(":")
    if colon and port.isascii() and port.isdigit() and (host.endswith("]") or ":" not in host):
        return host, int(port)
    return entry, None


def _authority(url: str) -> str:
    return re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0]
