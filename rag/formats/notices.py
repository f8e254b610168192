"""Lines that exporters and broadcasters put around the words, and that nobody says: footers, disclaimers, adverts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SERVICES = (
    r"(?:https?://)?(?:www\.)?(?:otter|cockatoo|turboscribe|sonix|descript|trint|happy ?scribe|temi|notta|riverside|"
    r"rev|scribie|gotranscript|castmagic|buzzsprout|whisper ?transcribe|podium|fireflies|tl;?dv)(?:\.\w{2,4}|\b)"
)
_NOTICE = re.compile(
    rf"(?:this (?:file|audio|transcript|text) was )?transcri(?:bed|pt|ption) (?:provided )?(?:by|with|using|"
    rf"from) {_SERVICES}"
    r"|transcript provided by "
    r"|(?:meeting|transcription) ended after \d{1,2}:\d\d"
    r"|this editable transcript was computer generated"
    r"|people can also change the text after it was created"
    r"|this transcript was (?:exported|generated|created|automatically) "
    r"|(?:copyright\b|©).{0,100}(?:\d{4}|all rights reserved)"
    r"|npr transcripts are (?:created|generated|produced|prepared)"
    r"|visit our website terms of use"
    r"|(?:note: )?this is a rush transcript"
    r"|to order a video of this transcript"
    r"|(?:note: )?(?:this transcript|this copy) (?:may not be|has not been|is not) in its final form"
    r"|subtitles? by the amara\.org community"
    r"|sonix is the (?:world|best|most)"
    r"|you should review gemini['’]s notes"
    r"|how is the quality of these specific notes"
    r"|please provide feedback about using gemini"
    r"|-+ ?end of transcript"
    r"|end\s{2,}\d{1,2}:\d\d [ap]\.?m"
    r"|\[?end of (?:transcript|transcription|recording|audio)\]?$",
    re.IGNORECASE,
)
_MARKUP = " \t#*_>(-–—"


def is_notice(line: str) -> bool:
    """Whether a line is an exporter's or broadcaster's, not a speaker's."""
    return _NOTICE.match(line.lstrip(_MARKUP)) is not None


def without_notices(lines: Iterable[str]) -> list[str]:
    """The same lines with notices emptied, so that line numbers stay. A notice goes on to the next blank line."""
    kept: list[str] = []
    inside = False
    for line in lines:
        inside = (inside and bool(line.strip()) and ":" not in line[:60]) or is_notice(line)
        kept.append("" if inside else line)
    return kept
