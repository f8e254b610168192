"""The chat widget: its size, and how long a growing answer takes to show, in a real browser.

    python benchmarks/widget.py

An answer of 4 KB comes four characters at a time and is shown after every one; in use it is shown every 60 ms at most.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from pathlib import Path

from common import record
from playwright.sync_api import Page, expect, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("", "tests/browser")]

from stage import Reply, Stage, answer, staged  # noqa: E402 - found in the folders above
from using import INLINE, ask  # noqa: E402

from api.embedding import built  # noqa: E402

CHARS, STEP, ROUNDS = 4096, 4, 3
_SENTENCE = "The county got **all** of the money that it was promised, Allen said, and a little more [1]. "
# Shows what came at once, not 60 ms later, and notes how long that took: the script's part, and with layout.
_TIMED = """
const later = window.setTimeout;
window.script = [];
window.whole = [];
window.setTimeout = (act, wait, ...more) => {
  if (wait !== 60) return later(act, wait, ...more);
  const began = performance.now();
  act();
  script.push(performance.now() - began);
  document.querySelector("transcite-chat").shadowRoot.querySelector(".log").scrollHeight;
  whole.push(performance.now() - began);
  return 0;
};
"""


def texts() -> dict[str, str]:
    """What is shown: an answer as models write them, and the worst there is, one paragraph without an end."""
    mixed = _SENTENCE * 3 + "\n\n" + "".join(f"- {_SENTENCE}\n" for _ in range(3)) + "\n"
    return {"paragraphs and lists": (mixed * 20)[:CHARS], "one paragraph": (_SENTENCE * 60)[:CHARS]}


def main() -> None:
    expect.set_options(timeout=60_000)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    rows = []
    with sync_playwright() as playwright, staged() as stage:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name, text in texts().items():
            figures = [figure for _ in range(ROUNDS) for figure in [timed(browser.new_page(), stage, text)]]
            script, whole, median = min(figures, key=lambda one: one[1])
            rows.append(f"| {name} | {len(text) // STEP} | {script:.2f} | {whole:.2f} | {median:.2f} |")
        version = browser.version
        browser.close()
    small = len(gzip.compress(built().content, 9))
    record(
        "Widget",
        [
            f"Chromium {version}. The file: {len(built().content):,} bytes, {small:,} compressed (gzip -9).",
            "",
            f"An answer of {CHARS:,} characters, {STEP} at a time; the best of {ROUNDS} rounds, means in ms an update.",
            "",
            "| answer | updates | script | with layout | with layout, median |",
            "| --- | --- | --- | --- | --- |",
            *rows,
        ],
    )


def timed(page: Page, stage: Stage, text: str) -> tuple[float, float, float]:
    """Means of the script and of the whole update, and the median of that, in ms."""
    stage.reset()
    tokens = [("token", {"text": text[at : at + STEP]}) for at in range(0, len(text), STEP)]
    stage.replies = [Reply([*tokens, ("answer", answer(text))])]
    page.add_init_script(_TIMED)
    page.goto(stage.put(INLINE))
    ask(page)
    script, whole = page.evaluate("[script, whole]")
    assert len(whole) == len(tokens), "an update was not shown"
    page.close()
    return sum(script) / len(script), sum(whole) / len(whole), sorted(whole)[len(whole) // 2]


if __name__ == "__main__":
    main()
