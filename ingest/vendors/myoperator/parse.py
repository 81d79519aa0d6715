"""MyOperator: webhooks of version 2, its call log, and the older in-call webhook, told apart by what they carry."""

from ingest.contract import (
    Capability,
    ConnectionInfo,
    Delivery,
    Door,
    Parsed,
    RouteAnswer,
    RouteQuestion,
    RouteReply,
    Unreadable,
    Vendor,
)
from ingest.readings import Reading
from ingest.vendors.myoperator import calllog, proof, route
from ingest.vendors.myoperator.console import SET_UP
from ingest.vendors.myoperator.events import event
from ingest.vendors.myoperator.fields import fields
from ingest.vendors.myoperator.incall import in_call
from ingest.vendors.myoperator.people import extensions


class MyOperator:
    """Its documents disagree on how webhooks prove themselves: the connection says which proof to ask for."""

    slug = "myoperator"
    label = "MyOperator"
    capabilities = frozenset(
        {
            Capability.POPUP,
            Capability.LOG,
            Capability.ROUTE,
            Capability.DIAL,
            Capability.PULL_LOG,
            Capability.RECORDING,
        }
    )
    set_up = SET_UP

    def verify(self, delivery: Delivery, connection: ConnectionInfo) -> bool:
        return proof.given(delivery, connection)

    def parse(self, delivery: Delivery, connection: ConnectionInfo) -> Parsed:
        if delivery.door is Door.ROUTE:
            return Parsed((), note="A routing question.")
        told = fields(delivery)
        aliases = extensions(connection)
        reading = Reading(told, connection)
        if "event_type" in told:
            return event(reading, delivery, aliases)
        if calllog.is_one(told):
            return calllog.record(told, connection, delivery, aliases)
        if "call_state" in told:
            return in_call(reading, delivery)
        if "node_id" in told:
            return Parsed((), note="A routing question.")
        raise Unreadable("Neither an event (event_type) nor a call log (start_time) nor a call_state.")

    def question(self, delivery: Delivery, connection: ConnectionInfo) -> RouteQuestion:
        return route.question(Reading(fields(delivery), connection))

    def answer(self, answer: RouteAnswer, connection: ConnectionInfo) -> RouteReply:
        return route.reply(answer, connection)


VENDOR: Vendor = MyOperator()
