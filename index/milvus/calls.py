"""Calls to a Milvus server: in bounded time, tried twice, and what is said of those that fail."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import grpc
from pymilvus import MilvusClient
from pymilvus.client.ts_utils import get_collection_ts
from pymilvus.exceptions import MilvusException

from index.address import TOKEN, URL, Address
from index.engine import VanishedError
from rag.errors import EngineError

SLOW_S = 120.0  # for making, filling and loading, which no reader waits for
_GONE = 100  # what Milvus calls a collection that is not there

_Result = TypeVar("_Result")

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it tells every error with its trace; so do we, in a line


class Calls:
    """Calls to one server; connected when first used, safe to use from threads.

    Args:
        address: Where it is.
        timeout_s: How long connecting may take.
    """

    def __init__(self, address: Address, *, timeout_s: float) -> None:
        parts = urlsplit(address.url)
        self._address, self._timeout_s = address, timeout_s
        self._host = f"{parts.hostname}:{parts.port or 19530}"
        self._database = parts.path.strip("/")
        self._connected: MilvusClient | None = None

    def written(self, name: str) -> int:
        """When this process last changed a collection, by Milvus' clock; 0 where pymilvus does not say."""
        return int(get_collection_ts(name, self._host, self._database) or 0)

    def twice(self, call: Callable[[MilvusClient], _Result]) -> _Result:
        """What a call gives, at the second try if not at the first.

        Raises:
            VanishedError: The collection is not there.
            EngineError: The server cannot be reached, refuses, or takes too long.
        """
        try:
            return call(self._client())
        except MilvusException as error:
            if error.code == _GONE:
                raise self._told(error) from error
        except grpc.RpcError:
            pass  # a time-out: pymilvus passes it on as it is
        except ValueError:
            self._connected = None  # what pymilvus says of a connection that was closed
        try:
            return call(self._client())
        except (MilvusException, grpc.RpcError, ValueError) as error:
            raise self._told(error) from error

    def _client(self) -> MilvusClient:
        if self._connected is None:
            plain = self._address.url.removesuffix(urlsplit(self._address.url).path)
            self._connected = MilvusClient(
                plain, token=self._address.token, db_name=self._database, timeout=self._timeout_s
            )
        return self._connected

    def _told(self, error: Exception) -> EngineError:
        """The same in one line, with the cure and without what is secret."""
        said = error.message if isinstance(error, MilvusException) else getattr(error, "details", lambda: error)()
        reason = " ".join(str(said).split())
        if re.search(r"auth|credential|permission", reason, re.IGNORECASE):
            return EngineError(f"the search engine at {self._host} ({URL}) refuses {TOKEN}; set it to user:password")
        if self._address.token:
            reason = reason.replace(self._address.token, "...")
        kind = VanishedError if getattr(error, "code", None) == _GONE else EngineError
        return kind(
            f"the search engine at {self._host} ({URL}) cannot be used ({reason[:200]}); see that Milvus runs there,"
            " or unset the setting to search in the process"
        )
