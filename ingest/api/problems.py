"""What the API answers when it cannot do what was asked: RFC 9457 problem documents."""

import re
from collections.abc import Mapping, Sequence

from flask import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 20
LONGEST_NAME = 60
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


class FieldError(BaseModel):
    """One thing that is wrong with one field or parameter. Never repeats the value."""

    field: str = Field(examples=["limit"])
    message: str = Field(examples=["Input should be less than or equal to 500"])


class ProblemBody(BaseModel):
    """A problem (RFC 9457). `type` is stable, so programs may compare it; the rest is for people."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["urn:callboard:problem:invalid"])
    title: str = Field(examples=["Some of this cannot be used"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["1 field or parameter is wrong."])
    errors: list[FieldError] | None = Field(None, description="Only where single fields are to blame.")


class Problem(Exception):
    """Raised anywhere below a view; the blueprint answers it."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def answer(self) -> Response:
        body = ProblemBody(
            type=f"urn:callboard:problem:{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=self.errors or None,
        )
        text = body.model_dump_json(exclude_none=True)
        return Response(text, self.status, headers=self.headers, content_type=MEDIA_TYPE)


def invalid(*errors: FieldError) -> Problem:
    """422: understood, but these fields or parameters cannot be used."""
    count = len(errors)
    detail = "1 field or parameter is wrong." if count == 1 else f"{count} fields or parameters are wrong."
    return Problem(422, "invalid", "Some of this cannot be used", detail, errors=errors[:MOST_ERRORS])


def invalid_field(field: str, message: str) -> Problem:
    """422 for one field or parameter."""
    return invalid(FieldError(field=_plain(field), message=message))


def from_validation(error: ValidationError, whole: str) -> Problem:
    """``whole`` names what was read where no single field is to blame. 422, or 400 when the body is not JSON at all. Values never appear, only names and reasons."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(each["type"] == "json_invalid" for each in found):
        return Problem(400, "not-json", "The body is not JSON", found[0]["msg"] + ".")
    return invalid(
        *[
            FieldError(field=_plain(".".join(map(str, each["loc"])) or whole), message=each["msg"])
            for each in found
        ]
    )


def not_found(what: str) -> Problem:
    return Problem(404, "not-found", "Not found", f"There is no such {what}.")


def unavailable() -> Problem:
    """503: the database is away; nothing was changed, or it is not known to be durable."""
    return Problem(
        503,
        "unavailable",
        "Not now",
        "The database cannot be reached. Ask again.",
        headers={"Retry-After": "5"},
    )


def _plain(name: str) -> str:
    """Names come from the caller too: an unknown field may be called anything."""
    return _UNPRINTABLE.sub("?", name)[:LONGEST_NAME]
