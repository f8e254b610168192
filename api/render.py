"""What people see: answers, hits, transcripts and reports. The only module, beside the meter, that imports rich."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from api.streams import shown
from index.store.keys import Key
from index.store.records import Entry, Outcome
from rag.values import Answer, Citation, Hit, Source, Transcript, Turn

if TYPE_CHECKING:
    from index.files import Skipped
    from index.reports import FileReport, Report

_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red")
_FEW_NAMES = 3  # up to here what is passed over for one reason is named
_FEW_FILES = 30  # up to here every file of an ingest gets its line
_OUTCOMES: tuple[Outcome, ...] = ("added", "replaced", "unchanged", "duplicate", "rejected")


class _Paper(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command line; rich would end the process with an error."""
        raise BrokenPipeError


def show(lines: Iterable[RenderableType]) -> None:
    """Print to standard output."""
    out = _paper()
    for line in lines:
        out.print(line)


def answer(value: Answer) -> list[RenderableType]:
    """An answer and its sources, or the nearest passages."""
    colours = _colours(citation.turn.speaker for citation in value.citations)
    text = Text(shown(value.text))
    for name, colour in colours.items():
        text.highlight_regex(rf"(?m)^{re.escape(shown(name))}(?=[:( ])", colour)
    text.highlight_regex(r"\[\d+\]", "bold")
    if not value.citations:
        return [text]
    heading = "Nearest passages" if value.status == "not_found" else "Sources"
    return [text, Text(), Text(heading, "bold"), *(part for one in value.citations for part in _source(one, colours))]


def hits(found: Sequence[Hit]) -> list[RenderableType]:
    """What a search found, best first."""
    if not found:
        return [Text("Nothing found.")]
    colours = _colours(turn.speaker for hit in found for turn in hit.turns)
    lines: list[RenderableType] = []
    for n, hit in enumerate(found, start=1):
        lines.append(
            Text.assemble(
                _where(n, hit.source, hit.turns[0], hit.turns[0].start, colours=colours), (f"  {hit.score:.2f}", "dim")
            )
        )
        lines.extend(_indented(Text(shown(turn.text))) for turn in hit.turns)
        lines.append(_indented(Text(hit.source.url(hit.turns[0].turn), "dim")))
    return lines


def entries(found: Sequence[Entry]) -> list[RenderableType]:
    """The list of transcripts."""
    table = _table("id", "title", "date", "collection", "#turns", "#words", "#speakers")
    for one in found:
        source = one.source
        table.add_row(
            Text(source.transcript_id),
            Text(shown(source.title)),
            str(source.date or ""),
            Text(shown(source.collection)),
            f"{one.turns:,}",
            f"{one.words:,}",
            str(len(one.speakers)),
        )
    return [table]


def transcript(source: Source, value: Transcript) -> list[RenderableType]:
    """One transcript, whole."""
    facts = (str(source.date or ""), source.collection, source.source, source.source_url, source.media_url)
    colours = _colours(value.speaker_names())
    lines: list[RenderableType] = [
        Text(shown(source.title), "bold"),
        Text(shown("  ".join(fact for fact in facts if fact)), "dim"),
    ]
    for turn in value.turns:
        time = "" if turn.start is None else f"  {clock(turn.start)}"
        heading = Text.assemble((f"{turn.turn}  ", "dim"), _speaker(turn, colours), (time, "dim"))
        text = Text(shown(turn.text), "italic" if turn.kind == "direction" else "")
        lines.extend([Text(), heading, _indented(text)])
    return lines


def report(value: Report) -> list[RenderableType]:
    """What became of the files of an ingest."""
    every = len(value.files) <= _FEW_FILES
    listed = [one for one in value.files if every or one.outcome == "rejected"]
    table = _table("outcome", "read as", "#turns", "#speakers", "times", "file")
    for one in listed:
        reason = None if one.reason is None else one.reason if one.line is None else f"line {one.line}: {one.reason}"
        file = Text(shown(one.path))
        if reason is not None:
            file.append(f": {shown(reason)}", "red")
        table.add_row(one.outcome, *_read_as(one), file)
    counts = Text(", ".join(f"{value.count(outcome):,} {outcome}" for outcome in _OUTCOMES))
    formats = Counter(one.read_as.format for one in value.files if one.read_as is not None)
    lines: list[RenderableType] = [table, counts] if listed else [counts]
    if formats and not every:
        lines.append(Text("read as " + ", ".join(f"{name} {count:,}" for name, count in formats.most_common())))
    if value.skipped:
        lines.append(Text(shown(_skipped(value.skipped)), "dim"))
    return lines


