"""What the Congressional Record and printed hearings share: pages of the Government Publishing Office as plain text.

Words are set in lines of 70 characters: a paragraph begins with a few spaces, its other lines with none; headings and
inserted documents stand further in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_PRE = re.compile(r"<pre[^>]*>(.*?)(?:</pre>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
# "[[Page H6191]]", "{time}  2115", "{pagebreak}" and the rules between items.
_SET = re.compile(
    r"\s*(?:\[\[Page [^\]\n]{1,20}\]\]|\{time\}\s*[\d: ]{0,12}|\{[a-z ]{1,20}\}|<all>|[_=-]{4,})\s*", re.IGNORECASE
)
_RULE = re.compile(r"\s*[_=-]{4,}\s*")
_BULLET = re.compile(r"<bullet>|\{\*\}|\u2022")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines set as one.

    Attributes:
        text: With single spaces.
        indent: Spaces before its first line; -1 for a rule, which ends an item.
        lowest: Spaces before the least indented of its other lines; `indent` where it has none.
        lines: The lines as set, for lists and headings.
    """

    text: str
    indent: int
    lowest: int
    lines: tuple[str, ...]

    @property
    def is_rule(self) -> bool:
        """Whether this only parts items."""
        return self.indent < 0


def page_text(text: str) -> str:
    """The text of a page, taken out of its HTML; as it is where it has none."""
    pages = _PRE.findall(text) if "<pre" in text[:20_000].lower() else []
    if not pages:
        return text
    return html.unescape(_TAG.sub("", _BULLET.sub("", "\n".join(pages))))


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Paragraphs in order. Page marks are dropped, and words go on over them."""
    run: list[str] = []
    for line in [*text.split("\n"), "____"]:
        bare = line.replace("\t", "        ").rstrip()
        if _SET.fullmatch(bare) and not _RULE.fullmatch(bare):
            continue
        indent = len(bare) - len(bare.lstrip())
        begins = not bare or bool(_RULE.fullmatch(bare)) or (indent >= 2 and not _goes_on(run, bare, indent))
        if begins and run:
            yield _paragraph(run)
            run = []
        if _RULE.fullmatch(bare):
            yield Paragraph("", -1, -1, ())
        elif bare:
            run.append(bare)


def _goes_on(run: list[str], bare: str, indent: int) -> bool:
    """Whether an indented line belongs to the inserted text, list or heading above it, which is set further in."""
    if not run or (bare.isupper() and run[-1].isupper()):
        return True
    first = len(run[0]) - len(run[0].lstrip())
    return first >= 5 and indent >= 5 and (indent <= first or indent >= 15)


def _paragraph(run: list[str]) -> Paragraph:
    indents = [len(line) - len(line.lstrip()) for line in run]
    return Paragraph(" ".join(" ".join(run).split()), indents[0], min(indents[1:], default=indents[0]), tuple(run))
