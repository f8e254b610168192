"""Settings: read once, at start, from the environment; an unknown or impossible one stops the start by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

from platformdirs import user_data_path

from api import settings_database, settings_index, settings_model, settings_slack
from api import settings_values as values
from index.address import Address
from index.encoder import PACKAGED
from rag.errors import InputError
from rag.refusal import Caution
from rag.writing.model import Endpoint

_PREFIX = "TRANSCITE_"
_PORTS = {"http": 80, "https": 443}
_HOME, _ENCODER = "TRANSCITE_HOME", "TRANSCITE_ENCODER"
_MAX_FILE_MB, _MAX_UPLOAD_MB = "TRANSCITE_MAX_FILE_MB", "TRANSCITE_MAX_UPLOAD_MB"
_HOSTS, _PUBLIC_URL, _PROXIES = "TRANSCITE_HOSTS", "TRANSCITE_PUBLIC_URL", "TRANSCITE_TRUSTED_PROXIES"
_ORIGINS, _LOG_QUESTIONS = "TRANSCITE_CORS_ORIGINS", "TRANSCITE_LOG_QUESTIONS"
_CAUTION = "TRANSCITE_CAUTION"
_LLM_TIMEOUT, _LLM_EVIDENCE = "TRANSCITE_LLM_TIMEOUT_S", "TRANSCITE_LLM_EVIDENCE"
_RATE_KEY, _RATE_SITE, _RATE_ADDRESS = "TRANSCITE_RATE_KEY", "TRANSCITE_RATE_SITE", "TRANSCITE_RATE_ADDRESS"

# One line each, for people; the README's table is held to it by a test.
DESCRIPTIONS = {
    _HOME: "folder of the library (default: `transcite` in the platform's user data folder)",
    **settings_database.DESCRIPTIONS,
    _ENCODER: f"encoder: a sentence-transformers folder or hub name (default: {PACKAGED}, which comes with Transcite)",
    **settings_index.DESCRIPTIONS,
    _MAX_FILE_MB: "largest transcript file taken in, in megabytes, 1 to 10000 (default: 64)",
    _MAX_UPLOAD_MB: "largest upload of several files together, in megabytes, 1 to 100000 (default: 1000)",
    _HOSTS: "names the server answers to, with port where it is not 80 or 443, between commas"
    " (default: those of this machine when it listens on loopback; any when it does not)",
    _PUBLIC_URL: "address readers reach the server at, for links in answers (default: the one a request came to)",
    _PROXIES: "addresses or networks of proxies whose X-Forwarded-For and -Proto are believed, between commas"
    " (default: none)",
    _ORIGINS: "origins whose pages may call the server with a key, such as https://news.example, between commas"
    " (default: none; a site's own origins are made with `transcite keys create`)",
    _RATE_KEY: "requests one key may make, such as 10/second or 600/minute (default: 600/minute)",
    _RATE_SITE: "requests all readers of one site may make together (default: 1200/minute)",
    _RATE_ADDRESS: "requests without a key that one address may make (default: 120/minute)",
    _CAUTION: "how sure an answer must be: `strict` rather says that the transcripts do not say, `eager` rather answers"
    " (default: `balanced`)",
    **settings_slack.DESCRIPTIONS,
    **settings_model.DESCRIPTIONS,
    _LLM_TIMEOUT: "seconds the language model may take for one answer, 1 to 3600; past them it is quotes"
    " (default: 120)",
    _LLM_EVIDENCE: "tokens of transcript it is given to answer from, 200 to 100000 (default: 3000)",
    _LOG_QUESTIONS: "`yes` to have the text of questions in the server's log (default: `no`)",
}


@dataclass(frozen=True, slots=True)
class Rates:
    """How many requests are let through, as "NUMBER/UNIT"."""

    key: str = "600/minute"
    site: str = "1200/minute"
    address: str = "120/minute"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment may decide; `DESCRIPTIONS` says what each is."""

    home: Path
    encoder: str
    max_file_mb: int
    hosts: tuple[str, ...] = ()
    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    rates: Rates = Rates()
    log_questions: bool = False
    max_upload_mb: int = 1000
    caution: Caution = "balanced"
    llm: Endpoint | None = None
    llm_timeout_s: int = 120
    llm_evidence: int = 3000
    slack: settings_slack.Slack | None = None
    index: Address | None = None
    database_url: str | None = field(default=None, repr=False)  # it may hold a password

    @property
    def max_bytes(self) -> int:
        """`max_file_mb` in bytes."""
        return self.max_file_mb * 1_000_000

    @property
    def max_upload_bytes(self) -> int:
        """`max_upload_mb` in bytes; a single file of the allowed size always fits."""
        return max(self.max_upload_mb, self.max_file_mb) * 1_000_000


