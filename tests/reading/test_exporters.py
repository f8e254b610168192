"""Files as their exporters write them, beyond the shared samples: who says what, when, and what is nobody's."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.formats import read_transcript
from rag.values import Speaker, Transcript

Said = tuple[str | None, str, float | None]


def read(text: str, name: str = "file.txt") -> Transcript:
    return read_transcript(text.encode(), name)


def spoken(transcript: Transcript) -> list[Said]:
    return [(turn.speaker, turn.text, turn.start) for turn in transcript.turns if turn.kind == "speech"]


def directions(transcript: Transcript) -> list[str]:
    return [turn.text for turn in transcript.turns if turn.kind == "direction"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # Rev.com: the time behind the colon.
        (
            "Ann Lee: (00:03)\nGood evening.\n\nBob Ray: (01:02:05)\nHi.\n",
            [("Ann Lee", "Good evening.", 3.0), ("Bob Ray", "Hi.", 3725.0)],
        ),
        (
            "Ann Lee: 00:01\nHello there.\n\nBob Ray: 00:05\nHi.\n",
            [("Ann Lee", "Hello there.", 1.0), ("Bob Ray", "Hi.", 5.0)],
        ),
        # Rev.ai's text/plain.
        (
            "Speaker 0    00:00:01    Hello.\nSpeaker 1    00:00:05    Hi.\n",
            [("Speaker 0", "Hello.", 1.0), ("Speaker 1", "Hi.", 5.0)],
        ),
        # WhisperX's .txt, whisper.cpp -di, and what scripts print.
        ("[SPEAKER_00]: Hello.\n[SPEAKER_01]: Hi.\n", [("SPEAKER_00", "Hello.", None), ("SPEAKER_01", "Hi.", None)]),
        (
            "[00:00:00.000 --> 00:00:02.380]  (speaker 0) Friday?\n"
            "[00:00:02.380 --> 00:00:03.000]  (speaker ?) Fine.\n",
            [("speaker 0", "Friday?", 0.0), ("speaker ?", "Fine.", 2.38)],
        ),
        (
            "[00:00:00.500 --> 00:00:02.380] [SPEAKER_00] Hello.\n[00:00:02.380 --> 00:00:03.000] [SPEAKER_01] Fine.\n",
            [("SPEAKER_00", "Hello.", 0.5), ("SPEAKER_01", "Fine.", 2.38)],
        ),
        (
            "SPEAKER_00 [0.5s - 2.3s]: Hello.\nSPEAKER_01 [2.5s - 3.3s]: Hi.\n",
            [("SPEAKER_00", "Hello.", 0.5), ("SPEAKER_01", "Hi.", 2.5)],
        ),
        (
            "[Speaker 1]\nHello there.\n\n[Speaker 2]\nHi.\n",
            [("Speaker 1", "Hello there.", None), ("Speaker 2", "Hi.", None)],
        ),
        # whisper.cpp -tdrz
        (
            "[00:00:00.000 --> 00:00:02.380]   Friday? [SPEAKER_TURN]\n[00:00:02.380 --> 00:00:03.000]   Fine.\n",
            [(None, "Friday?", 0.0), (None, "Fine.", 2.38)],
        ),
        # Press conferences: whoever asks is not whoever spoke before.
        (
            "THE PRESIDENT:  Please sit.\n\nQ    Mr. President, the budget?\n\nTHE PRESIDENT:  Yes.\n\n"
            "    END    2:05 P.M. EDT\n",
            [
                ("The President", "Please sit.", None),
                ("Q", "Mr. President, the budget?", None),
                ("The President", "Yes.", None),
            ],
        ),
        # Zoom's chat as copied, the words behind the time.
        (
            "From Ann Lee to Everyone: (12:43 PM) What is it?\n\nA class.\n\nFrom Me to Everyone: (12:44 PM) Yes.\n",
            [("Ann Lee", "What is it?\n\nA class.", 45780.0), ("Me", "Yes.", 45840.0)],
        ),
        (
            "@0:00 - Ann Lee (Acme)\n\nHello?\n\n@0:05 - Bob Ray\n\nGood.\n",
            [("Ann Lee", "Hello?", 0.0), ("Bob Ray", "Good.", 5.0)],
        ),
    ],
)
def test_labels_of_exporters(text: str, said: list[Said]) -> None:
    assert spoken(read(text)) == said


def test_cnn_puts_programme_and_day_above_and_the_time_of_day_beside() -> None:
    transcript = read(
        "CNN NEWSROOM\n\nAired March 5, 2024 - 10:00   ET\n\nTHIS IS A RUSH TRANSCRIPT.\n\n[10:00:02]\n\n"
        "JIM ACOSTA, CNN ANCHOR: Good morning.\n\nREP. MIKE PENCE (R), INDIANA: Hello.\n\nPENCE: More.\n"
    )
    assert (transcript.title, transcript.date) == ("CNN NEWSROOM", dt.date(2024, 3, 5))
    assert spoken(transcript) == [("Jim Acosta", "Good morning.", 36002.0), ("Mike Pence", "Hello.\n\nMore.", None)]
    assert transcript.speakers == (Speaker("Jim Acosta", "ANCHOR", "CNN"), Speaker("Mike Pence", "REP.", "R, INDIANA"))


def test_who_took_part_is_nobodys_speech() -> None:
    transcript = read(
        "Participants:\nAnn Lee\nBob Ray\nMODERATORS:\nCy Fox (NBC News)\n\nFOX: Good evening.\n\nLEE: Hi.\n"
    )
    assert spoken(transcript) == [("FOX", "Good evening.", None), ("LEE", "Hi.", None)]


def test_headings_in_capitals_between_speeches_are_nobodys() -> None:
    transcript = read(
        "CHIEF JUSTICE ROBERTS: We'll hear argument.\n\nORAL ARGUMENT OF ANN LEE\nON BEHALF OF THE PETITIONERS\n\n"
        "MS. LEE: May it please the Court:\n\nThe law is clear.\n\n"
        "(Whereupon, at 11:02 a.m., the case was submitted.)\n"
    )
    assert [speaker for speaker, _, _ in spoken(transcript)] == ["Chief Justice Roberts", "Ms. Lee"]
    assert directions(transcript) == [
        "ORAL ARGUMENT OF ANN LEE ON BEHALF OF THE PETITIONERS",
        "(Whereupon, at 11:02 a.m., the case was submitted.)",
    ]


def test_words_in_capitals_throughout_are_words() -> None:
    transcript = read("ANN LEE: THIS IS IT.\n\nAND SO WE GO ON\n\nBOB RAY: YES.\n")
    assert directions(transcript) == []


def test_a_label_that_is_cut_amid_parentheses_is_none() -> None:
    assert (
        read("Acme Corp (NYSE: ACM) Earnings Call\n\nGood day, and welcome.\n\nThank you all.\n").speaker_names() == ()
    )


@pytest.mark.parametrize(
    "opening", ["What up, nerds?", "Good morning, Adam! How are you?", "Welcome to the show. How are you, Chris?"]
)
def test_a_short_first_turn_of_prose_is_no_title(opening: str) -> None:
    transcript = read(f"{opening}\n\nIt rains, and it has rained for a week.\n\nSo it does.\n")
    assert transcript.turns[0].text == opening


def test_a_heading_above_prose_is_its_title() -> None:
    transcript = read("The Long Rain\n\nIt rains, and it has rained for a week.\n\nSo it does.\n")
    assert (transcript.title, len(transcript.turns)) == ("The Long Rain", 2)


def test_a_time_within_brackets_amid_prose_makes_no_heading() -> None:
    transcript = read(
        "So we talked for an hour, and nobody else said anything at all to us.\n\n"
        "Teiva, before Bates gets in [unintelligible 00:16:12.06]\n\nYes, he did.\n"
    )
    assert transcript.format == "unlabelled"


class TestCongress:
    RECORD = (
        "[Congressional Record Volume 150, Number 1 (Tuesday, January 20, 2004)]\n[House]\n[Page H5]\n"
        "From the Congressional Record Online through the Government Publishing Office [www.gpo.gov]\n\n"
        "                         IRAQ\n\n  Mr. GREEN of Texas. I yield.\n"
        "  The Acting CHAIR. The question is on the amendment.\n  Mr. VAN HOLLEN. I object.\n"
    )

    def test_who_acts_as_chair_is_not_the_one_before(self) -> None:
        who = [who for who, _, _ in spoken(read(self.RECORD))]
        assert who == ["Mr. GREEN of Texas", "The Acting CHAIR", "Mr. VAN HOLLEN"]

    def test_a_miss_has_no_full_stop_behind_her_title(self) -> None:
        record = self.RECORD.replace("The Acting CHAIR", "Miss GONZALEZ-COLON")
        assert [who for who, _, _ in spoken(read(record))][1] == "Miss GONZALEZ-COLON"

    def test_officers_of_two_words(self) -> None:
        transcript = read(
            "[House Hearing, 118 Congress]\n\n                         A HEARING\n\n    Mrs. Rodgers. We begin.\n"
            "    Admiral Smith. Sir.\n    Lieutenant General Jones. Sir.\n    Lt. Gen. Ray. Sir.\n    Miss Colon. Ok.\n"
        )
        who = [who for who, _, _ in spoken(transcript)]
        assert who == ["Mrs. Rodgers", "Admiral Smith", "Lieutenant General Jones", "Lt. Gen. Ray", "Miss Colon"]

    def test_hearings_that_print_names_in_capitals(self) -> None:
        transcript = read(
            "[Senate Hearing 118-5]\n\n                         A HEARING\n\n"
            "    The CHAIRMAN. Good morning, all of you.\n"
            "    Senator GRASSLEY. Thank you for this.\n    The CHAIRMAN. Ms. Lee is next.\n"
            "    Ms. LEE. Good morning.\n"
        )
        assert transcript.format == "hearing"
        assert len(spoken(transcript)) == 4
        assert [text for _, text, _ in spoken(transcript)][1] == "Thank you for this."


class TestHansard:
    def test_printed_volumes_name_people_before_a_colon_without_their_party(self) -> None:
        transcript = read(
            "House of Commons\n\nWednesday 6 March 2024\n\n"
            "3.  Mr. Harry Barnes (North-East Derbyshire): Will he say?\n\n"
            "The Secretary of State for Wales (Mr. Ron Davies): I will.\n\nMr. Barnes: And then?\n\n"
            "Hon. Members: Oh!\n\n"
            "Mr. Davies: Yes.\n\nMs Diane Abbott (Hackney, North and Stoke Newington): Thanks.\n"
        )
        assert (transcript.format, transcript.date) == ("hansard", dt.date(2024, 3, 6))
        assert [(who, text) for who, text, _ in spoken(transcript)] == [
            ("Harry Barnes", "Will he say?"),
            ("Ron Davies", "I will."),
            ("Harry Barnes", "And then?"),
            ("Hon. Members", "Oh!"),
            ("Ron Davies", "Yes."),
            ("Diane Abbott", "Thanks."),
        ]
        assert Speaker("Ron Davies", "The Secretary of State for Wales") in transcript.speakers

    def test_the_lords(self) -> None:
        transcript = read(
            "Lord Smith of Finsbury (Lab)\nTo ask.\n\n"
            "The Minister of State, Home Office (Lord Sharpe of Epsom) (Con)\nYes.\n\n"
            "Baroness Jones of Moulsecoomb (GP)\nNo.\n\nLord Sharpe of Epsom\nI disagree.\n"
        )
        assert [who for who, _, _ in spoken(transcript)] == [
            "Lord Smith of Finsbury",
            "Lord Sharpe of Epsom",
            "Baroness Jones of Moulsecoomb",
            "Lord Sharpe of Epsom",
        ]

    def test_a_name_over_its_constituency_and_an_office_named_before(self) -> None:
        transcript = read(
            "Diane Abbott\n(Hackney North and Stoke Newington) (Ind)\nQ1. If he will.\n"
            "The Prime Minister\n(Rishi Sunak)\nYes.\n"
            "Keir Starmer\n(Holborn and St Pancras) (Lab)\nThank you.\nThe Prime Minister\nNo.\n"
        )
        assert [who for who, _, _ in spoken(transcript)] == [
            "Diane Abbott",
            "Rishi Sunak",
            "Keir Starmer",
            "Rishi Sunak",
        ]


class TestCourt:
    def test_a_witness_named_on_a_line_of_their_own(self) -> None:
        transcript = read(
            "MS. LEE:  We call Bob Ray.\nBOB RAY,\n  called as a witness,\n"
            "  having been duly sworn, testified as follows:\n"
            "DIRECT EXAMINATION\nBY MS. LEE:\nQ.  Where were you?\nA.  At home.\nTHE COURT:  Louder.\n"
            "THE WITNESS:  At home.\n"
        )
        assert spoken(transcript)[2] == ("Bob Ray", "At home.", None)
        assert [who for who, _, _ in spoken(transcript)] == ["Ms. Lee", "Ms. Lee", "Bob Ray", "The Court", "Bob Ray"]

    @pytest.mark.parametrize(
        "block",
        [
            "JOHN Q. DOE,\nCALLED BY THE PEOPLE AS A WITNESS, WAS SWORN AND TESTIFIED AS\nFOLLOWS:",
            "JOHN Q. DOE,\nhaving been called by and on behalf of the plaintiff,\n"
            "having been first duly sworn, testified:",
            "JOHN Q. DOE\nWas thereupon called as a witness on behalf of the State and testified as follows:",
        ],
    )
    def test_how_houses_write_that_a_witness_is_sworn(self, block: str) -> None:
        text = f"THE COURT:  Next.\n{block}\nDIRECT EXAMINATION\nBY MS. LEE:\nQ\tWhere?\nA\tHome.\nQ\tWhen?\nA\tThen.\n"
        who = [who for who, _, _ in spoken(read(text))]
        assert who == ["The Court", "Ms. Lee", "John Q. Doe", "Ms. Lee", "John Q. Doe"]

    def test_a_line_of_the_index_is_nobodys(self) -> None:
        asked = "BY MR. SMITH:\nQ.  Where?\nA.  Home.\nQ.  When?\nA.  Then.\n"
        text = f"INDEX\nWITNESS: ANN LEE\n\nMR. SMITH:  Ready?\n{asked}"
        assert "Witness" not in read(text).speaker_names()

    def test_the_heading_of_a_deposition_names_who_answers(self) -> None:
        text = (
            "DEPOSITION OF ANN LEE\n\nEXAMINATION BY MR. SMITH:\n\nQ. Your name?\n\nA. Ann Lee.\n\n"
            "Q. And your home?\n\nA. Boston.\n"
        )
        assert [who for who, _, _ in spoken(read(text))] == ["Mr. Smith", "Ann Lee"] * 2
        two = "DEPOSITION OF BOB RAY\n\n" + text
        assert [who for who, _, _ in spoken(read(two))] == ["Mr. Smith", "A"] * 2


class TestCaptions:
    def test_webex_names_people_in_the_identifiers(self) -> None:
        transcript = read(
            'WEBVTT\n\n1 "Ann Lee" (2387654)\n00:00:01.000 --> 00:00:03.000\nHello all\n\n'
            '2 "Bob Ray" (238)\n00:00:03.000 -->'
            ' 00:00:05.000\nand welcome.\n\n3 "" (0)\n00:00:05.000 --> 00:00:06.000\nHm.\n',
            "a.vtt",
        )
        assert spoken(transcript) == [
            ("Ann Lee", "Hello all", 1.0),
            ("Bob Ray", "and welcome.", 3.0),
            (None, "Hm.", 5.0),
        ]

    def test_an_empty_voice_is_not_the_one_before(self) -> None:
        transcript = read(
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann Lee>Yes.</v>\n\n00:03.000 --> 00:04.000\n<v >Somebody.</v>\n",
            "a.vtt",
        )
        assert [who for who, _, _ in spoken(transcript)] == ["Ann Lee", None]

    def test_names_in_brackets_behind_dashes_need_not_recur(self) -> None:
        text = (
            "1\n00:00:00,000 --> 00:00:02,000\n- [Narrator] Once upon a time\n\n2\n00:00:02,000 --> 00:00:04,000\n"
            "- [Ann] Hi there.\n- [Bob] Hello.\n"
        )
        assert [who for who, _, _ in spoken(read(text, "a.srt"))] == ["Narrator", "Ann", "Bob"]

    def test_time_before_the_name_within_a_paragraph(self) -> None:
        text = "<p><time>0:01</time> <cite>Kevin:</cite> New.</p><p><time>0:09</time> <cite>Alban:</cite> Nice.</p>"
        assert spoken(read(text, "a.html")) == [("Kevin", "New.", 1.0), ("Alban", "Nice.", 9.0)]


class TestMarkdown:
    def test_google_meet(self) -> None:
        transcript = read(
            "# 📖 Transcript\n\nMar 5, 2024\n\n## Weekly sync \\- Transcript\n\n### 00:00:00\n\n"
            "**Ann Lee:** Hello.\n\n**Bob Ray:** Hi.\n",
            "a.md",
        )
        assert (transcript.title, transcript.date) == ("Weekly sync", dt.date(2024, 3, 5))
        assert spoken(transcript) == [("Ann Lee", "Hello.", 0.0), ("Bob Ray", "Hi.", None)]

    def test_a_heading_above_the_words_is_nobodys(self) -> None:
        transcript = read(
            "# Weekly Sync\n\n**Date:** Mar 5, 2024\n\n## Summary\n\n## Transcript\n\n"
            "**Ann Lee** (00:00): Hello.\n\n**Bob** (00:05): Hi.\n",
            "a.md",
        )
        assert [who for who, _, _ in spoken(transcript)] == ["Ann Lee", "Bob"]
        assert directions(transcript) == ["Summary"]


def test_a_list_of_one_meeting_is_that_meeting_and_of_several_is_refused() -> None:
    one = (
        '{"title": "QBR", "transcript": [{"speaker": {"display_name": "Ann"}, "text": "Hi.", "timestamp": "00:05:32"}]}'
    )
    assert spoken(read(f'{{"items": [{one}]}}', "a.json")) == [("Ann", "Hi.", 332.0)]
    with pytest.raises(Exception, match="2 transcripts in one file"):
        read(f'{{"items": [{one}, {one}]}}', "a.json")


@pytest.mark.parametrize(
    "line", ["March 5, 2024" + " " * 2000 + "x", "March 5, 2024 " + "- " * 1500, "5 March 2024 " + "10:00 " * 500]
)
def test_much_white_space_beside_a_day_takes_no_time(line: str) -> None:
    assert read(f"Weekly - Transcript\n{line}\n00:00:00\nAnn Lee: Hello.\nBob Ray: Hi.\n").speaker_names() == (
        "Ann Lee",
        "Bob Ray",
    )
