"""txtai and LlamaIndex, for peers.py: each as its documentation has it. Runs in a virtual environment of their own."""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import Any

import faiss
import peers_measure
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
from peers_measure import HITS, Hit, Work
from txtai import Embeddings


class Txtai:
    """Transcite's passages; hybrid search, contents kept, the FAISS index that txtai chooses by size."""

    def __init__(self, work: Work, home: Path) -> None:
        self._passages, self._home = work["passages"], home
        self._embeddings = Embeddings(path=work["model"], content=True, hybrid=True, backend="faiss")
        self._embeddings.transform("Loads the model")

    def ingest(self) -> None:
        self._embeddings.index((at, one["text"], None) for at, one in enumerate(self._passages))
        self._embeddings.save(str(self._home))

    def encode(self, question: str) -> Any:
        return self._embeddings.transform(question)

    def search(self, question: str) -> list[Hit]:
        found = [self._passages[int(one["id"])] for one in self._embeddings.search(question, HITS)]
        return [([tuple(place) for place in one["places"]], len(one["text"].split())) for one in found]

    def more(self) -> dict[str, object]:
        model = self._embeddings.model.model
        cut = model.tokenizer([one["text"] for one in self._passages], truncation=True, max_length=model.maxlength)
        return {"pieces": sum(map(len, cut["input_ids"])), "dtype": str(model.model.dtype)}


class LlamaIndex:
    """Exact FAISS and the documents beside it; cutting and batches as they come unless `turns`."""

    def __init__(self, work: Work, home: Path, *, turns: bool = False) -> None:
        self._work, self._home, self._turns = work, home, turns
        self._encoder = HuggingFaceEmbedding(model_name=work["model"], device="cpu")

    def ingest(self) -> None:
        store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(len(self.encode("How long is a vector?"))))
        context = StorageContext.from_defaults(vector_store=store)
        if self._turns:
            nodes = [TextNode(id_=str(at), text=one["text"]) for at, one in enumerate(self._work["passages"])]
            index = VectorStoreIndex(nodes, storage_context=context, embed_model=self._encoder)
        else:
            whole = [Document(id_=str(at), text=text) for at, text in enumerate(self._work["texts"])]
            index = VectorStoreIndex.from_documents(whole, storage_context=context, embed_model=self._encoder)
        index.storage_context.persist(str(self._home))
        self._retriever = index.as_retriever(similarity_top_k=HITS)
        self._nodes = list(index.docstore.docs.values())

    def encode(self, question: str) -> list[float]:
        return self._encoder.get_query_embedding(question)

    def search(self, question: str) -> list[Hit]:
        return [self._shown(one.node) for one in self._retriever.retrieve(question)]

    def more(self) -> dict[str, object]:
        model = self._encoder._model
        cut = model.tokenizer([one.text for one in self._nodes], truncation=True, max_length=model.max_seq_length)
        whole = model.tokenizer([one.text for one in self._nodes], truncation=False, verbose=False)
        sizes = {name: sum(map(len, one["input_ids"])) for name, one in (("pieces", cut), ("whole", whole))}
        return {**sizes, "dtype": str(model.dtype), "texts": len(self._nodes)}

    def _shown(self, node: Any) -> Hit:
        """The turns of a hit: of a chunk, every one of which it holds a character."""
        words = len(node.text.split())
        if self._turns:
            return [tuple(place) for place in self._work["passages"][int(node.node_id)]["places"]], words
        file = int(node.ref_doc_id)
        begins = self._work["begins"][file]
        first = bisect.bisect_right(begins, node.start_char_idx)
        last = bisect.bisect_left(begins, node.end_char_idx)
        return [(file, turn) for turn in range(first, last + 1)], words


ENGINES = {
    "txtai": Txtai,
    "llamaindex-turns": lambda work, home: LlamaIndex(work, home, turns=True),
    "llamaindex": LlamaIndex,
}

if __name__ == "__main__":
    peers_measure.main(ENGINES)
