"""A Milvus cluster on this machine, and what becomes of searches when one of its query nodes is killed.

    python benchmarks/cluster.py --home FOLDER --suites FOLDER [--searches 1000] [--keep SECONDS]

Everything is started here, on loopback and in a temporary folder, and stopped at the end: etcd (from the PATH, or else
from Debian's package, unpacked and not installed), a Kafka that librdkafka plays in memory (a double, for trials only),
and eight processes of the Milvus server from its PyPI package: root, data and query coordinators, an index node, a data
node, two query nodes and a proxy. The library in FOLDER is put into it with two replicas, each on a query node of its
own.

Then every question is searched twice by four threads: first undisturbed, for what is right, then again, one query node
getting SIGKILL after a third of them. A search is wrong when its ten turns are not those found before, and lost when it
fails although it was tried twice.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import milvus
import numpy as np
from common import record
from confluent_kafka import Producer
from engine import Known, questions

from index.address import Address
from index.milvus.engine import Milvus
from index.remote import Remote
from index.search import Search
from index.sentence_encoder import SentenceEncoder
from index.store.library import Library
from rag.errors import EngineError
from rag.values import Filters

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.engine.milvus_server import free_ports

_READY_S = 120.0
_THREADS = 4
# The roles, by the section of milvus.yaml that says where each listens.
_ROLES = {
    "rootcoord": "rootCoord",
    "datacoord": "dataCoord",
    "querycoord": "queryCoord",
    "indexnode": "indexNode",
    "datanode": "dataNode",
    "querynode": "queryNode",
    "proxy": "proxy",
}
_QUERY_NODES = ("querynode", "querynode-2")

Places = list[tuple[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--suites", type=Path, required=True)
    parser.add_argument("--searches", type=int, default=1_000)
    parser.add_argument("--keep", type=float, default=0, help="go on serving for so many seconds at the end")
    options = parser.parse_args()
    with cluster() as running:
        print(f"the cluster serves at {running.url}")
        trial(options.home, running, questions(options.suites, options.searches))
        time.sleep(options.keep)


@dataclass
class Cluster:
    """A running cluster: where its proxy is, and its processes by name."""

    url: str
    processes: dict[str, subprocess.Popen[bytes]]

    def memory_mib(self) -> float:
        """What its processes hold in memory, all together."""
        return sum(resident_mib(one.pid) for one in self.processes.values() if one.poll() is None)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start all of it; stop all of it."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="transcite-cluster-")))
        kafka = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "", "log_level": 0})
        broker = next(iter(kafka.list_topics(timeout=10).brokers.values()))
        processes: dict[str, subprocess.Popen[bytes]] = {}
        closing.callback(stop, processes)
        etcd = start_etcd(folder, processes)
        milvus._initialize_data_files(str(folder))  # unpacks the server and its libraries
        names = [*(role for role in _ROLES), _QUERY_NODES[1]]
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        inner, *web = free_ports(len(names) + 1)
        config = configuration(folder, ports, etcd=etcd, kafka=f"{broker.host}:{broker.port}", inner=inner)
        for name, metrics in zip(names, web, strict=True):
            start_role(folder, name, config.replace("@QUERY@", str(ports[name])), metrics, processes)
            if name in {"rootcoord", "proxy"}:
                wait_for(f"http://127.0.0.1:{metrics}/healthz", processes)
        yield Cluster(f"http://127.0.0.1:{ports['proxy']}", processes)


def configuration(folder: Path, ports: dict[str, int], *, etcd: str, kafka: str, inner: int) -> str:
    """milvus.yaml for all roles; "@QUERY@" stands for the port of a query node."""
    sections = []
    for role, section in _ROLES.items():
        port = "@QUERY@" if role == "querynode" else str(ports[role])
        more = f"  internalPort: {inner}\n" if role == "proxy" else ""
        sections.append(f"{section}:\n  ip: 127.0.0.1\n  port: {port}\n{more}")
    return (
        f"etcd:\n  endpoints: {etcd}\n  rootPath: trial\n  use:\n    embed: false\n"
        "metastore:\n  type: etcd\n"
        f"localStorage:\n  path: {folder / 'data'}\n"
        "mq:\n  type: kafka\n"
        f"kafka:\n  brokerList: {kafka}\n  securityProtocol: PLAINTEXT\n"
        "common:\n  storageType: local\n"
        f"log:\n  level: warn\n  stdout: true\n" + "".join(sections)
    )


def start_role(
    folder: Path, name: str, config: str, metrics: int, processes: dict[str, subprocess.Popen[bytes]]
) -> None:
    home = folder / name
    home.mkdir()
    (home / "milvus.yaml").write_text(config, encoding="utf-8")
    shutil.copy(Path(milvus.__file__).parent / "data" / "glog.conf", home / "glog.conf")
    environ = os.environ | {
        "MILVUSCONF": str(home),
        "METRICS_PORT": str(metrics),
        "LD_LIBRARY_PATH": str(folder / "bin"),
        "MILVUS_RUN_DIR": str(home / "run"),
        "DEPLOY_MODE": "DISTRIBUTED",
    }
    with (home / "log.txt").open("wb") as log:
        command = [str(folder / "bin" / "milvus"), "run", name.split("-", maxsplit=1)[0]]
        processes[name] = subprocess.Popen(command, env=environ, cwd=home, stdout=log, stderr=log)


def start_etcd(folder: Path, processes: dict[str, subprocess.Popen[bytes]]) -> str:
    """Start etcd; its address."""
    binary = shutil.which("etcd") or unpacked_etcd(folder)
    client, peers = free_ports(2)
    serving = [f"--listen-client-urls=http://127.0.0.1:{client}", f"--advertise-client-urls=http://127.0.0.1:{client}"]
    among = [f"--listen-peer-urls=http://127.0.0.1:{peers}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}"]
    joined = [f"--initial-cluster=default=http://127.0.0.1:{peers}", f"--data-dir={folder / 'etcd'}"]
    with (folder / "etcd.txt").open("wb") as log:
        processes["etcd"] = subprocess.Popen([binary, *serving, *among, *joined], stdout=log, stderr=log)
    wait_for(f"http://127.0.0.1:{client}/health", processes)
    return f"127.0.0.1:{client}"


def unpacked_etcd(folder: Path) -> str:
    """Etcd out of Debian's package."""
    if shutil.which("apt-get") is None:
        sys.exit("etcd is not here; install it (Debian: apt-get install etcd-server)")
    subprocess.run(["apt-get", "download", "-qq", "etcd-server"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
    (package,) = folder.glob("etcd-server*.deb")
    subprocess.run(["dpkg-deb", "-x", str(package), str(folder / "debian")], check=True)
    return str(folder / "debian" / "usr" / "bin" / "etcd")


def trial(home: Path, running: Cluster, asked: Sequence[str]) -> None:
    """Put a library into the cluster, search it, kill a node meanwhile, and tell."""
    encoder = SentenceEncoder()
    library = Library(home, encoder=encoder.name)
    began = time.perf_counter()
    remote = Remote(library, Milvus(Address(running.url, replicas=2)), dimension=encoder.dimension)
    remote.catch_up()
    filled = time.perf_counter() - began
    search = Search(library, Known(encoder, asked), remote)
    memory = running.memory_mib()
    before = searched(search, asked)
    killed = running.processes[_QUERY_NODES[1]]
    during = searched(search, asked, in_the_middle=killed.kill)
    after = searched(search, asked[: len(asked) // 10])
    rows = {"before": before, "a node killed meanwhile": during, "afterwards": after}
    record(
        "A cluster that loses a query node",
        [
            f"{library.shared.count():,} passages, put in within {filled:.0f} s; 8 Milvus processes and etcd,"
            f" {memory:,.0f} MiB together; 2 query nodes, 2 replicas, 2 shards. Searches by {_THREADS} threads,"
            f" questions encoded before; SIGKILL after {len(asked) // 3:,} of the second row.",
            "",
            "| | searches | lost | wrong | p50 ms | p99 | slowest | over 5 s |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *(f"| {name} | {one.line(before)} |" for name, one in rows.items()),
            *(f"\nLost: {one}" for one in during.found if isinstance(one, str)),
        ],
    )
    library.close()


@dataclass
class Searched:
    """What searches found, or why they failed; and how many milliseconds each took."""

    found: list[Places | str]
    took: list[float]

    def line(self, right: Searched) -> str:
        """How many, lost, wrong; median, 99th percentile and slowest; how many of more than five seconds."""
        lost = sum(isinstance(one, str) for one in self.found)
        differing = sum(one != other for one, other in zip(self.found, right.found, strict=False))
        p50, p99 = np.percentile(self.took, (50, 99))
        slow = sum(one > 5_000 for one in self.took)
        return (
            f"{len(self.found):,} | {lost} | {differing - lost} | {p50:.0f} | {p99:.0f} | {max(self.took):.0f} | {slow}"
        )


def searched(search: Search, asked: Sequence[str], in_the_middle: Callable[[], None] = lambda: None) -> Searched:
    """Search by several threads; something happens after a third of the questions."""
    with ThreadPoolExecutor(_THREADS) as threads:
        coming = [threads.submit(attempt, search, question) for question in asked]
        coming[len(asked) // 3].result()
        in_the_middle()
        results = [one.result() for one in coming]
    return Searched([found for found, _ in results], [took for _, took in results])


def attempt(search: Search, question: str) -> tuple[Places | str, float]:
    began = time.perf_counter()
    found: Places | str
    try:
        hits = search.search(question, filters=Filters(), top_k=10)
        found = [(one.source.transcript_id, one.turns[0].turn) for one in hits]
    except EngineError as error:
        found = str(error)
    return found, (time.perf_counter() - began) * 1000


def wait_for(address: str, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        ended = [name for name, one in processes.items() if one.poll() is not None]
        if ended:
            sys.exit(f"{', '.join(ended)} ended; see the log")
        try:
            with urllib.request.urlopen(address, timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit(f"{address} does not answer within {_READY_S:g} s")


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for one in reversed(processes.values()):
        one.kill()
        one.wait()


if __name__ == "__main__":
    main()
