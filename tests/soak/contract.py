"""The public API held against its own OpenAPI document: schemathesis asks all that the document allows, and what it
forbids, and every answer must be one the document names."""

from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ingest.webhooks import doors
from models.store.base import utc_now
from tests.cast import Cast, Known
from tests.databases import Databases
from tests.ingest.api.calling import make_app

EXAMPLES = 300
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def asked(
    databases: Databases, known: dict[str, Known], kind: str, examples: int = EXAMPLES
) -> tuple[int, list[str]]:
    """How many requests were made, and what was wrong with which."""
    count, wrong = 0, []
    with databases.store(kind, utc_now) as store:
        cast = Cast(store, known[kind])
        cast.lead(owner=cast.asha)
        app = make_app(store)
        app.register_blueprint(doors.blueprint(store, None))
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
        headers = {"Authorization": f"Bearer {cast.api_key}"}
        for found in schema.get_all_operations():
            operation = found.ok()
            path = {"token": cast.connection.token} if "{token}" in operation.path else None
            for mode in GenerationMode:

                @settings(
                    max_examples=examples,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode, path_parameters=path))
                def once(case: Any) -> None:
                    nonlocal count
                    count += 1
                    case.call_and_validate(headers=headers, checks=CHECKS)

                try:
                    with suppress(
                        Unsatisfiable
                    ):  # an operation whose every request is allowed cannot be asked wrongly
                        once()
                except (Failure, FailureGroup) as failure:
                    wrong.append(f"{operation.label}, {mode.value}: {failure}")
    return count, wrong
