"""What the demo institution's admins decided: its stages with their sub-stages, and the results of a call."""

from models.store.bulk_work import NewDisposition, NewStage

STAGES = (
    NewStage("New enquiry", ("Not called yet", "Call attempted")),
    NewStage("Contacted", ("Wants details", "Parents to decide", "Comparing colleges")),
    NewStage(
        "Follow-up",
        ("Fee and scholarship", "Hostel and transport", "After exam result", "Parents to decide"),
        needs_follow_up=True,
    ),
    NewStage("Counselling done", ("Campus visit planned", "Scholarship applied", "Deciding")),
    NewStage("Application started", ("Form half filled", "Form complete, fee due")),
    NewStage("Documents pending", ("Marksheet", "Transfer certificate", "Category certificate")),
    NewStage("Fee paid", ("First instalment", "Full fee")),
    NewStage("Admitted", ("Seat confirmed", "Hostel allotted")),
    NewStage("Not interested", ("Enrolled elsewhere", "Fee too high", "Too far", "Other course")),
)

PATH = (
    "Contacted",
    "Follow-up",
    "Counselling done",
    "Application started",
    "Documents pending",
    "Fee paid",
    "Admitted",
)
"""Where leads usually come along, after their enquiry."""

_EVERY = "inbound outbound campaign"
_DIALLED = "outbound campaign"
_TALKED, _UNANSWERED = "talked", "unanswered"

CALL_BACK, WRONG_NUMBER = "Call back", "Wrong number"

DISPOSITIONS = (
    NewDisposition("Interested", _EVERY, _TALKED),
    NewDisposition(CALL_BACK, _EVERY, f"{_TALKED} {_UNANSWERED}", needs_follow_up=True),
    NewDisposition("Documents sent", _EVERY, _TALKED),
    NewDisposition("Campus visit planned", _EVERY, _TALKED, stage="Counselling done"),
    NewDisposition("Not now", _EVERY, _TALKED),
    NewDisposition("Not interested", _EVERY, _TALKED, stage="Not interested"),
    NewDisposition("Enrolled elsewhere", _EVERY, _TALKED, stage="Not interested"),
    NewDisposition("No answer", _DIALLED, _UNANSWERED),
    NewDisposition("Busy", _DIALLED, _UNANSWERED),
    NewDisposition("Switched off", _DIALLED, _UNANSWERED),
    NewDisposition("Not reachable", _DIALLED, _UNANSWERED),
    NewDisposition(WRONG_NUMBER, _EVERY, f"{_TALKED} {_UNANSWERED}"),
)

OF_THE_PROVIDER = {
    "Interested": "Interested",
    "Call back later": CALL_BACK,
    "Fee and scholarship query": "Interested",
    "Visit planned": "Campus visit planned",
    "Application help": "Documents sent",
    "Not interested": "Not interested",
    "Wrong number": WRONG_NUMBER,
    "Admitted elsewhere": "Enrolled elsewhere",
}
"""The word the telephone system was told → what the counselor chose here."""

SHORT = (("Not now", 5), ("Not interested", 3), (CALL_BACK, 4))
"""What becomes of talks too short for a word to the provider, by weight."""
