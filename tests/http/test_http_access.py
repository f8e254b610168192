"""Who is let in, and what they get to see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from client import BRIDGE, QUESTION, Client, parts_of
from fastapi.routing import APIRoute
from itsdangerous import URLSafeTimedSerializer

from api.compose import Parts
from api.http.app import Place, create_app
from api.http.tokens import Tokens
from api.settings import Rates
from index.store.keys import Keys
from tests.fakes import HashingEncoder
from tests.waiting import wait

SITE_ORIGIN = "https://news.example"
OWN = {"Origin": "http://localhost:8300"}


def keys_of(client: Client) -> Keys:
    keys: Keys = client.app.state.service.library.keys  # type: ignore[attr-defined]
    return keys


def bearer(sent: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {sent}"}


@pytest.fixture
def manage(filled: Client) -> dict[str, str]:
    """What the holder of a key for everything sends; with it, the library asks for keys."""
    return bearer(keys_of(filled).create("all", scope="manage")[1])


def site_token(client: Client, origin: str = SITE_ORIGIN) -> str:
    site, _ = keys_of(client).create("paper", scope="ask", collections=["council"], origins=[SITE_ORIGIN])
    response = client.post(f"/v1/sites/{site.id}/token", headers={"Origin": origin})
    assert response.status_code == 200, response.text
    assert response.json()["expires_in"] == 900
    return str(response.json()["token"])


def is_open(path: str) -> bool:
    """Whether an address is meant to be open: signs of life, signing in, what pages load, tokens for sites."""
    return path.startswith(("/t/-/", "/widget.")) or path in {
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/signin",
        "/signout",
        "/v1/sites/{site_id}/token",
    }


def routes(client: Client) -> list[Any]:
    """Every route of the application, those of its routers included."""
    found: list[Any] = []
    waiting = list(client.app.routes)  # type: ignore[attr-defined]
    for one in waiting:
        inner = getattr(one, "original_router", None)
        if inner is None:
            found.append(one)
        else:
            waiting.extend(inner.routes)
    return found


def test_every_address_is_closed_but_those_meant_to_be_open(filled: Client, manage: dict[str, str]) -> None:
    found = {
        one.path
        for one in routes(filled)
        for method in sorted(getattr(one, "methods", None) or {"GET", "POST"})
        if filled.request(method, re.sub(r"{[^}]*}", "x", one.path), follow_redirects=False).status_code != 401
    }
    assert {one for one in found if not is_open(one)} == set()
    assert found >= {"/healthz", "/openapi.json"}
    assert len(routes(filled)) > 13


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("nonsense"),
        bearer("key_0123456789abcdef.secret"),
        {"Authorization": "Basic a2V5OnNlY3JldA=="},
        {"Authorization": "Bearer"},
        {"Cookie": "transcite_session=nonsense"},
        {"Authorization": "Bearer \u00e9\u00ff"},
    ],
)
def test_who_has_no_key_gets_nothing(filled: Client, manage: dict[str, str], headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    response = filled.post("/v1/ask", json={"question": QUESTION}, headers=raw)
    assert (response.status_code, response.json()["type"]) == (401, "/problems/no-key")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "Tamarack" not in response.text


def test_a_key_with_another_secret_is_none(filled: Client, manage: dict[str, str]) -> None:
    assert filled.get("/v1/transcripts", headers=manage).status_code == 200
    sent = manage["Authorization"]
    assert filled.get("/v1/transcripts", headers={"Authorization": sent[:-1] + "~"}).status_code == 401
    assert filled.get("/v1/transcripts", headers={"Authorization": sent.split(".")[0]}).status_code == 401


def test_a_revoked_key_is_refused_from_the_next_request_on_and_the_library_stays_closed(
    filled: Client, manage: dict[str, str]
) -> None:
    [key] = keys_of(filled).list()
    assert filled.get("/v1/transcripts", headers=manage).status_code == 200
    keys_of(filled).revoke(key.id)
    assert filled.get("/v1/transcripts", headers=manage).status_code == 401
    assert filled.get("/v1/transcripts").status_code == 401


def test_a_key_to_ask_may_read_and_not_change(filled: Client, manage: dict[str, str]) -> None:
    ask = bearer(keys_of(filled).create("reader", scope="ask")[1])
    [one, *_] = filled.get("/v1/transcripts", headers=ask).json()["transcripts"]
    assert filled.post("/v1/ask", json={"question": QUESTION}, headers=ask).status_code == 200
    assert filled.get(f"/t/{one['id']}", headers=ask).status_code == 200
    changes: list[Callable[[], Any]] = [
        lambda: filled.delete(f"/v1/transcripts/{one['id']}", headers=ask),
        lambda: filled.patch(f"/v1/transcripts/{one['id']}", json={"title": "x"}, headers=ask),
        lambda: filled.post("/v1/transcripts", json={"filename": "a.txt", "content": BRIDGE}, headers=ask),
    ]
    for change in changes:
        response = change()
        assert (response.status_code, response.json()["type"]) == (403, "/problems/forbidden")
    assert filled.get("/v1/transcripts", headers=manage).json()["transcripts"][0]["title"] == one["title"]


def test_a_key_of_a_collection_sees_that_and_adds_to_that(filled: Client, manage: dict[str, str]) -> None:
    council = bearer(keys_of(filled).create("council", scope="manage", collections=["council"])[1])
    listed = filled.get("/v1/transcripts", headers=council).json()["transcripts"]
    assert [one["collection"] for one in listed] == ["council"]
    asked = {"question": "Who was painting the harbor bridge?"}
    answer = filled.post("/v1/ask", json=asked, headers=council).json()
    assert answer["searched"]["collections"] in ([], ["council"])
    assert (answer["searched"]["transcripts"], answer["searched"]["turns"]) == (1, 4)
    assert answer["searched"]["filters"]["collections"] == []
    assert "Leo Sand" not in str(answer)
    # Without a name, what is added goes where the key belongs; elsewhere it may not.
    added = filled.post("/v1/transcripts", json={"filename": "n.txt", "content": BRIDGE}, headers=council).json()
    transcript = filled.get(f"/v1/transcripts/{added['files'][0]['transcript_id']}", headers=manage).json()
    assert transcript["collection"] == "council"
    elsewhere = {"filename": "o.txt", "content": BRIDGE, "collection": "default"}
    assert filled.post("/v1/transcripts", json=elsewhere, headers=council).status_code == 403


def test_what_is_not_theirs_is_as_if_it_were_not_there(filled: Client, manage: dict[str, str]) -> None:
    council = bearer(keys_of(filled).create("council", scope="manage", collections=["council"])[1])
    ids = {one["title"]: one["id"] for one in filled.get("/v1/transcripts", headers=manage).json()["transcripts"]}
    other, none = ids["Bridge talk"], "bridge-0000000000"
    given = filled.post("/v1/ask", json={"question": QUESTION}, headers=manage).json()["id"]

    def told(method: str, path: str, **more: Any) -> list[Any]:
        found = []
        for one in (other, none):
            response = filled.request(method, path.format(one), headers=council, **more)
            said = response.text.replace(one, "ID").replace(response.headers["x-request-id"], "REQUEST")
            found.append((response.status_code, said, sorted(response.headers)))
        return found

    for method, path, more in [
        ("GET", "/v1/transcripts/{}", {}),
        ("DELETE", "/v1/transcripts/{}", {}),
        ("PATCH", "/v1/transcripts/{}", {"json": {"title": "mine"}}),
        ("PATCH", "/v1/transcripts/{}", {"json": {"rename_speakers": {"Leo Sand": "x"}}}),
        ("GET", "/t/{}", {}),
    ]:
        theirs, nobodys = told(method, path, **more)
        assert theirs == nobodys
        assert theirs[0] == 404
    for filters in ({"collections": ["default"]}, {"transcripts": [other]}, {"speakers": ["Leo Sand"]}):
        found = filled.post("/v1/search", json={"query": "harbor bridge", "filters": filters}, headers=council)
        assert found.json() == {"hits": []}
    assert filled.get("/v1/transcripts", params={"collection": "default"}, headers=council).json()["transcripts"] == []
    assert filled.get(f"/v1/answers/{given}", headers=council).status_code == 404
    assert filled.post(f"/v1/answers/{given}/feedback", json={"vote": "up"}, headers=council).status_code == 404
    assert filled.get(f"/v1/transcripts/{other}", headers=manage).json()["title"] == "Bridge talk"


def test_an_answer_is_for_whom_it_was_given_to(filled: Client, manage: dict[str, str]) -> None:
    one, two = (bearer(keys_of(filled).create(name, scope="ask")[1]) for name in "ab")
    given = filled.post("/v1/ask", json={"question": QUESTION}, headers=one).json()
    assert filled.get(f"/v1/answers/{given['id']}", headers=one).json() == given
    assert filled.get(f"/v1/answers/{given['id']}", headers=two).status_code == 404
    assert filled.get(f"/v1/answers/{given['id']}", headers=manage).json() == given


def test_readers_of_a_site_may_ask_from_its_pages_only(filled: Client) -> None:
    token = site_token(filled)
    asked = {"question": QUESTION}
    page = bearer(token) | {"Origin": SITE_ORIGIN}
    answer = filled.post("/v1/ask", json=asked, headers=page)
    assert answer.status_code == 200
    assert {one["collection"] for one in answer.json()["citations"]} == {"council"}
    assert answer.headers["access-control-allow-origin"] == SITE_ORIGIN
    vote = filled.post(f"/v1/answers/{answer.json()['id']}/feedback", json={"vote": "up"}, headers=page)
    assert vote.status_code == 200
    assert filled.post("/v1/ask", json=asked, headers=bearer(token)).status_code == 401
    elsewhere = bearer(token) | {"Origin": "https://evil.example"}
    assert filled.post("/v1/ask", json=asked, headers=elsewhere).status_code == 403
    for closed in ("/v1/transcripts", f"/v1/transcripts/{answer.json()['citations'][0]['transcript_id']}"):
        assert filled.get(closed, headers=page).status_code == 403
    assert filled.post("/v1/search", json={"query": "grant"}, headers=page).status_code == 403
    # What an answer cites can be opened from it; what is in other collections cannot.
    cited = answer.json()["citations"][0]["transcript_id"]
    assert filled.get(f"/t/{cited}", params={"token": token}).status_code == 200
    assert filled.get(f"/t/{cited}").status_code == 401
    assert filled.get("/t/bridge", params={"token": token}).status_code == 404
    assert filled.get("/v1/transcripts", params={"token": token}).status_code == 401


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://news.example", "https://news.example:8443", "null", None]
)
def test_a_site_gives_tokens_to_its_own_pages_only(filled: Client, origin: str | None) -> None:
    site, _ = keys_of(filled).create("paper", scope="ask", origins=[SITE_ORIGIN])
    headers = {} if origin is None else {"Origin": origin}
    response = filled.post(f"/v1/sites/{site.id}/token", headers=headers)
    assert response.status_code == 403
    assert "token" not in response.json()
    assert "access-control-allow-origin" not in response.headers


def test_a_revoked_site_and_a_key_give_no_tokens(filled: Client, manage: dict[str, str]) -> None:
    token, page = site_token(filled), {"Origin": SITE_ORIGIN}
    key, site = keys_of(filled).list()
    assert filled.post(f"/v1/sites/{key.id}/token", headers=page).status_code == 404
    keys_of(filled).revoke(site.id)
    assert filled.post(f"/v1/sites/{site.id}/token", headers=page).status_code in {403, 404}
    assert filled.post("/v1/ask", json={"question": QUESTION}, headers=bearer(token)).status_code == 401


def test_tokens_are_of_one_kind_and_of_their_time(filled: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = site_token(filled)
    tokens = Tokens(keys_of(filled).signing_secret)
    assert tokens.site(token) is not None
    assert tokens.session(token) is None
    assert tokens.site(tokens.for_session("key_x")) is None
    assert tokens.site(token[:-2]) is None
    assert Tokens(lambda: "another secret").site(token) is None
    later = URLSafeTimedSerializer("x").make_signer("x").get_timestamp() + 901
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: later)
    assert tokens.site(token) is None


def test_a_session_lets_a_browser_in_and_changes_only_from_the_servers_own_pages(
    filled: Client, manage: dict[str, str]
) -> None:
    [key] = keys_of(filled).list()
    session = {"Cookie": f"transcite_session={Tokens(keys_of(filled).signing_secret).for_session(key.id)}"}
    [one, *_] = filled.get("/v1/transcripts", headers=session).json()["transcripts"]
    change = {"title": "A better title"}
    path = f"/v1/transcripts/{one['id']}"
    assert filled.patch(path, json=change, headers=session).status_code == 401
    assert filled.patch(path, json=change, headers=session | {"Origin": "https://evil.example"}).status_code == 403
    keys_of(filled).create("paper", scope="ask", origins=[SITE_ORIGIN])
    assert filled.patch(path, json=change, headers=session | {"Origin": SITE_ORIGIN}).status_code == 401
    assert filled.patch(path, json=change, headers=session | OWN).json()["title"] == "A better title"
    keys_of(filled).revoke(key.id)
    assert filled.get("/v1/transcripts", headers=session).status_code == 401


def test_browsers_without_a_key_are_sent_to_sign_in(filled: Client, manage: dict[str, str]) -> None:
    page = filled.get("/?q=why+so", headers={"Accept": "text/html"}, follow_redirects=False)
    assert page.headers["location"] == "/signin?next=/%3Fq%3Dwhy%2Bso"
    page = filled.get("/t/hearing", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/signin?next=/t/hearing")


@pytest.mark.parametrize(
    ("origin", "allowed"), [(SITE_ORIGIN, True), ("https://tools.example", True), ("https://evil.example", False)]
)
def test_only_exact_origins_may_read_from_elsewhere(parts: Parts, origin: str, *, allowed: bool) -> None:
    own = Parts(replace(parts.settings, cors_origins=("https://tools.example",)), parts.load)
    preflight = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    with Client(create_app(own)) as client:
        assert client.options("/v1/ask", headers=preflight).status_code == 400  # nobody while no key is needed
        keys_of(client).create("paper", scope="ask", origins=[SITE_ORIGIN])
        response = client.options("/v1/ask", headers=preflight)
        assert response.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"]


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Client]:
    """A client of a server that lets little through."""
    parts = parts_of(tmp_path / "home", HashingEncoder)
    rates = Rates(key="3/minute", site="4/minute", address="6/minute")
    with Client(create_app(Parts(replace(parts.settings, rates=rates), parts.load))) as client:
        yield client


def test_rates_are_kept_by_key_and_by_address(hasty: Client) -> None:
    assert {hasty.get("/v1/transcripts").status_code for _ in range(9)} == {200}  # on this machine, without a key
    one, two = (bearer(keys_of(hasty).create(name, scope="ask")[1]) for name in "ab")
    assert [hasty.get("/v1/transcripts", headers=one).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert hasty.get("/v1/transcripts", headers=two).status_code == 200
    assert [hasty.get("/v1/transcripts").status_code for _ in range(7)] == [401] * 6 + [429]
    response = hasty.get("/v1/transcripts", headers=one)
    assert response.json()["type"] == "/problems/too-many-requests"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert hasty.get("/healthz").status_code == 200


def test_rates_are_kept_by_site_whoever_its_readers_are(hasty: Client) -> None:
    token = site_token(hasty)
    page = bearer(token) | {"Origin": SITE_ORIGIN}
    codes = [hasty.get("/v1/answers/x", headers=page).status_code for _ in range(5)]
    assert codes == [404, 404, 404, 404, 429]


def test_the_library_is_closed_to_others_when_it_can_be_reached(parts: Parts) -> None:
    with Client(create_app(parts, Place(host="0.0.0.0", loopback=False))) as client:
        assert client.get("/v1/transcripts").status_code == 401
        assert client.get("/healthz", headers={"Host": "transcripts.example"}).status_code == 200
    named = Parts(replace(parts.settings, hosts=("transcripts.example",)), parts.load)
    with Client(create_app(named, Place(host="0.0.0.0", loopback=False))) as client:
        assert client.get("/healthz", headers={"Host": "transcripts.example"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_no_secret_is_kept(filled: Client, manage: dict[str, str], parts: Parts) -> None:
    assert filled.get("/v1/transcripts", headers=manage).status_code == 200
    secret = manage["Authorization"].split(".")[1].encode()
    for file in parts.settings.home.rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes()


def test_every_api_route_says_who_may(filled: Client) -> None:
    """A route that forgets to ask who is there would be open to every key, sites included."""
    closed = [one for one in routes(filled) if isinstance(one, APIRoute) and not is_open(one.path)]
    for route in closed:
        names = {getattr(one.call, "__name__", "") for one in route.dependant.dependencies}
        assert names & {"_asker", "_narrower", "_reader", "_manager"}, route.path
    assert len(closed) > 9


def test_the_library_says_when_a_key_was_used(filled: Client, manage: dict[str, str], parts: Parts) -> None:
    filled.get("/v1/transcripts", headers=manage)
    wait(lambda: keys_of(filled).list()[0].used_at is not None, lambda: keys_of(filled).list())
