"""Draws the README's pictures from a real run of `unsealed demo`, in English and Japanese: no picture is made by hand.

For each language: the closing summary as it stands in a terminal, and the report's time line. No font is embedded and
nothing is fetched; every run of text is told its width, so that columns stand in any font.
"""

import os
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from rich.cells import cell_len

IMAGES = Path(__file__).parent / "images"
LANGUAGES = ("en", "ja")
CASE = Path("demo-case")
CELL, LINE, SIZE, EDGE = 8, 20, 13, 22
INVISIBLE = "\u200b"
"""Stands between Japanese sentences, where a line may break."""
_RUN = re.compile(r"[^\u0000-\u00ff…]+|  +|[\u0000-\u00ff…]+?(?=  |[^\u0000-\u00ff…]|$)")
_COMMAND = re.compile(r"unsealed [a-z]+ \S.*")
_TERMINAL = """\
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d8dbe2; }
.prompt { fill: #7fc8a0; } .command { fill: #f2c76e; } .found { fill: #7fc8a0; }"""
_LINE = """\
text { font-family: system-ui, sans-serif; } .grid { stroke: #d9dce3; } .tick { font-size: 11px; fill: #60646f; }
.lane { font-size: 12px; fill: #1c1d21; } .reach { fill: #8f4fa8; } .whole { fill: #9dc3a6; }
.dark { fill: url(#dark); stroke: #8b8f99; stroke-width: .5; } .dark-ground { fill: #e3e4e8; }
.dark-line { stroke: #7d818c; stroke-width: 2; } .present, .bar { fill: #b3261e; } .throttled { fill: #e8b93c; }"""


def run(language: str, folder: Path, *arguments: str) -> str:
    """Run the product in a folder, as someone would who reads this language; give its standard output."""
    environment = {**os.environ, "UNSEALED_LANG": language, "COLUMNS": "100", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "unsealed", *arguments],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stdout


def terminal(output: str) -> str:
    """Draw the demo's output as a terminal shows it."""
    rows = ["$ unsealed demo", "", *output.replace(INVISIBLE, "").rstrip("\n").split("\n")]
    width, height = 2 * EDGE + CELL * max(map(cell_len, rows)), 2 * EDGE + LINE * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>unsealed demo</title>",
        f'<style>{_TERMINAL}</style><rect width="{width}" height="{height}" rx="8" fill="#1d2027"/>',
    ]
    last = len(rows) - 1
    for number, row in enumerate(rows):
        style = "prompt" if not number else "found" if number == last else ""
        parts += _row(row, EDGE + LINE * number + SIZE, style)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(row: str, y: int, style: str) -> list[str]:
    """Draw one line: each run of one width of script at its column, and what a person would type in its own colour."""
    typed = _COMMAND.search(row)
    cut = typed.start() if typed and not style else len(row)
    parts, column = [], 0
    for text, name in ((row[:cut], style), (row[cut:], "command")):
        for piece in _RUN.findall(text):
            shown = piece.strip(" ")
            if shown:
                begin = EDGE + CELL * (column + piece.index(shown))
                place = f'x="{begin}" y="{y}" textLength="{CELL * cell_len(shown)}" lengthAdjust="spacingAndGlyphs"'
                kind = f' class="{name}"' if name else ""
                parts.append(f"<text {place}{kind}>{escape(shown)}</text>")
            column += cell_len(piece)
    return parts


def timeline(report: str) -> str:
    """Take the time line out of a report, with the colours that it has there."""
    found = re.search(r'<svg [^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>(.*?)</svg>', report, re.DOTALL)
    if not found:
        raise ValueError("the report has no time line")
    opening = found.group()[: found.group().index(">") + 1]
    ground = f'<rect width="{found.group(1)}" height="{found.group(2)}" fill="#ffffff"/>'
    return f"{opening}\n<style>{_LINE}</style>\n{ground}{found.group(3)}</svg>\n"


def pictures(language: str, folder: Path) -> dict[str, str]:
    """Run the demo in an empty folder, and give its pictures by file name."""
    output = run(language, folder, "demo", str(CASE))
    run(language, folder, "report", str(CASE / "case"), "--lang", language, "--out", "report.html")
    report = (folder / "report.html").read_text(encoding="utf-8")
    return {f"demo.{language}.svg": terminal(output), f"timeline.{language}.svg": timeline(report)}


def main() -> int:
    """Draw all pictures."""
    IMAGES.mkdir(exist_ok=True)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            for name, picture in pictures(language, Path(folder)).items():
                (IMAGES / name).write_text(picture, encoding="utf-8")
                print(IMAGES / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
