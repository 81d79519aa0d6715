"""The hosts a mapped provider's recordings live on. Nothing else can be asked of it."""

from collections.abc import Iterable

from ingest.client import Client, NoClient, RecordingLink, Web
from ingest.contract import ConnectionInfo
from ingest.vendors.mapped import program
from ingest.vendors.mapped.problems import Problem


class Mapped(NoClient):
    """A recording is the link the provider sent."""

    def recording(self, reference: str) -> RecordingLink:
        return RecordingLink(reference)


def make(connection: ConnectionInfo, web: Web) -> Client:
    """The client of a mapped connection."""
    return Mapped()


def hosts(connection: ConnectionInfo) -> Iterable[str]:
    """The hosts the mapping names."""
    try:
        made = program.of(connection)
    except Problem:
        return ()
    return made.recording_hosts if made is not None else ()
