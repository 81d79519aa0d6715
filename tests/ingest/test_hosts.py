"""No request leaves for where it should not go: not by its name, and not by the machine its name means."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.client import Reason, Refused
from ingest.hosts import Forbidden, is_own, is_public
from ingest.http import Outbound

API = "api.provider.example"
PUBLIC = "93.184.216.34"


@pytest.fixture
def web() -> Iterator[Outbound]:
    web = Outbound([API, "*.records.example"])
    yield web
    web.close()


class Names:
    """A resolver whose answers a test writes, and the addresses that were then connected to."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []

    def getaddrinfo(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        self.looked_up.append(host)
        waiting = self.answers[host]
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    def create_connection(self, address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        self.connected.append(address[0])
        raise ConnectionRefusedError


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", names.create_connection)
    return names


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "203.0.113.5",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "::ffff:0:127.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "2130706433",
        "0x7f.1",
        "junk",
        "",
    ],
)
def test_no_machine_of_ours_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_other_peoples_machines_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:a9fe:a9fe", "fd00:ec2::254", "100.100.100.200"]
)
def test_a_metadata_service_is_asked_on_nobodys_word(names: Names, address: str) -> None:
    web = Outbound(["pbx.example"], private_hosts=["pbx.example"])
    names.answers["pbx.example"] = [[address]]
    with pytest.raises(Forbidden, match="private network"):
        web.ask("GET", "http://pbx.example/")
    assert names.connected == []
    assert not is_own(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "192.168.0.9", "fd00::9", "::1", PUBLIC])
def test_an_operator_may_allow_a_machine_of_the_house(names: Names, address: str) -> None:
    web = Outbound(["pbx.example"], private_hosts=["pbx.example"])
    names.answers["pbx.example"] = [[address]]
    with pytest.raises(Refused, match="cannot be reached"):
        web.ask("GET", "http://pbx.example/")
    assert names.connected == [address]


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.0.0.8"],
        [PUBLIC, "10.0.0.8"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["fe80::1"],
    ],
)
def test_a_name_that_means_a_machine_of_ours_is_not_connected_to(
    web: Outbound, names: Names, found: list[str]
) -> None:
    names.answers[API] = [found]
    with pytest.raises(Forbidden, match="private network"):
        web.ask("GET", f"https://{API}/")
    assert names.connected == []


def test_the_address_that_was_checked_is_the_one_connected_to(web: Outbound, names: Names) -> None:
    names.answers[API] = [[PUBLIC], ["127.0.0.1"]]  # public when it is checked, private ever after
    with pytest.raises(Refused) as refused:
        web.ask("GET", f"https://{API}/")
    assert refused.value.reason is Reason.DOWN
    assert names.looked_up == [API]
    assert names.connected == [PUBLIC]
    with pytest.raises(Forbidden):
        web.ask("GET", f"https://{API}/")
    assert names.connected == [PUBLIC]


def test_the_second_address_is_tried_when_the_first_is_dead(web: Outbound, names: Names) -> None:
    names.answers[API] = [["2606:4700::1111", PUBLIC]]
    with pytest.raises(Refused):
        web.ask("GET", f"https://{API}/")
    assert names.connected == ["2606:4700::1111", PUBLIC]


# Which address


