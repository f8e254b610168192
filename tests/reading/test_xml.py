"""XML of debates (TEI, Akoma Ntoso, publicwhip), and what all XML is refused for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.formats import read_transcript
from rag.values import Transcript

Read = Callable[..., Transcript]
Said = Callable[..., list[tuple[str | None, str]]]
Sample = Callable[[str], Transcript]

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE TEI [
 <!ENTITY lol "lol">
 <!ENTITY lol2 "&lol;&lol;&lol;&lol;">
]>
<TEI><text><u who="#a">&lol2;</u></text></TEI>"""


def tei(body: str, header: str = "") -> str:
    head = f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>{header}</teiHeader>'
    return f"{head}<text><body>{body}</body></text></TEI>"


def akn(body: str, meta: str = "") -> str:
    return (
        f'<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><debate><meta>{meta}</meta>'
        f"<debateBody>{body}</debateBody></debate></akomaNtoso>"
    )


def test_the_exemplar_of_parla_clarin(sample: Sample) -> None:
    transcript = sample("parla-clarin-exemplar.xml")
    speech = [turn for turn in transcript.turns if turn.kind == "speech"]
    assert [turn.speaker for turn in speech] == [
        "Milan Kučan",
        "Doe John",
        "Milan Kučan",
        "Boris Johnson",
        "Jeremy Bernard Corbyn",
        "Boris Johnson",
    ]
    assert speech[0].text.startswith("Dear Members, Colleagues, ladies and gentlemen! I begin with the continuation of")
    assert speech[0].text.endswith("How are you going to vote?")
    directions = "\n".join(turn.text for turn in transcript.turns if turn.kind == "direction")
    assert "Applause." in directions
    assert "banging of the gavel" in directions
    assert "MILAN" not in directions
    assert (transcript.title, transcript.date) == ("The parliament of the Republic of Slovenia", dt.date(2011, 6, 10))


def test_people_of_another_file_stay_ids_and_notes_within_are_not_said(sample: Sample) -> None:
    transcript = sample("siparl-OZKGIP-025.xml")
    assert transcript.speaker_names() == ("#PotočnikFranc", "#unknown-M", "#GaspariniMario", "#BožičIvan")
    speech = [turn for turn in transcript.turns if turn.kind == "speech"]
    assert len(speech) == 9
    assert speech[0].text.startswith("državnega zbora Republike Slovenije za kmetijstvo")
    assert not any("nerazločno" in turn.text for turn in speech)
    assert transcript.title == "Odbor za kmetijstvo gozdarstvo in prehrano: 25. redna seja (8. 12. 1998)"
    assert transcript.date == dt.date(1998, 12, 8)


def test_tei_with_every_word_tagged(said: Said) -> None:
    words = (
        "<u who='#A'><seg><s>\n<w join='right'>Yes</w>\n<pc>,</pc>\n<w>I</w>\n<name type='PER'>\n"
        "<w join='right'>ca</w>\n<w>n't<w norm='not'/></w>\n<w join='right'>Ann</w>\n</name>\n<pc>.</pc>\n"
        "<linkGrp><link target='#x'/>no</linkGrp></s></seg><seg><s><w>Go</w></s></seg></u>"
    )
    assert said(tei(words)) == [("#A", "Yes, I can't Ann. Go")]


def test_tei_times_of_a_timeline(read: Read) -> None:
    body = (
        "<timeline unit='ms'><when xml:id='T0'/><when xml:id='T1' interval='1500' since='#T0'/>"
        "<when xml:id='T2' interval='500' since='#T1'/><when xml:id='T3'/></timeline>"
        "<annotationBlock who='#A' start='#T1' end='#T2'><u><seg>Hi <pause/>you</seg></u>"
        "<spanGrp><span>X</span></spanGrp></annotationBlock><u who='#B' start='#T2' end='#T3'>Bye</u>"
    )
    people = "<person xml:id='A'><persName>Lee, Ann</persName></person>"
    turns = read(tei(body, people)).turns
    assert [(t.speaker, t.text, t.start, t.end) for t in turns] == [
        ("Ann Lee", "Hi you", 1.5, 2.0),
        ("#B", "Bye", 2.0, None),
    ]


