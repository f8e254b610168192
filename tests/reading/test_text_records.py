"""Parliaments and courts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from rag.values import Transcript

Read = Callable[..., Transcript]
Row = tuple[str | None, str]


def rows(transcript: Transcript) -> list[Row]:
    return [(t.speaker if t.kind == "speech" else "-", t.text) for t in transcript.turns]


RECORD = """\
<html>
<head>
<title>Congressional Record, Volume 151 Issue 99 (Wednesday, July 20, 2005)</title>
</head>
<body><pre>
[Congressional Record Volume 151, Number 99 (Wednesday, July 20, 2005)]
[House]
[Pages H6190-H6196]
From the Congressional Record Online through the Government Publishing Office [<a href="http://www.gpo.gov">www.gpo.gov</a>]


 CALLING FOR FREE AND FAIR ELECTIONS IN THE REPUBLIC OF
                               AZERBAIJAN

  The SPEAKER pro tempore (Mr. Poe). Under the Speaker's policy the
gentlewoman (Mrs. Northup) is recognized.
  Mrs. NORTHUP. Mr. Speaker, I ask unanimous consent &amp; so on.
  Mr. Speaker, that is all I ask.
  Mr. Lincoln. He said more once.

[[Page H6191]]

  Is there more? This goes on over the
page.
  The SPEAKER pro tempore. Is there objection?
  There was no objection.
  Mr. MILLER of Florida. I yield to the gentleman.

                              {time}  2115

  Mr. McCAIN. I ask that the letter be printed.
  There being no objection, the letter was ordered to be printed in the
Record, as follows:

                                         U.S. Senate,
                                    Washington, DC.

       Dear Mr. Chairman: We write to you about this and that and
     so on.
       Sincerely,
     John Smith.

  I thank the Chair.
  The PRESIDING OFFICER. The clerk will call the roll.
  The legislative clerk called the roll, and there were--yeas 2, nays 1,
as follows:

                             [Roll No. 400]

                               YEAS--2

     Abercrombie
     Brown, Corrine

                                NAYS--1


     Paul

  So (two-thirds having voted in favor thereof) the rules were
suspended.

                          ____________________


</pre></body>
</html>"""


def test_congressional_record(read: Read) -> None:
    transcript = read(RECORD, "a.htm")
    assert transcript.format == "congressional-record"
    assert transcript.title == "CALLING FOR FREE AND FAIR ELECTIONS IN THE REPUBLIC OF AZERBAIJAN"
    assert transcript.date == dt.date(2005, 7, 20)
    found = rows(transcript)
    assert found[1:6] == [
        (
            "The SPEAKER pro tempore (Mr. Poe)",
            "Under the Speaker's policy the gentlewoman (Mrs. Northup) is recognized.",
        ),
        (
            "Mrs. NORTHUP",
            "Mr. Speaker, I ask unanimous consent & so on.\n\nMr. Speaker, that is all I ask.\n\n"
            "Mr. Lincoln. He said more once.\n\nIs there more? This goes on over the page.",
        ),
        ("The SPEAKER pro tempore", "Is there objection?"),
        ("-", "There was no objection."),
        ("Mr. MILLER of Florida", "I yield to the gentleman."),
    ]
    assert found[6] == ("Mr. McCAIN", "I ask that the letter be printed.")
    assert found[7][0] == "-"
    assert found[7][1].endswith("Sincerely, John Smith.")
    assert found[8:10] == [
        ("Mr. McCAIN", "I thank the Chair."),
        ("The PRESIDING OFFICER", "The clerk will call the roll."),
    ]
    assert found[10][0] == "-"
    assert "Abercrombie" in found[10][1]
    assert found[10][1].endswith("the rules were suspended.")
    assert len(found) == 11


HEARING = """\
<html>
<title> - CLEAN WATER FOR ALL</title>
<body><pre>
[House Hearing, 116 Congress]
[From the U.S. Government Publishing Office]


                          CLEAN WATER FOR ALL

