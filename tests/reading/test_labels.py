from __future__ import annotations

import pytest

from rag.labels import Label, is_unidentified, parse_label
from rag.speakers import fullest_names, resolve


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("ROBERT SIEGEL, HOST", Label("Robert Siegel", "HOST")),
        ("Robert Siegel", Label("Robert Siegel")),
        ("GREG ALLEN, BYLINE", Label("Greg Allen", "BYLINE")),
        ("Dr. Jane Doe (CDC)", Label("Jane Doe", "Dr.", "CDC")),
        ("Jane Doe, NPR", Label("Jane Doe", None, "NPR")),
        ("Jane Doe (host)", Label("Jane Doe", "host")),
        ("ANDERSON COOPER, CNN HOST", Label("Anderson Cooper", "HOST", "CNN")),
        ("Rep. JANE DOE (R-TX)", Label("Jane Doe", "Rep.", "R-TX")),
        ("REP. MIKE PENCE (R), INDIANA", Label("Mike Pence", "REP.", "R, INDIANA")),
        ("REP. JIM JORDAN (R-OH), JUDICIARY CHAIR", Label("Jim Jordan", "JUDICIARY CHAIR", "R-OH")),
        ("Dr. Ann Lee, CDC", Label("Ann Lee", "Dr.", "CDC")),
        ("JOHN SMITH, Acme Corp", Label("John Smith", None, "Acme Corp")),
        ("Ann Lee, CEO, Acme Inc.", Label("Ann Lee", "CEO", "Acme Inc.")),
        ("ANN LEE, UNIVERSITY OF TEXAS", Label("Ann Lee", None, "UNIVERSITY OF TEXAS")),
        ("ANN LEE, NPR NEWS", Label("Ann Lee", None, "NPR NEWS")),
        ("BOB RAY, CHIEF OF STAFF TO THE COMMITTEE", Label("Bob Ray", "CHIEF OF STAFF TO THE COMMITTEE")),
        ("ANN LEE, DEMOCRATIC PARTY STRATEGIST", Label("Ann Lee", "DEMOCRATIC PARTY STRATEGIST")),
        ("ANN LEE, PH.D., DIRECTOR", Label("Ann Lee", "PH.D., DIRECTOR")),
        (
            "Ms. LOREN MOONEY (Editor-in-Chief, Bicycling Magazine)",
            Label("Loren Mooney", "Editor-in-Chief", "Bicycling Magazine"),
        ),
        ("Bob Ray (Acme, CEO)", Label("Bob Ray", "CEO", "Acme")),
        ("Ann Lee (she/her) (Acme)", Label("Ann Lee", None, "Acme")),
        ("Ms. De La Cruz", Label("Ms. De La Cruz")),
        ("Mr. Al Green", Label("Al Green", "Mr.")),
        ("Sen. Elizabeth Warren", Label("Elizabeth Warren", "Sen.")),
        ("Mr. Ames", Label("Mr. Ames")),
        ("RONALD McDONALD", Label("Ronald McDonald")),
        ("RONALD MCDONALD", Label("Ronald McDonald")),
        ("SINEAD O'CONNOR", Label("Sinead O'Connor")),
        ("JEAN-LUC PICARD", Label("Jean-Luc Picard")),
        ("J.D. VANCE", Label("J.D. Vance")),
        ("MARTIN LUTHER KING, JR.", Label("Martin Luther King, Jr.")),
        ("JOHN DOE (PH)", Label("John Doe")),
        ("Q", Label("Q")),
        ("SPEAKER_00", Label("SPEAKER_00")),
        ("Speaker 1", Label("Speaker 1")),
        ("Unknown Speaker", Label("Unknown Speaker")),
        ("UNIDENTIFIED MAN #1", Label("UNIDENTIFIED MAN #1")),
        ("唐鳳", Label("唐鳳")),
        ("Raúl Kripalani", Label("Raúl Kripalani")),
    ],
)
def test_labels_are_cleaned_without_guessing(raw: str, label: Label) -> None:
    assert parse_label(raw) == label


def test_unidentified_speakers_are_known_as_such() -> None:
    assert all(map(is_unidentified, ["SPEAKER_00", "Speaker A", "Unknown Speaker", "S1", "UNIDENTIFIED WOMAN"]))
    assert not any(map(is_unidentified, ["Speaker Pelosi", "Ann", "Unity Smith"]))


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["WARREN", "Sen. Warren", "Elizabeth Warren"], ["Elizabeth Warren"] * 3),
        (["STACEY VANEK SMITH, HOST", "VANEK SMITH"], ["Stacey Vanek Smith"] * 2),
        (["Robert Smith", "Stacey Vanek Smith", "SMITH"], ["Robert Smith", "Stacey Vanek Smith", "Smith"]),
        (["Ann Lee", "Ann Jones", "Ann"], ["Ann Lee", "Ann Jones", "Ann"]),
        (["Mr. Ames", "Ms. Ames", "Joan Ames"], ["Mr. Ames", "Ms. Ames", "Joan Ames"]),
        (["Mr. Ames", "Fisher Ames"], ["Fisher Ames"] * 2),
        (["SPEAKER_00", "Speaker Ryan", "Host", "Host Family"], ["SPEAKER_00", "Speaker Ryan", "Host", "Host Family"]),
        (["Elizabeth Warren", "Elizabeth Ann Warren", "Warren"], ["Elizabeth Ann Warren"] * 3),
        (["Robert Siegel", "ROBERT SIEGEL"], ["Robert Siegel"] * 2),
    ],
)
def test_aliases_become_the_fullest_name_only_when_one_fits(labels: list[str], names: list[str]) -> None:
    resolved = resolve(labels)
    assert [resolved[label].name for label in labels] == names


def test_roles_are_gathered_over_all_labels_of_a_person() -> None:
    resolved = resolve(["WARREN", "Sen. Warren", "Elizabeth Warren (D-MA)"])
    assert resolved["WARREN"].role == "Sen."
    assert resolved["WARREN"].organisation == "D-MA"


def test_fullest_names_leaves_roles_alone() -> None:
    assert fullest_names(["Question", "Question Time Ann"])["Question"] == "Question"
