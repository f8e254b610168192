"""The settings of an engine that several servers share, and the command line with one that cannot be reached."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

import pytest
from command import Transcite

from api.settings import read
from api.settings_index import need_extra
from index.address import Address
from rag.errors import InputError

URL, TOKEN = "TRANSCITE_INDEX_URL", "TRANSCITE_INDEX_TOKEN"
REPLICAS, SEARCH = "TRANSCITE_INDEX_REPLICAS", "TRANSCITE_INDEX_SEARCH"
HERE = "http://localhost:19530"


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, None),
        ({URL: " "}, None),
        ({URL: HERE}, Address(HERE)),
        ({URL: "https://milvus.example/", TOKEN: "root:x"}, Address("https://milvus.example", "root:x")),
        ({URL: f"{HERE}/council", REPLICAS: "2", SEARCH: "graph"}, Address(f"{HERE}/council", "", 2, graph=True)),
        ({URL: "http://[::1]:19530", SEARCH: "exact"}, Address("http://[::1]:19530")),
    ],
)
def test_what_is_set_is_read(environ: dict[str, str], address: Address | None) -> None:
    assert read(environ).index == address


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({URL: "localhost:19530"}, "TRANSCITE_INDEX_URL is 'localhost:19530'; allowed is an address such as"),
        ({URL: "http://localhost:99999"}, "TRANSCITE_INDEX_URL is"),
        ({URL: f"{HERE}/a/b"}, "TRANSCITE_INDEX_URL is"),
        ({URL: f"{HERE}?token=x"}, "TRANSCITE_INDEX_URL is"),
        ({URL: "http://root:Sesame@localhost:19530"}, "TRANSCITE_INDEX_URL holds a user or a password"),
        ({URL: HERE, TOKEN: "Sesame 7"}, "TRANSCITE_INDEX_TOKEN holds characters"),
        ({URL: HERE, REPLICAS: "0"}, "TRANSCITE_INDEX_REPLICAS is '0'; allowed is a whole number from 1 to 16"),
        ({URL: HERE, SEARCH: "fast"}, "TRANSCITE_INDEX_SEARCH is 'fast'; allowed is exact or graph"),
        ({TOKEN: "Sesame"}, "TRANSCITE_INDEX_URL is not set, and TRANSCITE_INDEX_TOKEN needs it"),
        ({REPLICAS: "2"}, "TRANSCITE_INDEX_URL is not set, and TRANSCITE_INDEX_REPLICAS needs it"),
    ],
)
def test_what_is_not_allowed_is_refused_without_what_is_secret(environ: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        read(environ)
    assert str(refused.value).startswith(said)
    assert "Sesame" not in str(refused.value)


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [PathFinder])
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "pymilvus", raising=False)
    with pytest.raises(InputError, match=r"pip install 'transcite\[milvus\]', or unset TRANSCITE_INDEX_URL"):
        need_extra()


def test_commands_say_in_one_line_that_the_engine_cannot_be_reached(filled: Transcite) -> None:
    filled.environ |= {URL: "http://127.0.0.1:1", TOKEN: "root:Sesame"}
    for argv in (["search", "bridge"], ["ask", "Why was the bridge closed?"], ["reindex"]):
        result = filled(*argv)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1), argv
        assert result.err.startswith("transcite: the search engine at 127.0.0.1:1 (TRANSCITE_INDEX_URL) cannot be used")
        assert "Sesame" not in result.err
    info = filled("info")
    assert (info.code, "the next search catches up" in info.out) == (0, False)
    assert info.out.splitlines()[2].split() == ["vectors", "http://127.0.0.1:1"]
    assert info.err.startswith("transcite: the search engine at 127.0.0.1:1 (TRANSCITE_INDEX_URL) cannot be used")
    assert "Sesame" not in info.out + info.err
    assert filled("list").code == 0