=======================================================================

                                HEARING

                               before the

                       COMMITTEE ON WATER
                        HOUSE OF REPRESENTATIVES

                               __________

                             MARCH 5, 2019

                            C O N T E N T S

Statement of John Doe............................................     3
    Prepared statement...........................................     5

    The committee met, pursuant to notice, at 10:00 a.m., Hon. Ann
Smith [chairwoman of the committee] presiding.
    Present: Representatives Smith and Jones.

               OPENING STATEMENT OF HON. ANN SMITH

    Chairwoman Smith. The committee will come to order. We met
before.
    Mr. Chairman of old used to say so.
    [The prepared statement of Chairwoman Smith follows:]

             Prepared Statement of Hon. Ann Smith

    Thank you all. This was never said aloud.

    Mr. Jones. Thank you, Madam Chair.
    Mr. Chairman. That is how I began once.
    [Laughter.]
    I yield.

          STATEMENT OF DR. JOHN DOE, UNIVERSITY OF X

    Dr. Doe. Good morning. Senator Brown was right.
    Senator Van Hollen [continuing]. Yes.
    The Chairman. Without objection.
    [Whereupon, at 11:30 a.m., the committee was adjourned.]

                            A P P E N D I X

    More papers.
</pre></body></html>
"""


def test_hearing(read: Read) -> None:
    transcript = read(HEARING, "CHRG.htm")
    assert (transcript.format, transcript.title) == ("hearing", "CLEAN WATER FOR ALL")
    assert transcript.date == dt.date(2019, 3, 5)
    spoken = [row for row in rows(transcript) if row[0] != "-"]
    assert spoken == [
        ("Chairwoman Smith", "The committee will come to order. We met before.\n\nMr. Chairman of old used to say so."),
        ("Mr. Jones", "Thank you, Madam Chair.\n\nMr. Chairman. That is how I began once."),
        ("Mr. Jones", "I yield."),
        ("Dr. Doe", "Good morning. Senator Brown was right."),
        ("Senator Van Hollen", "Yes."),
        ("The Chairman", "Without objection."),
    ]
    noted = " ".join(text for who, text in rows(transcript) if who == "-")
    assert "never said aloud" in noted
    assert "[Laughter.]" in noted
    assert ". . ." not in noted


HANSARD = """\
Social Care
Volume 700: debated on Tuesday 7 September 2021


Column 153
12.34 pm

The Prime Minister
(Boris Johnson)

With permission, Mr Speaker: I make a statement.

Keir Starmer
(Holborn and St Pancras) (Lab)

I thank the Prime Minister.

Ian Blackford (Ross, Skye and Lochaber) (SNP)

We rise.

Column 154

[Interruption.] Order there must be.

Mr Speaker

Order.

Several hon. Members rose—

Keir Starmer

Thank you.

Question put, That the Bill be now read.

The House divided: Ayes 2, Noes 1.