def read(environ: Mapping[str, str]) -> Settings:
    """The settings an environment gives.

    Raises:
        InputError: A variable is not known, or its value is not allowed.
    """
    unknown = sorted(name for name in environ if name.startswith(_PREFIX) and name not in DESCRIPTIONS)
    if unknown:
        raise InputError(
            f"no such setting: {', '.join(unknown)}; unset it or correct its name (known: {', '.join(DESCRIPTIONS)})"
        )
    usual, public_url = Rates(), _public_url(environ)
    return Settings(
        home=_home(environ.get(_HOME)),
        encoder=_encoder(environ.get(_ENCODER, PACKAGED)),
        max_file_mb=values.whole(environ, _MAX_FILE_MB, usual=64, least=1, most=10_000),
        max_upload_mb=values.whole(environ, _MAX_UPLOAD_MB, usual=1000, least=1, most=100_000),
        hosts=values.each(environ, _HOSTS, _host, "names such as transcripts.example or 10.0.0.7:8300"),
        public_url=public_url,
        trusted_proxies=values.each(environ, _PROXIES, _network, "addresses or networks such as 10.0.0.0/8"),
        cors_origins=values.each(environ, _ORIGINS, origin, "origins such as https://news.example"),
        rates=Rates(
            key=values.rate(environ, _RATE_KEY, usual.key),
            site=values.rate(environ, _RATE_SITE, usual.site),
            address=values.rate(environ, _RATE_ADDRESS, usual.address),
        ),
        log_questions=values.yes(environ, _LOG_QUESTIONS),
        caution=_caution(environ.get(_CAUTION, "balanced")),
        llm=settings_model.endpoint(environ),
        llm_timeout_s=values.whole(environ, _LLM_TIMEOUT, usual=120, least=1, most=3600),
        llm_evidence=values.whole(environ, _LLM_EVIDENCE, usual=3000, least=200, most=100_000),
        slack=settings_slack.app(environ, public_url),
        index=settings_index.address(environ),
        database_url=settings_database.url(environ),
    )


def origin(value: str) -> str | None:
    """`value` as browsers write an origin: scheme, name and any unusual port; None when it is none."""
    try:
        parts = urlsplit(value.strip().lower())
        port = parts.port
    except ValueError:
        return None
    name = parts.hostname
    if parts.scheme not in _PORTS or not name or not re.fullmatch(r"[\w.:-]+", name):
        return None
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    shown = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{shown}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def address(value: str) -> str | None:
    """`value` as the address of a server, without a slash at its end; None when it is none."""
    tidy = value.strip().rstrip("/")
    return tidy if re.fullmatch(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", tidy) else None


def _host(value: str) -> str | None:
    return value.lower() if re.fullmatch(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?", value) else None


def _network(value: str) -> str | None:
    try:
        return str(ip_network(value))
    except ValueError:
        return None


def _public_url(environ: Mapping[str, str]) -> str | None:
    value = environ.get(_PUBLIC_URL)
    found = None if value is None else address(value)
    if value is not None and found is None:
        raise values.refused(_PUBLIC_URL, value, "an address such as https://transcripts.example")
    return found


def _home(value: str | None) -> Path:
    if value is None:
        return user_data_path("transcite", appauthor=False)
    if not value.strip():
        raise values.refused(_HOME, value, "a folder")
    try:
        return Path(value).expanduser().absolute()
    except RuntimeError as error:
        raise values.refused(_HOME, value, "a folder of a user there is") from error


def _encoder(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise values.refused(_ENCODER, value, f"a folder, a hub name, or {PACKAGED}")
    return value


def _caution(value: str) -> Caution:
    allowed: tuple[Caution, ...] = get_args(Caution)
    for one in allowed:
        if value.strip().lower() == one:
            return one
    raise values.refused(_CAUTION, value, ", ".join(allowed))