def test_tei_without_who_and_with_entities(said: Said) -> None:
    body = "<u>a &lt; b &amp; c<note>(unclear)</note></u><incident><desc>Rain</desc></incident><u who='#a #b'>x</u>"
    assert said(tei(body)) == [(None, "a < b & c"), (None, "(unclear)\n\nRain"), ("#a", "x")]


def test_akoma_ntoso_people_roles_asides_and_votes(read: Read) -> None:
    meta = (
        '<identification><FRBRWork><FRBRdate date="2015-11-03" name="x"/></FRBRWork></identification><references>'
        '<TLCPerson eId="AnnLee" href="/p" showAs="Lee, Ann"/>'
        '<TLCRole eId="chair" href="/r" showAs="Chair"/></references>'
    )
    body = (
        "<debateSection><heading>The Bill</heading><speech by='#AnnLee' as='#chair' startTime='2015-11-03T14:00:00'>"
        "<from>Ann Lee (Chair):</from><p>One.</p><p>Two<remark>[Applause]</remark> &amp; more.</p></speech>"
        "<speech by='#BobId'><from><person refersTo='#BobId'>Bob May</person></from><p>No.</p></speech>"
        "<rollCall><p>Ayes: Ann Lee</p></rollCall><narrative>They left.</narrative>"
        "<speech by='#CyId'>Bare words.</speech></debateSection>"
    )
    transcript = read(akn(body, meta))
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        (None, "The Bill", "direction"),
        ("Ann Lee", "One.\n\nTwo & more.", "speech"),
        (None, "[Applause]", "direction"),
        ("Bob May", "No.", "speech"),
        (None, "They left.", "direction"),
        ("#CyId", "Bare words.", "speech"),
    ]
    assert (transcript.title, transcript.date) == ("The Bill", dt.date(2015, 11, 3))
    assert [(one.name, one.role) for one in transcript.speakers] == [("Ann Lee", "Chair")]


def test_akoma_ntoso_without_a_namespace_as_sayit_writes_it(said: Said) -> None:
    text = (
        "<akomaNtoso><debate><debateBody><debateSection><TLCPerson id='t' showAs='唐鳳'/>"
        "<speech by='#t'><p>大家好</p></speech></debateSection></debateBody></debate></akomaNtoso>"
    )
    assert said(text) == [("唐鳳", "大家好")]