def _read_as(one: FileReport) -> tuple[str, str, str, str]:
    """Format, turns, speakers and whether there are times, of a file that was read."""
    if one.read_as is None:
        return ("", "", "", "")
    return (one.read_as.format, f"{one.turns:,}", f"{one.read_as.speakers:,}", "yes" if one.read_as.times else "no")


def _skipped(found: Sequence[Skipped]) -> str:
    """What was passed over, by reason: by name where it is little, else how many."""
    reasons: dict[str, list[str]] = {}
    for one in found:
        reasons.setdefault(one.reason, []).append(one.path.rsplit("/", 1)[-1])
    each = (
        f"{', '.join(names) if len(names) <= _FEW_NAMES else f'{len(names):,}'} ({reason})"
        for reason, names in reasons.items()
    )
    return f"passed over: {'; '.join(each)}"


def facts(named: dict[str, str]) -> list[RenderableType]:
    """Names and what is true of them."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, fact in named.items():
        table.add_row(name, Text(shown(fact)))
    return [table]


def keys(found: Sequence[Key]) -> list[RenderableType]:
    """Keys and sites, each a line."""
    table = _table("id", "may", "in", "name", "from", "made", "last used", "revoked")
    for one in found:
        table.add_row(
            one.id,
            one.scope,
            Text("everything" if one.collections is None else shown(", ".join(one.collections))),
            Text(shown(one.name)),
            Text(shown(", ".join(one.origins))),
            one.created_at,
            one.used_at or "",
            one.revoked_at or "",
        )
    return [table]


def clock(seconds: float) -> str:
    """h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _source(citation: Citation, colours: dict[str, str]) -> list[RenderableType]:
    source = citation.source
    return [
        _where(citation.n, source, citation.turn, citation.times[0], colours=colours),
        _indented(Text(f"“{shown(citation.quote)}”")),
        _indented(Text(source.url(citation.turn.turn), "dim")),
    ]


def _where(n: int, source: Source, turn: Turn, start: float | None, *, colours: dict[str, str]) -> Text:
    """[n] speaker, title, date, turn, time."""
    facts = [shown(source.title)]
    if source.date is not None:
        facts.append(source.date.isoformat())
    facts.append(f"turn {turn.turn}")
    if start is not None:
        facts.append(clock(start))
    return Text.assemble((f"[{n}] ", "bold"), _speaker(turn, colours), f", {', '.join(facts)}")


def _speaker(turn: Turn, colours: dict[str, str]) -> Text:
    if turn.speaker is None:
        return Text("unknown speaker" if turn.kind == "speech" else "(no speaker)", "dim")
    name = Text(shown(turn.speaker), colours[turn.speaker])
    return name.append(" (name inferred)", "dim") if turn.speaker_inferred else name


def _colours(names: Iterable[str | None]) -> dict[str, str]:
    """A colour for each name, in order of appearance."""
    each = dict.fromkeys(name for name in names if name is not None)
    return {name: _COLOURS[at % len(_COLOURS)] for at, name in enumerate(each)}


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 4), expand=False)


def _table(*headings: str) -> Table:
    """A bare table; a heading with # in front is of numbers."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        numbers, name = heading.startswith("#"), heading.lstrip("#")
        # An id is there to be copied: the other columns give way to it.
        table.add_column(name, justify="right" if numbers else "left", overflow="fold", no_wrap=name == "id")
    return table


def _paper() -> Console:
    """Standard output. Into a file or pipe, lines are as long as they are: wrapped ones cannot be searched."""
    console = _Paper(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 10_000
    return console
