"""Figures of outcomes made by hand, worked out by hand; failures; intervals; the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from suites import HOSTILE, Measured

from api.compose import Parts
from api.eval import intervals, report
from api.eval.figures import Evaluation, evaluation
from api.eval.gold import Group, Item, Suite, SuiteName
from api.eval.running import Outcome, Spot
from api.settings import read
from index.encoder import Vectors
from rag import refusal
from rag.measures import Refusals
from rag.values import Answer, Citation, Filters, Searched, Source, Span, Turn
from tests.fakes import HashingEncoder


def spot(turn: int, text: str = "five words are in here", transcript: str = "t") -> Spot:
    return Spot((transcript, turn), "Talk", "Ann", text)


def answered(*quotes: tuple[int, str], text: str = "", grounds: float = 7.0) -> Answer:
    """An answer that quotes these turns; without any, that nobody says so."""
    source = Source("t", "Talk", "default")
    citations = tuple(
        Citation(n, source, Turn(turn, quote, "Ann"), Span(turn, 0, len(quote)))
        for n, (turn, quote) in enumerate(quotes, start=1)
    )
    status = "quoted" if quotes else "not_found"
    return Answer("a", "q", "q", status, text, (), citations, (), Searched((), 1, 9, Filters()), grounds=grounds)


def evaluated(name: SuiteName, *outcomes: Outcome) -> Evaluation:
    parts = Parts(read({"TRANSCITE_HOME": "/nowhere"}))
    group = Group(parts, tuple(one.item for one in outcomes))
    return evaluation(Suite(name, "data", (group,)), None, outcomes, 2.0)


def value(of: Evaluation, name: str, group: str = "all") -> tuple[float, int]:
    figure = of.figure(name, group)
    assert figure is not None, name
    return round(figure.value, 6), figure.n


def item(id_: str, type_: str = "fact", *gold: int, **more: object) -> Item:
    return Item(id_, type_, f"question {id_}?", frozenset(("t", turn) for turn in gold), **more)  # type: ignore[arg-type]


def test_podcasts_by_hand() -> None:
    made = evaluated(
        "podcasts",
        # Found third of two gold turns, the other sixth; one of two quotes is right; both keys are said.
        Outcome(
            item("1", "fact", 3, 6, keys=("Blue", "7")),
            gold=(spot(3), spot(6)),
            found=tuple(spot(turn) for turn in (1, 2, 3, 4, 5, 6)),
            answer=answered((3, "it was blue"), (9, "not 7"), text="Ann: it was blue [1]"),
            asked=True,
        ),
        # Found through `also`; refused though there is an answer.
        Outcome(
            item("2", "why", 8, also=frozenset({("t", 1)}), keys=("x",)),
            gold=(spot(8),),
            found=(spot(1),),
            answer=answered(text="x", grounds=2.0),
            asked=True,
        ),
        # Rightly refused.
        Outcome(item("3", "unanswerable", answerable=False), (), (), answer=answered(grounds=1.0), asked=True),
        # Failed: a miss in everything.
        Outcome(item("4", "fact", 2, keys=("y",)), (spot(2),), (), answer=None, asked=True, error="Oops: gone"),
    )
    assert value(made, "turn recall@1") == (round(1 / 3, 6), 3)
    assert value(made, "turn recall@5") == (0.5, 3)
    assert value(made, "turn recall@10") == (round(2 / 3, 6), 3)
    assert value(made, "turn recall@10", "fact") == (0.5, 2)
    assert value(made, "citation precision") == (round(0.5 / 3, 6), 3)
    assert value(made, "citation recall") == (round(0.5 / 3, 6), 3)
    assert value(made, "key accuracy") == (round(1 / 3, 6), 3)
    assert value(made, "refusal precision") == (0.5, 4)
    assert value(made, "refusal recall") == (1.0, 4)
    assert value(made, "refusal F1") == (round(2 / 3, 6), 4)
    assert made.decided == Refusals(right=1, wrong=1, missed=0)
    # Refusing up to 1.0, to 2.0, to 7.0; the one that failed is never refused.
    assert made.refusals == ((1.0, Refusals(1, 0, 0)), (2.0, Refusals(1, 1, 0)), (7.0, Refusals(1, 2, 0)))
    assert made.premises == ()
    assert made.recall[0].values[:3] == pytest.approx([1 / 3, 1 / 3, 0.5])


def test_locomo_by_hand() -> None:
    made = evaluated(
        "locomo",
        Outcome(
            item("1", "single-hop", 3, answer="a blue bike, 1999"),
            gold=(spot(3),),
            found=(spot(3),),
            answer=answered((3, "my bike is blue"), text="Ann: my bike is blue [1]"),
            asked=True,
        ),
        Outcome(item("2", "temporal", answer="7 May"), (), (), answer=answered(text="7 May"), asked=True),
        Outcome(
            item("3", "adversarial", 4, answerable=False, false_premise=True),
            gold=(spot(4),),
            found=(spot(9), spot(4)),
            answer=answered(grounds=1.0),
            asked=True,
        ),
        Outcome(
            item("4", "adversarial", 4, answerable=False),
            gold=(spot(4),),
            found=(spot(4),),
            answer=None,
            asked=True,
            error="Oops: gone",
        ),
    )
    assert value(made, "turn recall@1") == (round(2 / 3, 6), 3)  # adversarial ones too; not the one without evidence
    # said: ann my bike is blue (5), answer: blue bike 1999 (3), both: 2; a refusal is worth nothing, whatever it says
    assert value(made, "token F1") == (0.25, 2)
    assert value(made, "answer coverage") == (round(2 / 3 / 2, 6), 2)
    assert value(made, "citation recall") == (1.0, 1)
    assert value(made, "false premises refused") == (1.0, 1)
    assert value(made, "other unanswerable refused") == (0.0, 1)
    assert made.decided == Refusals(right=1, wrong=1, missed=1)
    # Of the unanswerable the false premise alone: refused first, then the answerable with it.
    assert made.premises == ((1.0, Refusals(1, 0, 0)), (7.0, Refusals(1, 2, 0)))


def test_qmsum_by_hand() -> None:
    long = spot(1, "word " * 790)
    made = evaluated(
        "qmsum",
        Outcome(item("1", "specific", 2, 3), (spot(2), spot(3, "x " * 25)), (long, spot(2), spot(3, "x " * 25))),
        Outcome(item("2", "specific", 2), (spot(2),), ()),
    )
    # 790 words, then the five of turn 2, then five of the 25 of turn 3: 10 of 30; nothing for the other.
    assert value(made, "gold words in 800") == (round(10 / 30 / 2, 6), 2)
    assert value(made, "words read of 800") == (400.0, 2)
    assert made.refusals == made.recall == ()


def test_each_caution_by_the_grounds_of_the_same_answers() -> None:
    least = refusal.lines()
    assert list(least) == ["strict", "balanced", "eager"]
    assert sorted(least.values(), reverse=True) == list(least.values())

    def put(id_: str, grounds: float, *, answerable: bool) -> Outcome:
        answer = answered((1, "q"), grounds=grounds) if grounds >= least["balanced"] else answered(grounds=grounds)
        return Outcome(item(id_, answerable=answerable), (), (), answer=answer, asked=True)

    made = evaluated(
        "podcasts",
        put("1", least["strict"], answerable=True),  # on the line is answered
        put("2", least["strict"] - 0.01, answerable=True),
        put("3", least["balanced"] - 0.01, answerable=False),
        put("4", least["eager"] - 0.01, answerable=False),
        put("5", 100.0, answerable=True),
        put("6", -100.0, answerable=False),
        Outcome(item("7", answerable=False), (), (), answer=None, asked=True, error="Oops: gone"),
    )
    assert {one.caution: one.refusals for one in made.drawn} == {
        "strict": Refusals(right=3, wrong=1, missed=1),
        "balanced": Refusals(right=3, wrong=0, missed=1),
        "eager": Refusals(right=2, wrong=0, missed=2),
    }
    assert (made.caution, made.decided) == ("balanced", made.drawn[1].refusals)
    assert evaluated("podcasts", Outcome(item("1", "fact", 1), (spot(1),), (spot(1),))).drawn == ()


def test_cautions_are_told_and_the_one_of_the_run_decides(measured: Measured) -> None:
    file = measured.folder / "report.html"
    for caution in ("strict", "balanced", "eager"):
        measured.environ["TRANSCITE_CAUTION"] = caution
        document = measured.locomo("--json", "--report", file).document
        assert document["caution"] == caution
        [own] = [one for one in document["cautions"] if one["caution"] == caution]
        assert {name: own[name] for name in ("refused", "precision", "recall", "f1")} == {
            name: document["decided"][name] for name in ("refused", "precision", "recall", "f1")
        }
        assert f"{caution} (this run)" in file.read_text(encoding="utf-8")
        assert f"{caution} (this run)" in measured.locomo().out


def test_a_count_is_refused_under_no_caution(measured: Measured) -> None:
    measured.rows[0]["question"] = "How often was the lantern mentioned?"
    measured.rows[3]["question"] = "How often were zeppelins mentioned?"
    results = measured.podcasts("--json").document["results"]
    assert [(results[at]["status"], results[at]["grounds"]) for at in (0, 3)] == [
        ("quoted", 100.0),
        ("not_found", -100.0),
    ]


def test_follow_ups_against_the_same_made_explicit() -> None:
    made = evaluated(
        "podcasts",
        Outcome(item("1", "followup", 1, explicit="e", keys=("x",)), (spot(1),), (spot(1),), (spot(1),)),
        Outcome(item("2", "followup", 1, explicit="e", keys=("x",)), (spot(1),), (spot(2),), (spot(1),)),
    )
    assert value(made, "follow-up recall@10, history") == (0.5, 2)
    assert value(made, "follow-up recall@10, explicit") == (1.0, 2)
    assert value(made, "follow-ups: history / explicit") == (0.5, 2)


def test_intervals_hold_their_figure_and_are_the_same_every_time() -> None:
    values = [0.0, 1.0, 1.0, 0.5] * 25
    low, high = intervals.of_mean(values) or (1.0, 0.0)
    assert low < 0.625 < high
    # Standard error of the mean: 0.415 / 10; the bootstrap's ends lie about 1.96 of them away.
    assert (high - low) / 2 == pytest.approx(1.96 * 0.0415, rel=0.15)
    assert intervals.of_mean(values) == (low, high)
    assert intervals.of_mean([1.0] * 5) == (1.0, 1.0)
    assert intervals.of_mean([1.0]) is None
    assert intervals.of_refusals([False, False], [True, False]) == ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))


class Failing(HashingEncoder):
    """Fails at questions about zeppelins."""

    def encode_query(self, text: str) -> Vectors:
        if "zeppelin" in text:
            raise RuntimeError("out of memory")
        return super().encode_query(text)


class Broken(HashingEncoder):
    """Fails at every question."""

    def encode_query(self, text: str) -> Vectors:
        if text:
            raise RuntimeError("out of order")
        return super().encode_query(text)


def test_a_failure_counts_as_a_miss_and_is_told(measured: Measured) -> None:
    measured.encoder = Failing(measured.encoder.name)
    result = measured.podcasts("--json")
    assert result.code == 0
    assert result.document["errors"] == 1
    assert result.document["results"][3]["error"] == "RuntimeError: out of memory; RuntimeError: out of memory"
    assert result.figure("refusal recall") == (0.0, 4)
    assert result.document["decided"]["refused"] == 0
    assert "1 question failed and counts as a miss: RuntimeError: out of memory" in measured.podcasts().out


def test_the_report_tells_of_failures(measured: Measured) -> None:
    measured.encoder = Failing(measured.encoder.name)
    measured.rows[1]["question"] += " Not the zeppelin's?"
    file = measured.folder / "report.html"
    assert measured.podcasts("--report", file, "--only", "answers").code == 0
    assert "2 questions failed and count as misses, the first: RuntimeError" in file.read_text(encoding="utf-8")


def test_a_run_in_which_everything_fails_fails(measured: Measured) -> None:
    measured.encoder = Broken(measured.encoder.name)
    result = measured.locomo("--json")
    assert (result.code, result.out) == (1, "")
    assert "every question failed, the first with: RuntimeError: out of order" in result.err


@pytest.mark.parametrize("suite", ["locomo", "qmsum", "podcasts"])
def test_the_report_stands_alone(measured: Measured, suite: str) -> None:
    file = measured.folder / "report.html"
    result = getattr(measured, suite)("--report", file, "--json")
    assert (result.code, result.document["suite"]) == (0, suite)
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    assert "default-src 'none'" in page
    assert page.count("data:image/svg+xml;base64,") == {"locomo": 5, "qmsum": 0, "podcasts": 5}[suite]


def test_the_report_escapes_what_it_shows(measured: Measured) -> None:
    measured.rows[0]["question"] += f" {HOSTILE}"
    measured.rows[0]["answer"] = measured.rows[0]["key"][0] = HOSTILE
    measured.rows[2]["history"][0]["answer"] = HOSTILE
    measured.rows[2]["key"] = [HOSTILE]
    title = measured.folder / "corpus" / "show" / "two.md"
    title.parent.mkdir(parents=True)
    title.write_text(
        f"# {HOSTILE}\n\n**{HOSTILE}:** What oil lit the lantern? {HOSTILE}\n\n**Ivo:** Until 1846 it was.\n"
    )
    file = measured.folder / "report.html"
    assert measured.podcasts("--report", file).code == 0
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#39;q&#39;)&lt;/script&gt;") >= 4


def test_the_report_shows_the_worst_and_what_was_found_instead() -> None:
    page = report.html(
        evaluated(
            "podcasts",
            Outcome(
                item("1", "fact", 3, keys=("x",), answer="The right answer."),
                gold=(spot(3, "gold words"),),
                found=(spot(1, "found instead"),),
                answer=answered((1, "quoted instead"), text="Ann: quoted instead [1]"),
                asked=True,
            ),
            Outcome(item("2", "unanswerable", answerable=False), (), (), answer=answered((1, "wrong")), asked=True),
        )
    )
    for said in ("Not found", "gold words", "found instead", "The right answer.", "Answered where nobody says so"):
        assert said in page
    assert "Refused where there is an answer" not in page


@pytest.mark.parametrize("where", ["nowhere/report.html", "."])
def test_a_report_that_cannot_be_written_is_refused_before_the_work(measured: Measured, where: str) -> None:
    result = measured.podcasts("--report", measured.folder / Path(where))
    assert (result.code, result.out) == (1, "")
    assert "cannot be written" in result.err
    assert measured.encoder.texts == []
