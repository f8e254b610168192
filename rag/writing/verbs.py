"""Forms of verbs that share no stem: "lost" and "lose", "taught" and "teach" are the same word to a check."""

from __future__ import annotations

from rag.words import stem

_FORMS = """
    lose lost; get got gotten; go went gone; buy bought; bring brought; teach taught; think thought; catch caught;
    seek sought; fight fought; write wrote written; begin began begun; tell told; find found; feel felt; make made;
    build built; leave left; meet met; keep kept; sleep slept; hold held; lead led; feed fed; run ran; come came;
    become became; see saw seen; take took taken; give gave given; know knew known; grow grew grown; throw threw thrown;
    fly flew flown; draw drew drawn; drive drove driven; ride rode ridden; rise rose risen; speak spoke spoken;
    break broke broken; choose chose chosen; wake woke woken; wear wore worn; forget forgot forgotten; fall fell fallen;
    eat ate eaten; drink drank drunk; sing sang sung; swim swam swum; win won; stand stood; understand understood;
    sell sold; pay paid; send sent; spend spent; lend lent; mean meant; hear heard; sit sat; shoot shot; stick stuck;
    hang hung; dig dug; steal stole stolen; hide hid hidden; bite bit bitten; freeze froze frozen; shake shook shaken;
    beat beaten; deal dealt; light lit; lie lay lain; lay laid; child children; man men; woman women;
    person people; foot feet; tooth teeth; mouse mice; good better best; bad worse worst; life lives; wife wives
"""
_BASE = {stem(form): stem(group.split()[0]) for group in _FORMS.split(";") for form in group.split()[1:]}


def base(word: str) -> str:
    """The stem of a folded word, irregular forms brought back to the one they come from."""
    found = stem(word)
    return _BASE.get(found, found)


def levelled(stemmed: str) -> str:
    """The same of a word that is stemmed already."""
    return _BASE.get(stemmed, stemmed)
