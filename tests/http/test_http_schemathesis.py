"""Requests made up from the OpenAPI document, allowed ones and others: no failure, no undocumented reply."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

import httpx2
import pytest
import schemathesis
from client import BRIDGE, HEARING, parts_of
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from live import served
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    """The document of a server with two transcripts, and the server behind it."""
    with served(parts_of(tmp_path_factory.mktemp("library") / "home", HashingEncoder)) as url:
        for name, content in (("hearing.txt", HEARING), ("bridge.txt", BRIDGE)):
            body = {"filename": name, "content": content, "collection": "council"}
            assert httpx2.post(f"{url}/v1/transcripts", json=body, timeout=PATIENCE_S).status_code == 200
        yield schemathesis.openapi.from_url(f"{url}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_made_up_request_breaks_the_server_or_its_word(
    document: schemathesis.BaseSchema, mode: GenerationMode
) -> None:
    called = set()
    replies: Counter[int] = Counter()
    for found in document.get_all_operations():
        operation = found.ok()
        called.add(operation.label)

        @settings(
            max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def no_harm(case: schemathesis.Case) -> None:
            response = case.call()
            replies[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        with contextlib.suppress(Unsatisfiable):  # nothing can be wrong with a request that takes nothing
            no_harm()
    assert len(called) > 20
    assert sum(replies.values()) > 100
    assert set(replies) - {200} if mode == GenerationMode.NEGATIVE else replies[200] > 10


def test_the_checks_are_worth_something(document: schemathesis.BaseSchema) -> None:
    """A reply that is not as documented does not pass."""
    case = document["/healthz"]["GET"].Case()
    response = case.call()
    response.status_code = 500
    with pytest.raises(FailureGroup):
        case.validate_response(response, checks=CHECKS)
