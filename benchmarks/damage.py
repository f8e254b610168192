"""Damages every file of a library in turn, in every way that files are damaged, and looks at what is left.

    python benchmarks/damage.py [--only PART] [--folder FOLDER]

Deleted, emptied, cut, zeroed, filled with garbage, a page zeroed, a byte flipped; also the log of a server that
was killed. After each: what is found is true or nothing is; doctor names it; its repair brings back all that is
stored, every transcript whole; what is lost is named. Nothing is encoded.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from common import record

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import fakes
from tests.faults.damage import damaged, text, transcite, try_one, whole

FILES = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="transcite-damage-"))
    homes = _libraries(folder)
    tries: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for name, home in homes.items():
        before = whole(shutil.copytree(home, folder / "seen", dirs_exist_ok=True))
        shutil.rmtree(folder / "seen")
        for path in sorted(one for one in home.rglob("*") if one.is_file()):
            file = str(path.relative_to(home))
            if (
                path.suffix == ".lock"
                or options.only not in file
                or (name == "killed" and not file.startswith("library.db-"))
            ):
                continue
            kind = f"{name}: " + (file if path.suffix in {".db", ".json"} or "library" in file else f"*{path.suffix}")
            for how, data in damaged(path.read_bytes()):
                tally = tries.setdefault(kind, Counter())
                tally["tries"] += 1
                try:
                    outcome = try_one(home, folder / "copy", file, how, data, before)
                    tally[outcome.named] += 1
                    tally["lost"] += outcome.lost if outcome.named == "named" else 0
                except AssertionError as error:
                    wrong.append(f"{file}, {how}: {error}")
                    print(wrong[-1], file=sys.stderr, flush=True)
    rows = [
        f"| {kind} | {n['tries']} | {n['named']} | {n['not needed']} | {n['beyond repair']} | {n['lost']} |"
        for kind, n in tries.items()
    ]
    lines = [
        f"A library of {FILES} transcripts; {sum(n['tries'] for n in tries.values()):,} damages; wrong: {len(wrong)}.",
        "",
        "| file | damages | named by doctor, repaired | did no harm | beyond repair, named | transcripts lost, named |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
    if options.only == "":
        record("Damage", lines)
    else:
        print("\n".join(lines))
    sys.exit(bool(wrong))


def _libraries(folder: Path) -> dict[str, Path]:
    """A library at rest, and what a server that was killed leaves: part of it in the write-ahead log."""
    files, rest, live, killed = (folder / name for name in ("files", "rest", "live", "killed"))
    for one in (files, rest, live, killed):
        shutil.rmtree(one, ignore_errors=True)
    fakes.write(files, {f"{n:02}.txt": text(n) for n in range(FILES)})
    fakes.write(files, {"more.txt": text(FILES)})
    for home in (rest, live):
        transcite(home, "ingest", str(files))
    transcite(rest, "rm", max(whole(rest)))
    transcite(rest, "search", "grant")
    library = fakes.library(live, encoder="all-MiniLM-L6-v2")
    fakes.write(files, {"later.txt": text(FILES + 1), "00.txt": text(0, 50)})
    transcite(live, "ingest", str(files))
    shutil.copytree(live, killed)
    library.close()
    return {"at rest": rest, "killed": killed}


if __name__ == "__main__":
    main()