def test_publicwhip_speeches_headings_and_divisions(read: Read) -> None:
    text = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE publicwhip [
<!ENTITY pound   "&#163;">
<!ENTITY ndash   "&#8211;">
]>
<publicwhip><scrapeversion code="a">
<major-heading id="uk.org.publicwhip/debate/2003-06-10a.1.0" nospeaker="true">Prayers</major-heading>
<speech id="uk.org.publicwhip/debate/2003-06-10a.1.1" nospeaker="true" time="14:30:00">
<p>[Mr. Speaker in the Chair]</p></speech>
<speech id="uk.org.publicwhip/debate/2003-06-10a.1.2" speakername="Mr. Ann Lee" speakeroffice="Minister">
<p>It is &pound;5.</p><p>Yes &ndash; no.</p></speech>
<speech speakername="unknown" id="x"><p>Order!</p></speech>
<division divnumber="1"><mplist vote="aye"><mpname>Bob</mpname></mplist></division>
</scrapeversion></publicwhip>"""
    transcript = read(text, "debates.xml")
    assert [(t.speaker, t.text, t.kind) for t in transcript.turns] == [
        (None, "Prayers\n\n[Mr. Speaker in the Chair]", "direction"),
        ("Ann Lee", "It is £5.\n\nYes – no.", "speech"),
        (None, "Order!", "speech"),
    ]
    assert (transcript.title, transcript.date) == ("Prayers", dt.date(2003, 6, 10))
    assert transcript.speakers[0].role == "Minister"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_counts(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + tei("<u who='#é'>Café</u>")
    turns = read_transcript(text.encode(encoding), "x.xml").turns
    assert [(t.speaker, t.text) for t in turns] == [("#é", "Café")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, 'entity "lol"'),
        ('<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/passwd">]><TEI><u>&x;</u></TEI>', 'entity "x"'),
        ('<!DOCTYPE TEI [<!ENTITY % x SYSTEM "http://a/b"> %x;]><TEI><u>a</u></TEI>', "entity"),
        ("<TEI>" + "<a>" * 200_000, "nested deeper"),
        ("<TEI><text><u>a</text></TEI>", "not well-formed"),
        ("<TEI><text><u>&nosuch;</u></text></TEI>", "undefined entity"),
        ("<TEI><text><u>a</u>", "not well-formed"),
        ("<TEI><teiHeader/></TEI>", "without utterances"),
        ("<TEI><text><u who='#a'><note>x</note></u></text></TEI>", None),
        (akn("<p>A law.</p>"), "without a <speech>"),
        ("<akomaNtoso/>", "without a <speech>"),
        ("<publicwhip><member id='1'/></publicwhip>", "without a <speech>"),
        ("<html5><p>a</p></html5>", "root element <html5>"),
    ],
)
def test_what_is_refused(read: Read, text: str, reason: str | None) -> None:
    if reason is None:
        assert read(text, "a.xml").speaker_names() == ()
        return
    with pytest.raises(ReadError, match=reason) as refused:
        read(text, "a.xml")
    assert "\n" not in str(refused.value)


def test_too_many_elements_are_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.formats.xml_file.MOST_ELEMENTS", 100)
    with pytest.raises(ReadError, match="more than 100 elements"):
        read(tei("<u>a</u>" * 100), "a.xml")


def test_the_line_of_an_error_is_the_line_of_the_file(read: Read) -> None:
    text = '<?xml version="1.0"?>\n<!DOCTYPE TEI [\n<!ENTITY pound "&#163;">\n]>\n<TEI>\n<u>a</v>\n</TEI>'
    with pytest.raises(ReadError) as refused:
        read(text, "a.xml")
    assert refused.value.line == 6


def test_long_prologs_are_read_in_linear_time(read: Read) -> None:
    for prolog in (
        "<!--" * 100_000,
        "<?x ?>" * 100_000,
        "<!DOCTYPE a [" + "'" * 300_001,
        "\n" * 300_000,
        "&" * 300_000,
    ):
        with pytest.raises(ReadError):
            read(prolog + "<TEI>", "a.xml")


names = st.sampled_from(
    "TEI text u seg note person persName akomaNtoso debate speech from p heading publicwhip division TIER".split()
)
attributes = st.dictionaries(
    st.sampled_from(["who", "by", "as", "xml:id", "type", "speakername", "join"]), names, max_size=2
)
trees = st.recursive(
    st.text("ab <&\n'", max_size=6).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(names, attributes, st.lists(inner, max_size=4)).map(
        lambda one: (
            f"<{one[0]}{''.join(f' {k}={chr(34)}{v}{chr(34)}' for k, v in one[1].items())}>{''.join(one[2])}</{one[0]}>"
        )
    ),
)


@given(st.sampled_from(["TEI", "akomaNtoso", "publicwhip", "ANNOTATION_DOCUMENT"]), st.lists(trees, max_size=5))
def test_any_tree_is_read_or_refused(root: str, inner: list[str]) -> None:
    try:
        transcript = read_transcript(f"<{root}>{''.join(inner)}</{root}>".encode(), "x.xml")
    except ReadError:
        return
    assert all(turn.text == turn.text.strip() != "" for turn in transcript.turns)
