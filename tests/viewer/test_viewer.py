"""The transcript page, as a browser gets it."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.access import LOCAL, Caller
from api.http import viewer
from rag.errors import NotFoundError
from rag.values import Source, Speaker, Transcript, Turn

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\" ' & </p></article>"
ASTRAL = "🦊 said 👩‍🚀 \n\nthat  the county\r\ngot its money."


def transcript(*turns: Turn, title: str = "Council", **more: object) -> Transcript:
    return Transcript(title, turns, dt.date(2017, 1, 26), **more)  # type: ignore[arg-type]


def client(value: Transcript, *, source_url: str | None = None, media_url: str | None = None) -> TestClient:
    source = Source("abc", value.title, "npr", value.date, "f.txt", source_url, media_url)

    def get(caller: Caller, transcript_id: str) -> tuple[Source, Transcript]:
        if transcript_id != source.transcript_id:
            raise NotFoundError(f"no transcript {transcript_id!r}")
        return source, value

    app = FastAPI()
    app.include_router(viewer.viewer_router(get))

    async def let_in(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"caller": LOCAL}}, receive, send)

    return TestClient(let_in)


def page(value: Transcript, **urls: str | None) -> str:
    reply = client(value, **urls).get("/t/abc")
    assert reply.status_code == 200
    return reply.text


class Read(HTMLParser):
    """Tags in order, and what stands in `.words`, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._in_words = False
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))  # HTML does, before anything else

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if dict(attrs).get("class") == "words":
            self._in_words = True
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_words = self._in_words and tag != "p"

    def handle_data(self, data: str) -> None:
        if self._in_words:
            self.words[-1] += data

    def values(self, tag: str, attribute: str) -> list[str]:
        return [
            attributes[attribute] or "" for name, attributes in self.tags if name == tag and attribute in attributes
        ]


def test_text_is_data_wherever_it_stands() -> None:
    people = (Speaker(HOSTILE, role=HOSTILE, organisation=HOSTILE, reason=HOSTILE),)
    hostile = transcript(Turn(1, HOSTILE, HOSTILE, True), title=HOSTILE, speakers=people)
    plain = transcript(Turn(1, "a", "b", True), title="c", speakers=(Speaker("b", "d", "e", "f"),))
    read = Read(page(hostile))
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in Read(page(plain)).tags]
    assert read.words == [HOSTILE]
    assert read.values("script", "src") == [
        value for value in read.values("script", "src") if value.startswith("/t/-/")
    ]
    assert not any(name.startswith("on") or name == "style" for _, attributes in read.tags for name in attributes)


def test_words_reach_the_reader_character_by_character() -> None:
    # Character offsets of citations are counted in them.
    assert Read(page(transcript(Turn(1, ASTRAL, "Ann")))).words == [ASTRAL]


def test_every_turn_has_its_anchor_and_its_time() -> None:
    html = page(transcript(Turn(1, "One.", "Ann", start=723.4), Turn(2, "Two.", "Bob")))
    read = Read(html)
    assert read.values("article", "id") == ["turn-1", "turn-2"]
    assert {"#turn-1", "#turn-2"} <= set(read.values("a", "href"))
    assert '<time datetime="PT723S">0:12:03</time>' in html
    assert read.values("a", "data-start") == ["723.4"]


def test_every_id_is_there_once() -> None:
    ids = [
        attributes["id"]
        for _, attributes in Read(page(transcript(Turn(1, "One."), Turn(2, "Two.")))).tags
        if "id" in attributes
    ]
    assert len(ids) == len(set(ids))


def test_who_speaks_is_told_apart_and_never_by_colour_alone() -> None:
    html = page(
        transcript(
            Turn(1, "[music]", kind="direction"),
            Turn(2, "Read.", "Robert Siegel"),
            Turn(3, "Worked out.", "Greg Allen", True),
            Turn(4, "Nobody knows."),
            Turn(5, "Nobody in particular.", "SPEAKER_07"),
            speakers=(Speaker("Robert Siegel", "HOST", "NPR"), Speaker("Greg Allen", reason="turn 2: “Greg joins us”")),
        )
    )
    legend, turns = html.split('<main id="turns"')
    assert re.findall(r'class="badge"[^>]*>(.*?)<', legend) == ["", "RS", "GA", "?", "S07"]
    assert re.findall(r"<bdi>(.*?)</bdi>( <span class=\"inferred\">\(name inferred\))?", legend)[1:] == [
        ("Direction", ""),
        ("Robert Siegel", ""),
        ("Greg Allen", ' <span class="inferred">(name inferred)'),
        ("Unknown speaker", ""),
        ("SPEAKER_07", ""),
    ]
    assert "HOST, NPR" in legend
    assert "turn 2: “Greg joins us”" in legend
    assert turns.count('<span class="inferred">(name inferred)') == 1
    assert 'aria-label="Turn 3, Greg Allen (name inferred)"' in turns
    assert re.findall(r'data-voice="(\d)"', turns) == ["0", "1", "2", "3", "4"]
    assert turns.count(' direction"') == 1


