from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from api.settings import DESCRIPTIONS, read
from api.settings_slack import need_extra
from index.encoder import PACKAGED
from rag.errors import InputError
from rag.writing.model import Endpoint


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
        read({"TRANSCITE_TYPO": "1", "TRANSCITE_HOME": "/tmp", "TRANSCITE_LLM_KEY": "x"})
    text = str(refused.value)
    assert "TRANSCITE_LLM_KEY, TRANSCITE_TYPO" in text
    assert all(name in text for name in DESCRIPTIONS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRANSCITE_HOME", ""),
        ("TRANSCITE_HOME", " "),
        ("TRANSCITE_HOME", "~nobody-of-this-name/library"),
        ("TRANSCITE_ENCODER", ""),
        ("TRANSCITE_ENCODER", "two\nlines"),
        *(("TRANSCITE_CAUTION", value) for value in ("", "bold", "0.7", "strict,eager")),
        *(("TRANSCITE_LLM_TIMEOUT_S", value) for value in ("", "0", "3601", "1.5")),
        *(("TRANSCITE_LLM_EVIDENCE", value) for value in ("199", "100001")),
        *(("TRANSCITE_MAX_UPLOAD_MB", value) for value in ("", "0", "100001", "1.5")),
        *(("TRANSCITE_MAX_FILE_MB", value) for value in ("", "0", "10001", "-1", "1.5", "1_0", " 7", "٣", "9" * 5000)),
    ],
)
def test_bad_values_are_refused_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        read({name: value})
    assert str(refused.value).startswith(f"{name} is {value!r}; allowed is ")


def test_caution_is_one_of_three_words_and_balanced_unless_told() -> None:
    assert read({}).caution == "balanced"
    assert [read({"TRANSCITE_CAUTION": one}).caution for one in ("strict", "balanced", " EAGER ")] == [
        "strict",
        "balanced",
        "eager",
    ]


LLM = {"TRANSCITE_LLM_URL": "http://localhost:11434/v1", "TRANSCITE_LLM_MODEL": "llama3.1"}


