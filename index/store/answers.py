"""Answers given, kept as their readers got them: the newest of them, and none that quotes what was deleted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import sqlalchemy as sa

from index.store.database import Database
from index.store.records import today
from index.store.schema import answers, conversations, feedback, quoted, transcripts
from rag.errors import NotFoundError

KEPT = 10_000  # the newest


class Answers:
    """The answers of one library.

    Args:
        database: Of the library.
        kept: How many of the newest are kept.
    """

    def __init__(self, database: Database, *, kept: int = KEPT) -> None:
        self._database = database
        self._kept = kept

    def keep(
        self,
        answer_id: str,
        document: str,
        transcript_ids: Collection[str],
        *,
        asker: str | None = None,
        conversation_id: str | None = None,
    ) -> None:
        """Keep one answer, and drop what is older than the newest ones.

        Args:
            answer_id: Its id.
            document: The answer, as JSON.
            transcript_ids: Whom it quotes; when one of them has been deleted meanwhile, the answer is not kept.
            asker: Id of the key or site it was given to; None where none was needed.
            conversation_id: The conversation it was given in, as its client calls it; None for none.
        """
        cited = sorted(set(transcript_ids))
        with self._database.writing() as connection:
            there = sa.select(sa.func.count()).select_from(transcripts).where(transcripts.c.id.in_(cited))
            if connection.execute(there).scalar_one() < len(cited):
                return
            row = {"id": answer_id, "document": document, "given_at": today(), "asker": asker}
            inserted = connection.execute(answers.insert().values(row)).inserted_primary_key
            assert inserted is not None  # noqa: S101 - an insert into a table with a key returns it
            if cited:
                rows = [{"number": inserted[0], "transcript_id": one} for one in cited]
                connection.execute(quoted.insert(), rows)
            if conversation_id is not None:
                row = {"number": inserted[0], "conversation_id": conversation_id}
                connection.execute(conversations.insert().values(row))
            _drop(connection, sa.select(answers.c.number).where(answers.c.number <= inserted[0] - self._kept))

    def get(self, answer_id: str) -> tuple[str, str | None]:
        """An answer as it was kept, and whom it was given to.

        Raises:
            NotFoundError: It is not there.
        """
        with self._database.reading() as connection:
            statement = sa.select(answers.c.document, answers.c.asker).where(answers.c.id == answer_id)
            row = connection.execute(statement).first()
        if row is None:
            raise unknown(answer_id)
        return row.document, row.asker

    def conversation(self, conversation_id: str, *, asker: str | None, last: int) -> list[str]:
        """The last answers of a conversation that were given to one asker, as they were kept, oldest first."""
        mine = answers.c.asker.is_(None) if asker is None else answers.c.asker == asker
        statement = (
            sa.select(answers.c.document)
            .join(conversations, conversations.c.number == answers.c.number)
            .where(conversations.c.conversation_id == conversation_id, mine)
            .order_by(answers.c.number.desc())
            .limit(last)
        )
        with self._database.reading() as connection:
            return list(reversed(connection.execute(statement).scalars().all()))

    def vote(self, answer_id: str, vote: Literal["up", "down"], comment: str | None) -> None:
        """Keep what a reader thought of an answer; the last word counts.

        Raises:
            NotFoundError: The answer is not there.
        """
        with self._database.writing() as connection:
            number = connection.execute(sa.select(answers.c.number).where(answers.c.id == answer_id)).scalar()
            if number is None:
                raise unknown(answer_id)
            connection.execute(feedback.delete().where(feedback.c.number == number))
            row = {"number": number, "vote": vote, "comment": comment, "voted_at": today()}
            connection.execute(feedback.insert().values(row))

    def votes(self) -> list[tuple[str, str, str | None]]:
        """Answer, vote and comment of all feedback, oldest answer first."""
        statement = sa.select(answers.c.id, feedback.c.vote, feedback.c.comment).join(
            feedback, feedback.c.number == answers.c.number
        )
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(answers.c.number)).all()
        return [(row.id, row.vote, row.comment) for row in rows]


def forget(connection: sa.Connection, transcript_ids: Collection[str]) -> None:
    """Drop every answer that quotes one of these transcripts."""
    for one in transcript_ids:
        _drop(connection, sa.select(quoted.c.number).where(quoted.c.transcript_id == one))


def _drop(connection: sa.Connection, numbers: sa.Select[tuple[int]]) -> None:
    for number in connection.execute(numbers).scalars().all():
        for table in (quoted, feedback, conversations, answers):
            connection.execute(table.delete().where(table.c.number == number))


def unknown(answer_id: str) -> NotFoundError:
    """What is said of an answer that is not there, or not there for who asks."""
    return NotFoundError(
        f"no answer {answer_id!r}; the newest {KEPT:,} are kept, until a transcript they quote is removed"
    )
