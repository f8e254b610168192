from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import DESCRIPTIONS, read
from index.encoder import PACKAGED
from rag.errors import InputError


def test_nothing_set_gives_the_defaults() -> None:
    settings = read({"PATH": "/bin", "_TRANSCITE_COMPLETE": "complete_bash"})
    assert settings.home.name == "transcite"
    assert settings.home.is_absolute()
    assert (settings.encoder, settings.max_file_mb, settings.max_bytes) == (PACKAGED, 64, 64_000_000)


def test_what_is_set_is_read() -> None:
    settings = read({"TRANSCITE_HOME": "some/where", "TRANSCITE_ENCODER": "/models/e5", "TRANSCITE_MAX_FILE_MB": "3"})
    assert settings.home == Path("some/where").absolute()
    assert (settings.encoder, settings.max_file_mb) == ("/models/e5", 3)


def test_a_tilde_is_the_users_home() -> None:
    assert read({"TRANSCITE_HOME": "~/library"}).home == Path.home() / "library"


def test_unknown_settings_are_refused_by_name_with_those_there_are() -> None:
    with pytest.raises(InputError) as refused:
        read({"TRANSCITE_TYPO": "1", "TRANSCITE_HOME": "/tmp", "TRANSCITE_LLM_URL": "http://localhost"})
    text = str(refused.value)
    assert "TRANSCITE_LLM_URL, TRANSCITE_TYPO" in text
    assert all(name in text for name in DESCRIPTIONS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRANSCITE_HOME", ""),
        ("TRANSCITE_HOME", " "),
        ("TRANSCITE_HOME", "~nobody-of-this-name/library"),
        ("TRANSCITE_ENCODER", ""),
        ("TRANSCITE_ENCODER", "two\nlines"),
        *(("TRANSCITE_MAX_UPLOAD_MB", value) for value in ("", "0", "100001", "1.5")),
        *(("TRANSCITE_MAX_FILE_MB", value) for value in ("", "0", "10001", "-1", "1.5", "1_0", " 7", "٣", "9" * 5000)),
    ],
)
def test_bad_values_are_refused_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        read({name: value})
    assert str(refused.value).startswith(f"{name} is {value!r}; allowed is ")


def test_every_setting_has_a_line_of_its_own() -> None:
    assert all(text and "\n" not in text for text in DESCRIPTIONS.values())
