"""Short-lived tokens, signed and not kept, for a site's readers and for who signs in. The door to itsdangerous."""

from __future__ import annotations

from collections.abc import Callable

from itsdangerous import BadData, URLSafeTimedSerializer

SITE_S = 15 * 60
SESSION_S = 12 * 3600


class Tokens:
    """Makes tokens and reads them.

    Args:
        secret: Gives what they are signed with, the same in every server on a library.
    """

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def for_site(self, site_id: str, origin: str) -> str:
        """A token for the pages of one origin."""
        return self._serializer("site").dumps([site_id, origin])

    def site(self, token: str) -> tuple[str, str] | None:
        """The site and the origin a token was made for; None when it is none of ours, or too old."""
        found = self._read("site", token, SITE_S)
        return (str(found[0]), str(found[1])) if isinstance(found, list) and len(found) == 2 else None

    def for_session(self, key_id: str) -> str:
        """A token for a browser whose reader showed a key."""
        return self._serializer("session").dumps(key_id)

    def session(self, token: str) -> str | None:
        """The key that was shown; None when the token is none of ours, or too old."""
        found = self._read("session", token, SESSION_S)
        return found if isinstance(found, str) else None

    def _read(self, kind: str, token: str, most_s: int) -> object:
        try:
            return self._serializer(kind).loads(token, max_age=most_s)
        except BadData:
            return None

    def _serializer(self, kind: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret(), salt=f"transcite {kind}")