Division No. 60
Ayes
Abbott, Ms Diane
"""


def test_hansard(read: Read) -> None:
    transcript = read(HANSARD)
    assert (transcript.format, transcript.title, transcript.date) == ("hansard", "Social Care", dt.date(2021, 9, 7))
    assert [row for row in rows(transcript) if row[0] != "-"] == [
        ("Boris Johnson", "With permission, Mr Speaker: I make a statement."),
        ("Keir Starmer", "I thank the Prime Minister."),
        ("Ian Blackford", "We rise.\n\n[Interruption.] Order there must be."),
        ("Mr Speaker", "Order."),
        ("Keir Starmer", "Thank you."),
    ]
    known = {s.name: (s.role, s.organisation) for s in transcript.speakers}
    assert known["Boris Johnson"] == ("The Prime Minister", None)
    assert known["Keir Starmer"] == (None, "Lab")


def test_hansard_with_labels_before_the_words(read: Read) -> None:
    transcript = read(
        "House of Commons\n\nWednesday 3 March 2010\n\nMr. David Cameron (Witney) (Con): I ask the Prime Minister.\n\n"
        "3 Mar 2010 : Column 870\n\nThe Prime Minister (Mr. Gordon Brown): I answer.\n\nMr. Cameron: And again.\n\n"
        "Angus Robertson (Moray) (SNP): Aye.\n\nMr. Cameron rose—\n"
    )
    assert [row for row in rows(transcript) if row[0] != "-"] == [
        ("David Cameron", "I ask the Prime Minister."),
        ("Gordon Brown", "I answer."),
        ("David Cameron", "And again."),
        ("Angus Robertson", "Aye."),
    ]


COURT = """\
                                                                 12
 1                UNITED STATES DISTRICT COURT
 2     JOHN ROE v. ACME, INC.
 3     March 5, 2024
 4            THE COURT:  Good morning.  Call your
 5   witness.
 6            MR. SMITH:  The plaintiff calls Ann Lee.
 7            ANN LEE, having been duly sworn, testified:
 8                      DIRECT EXAMINATION
 9   BY MR. SMITH:
10       Q.   Where were you on the
11   night of March 3rd?
12       A.   At home.

                                                                 13
 1            MS. O'BRIEN:  Objection.
 2            THE COURT:  Overruled.
 3       Q.   And then?
 4            THE WITNESS:  I slept.
 5            (Whereupon, a recess was taken.)
 6                      CROSS-EXAMINATION
 7   BY MS. O'BRIEN:
 8       Q.   Alone?
 9       A.   Yes: alone.
"""


def test_court(read: Read) -> None:
    transcript = read(COURT)
    assert (transcript.format, transcript.title, transcript.date) == (
        "court",
        "JOHN ROE v. ACME, INC.",
        dt.date(2024, 3, 5),
    )
    assert [row for row in rows(transcript) if row[0] != "-"] == [
        ("The Court", "Good morning.  Call your witness."),
        ("Mr. Smith", "The plaintiff calls Ann Lee."),
        ("Mr. Smith", "Where were you on the night of March 3rd?"),
        ("Ann Lee", "At home."),
        ("Ms. O'Brien", "Objection."),
        ("The Court", "Overruled."),
        ("Mr. Smith", "And then?"),
        ("Ann Lee", "I slept."),
        ("Ms. O'Brien", "Alone?"),
        ("Ann Lee", "Yes: alone."),
    ]


def test_deposition_without_numbers(read: Read) -> None:
    transcript = read("Q.  State your name.\nA.  Ann Lee.\n\nQ.  And your age?\nA.  Forty-one, I\nthink.\n")
    assert rows(transcript) == [
        ("Q", "State your name."),
        ("A", "Ann Lee."),
        ("Q", "And your age?"),
        ("A", "Forty-one, I think."),
    ]


def test_supreme_court_argument(read: Read) -> None:
    lines = [
        "CHIEF JUSTICE ROBERTS:  We'll hear",
        "argument. Mr. Katyal.",
        "ORAL ARGUMENT OF NEAL K. KATYAL",
        "MR. KATYAL:  Thank you,",
        "Mr. Chief Justice.",
        "JUSTICE GINSBURG:  Is it?",
        "MR. KATYAL:  Yes.",
    ]
    transcript = read(
        "\n".join(f"{n}  {line}" for n, line in enumerate(lines, start=1)) + "\n\nAlderson Reporting Company\n"
    )
    assert [row for row in rows(transcript) if row[0] != "-"] == [
        ("Chief Justice Roberts", "We'll hear argument. Mr. Katyal."),
        ("Mr. Katyal", "Thank you, Mr. Chief Justice."),
        ("Justice Ginsburg", "Is it?"),
        ("Mr. Katyal", "Yes."),
    ]
