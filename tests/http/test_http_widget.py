"""The widget as it is served, built and embedded, and the calls that only it makes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from client import QUESTION, Client

from api.compose import Parts
from api.embedding import STABLE, built
from index.store.keys import Scope

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "api" / "widget"
ORIGIN = "https://news.example"
_MOST_BYTES = 30_000


def site(parts: Parts, scope: Scope = "ask", *collections: str, origin: str = ORIGIN) -> str:
    """The id of a new site."""
    with parts.library() as library:
        return library.keys.create("paper", scope=scope, collections=collections, origins=[origin])[1]


def shown(client: Client, site_id: str, origin: str = ORIGIN) -> dict[str, str]:
    """What a page of the site sends along."""
    reply = client.post(f"/v1/sites/{site_id}/token", headers={"Origin": origin}).json()
    return {"Origin": origin, "Authorization": f"Bearer {reply['token']}"}


def test_the_script_has_an_address_that_stays_and_one_that_never_changes(filled: Client, parts: Parts) -> None:
    site(parts)  # from now on everything else needs a key
    digest = hashlib.sha256(built().content).hexdigest()[:16]
    for path, kept in (
        (STABLE, "public, max-age=300"),
        (f"/widget.{digest}.js", "public, max-age=31536000, immutable"),
    ):
        reply = filled.get(path, headers={"Origin": ORIGIN})
        assert (reply.status_code, reply.content) == (200, built().content)
        assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
        assert reply.headers["cache-control"] == kept
        assert reply.headers["access-control-allow-origin"] in {"*", ORIGIN}
        assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
        again = filled.get(path, headers={"If-None-Match": reply.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert filled.head(path).status_code == 200
    assert filled.get("/widget.0000000000000000.js").status_code == 404
    assert filled.get(STABLE, headers={"Origin": "https://evil.example"}).headers["access-control-allow-origin"] == "*"


def test_the_tags_name_the_site_and_what_is_in_the_script(parts: Parts) -> None:
    integrity = base64.b64encode(hashlib.sha384(built().content).digest()).decode()

    def attributes(tag: str) -> dict[str, str | None]:
        read = HTMLParser()
        found: list[dict[str, str | None]] = []
        read.handle_starttag = lambda _, attrs: found.append(dict(attrs))  # type: ignore[method-assign]
        read.feed(tag)
        return found[0]

    assert attributes(built().tag("https://t.example", "site_1")) == {
        "src": "https://t.example/widget.js",
        "data-site": "site_1",
        "async": None,
    }
    assert attributes(built().tag("https://t.example", 'x" onload="alert(1)', pinned=True)) == {
        "src": f"https://t.example{built().pinned}",
        "integrity": f"sha384-{integrity}",
        "crossorigin": "anonymous",
        "data-site": 'x" onload="alert(1)',
        "async": None,
    }


def test_the_built_file_is_small_and_makes_no_markup() -> None:
    script = built().content.decode()
    assert len(gzip.compress(built().content, 9)) <= _MOST_BYTES
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "srcdoc",
        "DOMParser",
        "eval(",
        "new Function",
        "localStorage",
        ".cookie",
    ):
        assert sink not in script
    assert set(re.findall(r"https?://[\w./-]+", script)) == {"http://www.w3.org/2000/svg"}


def test_the_built_file_is_of_these_sources() -> None:
    hashed = hashlib.sha256()
    sources = sorted(one.relative_to(SOURCES).as_posix() for one in (SOURCES / "src").rglob("*") if one.is_file())
    for name in ["build.mjs", "package-lock.json", *sources]:
        hashed.update((SOURCES / name).read_bytes())
    said = re.search(r"sources (\w+)", built().content[:200].decode())
    assert said is not None
    assert said[1] == hashed.hexdigest()[:16], "run `make widget` and commit what it makes"


def test_what_the_widget_is_made_with_is_exact_and_noticed() -> None:
    package = json.loads((SOURCES / "package.json").read_text())
    lock = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    versions = package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", one) for one in versions.values())
    assert {name: lock[f"node_modules/{name}"]["version"] for name in versions} == versions
    assert all(one.get("integrity") for path, one in lock.items() if path)
    bundled = set(
        re.findall(r'from "([^."][^"]*)"', "".join(one.read_text() for one in (SOURCES / "src").rglob("*.ts")))
    )
    notices = (ROOT / "api" / "http" / "static" / "widget.NOTICES.txt").read_text()
    assert bundled == {"eventsource-parser"}
    assert all(f"{name} {versions[name]} " in notices for name in bundled)
    assert "Permission is hereby granted" in notices


def test_every_language_has_the_same_words() -> None:
    def words(path: Path) -> dict[str, str]:
        return dict(re.findall(r'^  (\w+): "(.*)",$', path.read_text(), re.MULTILINE))

    english = words(SOURCES / "src" / "words" / "en.ts")
    for lang in ("de", "es", "fr"):
        other = words(SOURCES / "src" / "words" / f"{lang}.ts")
        assert other.keys() == english.keys()
        for key, said in other.items():
            assert said.count("|") == english[key].count("|"), (lang, key)
            assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", english[key])), (lang, key)


def test_a_citation_is_shown_among_what_was_said_around_it(filled: Client) -> None:
    answer = filled.ask()
    [cited, *_] = answer["citations"]
    reply = filled.get(f"/v1/answers/{answer['id']}/citations/{cited['n']}")
    assert reply.status_code == 200
    found = reply.json()
    turns: list[dict[str, Any]] = found["turns"]
    assert found["citation"] == cited
    assert [one["turn"] for one in turns] == [cited["turn"] - 1, cited["turn"], cited["turn"] + 1]
    assert turns[found["at"]]["text"][cited["char_start"] : cited["char_end"]] == cited["quote"]
    assert filled.get(f"/v1/answers/{answer['id']}/citations/99").status_code == 404
    assert filled.get(f"/v1/answers/{answer['id']}/citations/0").status_code == 422
    assert filled.get("/v1/answers/none/citations/1").status_code == 404


def test_a_context_that_says_otherwise_by_now_is_not_shown(filled: Client) -> None:
    answer = filled.ask()
    where = f"/v1/answers/{answer['id']}/citations/1"
    assert filled.get(where).status_code == 200
    other = "DIANE OKAFOR, CHAIR: Nothing.\n\nJOSÉ IBARRA: Nothing of the kind was said.\n"
    assert filled.add("hearing.txt", other, collection="council")["outcome"] == "replaced"
    assert filled.get(where).status_code == 404


def test_context_is_for_who_got_the_answer(filled: Client, parts: Parts) -> None:
    mine, other = site(parts, "ask", "council"), site(parts, "ask", "council")
    page = shown(filled, mine)
    answer = filled.post("/v1/ask", json={"question": QUESTION}, headers=page).json()
    where = f"/v1/answers/{answer['id']}/citations/1"
    assert filled.get(where, headers=page).status_code == 200
    assert filled.get(where, headers=shown(filled, other)).status_code == 404
    assert filled.get(where).status_code == 401


def test_names_are_told_to_sites_that_may_narrow_and_to_no_other(filled: Client, parts: Parts) -> None:
    filled.add(
        "call.txt", "SPEAKER_00: Hello there, everybody.\nSPEAKER_01: Good morning to you.\n", collection="council"
    )
    whole = {
        "collections": ["council", "default"],
        "speakers": ["Anna Berg", "Diane Okafor", "José Ibarra", "Leo Sand"],
    }
    assert filled.get("/v1/filters").json() == whole
    narrow, plain = site(parts, "narrow", "council"), site(parts, "ask", "council")
    told = filled.get("/v1/filters", headers=shown(filled, narrow))
    assert told.json() == {"collections": ["council"], "speakers": ["Diane Okafor", "José Ibarra"]}
    assert filled.get("/v1/filters", headers=shown(filled, plain)).status_code == 403
    assert filled.get("/v1/filters").status_code == 401
    for one, narrows in ((narrow, True), (plain, False)):
        assert filled.post(f"/v1/sites/{one}/token", headers={"Origin": ORIGIN}).json()["narrows"] is narrows
    # Telling names is all: it may not search, list or read.
    assert filled.get("/v1/transcripts", headers=shown(filled, narrow)).status_code == 403


def test_a_page_of_the_server_itself_may_be_a_sites(filled: Client, parts: Parts) -> None:
    own = "http://localhost:8300"
    token = {"Authorization": shown(filled, site(parts, "narrow", origin=own), own)["Authorization"]}
    # Browsers leave the origin out when a page reads from its own server, and say so.
    assert filled.get("/v1/filters", headers=token | {"Sec-Fetch-Site": "same-origin"}).status_code == 200
    for elsewhere in ("same-site", "cross-site", "none"):
        assert filled.get("/v1/filters", headers=token | {"Sec-Fetch-Site": elsewhere}).status_code == 401
    assert filled.get("/v1/filters", headers=token).status_code == 401
    changing = token | {"Sec-Fetch-Site": "same-origin"}
    assert filled.post("/v1/ask", json={"question": QUESTION}, headers=changing).status_code == 401


def test_a_transcript_may_be_framed_by_its_reader_s_site_alone(filled: Client, parts: Parts) -> None:
    [where, *_] = [f"/t/{one}" for one in filled.ids().values()]
    assert "frame-ancestors 'self';" in f"{filled.get(where).headers['content-security-policy']};"
    token = shown(filled, site(parts))["Authorization"].split()[1]
    framed = filled.get(where, params={"token": token}).headers["content-security-policy"]
    assert f"frame-ancestors 'self' {ORIGIN};" in framed
    missing = filled.get("/t/none", params={"token": token}, headers={"Accept": "text/html"})
    assert (missing.status_code, f"'self' {ORIGIN}" in missing.headers["content-security-policy"]) == (404, True)


@pytest.mark.parametrize("scope", ["narrow"])
def test_a_key_cannot_be_made_to_narrow(parts: Parts, scope: Scope) -> None:
    with parts.library() as library, pytest.raises(Exception, match="for sites"):
        library.keys.create("a key", scope=scope)


def test_the_document_names_every_attribute_variable_part_and_event() -> None:
    told = (ROOT / "docs" / "widget.md").read_text()
    source = "".join(one.read_text() for one in (SOURCES / "src").glob("*.ts"))
    styles = (SOURCES / "src" / "style.css").read_text()
    observed = re.search(r"OBSERVED = \[(.*?)\]", source)
    assert observed is not None
    names = {
        *re.findall(r'"(\w+)"', observed[1]),
        *re.findall(r"var\((--transcite-[\w-]+)", styles),
        *(f"transcite-{name}" for name in re.findall(r'[tT]ell\("(\w+)"', source)),
        *re.findall(r'part: "(\w+)"', source),
    }
    assert len(names) > 50
    assert {one for one in names if not re.search(rf"`[^`\n]*(?<![\w-]){one}(?![\w-])[^`\n]*`", told)} == set()
    parts = re.search(r"Parts: (.*?)\n\n", told, re.DOTALL)
    assert parts is not None
    assert set(re.findall(r"`(\w+)`", parts[1])) == set(re.findall(r'part: "(\w+)"', source))
    assert set(re.findall(r"--transcite-[\w-]+", told)) == set(re.findall(r"--transcite-[\w-]+", styles))