def test_a_language_model_is_an_address_a_name_and_perhaps_a_key() -> None:
    assert read({}).llm is None
    assert read(LLM).llm == Endpoint("http://localhost:11434/v1", "llama3.1", "")
    settings = read(LLM | {"TRANSCITE_LLM_API_KEY": "sk-secret-1", "TRANSCITE_LLM_TIMEOUT_S": "30"})
    assert settings.llm is not None
    assert (settings.llm.api_key, settings.llm_timeout_s, settings.llm_evidence) == ("sk-secret-1", 30, 3000)
    assert "sk-secret-1" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TRANSCITE_LLM_URL", "", "TRANSCITE_LLM_URL is not set"),
        ("TRANSCITE_LLM_MODEL", "", "TRANSCITE_LLM_MODEL is not set"),
        ("TRANSCITE_LLM_URL", "localhost:11434", "allowed is an address"),
        ("TRANSCITE_LLM_URL", "ftp://localhost", "allowed is an address"),
        ("TRANSCITE_LLM_URL", "http://me:sk-secret-2@localhost/v1", "holds a user or a password"),
        ("TRANSCITE_LLM_MODEL", "two\nlines", "allowed is a name"),
        ("TRANSCITE_LLM_API_KEY", "sk-secret-2 with spaces", "characters that no key has"),
        ("TRANSCITE_LLM_API_KEY", "sk-secret-2\u00e9", "characters that no key has"),
    ],
)
def test_half_a_language_model_is_refused_and_no_secret_shown(name: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read(LLM | {name: value, **({} if name.endswith("KEY") else {"TRANSCITE_LLM_API_KEY": "sk-secret-3"})})
    assert name in str(refused.value)
    assert words in str(refused.value)
    assert "sk-secret" not in str(refused.value)


def test_every_setting_has_a_line_of_its_own() -> None:
    assert all(text and "\n" not in text for text in DESCRIPTIONS.values())


SLACK = {
    "TRANSCITE_SLACK_BOT_TOKEN": "xoxb-secret-1",
    "TRANSCITE_SLACK_SIGNING_SECRET": "secret-2",
    "TRANSCITE_PUBLIC_URL": "https://transcripts.example",
}


def test_a_slack_app_is_a_token_a_secret_and_where_links_go() -> None:
    assert read({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "2"}).slack is None  # not ours
    settings = read(SLACK | {"TRANSCITE_SLACK_COLLECTIONS": "council, C1=radio,council,C1 = x = y"})
    assert settings.slack is not None
    assert (settings.slack.token, settings.slack.secret) == ("xoxb-secret-1", "secret-2")
    assert settings.slack.seen_in("C1") == ("radio", "x = y")
    assert settings.slack.seen_in("C2") == ("council",)
    assert settings.slack.api_url == "https://slack.com/api/"
    assert "secret" not in repr(settings).replace("signing_secret", "")
    whole, one = read(SLACK).slack, read(SLACK | {"TRANSCITE_SLACK_COLLECTIONS": "C1=radio"}).slack
    assert whole is not None
    assert one is not None
    assert (whole.seen_in("C1"), one.seen_in("C2")) == (None, ("",))
    own = read(SLACK | {"TRANSCITE_SLACK_COLLECTIONS": "T1=council,C1=radio,tv"}).slack
    assert own is not None
    seen = [own.seen_in(channel, team) for channel, team in (("C1", "T1"), ("C2", "T1"), ("C2", "T2"))]
    assert seen == [("radio",), ("council",), ("tv",)]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TRANSCITE_SLACK_BOT_TOKEN", "", "is not set"),
        ("TRANSCITE_SLACK_SIGNING_SECRET", "", "is not set"),
        ("TRANSCITE_SLACK_BOT_TOKEN", "xapp-secret-3", "begins with xoxb-"),
        ("TRANSCITE_SLACK_BOT_TOKEN", "xoxb-secret 3", "begins with xoxb-"),
        ("TRANSCITE_SLACK_SIGNING_SECRET", "secret-3\u00e9", "no signing secret has"),
        ("TRANSCITE_SLACK_COLLECTIONS", "council, C1= ", "names no collection for channel C1"),
        ("TRANSCITE_SLACK_COLLECTIONS", "T1=", "names no collection for workspace T1"),
        ("TRANSCITE_SLACK_APP_TOKEN", "xoxb-secret-3", "begins with xapp-"),
        ("TRANSCITE_SLACK_API_URL", "slack.com/api/", "is not an address"),
        ("TRANSCITE_SLACK_API_URL", "https://slack.com/api", "a slash at its end"),
    ],
)
def test_half_a_slack_app_is_refused_and_no_secret_shown(name: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        read(SLACK | {name: value})
    assert name in str(refused.value)
    assert words in str(refused.value)
    assert "secret" not in str(refused.value).replace("signing secret", "")


SOCKET = {name: value for name, value in SLACK.items() if "SIGNING" not in name} | {
    "TRANSCITE_SLACK_APP_TOKEN": "xapp-secret-3",
    "TRANSCITE_PUBLIC_URL": "http://localhost:8300",
}
SEVERAL = {name: value for name, value in SLACK.items() if "BOT_TOKEN" not in name} | {
    "TRANSCITE_SLACK_CLIENT_ID": "123.456",
    "TRANSCITE_SLACK_CLIENT_SECRET": "secret-4",
    "TRANSCITE_SLACK_TEAMS": "T1, T2,",
}


def test_socket_mode_needs_no_signing_secret_and_no_address_that_slack_reaches() -> None:
    slack = read(SOCKET).slack
    assert slack is not None
    assert (slack.token, slack.app_token, slack.secret) == ("xoxb-secret-1", "xapp-secret-3", "")
    assert "secret" not in repr(slack)


def test_an_app_that_workspaces_install_says_which_ones() -> None:
    slack = read(SEVERAL).slack
    assert slack is not None
    assert slack.client is not None
    assert (slack.client.id, slack.client.secret, slack.client.teams) == ("123.456", "secret-4", {"T1", "T2"})
    assert [slack.client.admits(one) for one in ("T1", "T3", "")] == [True, False, False]
    assert "secret-" not in repr(slack)
    anybody = read(SEVERAL | {"TRANSCITE_SLACK_TEAMS": "Any"}).slack
    assert anybody is not None
    assert anybody.client is not None
    assert anybody.client.admits("T3")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (SEVERAL | {"TRANSCITE_SLACK_CLIENT_ID": ""}, "TRANSCITE_SLACK_CLIENT_ID is not set"),
        (SEVERAL | {"TRANSCITE_SLACK_CLIENT_SECRET": " "}, "TRANSCITE_SLACK_CLIENT_SECRET is not set"),
        (SEVERAL | {"TRANSCITE_SLACK_SIGNING_SECRET": ""}, "TRANSCITE_SLACK_SIGNING_SECRET is not set"),
        (SEVERAL | {"TRANSCITE_SLACK_TEAMS": ""}, "TRANSCITE_SLACK_TEAMS is not set"),
        (SEVERAL | {"TRANSCITE_SLACK_TEAMS": "T1,acme"}, "names 'acme'; allowed are ids of workspaces"),
        (SEVERAL | {"TRANSCITE_SLACK_TEAMS": "T1,any"}, "names 'any'"),
        (SEVERAL | {"TRANSCITE_SLACK_CLIENT_SECRET": "secret 4"}, "no client secret has"),
        (SEVERAL | {"TRANSCITE_SLACK_BOT_TOKEN": "xoxb-secret-1"}, "is for one workspace"),
        (SEVERAL | {"TRANSCITE_SLACK_APP_TOKEN": "xapp-secret-1"}, "is for one workspace"),
        (SEVERAL | {"TRANSCITE_PUBLIC_URL": "http://t.example"}, "to https:// addresses only"),
        (SOCKET | {"TRANSCITE_SLACK_BOT_TOKEN": ""}, "TRANSCITE_SLACK_BOT_TOKEN is not set"),
        ({"TRANSCITE_SLACK_TEAMS": "T1"}, "TRANSCITE_SLACK_CLIENT_ID is not set"),
    ],
)
def test_half_of_another_way_is_refused_too(given: dict[str, str], words: str) -> None:
    with pytest.raises(InputError) as refused:
        read(given)
    assert words in str(refused.value)
    assert not re.search(r"secret[- ]\d", str(refused.value))


def test_nothing_of_slacks_own_names_is_read() -> None:
    stray = ("BOT_TOKEN", "APP_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET")
    assert read({f"SLACK_{one}": "x" for one in stray}).slack is None


def test_slack_needs_the_public_address() -> None:
    with pytest.raises(InputError, match="TRANSCITE_PUBLIC_URL is not set"):
        read({name: value for name, value in SLACK.items() if name != "TRANSCITE_PUBLIC_URL"})


def test_without_its_extra_the_bot_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    need_extra()
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    with pytest.raises(InputError, match=r"pip install 'transcite\[slack\]'"):
        need_extra()
