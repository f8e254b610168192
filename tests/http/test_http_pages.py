"""The pages for people, as a browser gets them: signing in, the front page, the library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from client import BRIDGE, HEARING, QUESTION, Client

from api.compose import Parts
from api.embedding import built
from api.http import people
from api.http.app import create_app
from api.http.gate import COOKIE
from api.http.pages import FORMS
from api.http.tokens import SESSION_S
from api.http.widget.policies import CHATS

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OWN = {"origin": "http://localhost:8300"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' & {{ 7 * 7 }} </th></table>"


class Read(HTMLParser):
    """The tags of a page, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, tag: str, attribute: str) -> list[str]:
        return [found[attribute] or "" for name, found in self.tags if name == tag and attribute in found]


def key(parts: Parts, scope: str = "manage", *collections: str) -> str:
    """A new key's secret."""
    with parts.library() as library:
        return library.keys.create("a key", scope=scope, collections=collections)[1]  # type: ignore[arg-type]


def page(client: Client, path: str, status: int = 200) -> str:
    """A page, as a browser asks for it."""
    reply = client.get(path, headers=PAGE)
    assert (reply.status_code, reply.headers["content-type"]) == (status, "text/html; charset=utf-8"), reply.text
    return reply.text


def sign_in(client: Client, secret: str, path: str = "/signin", **more: Any) -> Any:
    return client.post(path, data={"key": secret}, headers=PAGE | OWN | more, follow_redirects=False)


@pytest.fixture
def secret(filled: Client, parts: Parts) -> str:
    """A key that manages everything, of the library of `filled`: from now on one is needed."""
    return key(parts)


def test_a_page_sends_those_without_a_key_to_sign_in_and_back(filled: Client, secret: str) -> None:
    reply = filled.get("/library", headers=PAGE, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/signin?next=/library")
    assert 'name="key"' in page(filled, reply.headers["location"])
    reply = sign_in(filled, f" {secret}\n", reply.headers["location"])
    assert (reply.status_code, reply.headers["location"]) == (303, "/library")
    assert "Bridge talk" in page(filled, "/library")
    assert "Sign out" in page(filled, "/")
    reply = filled.post("/signout", headers=PAGE | OWN, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, "/signin")
    assert filled.get("/library", headers=PAGE, follow_redirects=False).status_code == 303


def test_the_cookie_is_out_of_the_reach_of_scripts_and_other_sites(filled: Client, parts: Parts, secret: str) -> None:
    def flags(reply: Any) -> set[str]:
        name, *rest = reply.headers["set-cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        return {one.lower() for one in rest}

    expected = {"httponly", "samesite=lax", "path=/", f"max-age={SESSION_S}"}
    assert flags(sign_in(filled, secret)) == expected
    with Client(create_app(parts)) as secure:
        secure.base_url = "https://localhost:8300"  # type: ignore[assignment]
        assert flags(sign_in(secure, secret, origin="https://localhost:8300")) == expected | {"secure"}
    gone = filled.post("/signout", headers=PAGE | OWN, follow_redirects=False)
    assert "max-age=0" in flags(gone)


def test_the_key_is_in_no_response(filled: Client, secret: str) -> None:
    for sent in (secret, secret[:-1], secret + "x"):
        reply = sign_in(filled, sent, "/signin?next=/library")
        assert sent not in reply.text
        assert sent.split(".")[1] not in str(reply.headers)
    assert 'type="password"' in page(filled, "/signin")


@pytest.mark.parametrize("sent", ["", " ", "wrong", "key_0.x", "ключ", "key\udcff".encode("utf-8", "replace").decode()])
def test_a_wrong_key_gets_the_page_again(filled: Client, secret: str, sent: str) -> None:
    reply = sign_in(filled, sent, "/signin?next=/library")
    assert reply.status_code == 401
    assert "set-cookie" not in reply.headers
    assert re.search(r'role="alert">(This is not a key of this library|Paste your key)', reply.text)
    assert 'aria-invalid="true"' in reply.text


def test_a_key_may_come_in_either_kind_of_form_and_no_other(filled: Client, secret: str) -> None:
    send: Callable[..., Any] = filled.post
    form = {"files": {"key": (None, secret)}}
    assert send("/signin", **form, headers=OWN, follow_redirects=False).status_code == 303
    for kind in ("application/json", "text/plain", ""):
        reply = send("/signin", content=f"key={secret}", headers=OWN | {"content-type": kind})
        assert reply.status_code == 415
    broken = {"content-type": "multipart/form-data; boundary=x"} | OWN
    assert send("/signin", content=b"--x\r\nbroken", headers=broken).status_code in {400, 401}
    escaped = {"content-type": "multipart/form-data; boundary=x; charset=unicode_escape"} | OWN
    body = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n\\ud800.x\r\n--x--\r\n'
    assert send("/signin", content=body, headers=escaped).status_code == 401
    assert send("/signin", files={"key": ("key.txt", secret)}, headers=OWN).status_code == 401


def test_a_revoked_key_signs_nobody_in_and_ends_what_it_began(filled: Client, parts: Parts, secret: str) -> None:
    assert sign_in(filled, secret).status_code == 303
    with parts.library() as library:
        library.keys.revoke(secret.partition(".")[0])
    assert filled.get("/library", headers=PAGE, follow_redirects=False).status_code == 303
    assert sign_in(filled, secret).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/t/abc", "/t/abc"),
        ("/library?collection=a b&after=x", "/library?collection=a%20b&after=x"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/\u2028", "/"),
        ("\t//evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil", "/"),
        ("", "/"),
        ("/ü\r\nset-cookie: a=b", "/"),
    ],
)
def test_signing_in_leads_to_this_server_only(filled: Client, secret: str, wanted: str, where: str) -> None:
    reply = filled.post("/signin", params={"next": wanted}, data={"key": secret}, headers=OWN, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, where)


def test_pages_of_elsewhere_sign_nobody_in_or_out(filled: Client, parts: Parts, secret: str) -> None:
    with parts.library() as library:
        library.keys.create("site", scope="ask", origins=["https://news.example"])
    for origin in ("https://evil.example", "https://news.example", "null"):
        for path in ("/signin", "/signout"):
            reply = filled.post(path, data={"key": secret}, headers={"origin": origin}, follow_redirects=False)
            assert reply.status_code == 403
            assert "set-cookie" not in reply.headers


def test_without_any_key_nobody_is_asked_for_one(client: Client) -> None:
    assert "people on this machine need none" in page(client, "/signin")
    for path in ("/", "/library"):
        assert "Sign out" not in page(client, path)


@pytest.mark.parametrize("path", ["/signin", "/", "/library", f"/?q={QUESTION}", "/demo", "/demo?site=site_1"])
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(filled: Client, path: str) -> None:
    reply = filled.get(path, headers=PAGE)
    policy = reply.headers["content-security-policy"]
    chats = path.startswith(("/?", "/demo")) or path == "/"
    assert policy == (CHATS if chats else FORMS)["Content-Security-Policy"]
    assert ("frame-src 'self'" in policy) == chats
    assert "unsafe" not in policy
    for directive in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ):
        assert directive in policy.split("; ")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    # With "no-referrer" browsers send the form of signing in as from nowhere, and it would be refused.
    assert reply.headers["referrer-policy"] == "same-origin"
    read = Read(reply.text)
    scripts = read.values("script", "src")
    assert all(value.startswith("/widget." if chats else "/t/-/people.") for value in scripts)
    assert all(value.startswith("/t/-/people.") for value in read.values("link", "href") if value != "data:,")
    assert not re.search(r"<style|<script(?! type=\"module\" src=| src=)", reply.text)
    assert not any(name.startswith("on") or name == "style" for _, found in read.tags for name in found)


