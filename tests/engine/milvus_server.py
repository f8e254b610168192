"""A Milvus server from its PyPI package, on free ports of this machine, beside whatever else runs there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from milvus import MilvusServer, MilvusServerConfig

from tests.ports import free_ports


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server that keeps what it keeps in `folder`."""
    with serving(folder) as server:
        yield f"http://127.0.0.1:{server.listen_port}"


@contextmanager
def serving(folder: Path) -> Iterator[MilvusServer]:
    """The server itself."""
    config = MilvusServerConfig(data_dir=str(folder))
    named = [one for one in config.configurable_items if one.endswith("_port")]
    *ports, peers, web = free_ports(len(named) + 2)
    config.update(**dict(zip(named, ports, strict=True)))
    etcd = f"http://127.0.0.1:{config.configs['etcd_port']}"
    (folder / "etcd.yaml").write_text(
        f"name: default\nlisten-client-urls: {etcd}\nadvertise-client-urls: {etcd}\n"
        f"listen-peer-urls: http://127.0.0.1:{peers}\n"
        f"initial-advertise-peer-urls: http://127.0.0.1:{peers}\n"
        f"initial-cluster: default=http://127.0.0.1:{peers}\ndata-dir: {folder / 'etcd'}\n",
        encoding="utf-8",
    )
    server = MilvusServer(config)
    server.webservice_port = web
    os.environ["ETCD_CONFIG_PATH"] = str(folder / "etcd.yaml")
    try:
        server.start()
        yield server
    finally:
        del os.environ["ETCD_CONFIG_PATH"]
        server.stop()
