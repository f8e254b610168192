"""`transcite keys`."""

from __future__ import annotations

import pytest
from command import Transcite

from index.store.library import Library


def test_a_key_is_made_listed_and_revoked(transcite: Transcite) -> None:
    made = transcite("keys", "create", "Anna's laptop", "--scope", "manage", "--collection", "council")
    assert made.code == 0
    [sent] = made.out.split()
    assert "only time it is shown" in made.err
    assert "from now on the server asks everyone" in made.err
    listed = transcite("keys", "list", "--json").document["keys"]
    assert [(one["name"], one["scope"], one["collections"]) for one in listed] == [
        ("Anna's laptop", "manage", ["council"])
    ]
    assert sent.split(".")[1] not in transcite("keys", "list").out + str(listed)
    again = transcite("keys", "create", "second", "--json").document
    assert (again["scope"], again["collections"]) == ("ask", None)
    library = Library(transcite.home, encoder="test")
    assert library.keys.verified(again["key"]) is not None
    assert transcite("keys", "revoke", again["id"]).out == f"{again['id']} (second) is revoked\n"
    assert library.keys.verified(again["key"]) is None
    assert library.keys.verified(sent) is not None
    library.close()


def test_a_site_has_a_public_id_and_exact_origins(transcite: Transcite) -> None:
    made = transcite("keys", "create", "paper", "--origin", "https://News.example:443/", "--json").document
    assert made["key"] == made["id"]
    assert made["origins"] == ["https://news.example"]
    assert "is public" in transcite("keys", "create", "paper", "--origin", "http://localhost:3000").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("create", "x", "--origin", "news.example"), 2, "an origin is"),
        (("create", "x", "--origin", "https://news.example/page"), 2, "an origin is"),
        (("create", "x", "--origin", "https://*.example"), 2, "an origin is"),
        (("create", "x", "--scope", "all"), 2, "scope"),
        (("create", "x", "--scope", "manage", "--origin", "https://news.example"), 1, "public"),
        (("create", ""), 1, "1 to 100 characters"),
        (("create", "x", "--scope", "narrow"), 1, "for sites"),
        (("revoke", "key_x"), 1, "no key 'key_x'"),
        (("embed", "site_x", "--url", "https://t.example"), 1, "no site 'site_x'"),
        (("embed", "site_x", "--url", "t.example"), 2, "an address of a server"),
    ],
)
def test_what_cannot_be_is_refused(transcite: Transcite, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = transcite("keys", *arguments)
    assert (result.code, said in result.err) == (code, True)
    assert transcite("keys", "list", "--json").document == {"keys": []}


def test_the_lines_for_the_pages_of_a_site(transcite: Transcite) -> None:
    site = transcite(
        "keys", "create", "paper", "--scope", "narrow", "--origin", "https://news.example", "--json"
    ).document
    assert (site["kind"], site["scope"]) == ("site", "narrow")
    shown = transcite("keys", "embed", site["id"], "--url", "https://t.example/")
    tag, pinned = shown.out.splitlines()
    assert tag == f'<script src="https://t.example/widget.js" data-site="{site["id"]}" async></script>'
    assert 'integrity="sha384-' in pinned
    assert "where readers reach" in transcite("keys", "embed", site["id"]).err
    transcite.environ["TRANSCITE_PUBLIC_URL"] = "https://t.example"
    said = transcite("keys", "embed", site["id"], "--json").document
    assert (said["tag"], said["pinned"]) == (tag, pinned)
    assert said["integrity"] in pinned
    key = transcite("keys", "create", "a key", "--json").document
    assert "is a key" in transcite("keys", "embed", key["id"], "--url", "https://t.example").err
    assert key["key"].split(".")[1] not in transcite("keys", "embed", key["id"], "--url", "https://t.example").err
    transcite("keys", "revoke", site["id"])
    assert transcite("keys", "embed", site["id"], "--url", "https://t.example").code == 1
