"""Evidence to an answer by a language model, of which nothing is kept that the cited turns do not carry."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag.errors import ModelError
from rag.evidence import Evidence
from rag.question import MAX_CHARS
from rag.values import Citation, Dropped, Message, Sentence
from rag.words import content_words
from rag.writing.cited import Senses
from rag.writing.draft import Splitter
from rag.writing.instructions import statements
from rag.writing.model import Model, Prompt, Usage
from rag.writing.page import OnText, Page, Told
from rag.writing.prompting import BUDGET, answer_prompt, condense_prompt, numbered, repair_prompt

_REPEATS = 3  # sentences said again, after which a model is going round in circles
_OWN = 0.25  # share of a condensed question's words that may be new: more, and it is no longer the reader's question


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a draft.

    Attributes:
        text: The sentences kept, each with its markers; empty when none was.
        sentences, citations: Those sentences, and what they rest on.
        dropped: What was put aside, and why; with an empty text, why there is no draft.
        refused: The model says that the turns do not answer.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[Dropped, ...]
    refused: bool


NOTHING = Written("", (), (), (), refused=False)


class Writer:
    """Writes answers with a language model.

    Args:
        model: Writes drafts.
        on_text: Told each piece of checked text as it comes, and an empty one whenever the model gives a sign of life;
            what it raises ends the writing, and hangs up.
        on_usage: Told what each call of the model took.
        on_trouble: Told why the model could not be used; the answer says it too, without the detail.
        budget: Tokens of evidence a draft may be made from.
    """

    def __init__(
        self,
        model: Model,
        *,
        on_text: OnText = lambda _: None,
        on_usage: Callable[[Usage], None] = lambda _: None,
        on_trouble: Callable[[ModelError], None] = lambda _: None,
        budget: int = BUDGET,
    ) -> None:
        self.model = model
        self._on_text = on_text
        self._on_usage = on_usage
        self._on_trouble = on_trouble
        self._budget = budget

    def write(self, question: str, evidence: Sequence[Evidence], senses: Senses) -> Written:
        """An answer from evidence.

        Args:
            question: Standing alone.
            evidence: Best first, at least one turn.
            senses: Meaning and rarity of words, of the library.
        """
        # 1. What the model is given.
        turns = numbered(evidence, question, budget=self._budget)
        prompt = answer_prompt(question, turns, by_block=self.model.cites_blocks)
        page = Page(turns, senses, self._on_text)
        drafted = False
        try:
            # 2. A draft, every sentence checked as soon as it stands.
            self._draft(prompt, page)
            drafted = True
            # 3. One more try for what was refused.
            if _worth_repairing(page):
                self._draft(repair_prompt(prompt, question, page.refused_sentences), page)
        except ModelError as error:
            self._on_trouble(error)
            if not drafted or not page.sentences:
                told = Dropped("", f"{error}; quotes are given instead")
                return Written("", (), (), (*page.dropped, told), refused=False)
            page.dropped.append(Dropped("", f"{error}; what was refused could not be written again"))
        # 4. What holds. A model that refuses where a turn told it to has not read the others.
        told_to = any(statements(one.evidence.turn.text)[1] for one in turns)
        return Written(
            page.text,
            tuple(page.sentences),
            tuple(page.citations),
            tuple(page.dropped),
            refused=page.refused and not page.sentences and not told_to,
        )

    def condensed(self, question: str, history: Sequence[Message], *, otherwise: str) -> str:
        """A follow-up as a question that stands alone.

        Args:
            question: As asked.
            history: The conversation before it, oldest first, not empty.
            otherwise: What to ask when the model cannot be reached, or writes something else than that question.
        """
        prompt = condense_prompt(question, history)
        try:
            with closing(self.model.write(prompt, self._on_usage)) as pieces:
                text = "".join(pieces)
        except ModelError as error:
            self._on_trouble(error)
            return otherwise
        lines = [
            one.strip().strip('"“”') for one in re.sub(r"<think>.*?</think>", "", text, flags=re.DOTALL).splitlines()
        ]
        found = next((one for one in lines if one), "")
        return found if _is_the_question(found, question, history) else otherwise

    def _draft(self, prompt: Prompt, page: Page) -> None:
        splitter = Splitter()
        with closing(self.model.write(prompt, self._on_usage)) as pieces:
            for piece in pieces:
                self._on_text(Told())
                for sentence in splitter.feed(piece):
                    page.take(sentence)
                if page.repeats >= _REPEATS:
                    return
        for sentence in splitter.end():
            page.take(sentence)


def _worth_repairing(page: Page) -> bool:
    """Whether something was refused and either nothing holds, or the refused is more than an aside."""
    refused = page.refused_sentences
    return bool(refused) and (not page.sentences or len(refused) >= len(page.sentences))


def _is_the_question(text: str, question: str, history: Sequence[Message]) -> bool:
    """Whether a condensed question asks what the reader asked, in words of the conversation."""
    if not text or len(text) > min(MAX_CHARS, 4 * len(question) + 400):
        return False
    words, asked = set(content_words(text)), set(content_words(question))
    heard = asked | {word for one in history for word in content_words(one.content)}
    return bool(words) and len(words - heard) <= _OWN * len(words) and len(asked - words) <= 0.5 * len(asked)
