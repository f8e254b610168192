"""Which columns of a table hold speaker, words and times, told from their names in the commonest languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.formats.clock import CLOCK
from rag.roles import word_set

_SPEAKER = word_set(
    "speaker speakers speaker_name speakername speaker_label speaker_id speakerid spk name who "
    "participant person author "
    "user from_name display_name talker voice character "
    "sprecher sprecherin redner locuteur locutrice intervenant orateur hablante orador ponente "
    "interlocutor persona falante "
    "parlante relatore oratore spreker talare taler puhuja mówca konuşmacı говорящий спикер выступающий "
    "发言人 说话人 講者 發言人 話者 発言者 화자 발언자"
)
_TEXT = word_set(
    "text transcript transcription utterance utterances content words sentence message caption subtitle "
    "speech dialogue "
    "dialog line spoken_text transcribed_text display_text "
    "inhalt texte transcripción transcripcion texto transcrição transcricao testo trascrizione tekst transkript "
    "transkription текст расшифровка 文本 内容 文字 內容 テキスト 本文 発言 텍스트 내용"
)
_START = word_set(
    "start start_time starttime started begin begin_time begintime start_offset from time timestamp "
    "timestamps time_start "
    "offset timecode tc_in in in_point onset offset_start start_timecode begin_offset "
    "anfang beginn startzeit zeit début debut inicio tiempo início tempo inizio starttid aika начало время "
    "开始 开始时间 開始 時間 時刻 开始時間 시작 시간"
)
_END = word_set(
    "end end_time endtime ended stop stop_time stoptime end_offset to time_end tc_out out out_point offset_end "
    "end_timecode finish ende endzeit fin fim fine slut koniec конец 结束 结束时间 結束 終了 끝 종료"
)
_DURATION = word_set("duration dur length dauer durée duración duração durata длительность 时长 長さ")
_ORDER = word_set("episode_order turn_order turn order index utterance_index turn_id seq sequence")
_GROUP = word_set("episode episode_id session session_id conversation conversation_id meeting_id interview_id")
_ROLE = word_set("role speaker_role rolle rôle rol papel ruolo")
_HOST = word_set("is_host host")
_TITLE = word_set("title program episode_title")
_CLOCK = re.compile(rf"[\[(]?{CLOCK}[\])]?")
_UNIT = re.compile(r"[\s_]*[\[(]?(milliseconds|millis|ms|seconds|secs?|s|hh:mm:ss(?:[.,]\w+)?|samples)[\])]?$")


@dataclass(frozen=True, slots=True)
class Columns:
    """Column numbers from 0, None where the table has no such column.

    Attributes:
        unit: "ms" or "s" where the header of the start column says so.
    """

    text: int
    speaker: int | None = None
    start: int | None = None
    end: int | None = None
    duration: int | None = None
    order: int | None = None
    group: int | None = None
    role: int | None = None
    host: int | None = None
    title: int | None = None
    unit: str | None = None
    width: int = 0


def columns_of(header: Sequence[str]) -> Columns | None:
    """Columns of a header row; None where it names no words, or neither speaker nor time."""
    keys, units = zip(*(_key(cell) for cell in header), strict=True) if header else ((), ())

    def at(names: frozenset[str]) -> int | None:
        return next((n for n, key in enumerate(keys) if key in names), None)

    text, start, speaker = at(_TEXT), at(_START), at(_SPEAKER)
    host, role = at(_HOST), at(_ROLE)
    if text is None or all(column is None for column in (start, speaker, host, role)):
        return None
    unit = units[start] if start is not None else None
    return Columns(
        text, speaker, start, at(_END), at(_DURATION), at(_ORDER), at(_GROUP), role, host, at(_TITLE), unit, len(keys)
    )


def guessed_columns(rows: Sequence[Sequence[str]]) -> Columns | None:
    """Columns of two to four without a header row: clock times, the few short names, and the words.

    None where most rows do not look so.
    """
    width = max((len(row) for row in rows), default=0)
    if not 2 <= width <= 4 or len(rows) < 2:
        return None
    cells = [[row[n].strip() if n < len(row) else "" for row in rows] for n in range(width)]
    clocks = [n for n in range(width) if sum(_CLOCK.fullmatch(cell) is not None for cell in cells[n]) > 0.6 * len(rows)]
    others = [n for n in range(width) if n not in clocks]
    text = max(others, key=lambda n: sum(map(len, cells[n])), default=None)
    names = [n for n in others if n != text and any(cells[n])]
    if text is None or len(names) > 1 or not (clocks or names):
        return None
    if names and (
        max(map(len, cells[names[0]])) > 80 or any(cell.endswith((".", "?")) for cell in cells[names[0]][1:])
    ):
        return None
    start = clocks[0] if clocks else None
    return Columns(text, names[0] if names else None, start, clocks[1] if len(clocks) > 1 else None, width=width)


def _key(cell: str) -> tuple[str, str | None]:
    """("start", "ms") of "Start (ms)"."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cell.strip().strip('"\ufeff').strip())
    lower = name.lower()
    match = _UNIT.search(lower)
    unit = None
    if match is not None and match.start() > 0 and lower[match.start()] in " _([":
        unit = "ms" if match[1].startswith("m") else "s" if match[1].startswith("s") and match[1] != "samples" else None
        lower = lower[: match.start()]
    return re.sub(r"[\s_\-.#]+", "_", lower).strip("_"), unit
