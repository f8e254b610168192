"""Tokens of workspaces, so that the database alone is worth nothing. The door to cryptography."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"transcite: tokens of slack workspaces"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the bot may act with in a workspace; `refresh` gets the next ones, None where they do not expire."""

    bot: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)


class Sealing:
    """Encrypts with a key made from the app's client secret, which is in the settings and not in the database.

    Args:
        secret: The client secret.
    """

    def __init__(self, secret: str) -> None:
        # The secret is random and long, so a fast derivation is enough.
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def sealed(self, team: str, tokens: Tokens) -> str:
        """The tokens of a workspace, as they are kept."""
        return self._fernet.encrypt(json.dumps([team, tokens.bot, tokens.refresh]).encode()).decode()

    def opened(self, team: str, sealed: str) -> Tokens | None:
        """The tokens again; None when they were sealed with another secret or for another workspace."""
        try:
            whose, bot, refresh = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken:
            return None
        return Tokens(bot, refresh) if whose == team else None
