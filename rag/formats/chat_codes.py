"""What is said in a main line of a CHAT transcript, without the codes that are no words.

Kept, because somebody said them or they stand for it: words, fillers (`&-um` is "um"), retraced and repeated words,
`xxx`, shortened words whole (`(be)cause` is "because"), punctuation as CHAT sets it (" ." with its space), and what
closes an utterance (`+...` is "...", `+/.` is "."). Left out: codes in square brackets, the angle brackets of groups
(not the words in them), pauses, events (`&=laughs`), fragments (`&+fr`, `&~gaga`), words of others (`&*MOT:mhm`),
omitted words (`0is`), marks of form (`@l`, `@s:spa`), of lengthening, stress and pitch.
"""

from __future__ import annotations

import re

_GLYPHS = "↑↓⇗↗→↘⇘∞≋≈⁇⌈⌉⌊⌋∙▁▔☺°∆∇∬Ϋ∲↻⤆⤇‹›„‡ˈˌ˞‿≠❬❭⁎↫⟨⟩§"
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_PAUSE = re.compile(r"\((?:\.{1,3}|\d*:?\d*\.?\d*)\)")
_TERMINATOR = re.compile(r"\+[/\"!?.]*([.?])\Z")
_MARKS = str.maketrans("", "", _GLYPHS + "<>()^")
_OVERLAP_NUMBER = re.compile(r"(?<=[⌈⌉⌊⌋])\d")
_LONG = re.compile(r"(?<=[^\W\d_]):+")
_SPECIAL = re.compile(r"@[a-z][a-z:+&$_*\d-]*\Z")


def spoken(line: str) -> str:
    """The words of a main line, tidied; empty when nothing was said."""
    # A replacement's bracket may hold another: innermost first, as often as there are levels.
    bare, before = line, ""
    while bare != before:
        bare, before = _BRACKETS.sub(" ", bare), bare
    bare = _OVERLAP_NUMBER.sub("", _PAUSE.sub(" ", bare))
    words = list(filter(None, map(_word, bare.replace("<", " ").replace(">", " ").split())))
    words = words[1:] if words[:1] == [","] else words  # what stood before the comma was no word
    return " ".join(words) if any(c.isalnum() for word in words for c in word) else ""


def _word(word: str) -> str:
    closing = _TERMINATOR.fullmatch(word)
    if closing is not None:
        return word.lstrip('+/"') if word.count(".") + word.count("?") + word.count("!") > 1 else closing[1]
    if word.startswith("+") or word == "#":
        return ""  # a linker to the utterance before, or an old pause
    if word.startswith("&-"):
        word = word[2:]
    elif word.startswith("&") or (word.startswith("0") and not word[1:2].isdigit()):
        return ""
    word = _LONG.sub("", _SPECIAL.sub("", word).translate(_MARKS))
    return re.sub(r"(?<=[^\W_])_+(?=[^\W_])", " ", word)
