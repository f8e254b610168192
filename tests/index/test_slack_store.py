from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.store.library import FILE, Library
from index.store.slack import ChannelRule, Installation, SlackStore
from tests import fakes

ONE = Installation("T1", None, "One", "UBOT", "BBOT", "sealed", None, "U1", 100.0)


@pytest.fixture
def store(library: Library) -> SlackStore:
    return library.slack


def test_an_installation_takes_the_place_of_the_one_before(store: SlackStore) -> None:
    assert (store.installation("T1"), store.installations()) == (None, [])
    other = replace(ONE, team="T2", enterprise="E1", installed_at=50.0)
    again = replace(ONE, sealed="again", expires_at=500.0, installed_at=200.0)
    for one in (ONE, other, again):
        store.install(one)
    assert store.installation("T1") == again
    assert store.installations() == [other, again]


def test_tokens_are_renewed_only_in_place_of_those_they_were_renewed_from(store: SlackStore) -> None:
    store.install(ONE)
    assert store.renew("T1", was="sealed", sealed="new", expires_at=900.0)
    assert not store.renew("T1", was="sealed", sealed="late", expires_at=901.0)
    assert store.installation("T1") == replace(ONE, sealed="new", expires_at=900.0)


def test_word_of_an_end_ends_nothing_that_began_later(store: SlackStore) -> None:
    store.install(ONE)
    assert not store.uninstall("T1", at=99.0)
    assert store.uninstall("T1", at=100.0)
    assert not store.uninstall("T1", at=100.0)
    assert store.installation("T1") is None


def test_a_state_is_good_once_and_for_a_while_and_not_kept_as_it_is(store: SlackStore, library: Library) -> None:
    store.begin("one", lives_s=60)
    store.begin("late", lives_s=-1)
    assert [store.end(one) for one in ("other", "late", "one", "one")] == [False, False, True, False]
    store.begin("two", lives_s=60)  # and what is over is cleared away
    kept = fakes.sql(library, "SELECT digest, expires_at FROM slack_states")
    assert len(kept) == 1
    assert "two" not in kept[0][0]
    assert kept[0][1] > time.time()


def test_what_a_channel_settles_is_its_own(store: SlackStore) -> None:
    rule = ChannelRule(("radio", "council", "radio"), "strict", "U1", 7.0)
    store.settle("T1", "C1", rule)
    assert store.channel("T1", "C1") == replace(rule, collections=("council", "radio"))
    assert [store.channel(*one) for one in (("T1", "C2"), ("T2", "C1"))] == [None, None]
    open_to_all = ChannelRule(None, None, "U2", 8.0)
    store.settle("T1", "C1", open_to_all)
    assert store.channel("T1", "C1") == open_to_all


def test_a_library_from_before_there_was_any_gets_the_tables(tmp_path: Path) -> None:
    Library(tmp_path, encoder="hashing").close()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        for table in ("slack_installations", "slack_states", "slack_channels"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema'")
    with closing(Library(tmp_path, encoder="hashing")) as library:
        library.slack.install(ONE)
        assert library.slack.installation("T1") == ONE
