"""Keys and sites as the library keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from index.store.keys import Keys
from index.store.library import FILE, Library
from rag.errors import InputError, LibraryMismatchError, NotFoundError
from tests import fakes


@pytest.fixture
def keys(library: Library) -> Keys:
    return library.keys


def test_a_key_is_shown_once_and_known_again(keys: Keys) -> None:
    made, sent = keys.create("Anna's laptop", scope="manage", collections=["b", "a", "b"])
    assert len(sent.split(".")[1]) >= 43  # 256 bits
    assert keys.verified(sent) == made
    assert keys.valid(made.id) == made
    assert (made.kind, made.scope, made.collections, made.origins) == ("key", "manage", ("b", "a"), ())
    assert sent not in str(keys.list())


@pytest.mark.parametrize("spoil", ["", "x", ".", "key_0.x"])
def test_what_is_no_key_is_none(keys: Keys, spoil: str) -> None:
    _, sent = keys.create("a", scope="ask")
    site, public = keys.create("b", scope="ask", origins=["https://news.example"])
    assert public == site.id
    for wrong in (spoil, sent + "x", sent.split(".")[0], sent.split(".")[0] + ".", public, public + ".", public + ".x"):
        assert keys.verified(wrong) is None


def test_a_key_without_collections_sees_everything_and_a_site_has_origins(keys: Keys) -> None:
    key, _ = keys.create("a", scope="ask")
    site, _ = keys.create("b", scope="ask", origins=["https://news.example", "https://news.example"])
    assert key.collections is None
    assert site.origins == ("https://news.example",)
    assert keys.origins() == {"https://news.example"}
    keys.revoke(site.id)
    assert keys.origins() == frozenset()


def test_who_is_revoked_stays_on_the_list_and_the_library_stays_guarded(keys: Keys) -> None:
    assert not keys.guard()
    made, sent = keys.create("a", scope="ask")
    assert keys.guard()
    first = keys.revoke(made.id)
    assert keys.revoke(made.id) == first  # when it was revoked does not change
    assert (keys.verified(sent), keys.valid(made.id)) == (None, None)
    assert keys.list() == [first]
    assert keys.guard()
    with pytest.raises(NotFoundError, match="keys list"):
        keys.revoke("key_x")


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "a\x00"])
def test_a_name_is_one_line(keys: Keys, name: str) -> None:
    with pytest.raises(InputError):
        keys.create(name, scope="ask")
    assert not keys.guard()


def test_a_site_may_only_ask(keys: Keys) -> None:
    with pytest.raises(InputError, match="public"):
        keys.create("a", scope="manage", origins=["https://news.example"])


def test_servers_on_one_library_sign_alike(keys: Keys, library: Library) -> None:
    other = fakes.again(library)
    assert keys.signing_secret() == other.keys.signing_secret() == keys.signing_secret()
    assert len(keys.signing_secret()) >= 43
    other.close()


def test_when_it_was_used_is_kept(keys: Keys) -> None:
    made, _ = keys.create("a", scope="ask")
    assert made.used_at is None
    keys.used(made.id)
    assert keys.list()[0].used_at is not None


def older(home: Path) -> None:
    """Make the tables of a new library those of the version before."""
    engine = sa.create_engine(f"sqlite:///{home / FILE}")
    with engine.begin() as connection:
        for table in ("keys", "jobs", "job_files"):
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("ALTER TABLE answers DROP COLUMN asker"))
        connection.execute(sa.text("ALTER TABLE transcripts DROP COLUMN corrected"))
        connection.execute(sa.text("UPDATE meta SET value = '2' WHERE key = 'schema'"))
    engine.dispose()


def test_a_library_of_the_version_before_is_brought_up_with_what_is_in_it(tmp_path: Path) -> None:
    library = Library(tmp_path, encoder="hashing")
    library.answers.keep("old", '{"id": "old"}', [])
    library.close()
    older(tmp_path)
    for _ in range(2):  # and opens again as any other
        library = Library(tmp_path, encoder="hashing")
        assert library.answers.get("old") == ('{"id": "old"}', None)
        library.keys.create("a", scope="ask")
        library.close()


def test_a_library_of_another_version_is_refused(tmp_path: Path) -> None:
    Library(tmp_path, encoder="hashing").close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / FILE}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    engine.dispose()
    with pytest.raises(LibraryMismatchError, match="version 99"):
        Library(tmp_path, encoder="hashing")


def test_the_folder_of_a_library_is_its_owners(tmp_path: Path) -> None:
    Library(tmp_path / "home", encoder="hashing").close()
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0
