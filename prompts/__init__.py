"""The texts Transcite writes by itself or gives to language models: files beside this one, with checked variables."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template

# What an answer begins with when the transcripts hold none; models are told to say exactly this.
REFUSAL = "The transcripts do not say."


def render(name: str, **variables: str) -> str:
    """The text of `name`.md with its `$variables` filled in.

    Braces and dollars inside the values are left alone: they may come from a transcript.

    Raises:
        KeyError: A variable of the text was not given, or one was given that it does not have.
        FileNotFoundError: There is no such text.
    """
    template = _template(name)
    wanted = set(template.get_identifiers())
    if wanted != set(variables):
        raise KeyError(f"prompt {name!r} takes {sorted(wanted)}, was given {sorted(variables)}")
    return template.substitute(variables).strip()


@cache
def _template(name: str) -> Template:
    return Template(files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8"))
