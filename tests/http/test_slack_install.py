"""A Slack app that several workspaces install: the real server, its pages, and Slack's side over real HTTP."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from client import QUESTION, parts_of
from fake_slack import PUBLIC, SECRET, FakeSlack, Workspace, fake_slack, workspace

from api.compose import Parts
from api.settings_slack import Client, Slack
from api.slack.bot import Bot
from api.slack.manifest import SCOPES
from api.slack.sealing import Sealing, Tokens
from index.store.library import Library
from tests.fakes import HashingEncoder
from tests.waiting import PATIENCE_S, wait

CLIENT = Client("123.456", "client-secret-of-the-app", frozenset({"T1", "T2"}))
ANSWER = "filed late"
COOKIE = "transcite_slack_state"


@pytest.fixture
def fake() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        fake.can_stream = False  # streams have tests of their own
        yield fake


def several(home: Path, fake: FakeSlack, collections: tuple[tuple[str | None, str], ...] = ()) -> Parts:
    """The parts of a server whose app workspaces install."""
    parts = parts_of(home, HashingEncoder)
    slack = Slack("", SECRET, collections, fake.url, client=CLIENT)
    parts.settings = replace(parts.settings, slack=slack, public_url=PUBLIC)
    return parts


@pytest.fixture
def here(tmp_path: Path, fake: FakeSlack) -> Iterator[Workspace]:
    with workspace(several(tmp_path / "home", fake), fake) as here:
        yield here


@dataclass
class Browser:
    """Somebody who would install the app."""

    here: Workspace
    state: str = ""

    def begin(self, query: str = "") -> dict[str, str]:
        """Open the page that begins; what Slack is asked."""
        response = self.here.http.get(f"/slack/install{query}")
        assert response.status_code == 303
        to = urlsplit(response.headers["location"])
        assert f"{to.scheme}://{to.netloc}/api/" == self.here.fake.url
        assert to.path == "/oauth/v2/authorize"
        cookie = response.headers["set-cookie"]
        assert all(one in cookie for one in ("HttpOnly", "Secure", "SameSite=lax", "Max-Age=600"))
        asked = {name: values[0] for name, values in parse_qs(to.query).items()}
        self.state = asked["state"]
        assert f"{COOKIE}={self.state};" in cookie
        return asked

    def come_back(self, cookie: str | None = None, **query: str) -> httpx2.Response:
        """Come back from Slack."""
        held = {"Cookie": f"{COOKIE}={self.state if cookie is None else cookie}"}
        return self.here.http.get("/slack/oauth_redirect", params={"state": self.state} | query, headers=held)


def allowed(fake: FakeSlack, team: str, token: str, /, **more: Any) -> None:
    """What Slack gives for a code, and what it says of that token."""
    given = {
        "ok": True,
        "app_id": "A1",
        "authed_user": {"id": "U7"},
        "scope": ",".join(SCOPES),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": f"UBOT{team}",
        "team": {"id": team, "name": f"Team <{team}>"},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    fake.usual["oauth.v2.access"] = given | more
    fake.usual["auth.test"] = {"ok": True, "team_id": team, "user_id": f"UBOT{team}", "bot_id": f"B{team}"}


def installed(here: Workspace, team: str, token: str, /, **more: Any) -> httpx2.Response:
    """Install the app in a workspace, from beginning to end."""
    allowed(here.fake, team, token, **more)
    browser = Browser(here)
    browser.begin()
    return browser.come_back(code="the-code")


def ask(here: Workspace, team: str, question: str = QUESTION, ts: str = "1.1", channel: str = "C1") -> None:
    bot = f"UBOT{team}"
    event = {"type": "app_mention", "user": "U1", "text": f"<@{bot}> {question}", "ts": ts, "channel": channel}
    authorizations = [{"team_id": team, "user_id": bot, "is_bot": True}]
    assert here.event(event, team_id=team, authorizations=authorizations).status_code == 200


def posted(fake: FakeSlack) -> list[tuple[str, str, bool]]:
    """With which token something was posted, where, and whether it was the answer."""
    return [
        (one.headers["Authorization"], one.body["thread_ts"], ANSWER in json.dumps(one.body["blocks"]))
        for one in fake.calls
        if one.method == "chat.postMessage"
    ]


def test_a_workspace_installs_the_app_and_is_answered_with_its_own_token(here: Workspace, tmp_path: Path) -> None:
    browser = Browser(here)
    asked = browser.begin("?team=T1")
    assert asked["client_id"] == "123.456"
    assert asked["scope"] == ",".join(SCOPES)
    assert asked["redirect_uri"] == f"{PUBLIC}/slack/oauth_redirect"
    assert asked["team"] == "T1"
    allowed(here.fake, "T1", "xoxb-of-T1")
    page = browser.come_back(code="the-code")
    assert (page.status_code, "Team &lt;T1&gt;" in page.text) == (200, True)
    assert f'{COOKIE}=""' in page.headers["set-cookie"]
    (exchanged,) = here.fake.sent("oauth.v2.access")
    assert (exchanged["code"], exchanged["redirect_uri"]) == ("the-code", f"{PUBLIC}/slack/oauth_redirect")
    installed(here, "T2", "xoxb-of-T2")
    ask(here, "T1", ts="1.1")
    ask(here, "T2", ts="2.2")
    here.fake.until(2)
    assert sorted(posted(here.fake)) == [("Bearer xoxb-of-T1", "1.1", True), ("Bearer xoxb-of-T2", "2.2", True)]
    assert len(here.fake.sent("auth.test")) == 2  # when installed, and never again


def test_tokens_lie_sealed_in_a_file_for_its_owner_only_and_come_into_no_log(
    here: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as the server logs
    allowed(here.fake, "T1", "xoxe.xoxb-of-T1", refresh_token="xoxe-1-again", expires_in=43200)
    browser = Browser(here)
    browser.begin()
    browser.come_back(code="the-code")
    ask(here, "T1")
    here.fake.until(1)
    home = tmp_path / "home"
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    logged = str([one.__dict__ for one in caplog.records if not one.name.startswith("httpx")])  # the browser's own
    assert "has installed the Slack app" in logged
    for secret in ("xoxb-of-T1", "xoxe-1-again", CLIENT.secret, "the-code", browser.state):
        assert secret not in logged
        assert secret.encode() not in kept
    assert home.stat().st_mode & 0o077 == 0


def test_what_was_begun_is_ended_once_in_the_same_browser_and_in_time(here: Workspace) -> None:
    allowed(here.fake, "T1", "xoxb-of-T1")
    browser = Browser(here)
    browser.begin()
    for cookie, query in (
        ("", {}),
        ("another", {}),
        ("é" * 3, {}),
        (None, {"state": "forged"}),
        (browser.state, {"state": browser.state + "x"}),
    ):
        held = {"Cookie": f"{COOKIE}={browser.state if cookie is None else cookie}".encode()}
        sent = {"state": browser.state, "code": "the-code"} | query
        response = here.http.get("/slack/oauth_redirect", params=sent, headers=held)
        assert (response.status_code, "Begin again" in response.text) == (400, True), cookie
    assert here.http.get("/slack/oauth_redirect").status_code == 400
    forged = Browser(here, "made-up-by-both")
    assert forged.come_back(code="the-code").status_code == 400
    assert here.fake.sent("oauth.v2.access") == []
    assert browser.come_back(code="the-code").status_code == 200
    assert browser.come_back(code="the-code").status_code == 400
    assert len(here.fake.sent("oauth.v2.access")) == 1


def test_what_was_begun_too_long_ago_is_over(here: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed(here.fake, "T1", "xoxb-of-T1")
    monkeypatch.setattr("api.slack.installing.STATE_S", -1)
    browser = Browser(here)
    here.http.get("/slack/install")
    response = here.http.get("/slack/install")
    browser.state = parse_qs(urlsplit(response.headers["location"]).query)["state"][0]
    assert browser.come_back(code="the-code").status_code == 400


def test_what_people_decide_at_slack_is_told(here: Workspace) -> None:
    told: list[tuple[dict[str, str], int, str]] = [
        ({"error": "access_denied"}, 403, "You did not allow it"),
        ({"error": "<script>alert(1)</script>"}, 400, "did not let the app be installed"),
        ({}, 400, "did not let the app be installed"),
    ]
    for query, status, words in told:
        browser = Browser(here)
        browser.begin()
        response = browser.come_back(**query)
        assert (response.status_code, words in response.text, "<script>" in response.text) == (status, True, False)


def test_a_code_that_slack_does_not_take_is_told_and_not_logged(
    here: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(here)
    browser.begin()
    here.fake.fail("oauth.v2.access", "invalid_code")
    response = browser.come_back(code="the-secret-code")
    assert (response.status_code, "did not complete" in response.text) == (502, True)
    assert ("invalid_code" in caplog.text, "the-secret-code" in caplog.text) == (True, False)


def test_a_workspace_that_may_not_and_a_whole_organisation_are_refused_and_their_token_given_back(
    here: Workspace,
) -> None:
    all_of_it = {"is_enterprise_install": True, "enterprise": {"id": "E1"}}
    tries: list[tuple[str, dict[str, Any], str]] = [
        ("T9", {}, "does not serve that workspace"),
        ("T1", all_of_it | {"team": None}, "not in a whole organisation"),
        ("T1", all_of_it, "not in a whole organisation"),
    ]
    for team, more, words in tries:
        response = installed(here, team, "xoxb-unwanted", **more)
        assert (response.status_code, words in response.text) == (403, True)
        ask(here, team)
    given_back = [one.headers["Authorization"] for one in here.fake.calls if one.method == "auth.revoke"]
    assert given_back == ["Bearer xoxb-unwanted"] * 3
    time.sleep(0.3)
    assert here.fake.sent() == []


def test_a_workspace_of_an_organisation_is_one_like_others(here: Workspace) -> None:
    assert installed(here, "T1", "xoxb-of-T1", enterprise={"id": "E1", "name": "E"}).status_code == 200
    ask(here, "T1")
    here.fake.until(1)


def gone(here: Workspace, event: dict[str, Any], *, at: float) -> None:
    response = here.event(event, team_id="T1", authorizations=[], event_time=int(at))
    assert response.status_code == 200


def test_a_workspace_that_removes_the_app_is_forgotten_until_it_installs_it_again(
    here: Workspace, tmp_path: Path
) -> None:
    removed, revoked = {"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["UBOTT1"]}}
    persons = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    installed(here, "T2", "xoxb-of-T2")
    for n, event in enumerate((removed, revoked)):
        installed(here, "T1", f"xoxb-{n}")
        gone(here, persons, at=time.time() + 1)
        gone(here, event, at=time.time() - 60)  # of an earlier installation, late
        assert teams(tmp_path) == ["T1", "T2"]
        gone(here, event, at=time.time() + 1)
        wait(lambda: teams(tmp_path) == ["T2"])
    ask(here, "T1")
    ask(here, "T2", ts="2.2")
    here.fake.until(1)
    time.sleep(0.3)
    assert [thread for _, thread, _ in posted(here.fake)] == ["2.2"]
    installed(here, "T1", "xoxb-new")
    ask(here, "T1", ts="3.3")
    here.fake.until(2)
    assert posted(here.fake)[1] == ("Bearer xoxb-new", "3.3", True)


def teams(tmp_path: Path) -> list[str]:
    with closing(sqlite3.connect(tmp_path / "home" / "library.db")) as connection:
        return [team for (team,) in connection.execute("SELECT team FROM slack_installations ORDER BY team")]


def expire(tmp_path: Path, in_s: float) -> None:
    with closing(sqlite3.connect(tmp_path / "home" / "library.db")) as connection, connection:
        connection.execute("UPDATE slack_installations SET expires_at = ?", (time.time() + in_s,))


def test_tokens_that_expire_are_renewed_in_time_and_once(here: Workspace, tmp_path: Path) -> None:
    installed(here, "T1", "xoxe.xoxb-1", refresh_token="xoxe-again-1", expires_in=43200)
    ask(here, "T1")
    here.fake.until(1)
    assert len(here.fake.sent("oauth.v2.access")) == 1
    expire(tmp_path, 60)
    renewed = {"ok": True, "token_type": "bot", "access_token": "xoxe.xoxb-2", "refresh_token": "xoxe-again-2"}
    here.fake.usual["oauth.v2.access"] = renewed | {"expires_in": 43200}
    for n in range(4):
        ask(here, "T1", ts=f"2.{n}", channel=f"C2{n}")
    here.fake.until(5)
    sent = here.fake.sent("oauth.v2.access")[1:]
    assert [(one["grant_type"], one["refresh_token"]) for one in sent] == [("refresh_token", "xoxe-again-1")]
    assert {token for token, thread, _ in posted(here.fake) if thread != "1.1"} == {"Bearer xoxe.xoxb-2"}
    expire(tmp_path, 60)  # the next time with the next one
    ask(here, "T1", ts="3.0", channel="C3")
    here.fake.until(6)
    assert here.fake.sent("oauth.v2.access")[2]["refresh_token"] == "xoxe-again-2"


def test_where_slack_renews_nothing_the_old_token_serves_as_long_as_it_lives(
    here: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    installed(here, "T1", "xoxe.xoxb-1", refresh_token="xoxe-again-1", expires_in=43200)
    here.fake.usual["oauth.v2.access"] = {"ok": False, "error": "invalid_refresh_token"}
    expire(tmp_path, 60)
    ask(here, "T1")
    here.fake.until(1)
    assert "renews no token of workspace T1: invalid_refresh_token" in caplog.text
    expire(tmp_path, -60)
    caplog.clear()
    ask(here, "T1", ts="2.2")
    wait(lambda: "renews no token of workspace T1: invalid_refresh_token" in caplog.text)
    time.sleep(0.3)
    assert len(here.fake.sent()) == 1
    assert "xoxe" not in caplog.text


def test_with_another_client_secret_the_app_is_installed_again(
    tmp_path: Path, fake: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    with workspace(several(tmp_path / "home", fake), fake) as here:
        installed(here, "T1", "xoxb-of-T1")
    parts = several(tmp_path / "home", fake)
    assert parts.settings.slack is not None
    other = replace(parts.settings.slack, client=replace(CLIENT, secret="another"))
    parts.settings = replace(parts.settings, slack=other)
    with workspace(parts, fake) as here:
        ask(here, "T1")
        wait(lambda: "install the app again" in caplog.text)
        time.sleep(0.3)
        assert fake.sent() == []
        installed(here, "T1", "xoxb-again")
        ask(here, "T1", ts="2.2")
        fake.until(1)


def test_tokens_of_one_workspace_are_not_those_of_another() -> None:
    sealing = Sealing("secret")
    sealed = sealing.sealed("T1", Tokens("xoxb-1"))
    assert sealing.opened("T1", sealed) == Tokens("xoxb-1")
    assert (sealing.opened("T2", sealed), Sealing("other").opened("T1", sealed)) == (None, None)
    assert "xoxb" not in repr(Tokens("xoxb-1", "xoxe-1"))


def test_each_workspace_sees_its_collections(tmp_path: Path, fake: FakeSlack) -> None:
    collections = (("T1", "council"), (None, "radio"), ("C2", "radio"))
    with workspace(several(tmp_path / "home", fake, collections), fake) as here:
        installed(here, "T1", "xoxb-of-T1")
        installed(here, "T2", "xoxb-of-T2")
        ask(here, "T1", ts="1.1")
        ask(here, "T2", ts="2.2")
        ask(here, "T1", ts="3.3", channel="C2")
        fake.until(3)
    assert {thread: found for _, thread, found in posted(fake)} == {"1.1": True, "2.2": False, "3.3": False}


def test_each_workspace_is_told_of_what_the_last_run_left_unanswered(tmp_path: Path, fake: FakeSlack) -> None:
    from api.slack.ledger import Ledger, Spot  # noqa: PLC0415

    with workspace(several(tmp_path / "home", fake), fake) as here:
        installed(here, "T1", "xoxb-of-T1")
        installed(here, "T2", "xoxb-of-T2")
    killed = Ledger(tmp_path / "home" / "slack.db", "killed")
    for team in ("T1", "T2", "T3"):
        assert killed.begin(f"{team}:C1:{team}.1", Spot("C1", f"{team}.1", "U1"))
    with workspace(several(tmp_path / "home", fake), fake):
        fake.until(2)
    assert sorted(posted(fake)) == [("Bearer xoxb-of-T1", "T1.1", False), ("Bearer xoxb-of-T2", "T2.1", False)]


def test_installing_needs_no_key_but_is_counted_and_is_not_there_for_one_workspace(
    tmp_path: Path, fake: FakeSlack
) -> None:
    parts = several(tmp_path / "home", fake)
    with closing(Library(tmp_path / "home", encoder="hashing")) as library:
        library.keys.create("somebody", scope="manage")
    parts.settings = replace(parts.settings, rates=replace(parts.settings.rates, address="3/minute"))
    from live import served  # noqa: PLC0415

    with served(parts) as base, httpx2.Client(base_url=base, timeout=PATIENCE_S) as http:
        assert [http.get("/slack/install").status_code for _ in range(5)] == [303, 303, 303, 429, 429]
    assert parts.settings.slack is not None
    one = replace(parts.settings.slack, token="xoxb-1", client=None)
    parts.settings = replace(parts.settings, slack=one, rates=replace(parts.settings.rates, address="99/minute"))
    with served(parts) as base, httpx2.Client(base_url=base, timeout=PATIENCE_S) as http:
        assert http.get("/slack/install").status_code == 404


def test_bolt_takes_nothing_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        async def present(self, team: str | None) -> None: ...
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def left(self, team: str, at: float) -> None: ...

    stray = {
        name: f"stray-{name}"
        for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_VERIFICATION_TOKEN")
    }
    for name, value in stray.items():
        monkeypatch.setenv(name, value)
    app = Bot(Nowhere(), Slack("xoxb-1", "2")).app
    assert (app.oauth_flow, app.installation_store, app.client.token) == (None, None, None)
    assert "stray" not in repr(vars(app))
    assert {name: os.environ[name] for name in stray} == stray
