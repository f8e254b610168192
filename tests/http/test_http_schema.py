from __future__ import annotations

from typing import Any

import pytest
from client import Client

JSON = "application/json"


def operations(client: Client) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of the schema, by method and path."""
    paths = client.get("/openapi.json").json()["paths"]
    return {(method.upper(), path): one for path, methods in paths.items() for method, one in methods.items()}


def test_the_schema_has_the_calls_of_the_contract(client: Client) -> None:
    assert set(operations(client)) == {
        ("POST", "/v1/ask"),
        ("POST", "/v1/search"),
        ("POST", "/v1/transcripts"),
        ("GET", "/v1/transcripts"),
        ("GET", "/v1/transcripts/{transcript_id}"),
        ("PATCH", "/v1/transcripts/{transcript_id}"),
        ("DELETE", "/v1/transcripts/{transcript_id}"),
        ("GET", "/v1/jobs"),
        ("GET", "/v1/jobs/{job_id}"),
        ("DELETE", "/v1/jobs/{job_id}"),
        ("GET", "/v1/jobs/{job_id}/events"),
        ("POST", "/v1/jobs/{job_id}/retry"),
        ("GET", "/v1/answers/{answer_id}"),
        ("POST", "/v1/answers/{answer_id}/feedback"),
        ("GET", "/v1/answers/{answer_id}/citations/{n}"),
        ("GET", "/v1/filters"),
        ("POST", "/v1/sites/{site_id}/token"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/{model}"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    }


def test_every_call_has_a_description_and_every_body_an_example(client: Client) -> None:
    for called, operation in operations(client).items():
        assert operation["description"], called
        if "requestBody" in operation:
            assert operation["requestBody"]["content"][JSON]["examples"], called


@pytest.mark.parametrize("again", [False, True])  # they do not stand in each other's way
def test_every_example_works(client: Client, again: bool) -> None:
    calls = operations(client)
    order = sorted((one for one in calls if "requestBody" in calls[one]), key=lambda one: one[1] != "/v1/transcripts")
    assert order[0] == ("POST", "/v1/transcripts")
    known: dict[str, str] = {}
    done = 0
    for method, path in order:
        for example in calls[method, path]["requestBody"]["content"][JSON]["examples"].values():
            response = client.request(method, path.format(**known), json=example["value"])
            assert response.status_code == 200, (method, path, response.text)
            done += 1
            if path == "/v1/transcripts":
                known["transcript_id"] = response.json()["files"][0]["transcript_id"]
                known["answer_id"] = client.ask()["id"]
    assert done == 8
    if again:
        assert client.get(f"/v1/transcripts/{known['transcript_id']}").json()["speakers"] == [
            "Diane Okafor",
            "José Ibarra",
        ]


def test_no_page_loads_scripts_from_elsewhere(client: Client) -> None:
    assert {client.get(path).status_code for path in ("/docs", "/redoc")} == {404}


def test_the_viewer_is_served_beside_it(filled: Client) -> None:
    page = filled.get(f"/t/{filled.ids()['Bridge talk']}")
    assert (page.status_code, 'id="turn-2"' in page.text) == (200, True)
    assert page.headers["content-type"].startswith("text/html")
