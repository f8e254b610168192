"""Collections: how one is made for a library's passages, and let go."""

from __future__ import annotations

from typing import Any

from pymilvus import DataType, MilvusClient

from index.address import Address
from index.milvus.calls import SLOW_S

_SHARDS = 2  # channels that a collection is written through
_GRAPH = {"M": 16, "efConstruction": 200}


def make(client: MilvusClient, name: str, dimension: int, address: Address) -> None:
    """Make an empty collection for vectors of that length, and load it."""
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("anchor", DataType.INT64)
    schema.add_field("ordinal", DataType.INT64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    index = client.prepare_index_params()
    kind, params = ("HNSW", _GRAPH) if address.graph else ("FLAT", {})
    index.add_index("vector", index_type=kind, metric_type="IP", params=params)
    for scalar in ("anchor", "ordinal"):
        index.add_index(scalar, index_type="STL_SORT")
    if client.has_collection(name, timeout=SLOW_S):  # the first of two tries came further than it seemed
        drop(client, name)
    client.create_collection(name, schema=schema, num_shards=_SHARDS, timeout=SLOW_S)
    client.create_index(name, index, timeout=SLOW_S)
    client.load_collection(name, replica_number=address.replicas, timeout=SLOW_S)


def dimension_of(known: dict[str, Any]) -> int:
    """Length of the vectors of a collection, from what Milvus tells of it."""
    return next(int(one["params"]["dim"]) for one in known["fields"] if one["name"] == "vector")


def drop(client: MilvusClient, name: str) -> None:
    """Let a collection go, and whatever names it has besides."""
    for alias in client.list_aliases(name, timeout=SLOW_S)["aliases"]:
        client.drop_alias(alias, timeout=SLOW_S)
    client.drop_collection(name, timeout=SLOW_S)
