"""Search for a file that a reader neither reads nor refuses, guided by coverage: `python benchmarks/fuzz.py`.

    pip install atheris
    python benchmarks/fuzz.py --family markup --seconds 600
    python benchmarks/fuzz.py --seconds 600              # every family, one after the other

Each family starts from the samples of its formats in tests/reading/data (and ../shared/formats, where that is
there). Anything but a ReadError, and any input that takes longer than `--slow` seconds, ends the run; the input is left
in the folder named. atheris (libFuzzer for Python) is a tool of this script only, no dependency of the project.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

# The formats of each family by name, and the endings of the samples it starts from.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "captions": (
        ("vtt", "srt", "sbv", "sami", "ttml", "ass", "podcast-html"),
        (".vtt", ".srt", ".sbv", ".smi", ".sami", ".ttml", ".dfxp", ".ass", ".ssa", ".html"),
    ),
    "json": (("json",), (".json", ".jsonl", ".rttm")),
    "markup": (("tei", "akoma-ntoso", "publicwhip"), (".xml",)),
    "linguistics": (("elan", "chat", "textgrid"), (".eaf", ".cha", ".textgrid")),
    "text": (
        (
            *("text", "unlabelled", "markdown", "stamped", "otter", "fathom", "granola", "google-meet", "teams"),
            *("zoom-chat", "congressional-record", "hearing", "hansard", "court", "csv", "rttm"),
        ),
        (".txt", ".md", ".htm", ".csv", ".tsv", ".rttm"),
    ),
    "office": (("docx",), (".docx",)),
    "archives": (("zip",), (".zip",)),
}
LONGEST = 5_000  # bytes; long ones cost more than they find

# A Word document around its main part: changed bytes of the whole archive hardly ever get past its checksums.
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="'
    'application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml"'
    f' ContentType="{_MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}"'
    ' Target="word/document.xml"/></Relationships>',
}
_DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    "<w:p><w:r><w:t>Ann Lee   0:03</w:t><w:br/><w:t>Hello.</w:t></w:r></w:p><w:sdt><w:sdtContent><w:p><w:ins><w:r><w:t>"
    "Bob Ray   0:05</w:t></w:r></w:ins></w:p></w:sdtContent></w:sdt><w:tbl><w:tr><w:tc><w:p><w:r><w:t>0:01</w:t></w:r>"
    "</w:p></w:tc><w:tc><w:p><w:r><w:t>Ann</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Hi there.</w:t></w:r></w:p>"
    "</w:tc></w:tr></w:tbl></w:body></w:document>"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, help="one family; all by default")
    parser.add_argument("--seconds", type=int, default=600, help="for each family")
    parser.add_argument("--slow", type=int, default=20, help="seconds for one input that count as a failure")
    parser.add_argument(
        "--keep", type=Path, help="where the corpus and what was found is left; a new folder by default"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    if given.inside:
        fuzz(given.family, folder, given.seconds, given.slow)
        return
    families = [given.family] if given.family else list(FAMILIES)
    failed = [family for family in families if not run(family, folder / family, given.seconds, given.slow)]
    print(f"corpora and findings: {folder}")
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def run(family: str, folder: Path, seconds: int, slow: int) -> bool:
    """Fuzz one family in a process of its own, which libFuzzer ends as it likes; whether nothing was found."""
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for n, data in enumerate(samples(family)):
        (corpus / f"sample-{n}").write_bytes(data[:LONGEST])
    command = [sys.executable, __file__, "--inside", "--family", family, "--keep", str(folder)]
    begun = time.monotonic()
    done = subprocess.run(
        [*command, "--seconds", str(seconds), "--slow", str(slow)], capture_output=True, text=True, check=False
    )
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    covered = re.findall(r"cov: (\d+)", done.stderr)
    print(
        f"{family}: {int(runs[1]) if runs else 0:,} inputs in {time.monotonic() - begun:.0f} s,"
        f" {covered[-1] if covered else 0} edges, {'nothing found' if done.returncode == 0 else 'FAILED'}"
    )
    if done.returncode != 0:
        print(done.stdout[-3000:], done.stderr[-3000:])
    return done.returncode == 0


def samples(family: str) -> list[bytes]:
    """What the family starts from."""
    endings = FAMILIES[family][1]
    folders = [ROOT / "tests" / "reading" / "data", ROOT.parent / "shared" / "formats"]
    paths = [path for folder in folders if folder.exists() for path in sorted(folder.rglob("*"))]
    found = [path.read_bytes() for path in paths if path.suffix.lower() in endings]
    if family == "office":
        found.append(_DOCUMENT.encode())
    if family == "archives":
        found = [_zip([path for path in paths if path.is_file()][:3])]
    return found or [b""]


def _zip(paths: list[Path]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.name)
    return packed.getvalue()


def fuzz(family: str, folder: Path, seconds: int, slow: int) -> None:
    """Run libFuzzer in this process; does not return."""
    import atheris  # noqa: PLC0415 - only here, and only in the process that fuzzes

    with atheris.instrument_imports(include=["rag", "index.archives", "index.unpacking", "zipfile"]):
        # Imported where they can be instrumented.
        from index import archives  # noqa: PLC0415
        from index.documents import Upload  # noqa: PLC0415
        from rag.errors import ReadError  # noqa: PLC0415
        from rag.formats import FORMATS, LAST_RESORT, read_transcript  # noqa: PLC0415

    names = FAMILIES[family][0]
    readers = [known for known in (*FORMATS, LAST_RESORT) if known.name in names]

    def archive(data: bytes) -> None:
        for document in archives.of_upload(Upload("a.zip", data)):
            with contextlib.suppress(ReadError):
                document.read(1_000_000)

    def document(data: bytes) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, part in {**_PARTS, "word/document.xml": data}.items():
                archive.writestr(name, part)
        with contextlib.suppress(ReadError):
            read_transcript(packed.getvalue(), "a")

    def transcript(data: bytes) -> None:
        with contextlib.suppress(ReadError):
            read_transcript(data, "a")
        # As with --as: each reader is given what others would have claimed.
        text = data.decode("utf-8", "replace").replace("\0", " ")
        for known in readers if text.strip() else ():
            known.sniff(text)
            with contextlib.suppress(ReadError):
                known.read(text, "a")

    options = [
        *(f"-max_total_time={seconds}", f"-timeout={slow}", f"-max_len={LONGEST}", "-rss_limit_mb=4096"),
        *("-print_final_stats=1", "-close_fd_mask=0", f"-artifact_prefix={folder}/"),
    ]
    test = {"archives": archive, "office": document}.get(family, transcript)
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], test)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
