from __future__ import annotations

import pytest

from rag.labels import Label, parse_label
from rag.speakers import resolve


def people(labels: list[str]) -> list[str]:
    """The name each label resolves to, in order."""
    resolved = resolve(labels)
    return [resolved[label].name for label in labels]


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        (["WARREN", "Sen. Warren", "Elizabeth Warren", "Ms. Warren"], "Elizabeth Warren"),
        (["SEN. ELIZABETH WARREN (D-MA), CANDIDATE", "WARREN"], "Elizabeth Warren"),
        (["STACEY VANEK SMITH, HOST", "VANEK SMITH", "SMITH"], "Stacey Vanek Smith"),
        (["Diane Okafor", "Chair Okafor", "Chairwoman Okafor"], "Diane Okafor"),
        (["Diane Okafor", "Madam Chair Okafor", "Vice Chair Okafor"], "Diane Okafor"),
        (["Ann Lee", "Mayor Pro Tem Lee"], "Ann Lee"),
        (["JOHN ROBERTS", "Chief Justice Roberts"], "John Roberts"),
        (["Hillary Clinton", "SECRETARY CLINTON", "Mrs. Clinton", "CLINTON"], "Hillary Clinton"),
        (["Chris Van Hollen", "Mr. Van Hollen", "VAN HOLLEN"], "Chris Van Hollen"),
        (["Martin Luther King, Jr.", "King", "Dr. King"], "Martin Luther King, Jr."),
        (["J.D. Vance", "JD Vance", "VANCE"], "J.D. Vance"),
        (["José Ibarra", "JOSE IBARRA", "IBARRA"], "José Ibarra"),
        (["Mary O’Hara", "MARY O'HARA", "O'HARA"], "Mary O’Hara"),
        (["John Smith", "Smith, John", "SMITH"], "John Smith"),
        (["Elizabeth Warren", "E. Warren"], "Elizabeth Warren"),
        (["Mireille B. Reece, Psy.D", "Mireille Reece, PsyD"], "Mireille B. Reece"),
        (["JAKE TAPPER, CNN HOST", "TAPPER (voice-over)", "TAPPER (on camera)"], "Jake Tapper"),
        (["Sen. Warren", "WARREN"], "Sen. Warren"),
        (["Mr. GREEN of Texas", "Mr. GREEN"], "Mr. GREEN of Texas"),
        (["Ann Lee | Acme", "Ann Lee (she/her)", "Ann Lee"], "Ann Lee"),
    ],
)
def test_one_person(labels: list[str], name: str) -> None:
    assert people(labels) == [name] * len(labels)
    assert people(labels[::-1]) == [name] * len(labels)


@pytest.mark.parametrize(
    "labels",
    [
        ["John Smith", "Jane Smith", "Smith", "Ms. Jones"],
        ["Robert Smith", "Stacey Vanek Smith", "Smith"],
        ["Ann Lee", "Ann Jones", "Ann"],
        ["Mr. Warren", "Elizabeth Warren"],
        ["Ms. Warren", "Robert Warren"],
        ["Mr. Warren", "Ms. Warren", "Elizabeth Warren", "Warren"],
        ["Sen. Warren", "Rep. Warren", "Elizabeth Warren"],
        ["Sen. Robert Smith", "Rep. Smith"],
        ["Sen. Warren", "Ms. Warren", "Warren"],
        ["Donald Trump", "Donald Trump Jr.", "Trump"],
        ["President Trump", "Donald Trump", "Melania Trump"],
        ["Thomas", "Thomas Jones", "Justice Thomas"],
        ["Ryan", "Paul Ryan", "Ryan Lee"],
        ["Ed Warren", "Elizabeth Warren", "E. Warren"],
        ["Mr. GREEN of Texas", "Mr. GREEN of Iowa", "Mr. GREEN"],
        ["Mr. GREEN of Texas", "Mr. Gene Green of Texas"],
        ["The SPEAKER pro tempore", "The SPEAKER pro tempore (Mr. Poe)", "Mr. Poe"],
        ["Speaker 1", "Speaker 2", "Speaker Ryan", "Speaker"],
        ["SPEAKER_00", "SPEAKER_01", "S1", "A", "B", "0", "1"],
        ["Unknown Speaker", "Unknown Smith", "Smith Unknown"],
        ["Host", "Host Family", "Ann Host"],
        ["Man", "Man Ray", "The Man"],
        ["Day 1", "Day 2"],
        ["Jon Calhoun", "Jon Sabados"],
        ["Ale Kennedy", "Bill Kennedy"],
        ["唐鳳", "唐"],
    ],
)
def test_as_many_people_as_labels(labels: list[str]) -> None:
    assert len(set(people(labels))) == len(labels)
    assert len(set(people(labels[::-1]))) == len(labels)


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        ("REP. JIM JORDAN (R-OH), JUDICIARY CHAIR", Label("Jim Jordan", "JUDICIARY CHAIR", "R-OH")),
        ("Sen. Elizabeth Warren, D-Mass.", Label("Elizabeth Warren", "Sen.", "D-Mass.")),
        ("TAPPER (voice-over)", Label("Tapper")),
        ("ANN LEE (through translator)", Label("Ann Lee")),
        ("Ann Lee (she/her)", Label("Ann Lee")),
        ("Ann Lee (Acme) (she/her)", Label("Ann Lee", None, "Acme")),
        ("Doe, Jane (NIH/OD) [E]", Label("Doe, Jane", None, "NIH/OD")),
        ("Ann Lee | Acme", Label("Ann Lee", None, "Acme")),
        ("Ann Lee - NPR", Label("Ann Lee", None, "NPR")),
        ("Ann Lee - Host", Label("Ann Lee", "Host")),
        ("Vice Chair Diane Okafor", Label("Diane Okafor", "Vice Chair")),
        ("Lt. Gov. Dan Patrick", Label("Dan Patrick", "Lt. Gov.")),
        ("Attorney General Merrick Garland", Label("Merrick Garland", "Attorney General")),
        ("Mr. Chief Justice", Label("Mr. Chief Justice")),
        ("The SPEAKER pro tempore", Label("The SPEAKER pro tempore")),
        ("Chairman of the Board", Label("Chairman of the Board")),
        ("Spider - Man", Label("Spider - Man")),
    ],
)
def test_role_and_organisation_apart_from_the_name(raw: str, label: Label) -> None:
    assert parse_label(raw) == label


def test_a_role_is_no_title() -> None:
    resolved = resolve(["Ann Lee, general manager", "Sen. Lee"])
    assert resolved["Sen. Lee"].name == "Ann Lee"
