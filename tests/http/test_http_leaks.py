"""Two collections, two keys, a thousand calls: neither ever sees a word, a name, a number or an id of the other's."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from client import Client

CALLS = 1000
TOPICS = ("harbor bridge", "ambulance grant", "school roof", "night buses")
WORDS = {"north": ("Quillfeather", "Ostrander", "marmalade"), "south": ("Vandersloot", "Brimblecombe", "zeppelin")}
OTHER = {"north": "south", "south": "north"}


def transcript(side: str, n: int) -> str:
    """A transcript in which every turn holds a word that only this side has."""
    speaker, other, word = WORDS[side]
    topic = TOPICS[n % len(TOPICS)]
    return (
        f"{speaker}: Why did the {topic} of the {word} cost so much in the year {n}?\n"
        f"{other}: The {topic} cost {n} thousand because the {word} was late.\n"
        f"{speaker}: And who paid for the {word} and the {topic}?\n"
        f"{other}: The {word} county paid for the {topic}.\n"
    )


class Side:
    """One key and what it may see."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name = client, name
        keys = client.app.state.service.library.keys  # type: ignore[attr-defined]
        sent = keys.create(f"{name} office", scope="manage", collections=[name])[1]
        self.headers = {"Authorization": f"Bearer {sent}"}
        self.ids: list[str] = []
        self.answers: list[str] = []

    def call(self, method: str, path: str, **more: Any) -> Any:
        response = self.client.request(method, path, headers=self.headers, **more)
        assert response.status_code < 500, response.text
        return response

    def add(self, n: int) -> None:
        filename = f"{WORDS[self.name][2]}-{n}.txt"
        body = {"filename": filename, "content": transcript(self.name, n), "collection": self.name}
        report = self.call("POST", "/v1/transcripts", json=body).json()
        self.ids.append(report["files"][0]["transcript_id"])

    def secrets(self) -> list[str]:
        """What the other side must never be shown."""
        return [*WORDS[self.name], f'"{self.name}"', *self.ids, *self.answers]


def random_call(side: Side, other: Side, chance: random.Random) -> str:
    """One call with this side's key, mostly about what is the other's; what came back, without what was sent."""
    theirs = chance.choice(other.ids)
    filters: dict[str, Any] = chance.choice(
        [
            {},
            {"collections": [other.name]},
            {"collections": [side.name, other.name]},
            {"transcripts": [theirs]},
            {"speakers": [WORDS[other.name][0]]},
            {"not_speakers": [WORDS[side.name][0]]},
        ]
    )
    question = f"{chance.choice(['Why did', 'Who paid for', 'What cost'])} the {chance.choice(TOPICS)}?"
    answered = chance.choice(other.answers or ["none"])
    calls: list[Callable[[], Any]] = [
        lambda: side.call("POST", "/v1/ask", json={"question": question, "filters": filters}),
        lambda: side.call("POST", "/v1/search", json={"query": question, "filters": filters, "top_k": 50}),
        lambda: side.call("GET", "/v1/transcripts", params={"limit": chance.randint(1, 20)}),
        lambda: side.call("GET", "/v1/transcripts", params={"collection": [other.name, side.name]}),
        lambda: side.call("GET", f"/v1/transcripts/{theirs}"),
        lambda: side.call("GET", f"/t/{theirs}"),
        lambda: side.call("PATCH", f"/v1/transcripts/{theirs}", json={"title": "mine now"}),
        lambda: side.call("PATCH", f"/v1/transcripts/{theirs}", json={"rename_speakers": {WORDS[other.name][0]: "X"}}),
        lambda: side.call("DELETE", f"/v1/transcripts/{theirs}"),
        lambda: side.call("GET", f"/v1/answers/{answered}"),
        lambda: side.call("POST", f"/v1/answers/{answered}/feedback", json={"vote": "down"}),
        lambda: side.call("GET", "/v1/jobs"),
        lambda: side.call("GET", "/v1/models"),
        lambda: side.call("GET", "/metrics"),
        lambda: side.call("GET", "/library", params={"collection": other.name}),
        lambda: side.call("GET", "/", params={"q": question}),
        lambda: side.call(
            "POST",
            "/v1/chat/completions",
            json={
                "model": chance.choice(["transcite", f"transcite/{side.name}", f"transcite/{other.name}"]),
                "messages": [{"role": "user", "content": question}],
            },
        ),
    ]
    response = chance.choice(calls)()
    if response.status_code == 200 and response.request.url.path == "/v1/ask":
        answer = response.json()
        side.answers.append(answer["id"])
        counted = (answer["searched"]["transcripts"], answer["searched"]["turns"])
        assert counted <= (len(side.ids), 4 * len(side.ids))
        answer["searched"]["filters"] = {}  # what was asked for is told again
        return str(answer)
    said = str(response.text)
    echoed = response.status_code == 404 or response.request.url.path == "/library"
    for sent in (theirs, answered, f"transcite/{other.name}", f'"{other.name}"' if echoed else ""):
        said = said.replace(sent, "SENT") if sent else said
    return said


def test_a_thousand_calls_show_nothing_of_the_other_side(client: Client) -> None:
    sides = [Side(client, name) for name in WORDS]
    for n in range(12):
        for side in sides:
            side.add(n)
    chance = random.Random(20261122)
    before = [client.app.state.service.library.entries()]  # type: ignore[attr-defined]
    for _ in range(CALLS):
        side, other = chance.sample(sides, 2)
        said = random_call(side, other, chance)
        assert [one for one in other.secrets() if one in said] == [], said
    assert [client.app.state.service.library.entries()] == before  # type: ignore[attr-defined]
    assert all(len(side.answers) > 5 for side in sides)
