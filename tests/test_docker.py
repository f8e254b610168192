"""The image, the compose file and the systemd unit, as far as they can be tested where no container engine is at hand.

The image's steps are those of the Makefile, which every run of the tests goes through.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from configparser import RawConfigParser
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from api.main import main
from api.settings import DESCRIPTIONS
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parent.parent
TEXTS = (
    "Dockerfile",
    "compose.yaml",
    "deploy/transcite.service",
    "deploy/Caddyfile",
    "deploy/ready.py",
    "docs/operate.md",
)
# Variables of those files that are not settings of the server.
OTHERS = {"TRANSCITE_NAME"}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order: name and the rest."""
    joined = re.sub(r"\\\n\s*", "", read("Dockerfile"))
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def of(name: str, stage: int = -1) -> list[str]:
    """What the instructions of one name say in one stage, the last one unless told."""
    stages: list[list[tuple[str, str]]] = []
    for one in instructions():
        if one[0] == "FROM":
            stages.append([])
        stages[-1].append(one)
    return [rest for found, rest in stages[stage] if found == name]


def recipe(target: str) -> str:
    """What make runs for a target that nothing was made for yet."""
    command = ["make", "--no-print-directory", "-n", "-B", target, "EXTRAS=otel", "VENV=venv"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_image_installs_what_make_installs() -> None:
    [_, install] = of("RUN", 0)
    called = re.search(r'make (\S+) EXTRAS="\$EXTRAS"$', install)
    assert called is not None
    steps = recipe(called[1])
    assert "pip install -qq --no-compile -c constraints.txt -e '.[otel]'" in steps
    assert "-m venv --clear .venv" in steps
    development = recipe(".venv/installed-dev")
    [ours] = re.findall(r"\S+ -m pip install .* -e", steps)
    assert ours in development  # what the tests run on is installed by the same command
    assert not re.search(r"\bpip3?\b(?!/)", " ".join(of("RUN"))), "nothing is installed in any other way"


def test_the_image_runs_where_it_was_made_and_not_as_root() -> None:
    assert of("WORKDIR", 0) == of("WORKDIR") == ["/app"]
    assert of("COPY") == ["--from=build /app /app"]
    assert of("FROM", 0)[0].split()[0] == of("FROM")[0], "the Python that made .venv/ is the one that runs"
    names = [name for name, _ in instructions()]
    assert names.index("USER") < names.index("ENTRYPOINT")
    [user] = of("USER")
    assert user not in {"root", "0"}
    assert re.search(rf"useradd .*--home-dir /data --create-home .*\b{user}$", of("RUN")[0])
    assert of("VOLUME") == ["/data"]
    assert "TRANSCITE_HOME=/data" in of("ENV")[0]


def test_the_image_starts_a_server_that_wants_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(of("ENTRYPOINT")[0]) == ["transcite"]
    command = json.loads(of("CMD")[0])
    assert main(command, environ={"TRANSCITE_HOME": str(tmp_path)}, encoder=HashingEncoder) == 1
    assert "there is no key yet" in capsys.readouterr().err


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out; a folder stands for what is in it, and the last line that fits counts."""
    parts, out = Path(path).parts, False
    heads = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    for line in read(".dockerignore").splitlines():
        pattern = line.removeprefix("!")
        names = parts if pattern.startswith("**/") else heads
        if not line.startswith("#") and any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
            out = not line.startswith("!")
    return out


def test_the_image_gets_what_it_needs_and_nothing_else() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    packages = [name.replace(".", "/") + "/__init__.py" for name in project["tool"]["setuptools"]["packages"]]
    data = [
        path.relative_to(ROOT).as_posix()
        for package, patterns in project["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    ]
    needed = ["pyproject.toml", "constraints.txt", "Makefile", project["project"]["readme"], "deploy/ready.py"]
    needed += project["project"]["license-files"]
    assert len(data) > 5
    assert [path for path in needed + packages + data if ignored(path) or not (ROOT / path).exists()] == []
    kept_out = [".git/config", ".venv/bin/python", ".demo/library.db", "tests/fakes.py", "seeds/questions.jsonl"]
    kept_out += ["api/__pycache__/main.pyc", "api/http/__pycache__/app.pyc", "library.db", ".env", "deploy/Caddyfile"]
    assert [path for path in kept_out if not ignored(path)] == []


@pytest.mark.parametrize("name", TEXTS)
def test_they_name_no_setting_that_there_is_not(name: str) -> None:
    assert set(re.findall(r"\bTRANSCITE_[A-Z_]*[A-Z]\b", read(name))) - OTHERS <= set(DESCRIPTIONS)


def test_compose_serves_behind_a_proxy_that_is_believed() -> None:
    services = yaml.safe_load(read("compose.yaml"))
    ours = services["services"]["transcite"]
    [network] = services["networks"]["inside"]["ipam"]["config"]
    assert ours["environment"]["TRANSCITE_TRUSTED_PROXIES"] == network["subnet"]
    assert ours["networks"] == services["services"]["caddy"]["networks"] == ["inside"]
    assert "ports" not in ours, "reached through the proxy only"
    assert {one.split(":")[1] for one in ours["volumes"]} == {"/data", "/tmp"}
    assert ours["read_only"] is True
    caddyfile = next(one for one in services["services"]["caddy"]["volumes"] if "Caddyfile" in one)
    assert (ROOT / caddyfile.split(":")[0]).exists()
    assert f"reverse_proxy transcite:{of('EXPOSE')[0]}" in read("deploy/Caddyfile")


def test_the_unit_gives_nothing_away() -> None:
    unit = RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(read("deploy/transcite.service"))
    service = unit["Service"]
    assert service["User"] not in {"root", "0"}
    wanted = {"ProtectSystem": "strict", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "UMask": "0077"}
    assert {name: service[name] for name in wanted} == wanted
    assert service["StateDirectory"] == "transcite"
    assert "Environment=TRANSCITE_HOME=/var/lib/transcite\n" in read("deploy/transcite.service")
    program, *arguments = shlex.split(service["ExecStart"])
    assert program.endswith("/.venv/bin/transcite")
    assert main([*arguments, "--help"]) == 0


class Answering(BaseHTTPRequestHandler):
    status, hosts = 200, [""]

    def do_GET(self) -> None:
        self.hosts[0] = self.headers["Host"]
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (400, 1)])
def test_the_health_check_asks_under_a_name_of_the_server(
    status: int, code: int, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2]) == ["python", "deploy/ready.py"]
    monkeypatch.setattr(Answering, "status", status)
    command = [sys.executable, str(ROOT / "deploy" / "ready.py"), str(port)]
    environ = {"http_proxy": "http://127.0.0.1:9", "TRANSCITE_HOSTS": "transcripts.example, other.example"}
    assert subprocess.run(command, env=environ, capture_output=True, check=False).returncode == code
    assert Answering.hosts == ["transcripts.example"]
    assert subprocess.run(command, env={}, capture_output=True, check=False).returncode == code
    assert Answering.hosts == [f"127.0.0.1:{port}"]


def test_the_health_check_fails_where_nothing_answers() -> None:
    command = [sys.executable, str(ROOT / "deploy" / "ready.py"), "1"]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
