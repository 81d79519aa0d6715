"""An operation of the API: one description from which both the route and the OpenAPI document are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask import Response, g, request
from pydantic import BaseModel, ValidationError

from ingest.api import cursors
from ingest.api.fields import LARGEST_ID
from ingest.api.keys import store
from ingest.api.problems import Problem, from_validation, invalid_field, not_found
from models.rules.access import Viewer
from models.store.api_keys import ApiKey
from models.store.base import Store

LONGEST_BODY = 64 * 1024

QueryT = TypeVar("QueryT")
BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True)
class Asked(Generic[QueryT, BodyT]):
    """A request that passed the key check and whose parameters and body are what the operation declared."""

    store: Store
    key: ApiKey
    query: QueryT
    body: BodyT
    path_ids: Mapping[str, int]
    question: bytes

    @property
    def viewer(self) -> Viewer:
        return self.key.viewer


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented answer: its shape and an example of it."""

    model: type[BaseModel]
    says: str
    example: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``does`` returns the body and its status, which is one of ``answers``."""

    name: str
    method: str
    path: str  # as OpenAPI writes it; every parameter in it is a row's id
    scope: str
    summary: str
    says: str
    does: Callable[[Asked[Any, Any]], tuple[BaseModel, int]]
    answers: Mapping[int, Answer]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_example: Any = None
    problems: Mapping[int, str] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    def view(self, **path: str) -> Response:
        """Answer the request at hand. Raises ``Problem``."""
        parameters = _parameters()
        asked: Asked[Any, Any] = Asked(
            store=store(),
            key=g.api_key,
            path_ids={name: _row_id(text) for name, text in path.items()},
            query=self._query(parameters),
            body=self._body(),
            question=cursors.question(self.name, parameters),
        )
        answer, status = self.does(asked)
        return Response(answer.model_dump_json(), status, content_type="application/json")

    def _query(self, parameters: Mapping[str, str]) -> BaseModel | None:
        if self.query is None:
            for name in parameters:
                raise invalid_field(name, "This operation takes no parameters.")
            return None
        try:
            return self.query.model_validate(parameters, context={"zone": store().rules.zone})
        except ValidationError as error:
            raise from_validation(error, "query") from None

    def _body(self) -> BaseModel | None:
        if self.body is None:
            return None
        if request.mimetype != "application/json":
            raise Problem(415, "media-type", "Not JSON", "Send the body as application/json.")
        request.max_content_length = LONGEST_BODY
        try:
            return self.body.model_validate_json(request.get_data(cache=False))
        except ValidationError as error:
            raise from_validation(error, "body") from None


def _parameters() -> dict[str, str]:
    for name, values in request.args.lists():
        if len(values) > 1:
            raise invalid_field(name, "This parameter is given more than once.")
    return request.args.to_dict()


def _row_id(text: str) -> int:
    """Raises ``Problem`` 404: what cannot be an id is nobody's id."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= LARGEST_ID):
        raise not_found("thing")
    return int(text)