def test_every_id_is_there_once_and_every_label_has_its_field(filled: Client) -> None:
    for path in ("/signin", "/", "/library", f"/?q={QUESTION}", "/demo"):
        read = Read(page(filled, path))
        ids = [found["id"] for _, found in read.tags if "id" in found]
        assert len(ids) == len(set(ids))
        assert set(read.values("label", "for")) <= set(ids)


def test_hostile_titles_names_and_collections_are_text(client: Client) -> None:
    def tags(title: str, name: str, collection: str) -> list[list[str]]:
        said = {"title": title, "collection": collection, "date": "2024-01-02"}
        added = client.add("bridge.txt", BRIDGE, **said)
        where = f"/v1/transcripts/{added['transcript_id']}"
        assert client.patch(where, json={"rename_speakers": {"Leo Sand": name}}).status_code == 200
        pages = []
        for path, query in (("/library", {}), ("/", {"q": "What took most of the budget?", "speaker": name})):
            reply = client.get(path, params=query | {"collection": collection}, headers=PAGE)
            assert reply.status_code == 200
            assert "<script>alert" not in reply.text
            pages.append([tag for tag, _ in Read(reply.text).tags])
        client.delete(where)
        return pages

    assert tags(HOSTILE, HOSTILE, HOSTILE[:95]) == tags("a", "b", "c")
    asked = client.get("/", params={"q": f"Who? {HOSTILE}"}, headers=PAGE).text
    assert f"Who? {HOSTILE}" in Read(asked).values("transcite-chat", "ask")
    assert [found for tag, found in Read(asked).tags if tag == "script"] == [{"src": built().pinned, "async": None}]


def test_the_front_page_hands_its_question_and_filters_to_the_chat(filled: Client) -> None:
    [chat] = [found for tag, found in Read(page(filled, "/")).tags if tag == "transcite-chat"]
    assert chat == {"lang": "en"}
    asked = page(filled, f"/?q= {QUESTION} &collection=council&speaker=José Ibarra")
    [chat] = [found for tag, found in Read(asked).tags if tag == "transcite-chat"]
    assert chat["ask"] == QUESTION
    assert json.loads(chat["collections"] or "") == ["council"]
    assert json.loads(chat["speakers"] or "") == ["José Ibarra"]
    # Nothing is asked before a browser does: a link that somebody sends costs nothing.
    assert not re.search(r"^transcite_answers_total{.*} [1-9]", filled.get("/metrics").text, re.MULTILINE)
    assert len(Read(page(filled, "/?q=" + "x" * 4001)).values("transcite-chat", "ask")[0]) == 4000