def test_a_name_read_once_is_not_inferred_in_the_legend() -> None:
    html = page(transcript(Turn(1, "Read.", "Ann"), Turn(2, "Worked out.", "Ann", True)))
    legend, turns = html.split('<main id="turns"')
    assert (legend.count('class="inferred"'), turns.count('class="inferred"')) == (0, 1)


def test_someone_called_unknown_speaker_is_not_the_unknown_speaker() -> None:
    html = page(transcript(Turn(1, "Hm."), Turn(2, "Ha.", "Unknown speaker")))
    assert re.findall(r'<article[^>]*data-voice="(\d)"', html) == ["0", "1"]


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Robert Siegel", "RS"),
        ("Plato", "P"),
        ("SPEAKER_00", "S00"),
        ("Dr. Ann O'Neil", "DN"),
        ("¿", "¿"),
        ("🦊", "🦊"),
    ],
)
def test_initials(name: str, initials: str) -> None:
    assert f'aria-hidden="true">{initials}</span>' in page(transcript(Turn(1, "Hm.", name)))


def test_links_lead_to_http_only() -> None:
    value = transcript(Turn(1, "Hm."))
    good = Read(page(value, source_url="https://example.org/?a=1&b=2", media_url="HTTP://example.org/watch"))
    outside = [attributes for tag, attributes in good.tags if tag == "a" and "rel" in attributes]
    assert [one["href"] for one in outside] == ["https://example.org/?a=1&b=2", "HTTP://example.org/watch"]
    assert all("noopener" in str(one["rel"]) for one in outside)
    bad = Read(page(value, source_url="javascript:alert(1)", media_url="data:audio/mp3,x.mp3"))
    assert all(href.startswith("#") for href in bad.values("a", "href"))
    assert not {"audio", "video"} & {tag for tag, _ in bad.tags}


@pytest.mark.parametrize(
    ("media_url", "element"),
    [
        ("https://cdn.example.org/a/b.MP3?token=1", "audio"),
        ("http://example.org/b.webm#t=3", "video"),
        ("https://www.youtube.com/watch?v=1.mp4", None),
        ("http://[", None),
        (None, None),
    ],
)
def test_a_player_where_there_is_something_to_play(media_url: str | None, element: str | None) -> None:
    reply = client(transcript(Turn(1, "Hm.")), media_url=media_url).get("/t/abc")
    players = [(tag, attributes) for tag, attributes in Read(reply.text).tags if tag in {"audio", "video"}]
    assert [tag for tag, _ in players] == ([element] if element else [])
    assert all(attributes["preload"] == "none" for _, attributes in players)  # nobody is asked before it is played
    assert ("media-src" in reply.headers["content-security-policy"]) is (element is not None)


def test_nothing_is_loaded_from_elsewhere_and_nothing_inline_may_run() -> None:
    reply = client(transcript(Turn(1, "Hm."))).get("/t/abc")
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "//" not in reply.text.replace("<!doctype html>", "")
    assert not re.search(r"<style|<script(?! type=\"module\" src=)", reply.text)


def test_assets_are_kept_for_ever_under_a_name_of_their_content() -> None:
    browser = client(transcript(Turn(1, "Hm.")))
    paths = re.findall(r'"(/t/-/viewer\.[0-9a-f]{16}\.(?:css|js))"', browser.get("/t/abc").text)
    assert [path.rsplit(".")[-1] for path in paths] == ["css", "js"]
    for path, media_type in zip(paths, ("text/css", "text/javascript"), strict=True):
        reply = browser.get(path)
        assert reply.headers["content-type"].startswith(media_type)
        assert "immutable" in reply.headers["cache-control"]
        again = browser.get(path, headers={"If-None-Match": f"W/{reply.headers['etag']}"})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", reply.headers["etag"])
    assert browser.get("/t/-/viewer.0000000000000000.js").status_code == 404
    assert browser.head(paths[0]).status_code == 200


def test_an_unknown_transcript_is_a_page_to_browsers_and_an_error_to_programs() -> None:
    browser = client(transcript(Turn(1, "Hm.")))
    reply = browser.get("/t/<b>", headers={"Accept": "text/html,*/*;q=0.8"})
    assert reply.status_code == 404
    assert "No such transcript" in reply.text
    assert "viewer." in reply.text
    assert "<b>" not in reply.text
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    with pytest.raises(NotFoundError):
        browser.get("/t/nosuch", headers={"Accept": "application/json"})


def test_the_script_makes_no_markup_out_of_text_and_reaches_nothing() -> None:
    static = Path(viewer.__file__).parent / "static"
    source = "".join((static / name).read_text(encoding="utf-8") for name in viewer._SCRIPTS)
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|//\w", source
    )
    styles = "".join(path.read_text(encoding="utf-8") for path in static.glob("*.css"))
    assert not re.search(r"url\(|@import", styles)


def test_colours_and_heights_of_the_page_are_in_the_style_sheet() -> None:
    html = page(transcript(*(Turn(n, "word " * 8 * 2**n, f"Speaker {n}") for n in range(1, 10))))
    styles = (Path(viewer.__file__).parent / "static" / "viewer.css").read_text(encoding="utf-8")
    used = set(re.findall(r"voice-\d+|height-\d+", html)) - {"height-0"}
    assert len(used) == 8 + 7
    assert all(f".{name} " in styles for name in used)
