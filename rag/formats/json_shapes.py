"""The shapes of JSON transcripts, in the order in which they are asked."""

from __future__ import annotations

from rag.formats.json_assemblyai import ASSEMBLYAI
from rag.formats.json_aws import AWS_CALL_ANALYTICS, AWS_TRANSCRIBE
from rag.formats.json_azure import AZURE_BATCH, AZURE_FAST, AZURE_REALTIME
from rag.formats.json_congress import CONGRESS
from rag.formats.json_corpora import MEDIASUM, QMSUM
from rag.formats.json_deepgram import DEEPGRAM
from rag.formats.json_elevenlabs import ELEVENLABS
from rag.formats.json_fireflies import FIREFLIES, ONYX
from rag.formats.json_gladia import GLADIA
from rag.formats.json_google import GOOGLE
from rag.formats.json_ibm import IBM
from rag.formats.json_kaldi import BBC_KALDI, DIARISATION, DRAFT_JS, PAPER_EDIT, VOSK
from rag.formats.json_rev import REV
from rag.formats.json_segments import SEGMENTS
from rag.formats.json_shape import Shape
from rag.formats.json_speechmatics import SPEECHMATICS, SPEECHMATICS_1
from rag.formats.json_whisper import WHISPER, WHISPER_CPP, WHISPER_TEXT, WHISPERX
from rag.formats.podcast_json import PODCAST_JSON

# Asked in this order; the general list of segments comes after all that say more of themselves.
SHAPES: tuple[Shape, ...] = (
    WHISPER_CPP,
    WHISPERX,
    WHISPER,
    ASSEMBLYAI,
    DEEPGRAM,
    AWS_TRANSCRIBE,
    AWS_CALL_ANALYTICS,
    AZURE_BATCH,
    AZURE_FAST,
    AZURE_REALTIME,
    SPEECHMATICS,
    SPEECHMATICS_1,
    IBM,
    GOOGLE,
    REV,
    GLADIA,
    ELEVENLABS,
    FIREFLIES,
    ONYX,
    QMSUM,
    MEDIASUM,
    CONGRESS,
    BBC_KALDI,
    PAPER_EDIT,
    DRAFT_JS,
    VOSK,
    PODCAST_JSON,
    DIARISATION,
    SEGMENTS,
    WHISPER_TEXT,
)