@pytest.mark.parametrize(
    "url",
    [
        f"https://{API}/",
        f"https://{API.upper()}/x?y=z#@evil.example",
        f"https://{API}:443/",
        f"https://{API}:8443/",
        f"https://{API}?@evil.example",
        "https://a.records.example/",
        "https://b.a.records.example/r.mp3?sig=%2f",
    ],
)
def test_a_host_of_the_connection_may_be_asked(web: Outbound, url: str) -> None:
    assert web.may_ask(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/only/a/path",
        "https:",
        "https://",
        "https:///x",
        f"https:{API}/",
        f"//{API}/",
        f"http://{API}/",
        f"http://{API}:443/",
        f"ftp://{API}/",
        f"file://{API}/etc/passwd",
        f"gopher://{API}/",
        f"javascript://{API}/%0aalert(1)",
        f"https://{API}:22/",
        f"https://{API}:80/",
        f"https://{API}:0/",
        f"https://{API}:-1/",
        f"https://{API}:65536/",
        f"https://{API}:x/",
        f"https://user:secret@{API}/",
        f"https://user@{API}/",
        f"https://@{API}/",
        f"https://{API}@evil.example/",
        f"https://{API}:443@evil.example/",
        f"https://{API}\\@evil.example/",
        f"https://evil.example\\@{API}/",
        f"https://evil.example#@{API}/",
        f"https://evil.example/@{API}/",
        f"https://evil.example?{API}",
        f"https://{API}.evil.example/",
        f"https://evil{API}/",
        f"https://{API}./",
        f"https://{API} .evil.example/",
        f"https://{API}%2eevil.example/",
        f"https://{API}%00.evil.example/",
        f"https://{API}\t/",
        f"https://{API}\r\nHost: evil.example/",
        f"https://{API}/\r\nX-Y: z",
        "https://api.provider.examp\u217ee/x",  # a Roman numeral fifty that some parsers read as l
        "https://аpi.provider.example/",  # a Cyrillic letter
        "https://ａｐｉ.provider。evil.example/",
        "https://records.example/",
        "https://evilrecords.example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1/",
        "https://127。0。0。1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::1%25lo]/",
        "https://[/",
        "https://localhost/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_nothing_else_is(web: Outbound, names: Names, url: str) -> None:
    assert not web.may_ask(url)
    with pytest.raises(Forbidden):
        web.ask("POST", url, form={"a": "b"})
    with pytest.raises(Forbidden), web.stream(url):
        pass
    assert names.looked_up == []


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "0"]
)
def test_other_spellings_of_this_machine_lead_nowhere_even_when_listed(host: str) -> None:
    with pytest.raises(Refused):
        Outbound([host]).ask("GET", f"https://{host}/")


def test_an_international_name_is_listed_and_asked_in_either_spelling() -> None:
    for listed in ("münchen.example", "xn--mnchen-3ya.example", "MÜNCHEN.example"):
        web = Outbound([listed])
        assert web.may_ask("https://münchen.example/")
        assert web.may_ask("https://xn--mnchen-3ya.example/")
        assert not web.may_ask("https://munchen.example/")


def test_a_star_alone_allows_nothing() -> None:
    web = Outbound(["*", "*.", "*.x"])
    assert not web.may_ask("https://anything.example/")


def test_a_private_host_may_be_held_to_one_port() -> None:
    web = Outbound(["10.0.0.5", "::1"], private_hosts=["10.0.0.5:8088", "[::1]:9000"])
    assert web.may_ask("http://10.0.0.5:8088/")
    assert web.may_ask("http://[::1]:9000/")
    assert not web.may_ask("http://10.0.0.5:8089/")
    assert not web.may_ask("http://10.0.0.5/")
    assert not web.may_ask("http://[::1]:9001/")


def test_what_the_message_tells_is_the_host_and_no_more(web: Outbound) -> None:
    with pytest.raises(Forbidden) as refused:
        web.ask("GET", "https://evil.example/+919800000001?token=hush")
    assert "evil.example" in str(refused.value)
    assert "98000" not in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_host_named_with_its_port_is_asked_there_only(names: Names) -> None:
    names.answers = {"files.example": [[PUBLIC]], API: [[PUBLIC]]}
    web = Outbound(["files.example:8443", f"{API}:8443", API])
    for url in ("https://files.example/a", "https://files.example:9443/a"):
        with pytest.raises(Forbidden, match="port"):
            web.ask("GET", url)
    for url in ("https://files.example:8443/a", f"https://{API}/a", f"https://{API}:9443/a"):
        with pytest.raises(Refused) as raised:
            web.ask("GET", url)
        assert raised.value.reason is Reason.DOWN
    assert names.connected == [PUBLIC] * 3
    web.close()