def test_the_library_is_beside_the_chat(filled: Client) -> None:
    html = page(filled, "/")
    assert "2 transcripts, 6 turns" in html
    assert {f"/t/{one}" for one in filled.ids().values()} <= set(Read(html).values("a", "href"))


def test_the_demo_shows_what_a_page_needs(filled: Client) -> None:
    html = page(filled, "/demo?site=site_1&x=<b>")
    assert [found for tag, found in Read(html).tags if tag == "script"] == [
        {"src": built().pinned, "data-site": "site_1", "async": None}
    ]
    shown = unescape(html)
    assert '<script src="http://localhost:8300/widget.js" data-site="site_1" async></script>' in shown
    assert f'<script src="http://localhost:8300{built().pinned}" integrity="{built().integrity}"' in shown
    assert "data-launcher" in page(filled, "/demo")


def test_an_empty_library_says_what_to_do(client: Client) -> None:
    assert "There are no transcripts yet" in page(client, "/")
    assert "There is none yet." in page(client, "/library")


def test_the_list_is_paged_and_narrowed_without_a_script(client: Client) -> None:
    files = [("files", (f"{n:03}.txt", f"{BRIDGE}Anna Berg: Number {n}.".encode())) for n in range(53)]
    assert client.post("/v1/transcripts", files=files, data={"collection": "many & more"}).json()["added"] == 53
    client.add("hearing.txt", HEARING)
    titles = r'<a href="/t/[^"]+">(.*?)</a>'
    first = page(client, "/library?collection=many+%26+more")
    assert "53 transcripts, 159 turns" in first
    [after] = [one for one in Read(first).values("a", "href") if one.startswith("/library?")]
    second = page(client, after)
    assert (len(re.findall(titles, first)), len(re.findall(titles, second))) == (50, 3)
    assert len(set(re.findall(titles, first + second))) == 53
    assert [one for one in Read(second).values("a", "href") if one.startswith("/library?")] == [
        "/library?collection=many+%26+more"
    ]
    assert len(re.findall(titles, page(client, "/library?after=nonsense"))) == 50
    assert "54 transcripts" in page(client, "/library")


def test_readers_see_the_list_and_no_means_to_change_it(filled: Client, parts: Parts) -> None:
    sign_in(filled, key(parts, "ask"))
    html = page(filled, "/library")
    assert "Bridge talk" in html
    assert not re.search(r"<dialog|<script|<button[^>]*(correct|remove)|type=\"file\"", html)
    removing = filled.delete(f"/v1/transcripts/{filled.ids()['Bridge talk']}", headers=OWN)
    assert removing.status_code == 403


def test_collections_of_others_are_on_no_page(filled: Client, parts: Parts) -> None:
    sign_in(filled, key(parts, "manage", "council"))
    for path in ("/library", "/library?collection=default", "/", "/?q=Who painted the harbor bridge?"):
        html = page(filled, path)
        assert "Bridge talk" not in html
        assert "Leo Sand" not in html
        assert '<option value="default"' not in html
    assert "1 transcript, 4 turns" in page(filled, "/library")
    assert re.findall(r'<select id="home">(.*?)</select>', page(filled, "/library")) == [
        '<option value="council">council</option>'
    ]


def test_a_site_has_no_library_page(filled: Client, parts: Parts) -> None:
    with parts.library() as library:
        site, _ = library.keys.create("site", scope="ask", origins=["https://news.example"])
    origin = {"origin": "https://news.example"}
    token = filled.post(f"/v1/sites/{site.id}/token", headers=origin).json()["token"]
    shown = origin | {"authorization": f"Bearer {token}"}
    assert filled.get("/library", headers=shown).status_code == 403


def test_changes_by_cookie_are_named_by_their_page(filled: Client, parts: Parts, secret: str) -> None:
    where = f"/v1/transcripts/{Client.ids(filled)['Bridge talk']}" if sign_in(filled, secret) else ""
    assert filled.patch(where, json={"title": "New"}).status_code == 401
    assert filled.patch(where, json={"title": "New"}, headers=OWN).status_code == 200
    assert "New" in page(filled, "/library")


def test_the_script_makes_no_markup_out_of_text_and_speaks_to_this_server_only() -> None:
    static = Path(people.__file__).parent / "static"
    source = "".join((static / name).read_text(encoding="utf-8") for name in people._SCRIPTS)
    assert not re.search(r"(?:inner|outer|insertAdjacent)HTML|document\.write|DOMParser|\beval\b|new Function", source)
    assert not re.search(r"\w+://", source)
    assert set(re.findall(r"[\"'`](/[a-z][^\"'`?$]*)", source)) == {
        "/v1/transcripts",
        "/v1/transcripts/",
        "/v1/jobs",
        "/v1/jobs/",
        "/signin",
        "/t/",
    }
