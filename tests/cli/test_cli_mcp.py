"""`transcite mcp`, started as an assistant starts it. Listing tools loads no encoder."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from mcp import Client as Assistant
from mcp import StdioServerParameters

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRANSCITE_")}
    return kept | {"TRANSCITE_HOME": str(home), "PYTHONPATH": str(ROOT)}


def test_an_assistant_finds_the_tools(tmp_path: Path) -> None:
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "api.main", "mcp"], env=environ(tmp_path / "home"), cwd=tmp_path
    )

    async def work() -> list[str]:
        async with Assistant(started) as assistant:
            missing = await assistant.call_tool("get_transcript_turns", {"transcript_id": "none-such"})
            assert missing.is_error
            return [one.name for one in (await assistant.list_tools()).tools]

    assert asyncio.run(work()) == ["search_transcripts", "ask_transcripts", "get_transcript_turns"]


def test_nothing_but_the_protocol_is_on_standard_output(tmp_path: Path) -> None:
    noisy = (
        "import sys; from api.main import main\n"
        "import api.mcp.tools as t\n"
        "def warn(*_): print('stray'); raise RuntimeError('/secret')\n"
        "t.text.turns = warn\n"
        "import api.http.holdings as h; h.Holdings.transcript = warn\n"
        "sys.exit(main(['mcp']))"
    )
    call = {"name": "get_transcript_turns", "arguments": {"transcript_id": "x"}}
    sent = [
        HELLO,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    with subprocess.Popen(
        [sys.executable, "-c", noisy],
        env=environ(tmp_path / "home"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("not the protocol\n" + "".join(json.dumps(one) + "\n" for one in sent))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stdout.read() == ""
        log = process.stderr.read()
    assert [one["id"] for one in told] == [1, 2]
    assert told[1]["result"]["isError"]
    assert "secret" not in json.dumps(told)
    assert "stray" in log
    assert "/secret" in log


def test_a_library_that_cannot_be_opened_ends_it_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    command = [sys.executable, "-m", "api.main", "mcp"]
    ended = subprocess.run(  # noqa: PLW1510 - it is to fail
        command, env=environ(tmp_path / "home"), cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("transcite: ")
