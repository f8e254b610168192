"""A client of the application in process, and what it sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.compose import Parts
from api.settings import Settings
from index.encoder import Encoder
from tests.waiting import wait

HEARING = """Title: Hearing on the ambulance grant
Date: 2023-05-16

DIANE OKAFOR, CHAIR: Good morning. Deputy Commissioner Ibarra, why was the grant of Tamarack County taken back?

JOSÉ IBARRA, DEPUTY COMMISSIONER: Tamarack lost the grant of nine hundred thousand dollars because it filed late.

OKAFOR: How many ambulances was that for?

IBARRA: The grant was for three ambulances and a garage in Port Ellery.
"""
BRIDGE = """Anna Berg: The harbor bridge was closed for eleven weeks.
Leo Sand: Painting the harbor bridge took most of the budget.
"""
QUESTION = "Why did Tamarack lose the grant?"


def parts_of(home: Path, load: Callable[[str], Encoder]) -> Parts:
    """The parts of a server that takes transcripts of up to a megabyte."""
    return Parts(Settings(home, "hashing", 1), load)


class Client(TestClient):
    """Speaks to the application under a name it answers to; errors of the server come back as responses."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app, base_url="http://localhost:8300", raise_server_exceptions=False)

    def add(self, filename: str, content: str, **more: object) -> dict[str, Any]:
        """Send one transcript; what became of it."""
        response = self.post("/v1/transcripts", json={"filename": filename, "content": content, **more})
        assert response.status_code == 200, response.text
        return dict(response.json()["files"][0])

    def fill(self) -> None:
        """Send two transcripts."""
        assert self.add("hearing.txt", HEARING, collection="council")["outcome"] == "added"
        assert self.add("bridge.txt", BRIDGE, title="Bridge talk")["outcome"] == "added"

    def ids(self) -> dict[str, str]:
        """The ids of the transcripts, by title."""
        return {one["title"]: one["id"] for one in self.get("/v1/transcripts").json()["transcripts"]}

    def ask(self, question: str = QUESTION, **more: object) -> dict[str, Any]:
        """An answer."""
        response = self.post("/v1/ask", json={"question": question, **more})
        assert response.status_code == 200, response.text
        return dict(response.json())

    def until_ready(self) -> None:
        """Wait until the index and the encoder are loaded."""
        wait(lambda: self.get("/readyz").status_code == 200, lambda: self.get("/readyz").text)
