"""Tells source code, dumps, logs and settings from a text that a person wrote, by their lines.

The threshold: most lines are of one language, and there are at least five of them; or the first
line says it alone. A text that quotes code is a text: its other lines are sentences.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from connectors.formats.json_start import is_literal

_LINES = 80
"""Lines that are looked at."""
_FEWEST = 5
_SHARE = 0.75
"""Of the lines that are not blank."""
_DENSE = 0.06
"""Of the characters of a minified script: those that hardly stand in sentences."""
_LONG = 400
"""Characters of a line from which on it may be minified; no more of a line is matched."""
_PARAGRAPH = 160
"""Characters from which on a line of prose is a paragraph: source code and settings have none."""
_SQL, _LOG, _CODE = "a database dump (SQL)", "a log", "source code"
_NARRATIVE = {_SQL, _LOG}
"""What holds sentences in lines that are told all the same."""

# What a file of this kind begins with, and no text of a person does.
_FIRST = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (r"#![ \t]?/", "a script"),
        (r"-----BEGIN [A-Z ]{2,40}-----", "a key or certificate (PEM)"),
        (r"BEGIN:V(?:CALENDAR|CARD|EVENT)\b", "a calendar or an address book"),
        (r"%!PS-Adobe", "a PostScript document"),
        (r"\\documentclass|\\begin\{document\}", "LaTeX source"),
        (r"WARC/\d", "a web archive (WARC)"),
        (r"WEBVTT\b", "subtitles (WebVTT)"),
        (r"1\r?\n\d\d:\d\d:\d\d,\d{3} --> ", "subtitles (SubRip)"),
        (r"#EXTM3U", "a playlist"),
        (r"diff --git |--- a/.{0,200}\r?\n\+\+\+ b/", "a patch"),
        (r"%YAML \d", "YAML"),
        (r"MIME-Version: ", "a mail or a saved page (MIME)"),
        (r"\* *\{[^{}]{0,200}[a-z-]+ *:[^{}]{1,200}\}", "a style sheet (CSS)"),
    )
)


class _Language(NamedTuple):
    """How a language is told."""

    what: str
    line: re.Pattern[str]
    """What its lines look like, each."""
    proof: re.Pattern[str] | None = None
    """A line that nothing else has: without one the shape of lines proves nothing."""


def _language(what: str, line: str, proof: str = "") -> _Language:
    flags = re.MULTILINE
    return _Language(what, re.compile(line), re.compile(proof, flags) if proof else None)


_LANGUAGES = (
    _language(
        "a style sheet (CSS)",
        r"[ \t]*+(?:[^{}]{1,200}\{[ \t]*|-{0,2}[a-z-]{2,40}[ \t]*:[^{}]{1,200};[ \t]*|\}[ \t]*"
        r"|/\*.*|\*.*|@[a-z-]+\b.*|[.#&:]?[\w.#:\- ]{1,80},)",
        r"[\w\]\"'*) ]\s*\{\s*(?:\n|[a-z-]+\s*:)",
    ),
    _language(
        _CODE,
        r"[ \t]*+(?:.{0,300}[;{}]\)?;?,?[ \t]*|//.*|/\*.*|\*.*|\}?\)+;?,?|\],?\)?;?"
        r"|(?:import|export|package|using|#include)\b.*|\}[ \t]*(?:else|catch|finally)\b.*"
        r"|[\"']?\w{1,60}[\"']?[ \t]*:.{0,200},|[\w.$]{1,60}\(.{0,200}\)|@\w+.*)",
        r"=>|\bfunction\b.{0,80}[({]|\breturn\b.{0,80};|^[ \t]*#include\b"
        r"|\w\([^()\n]{0,80}\)[ \t]*[;{]|\w = [^;\n]{1,80};"
        r"|^[ \t]*(?:public|private|static|const|let|var|func|fn)\b.{0,80}[={;(]",
    ),
    _language(
        _SQL,
        r"(?i:[ \t]*+(?:INSERT[ \t]+INTO\b.*|CREATE[ \t].*|DROP[ \t]+TABLE.*|ALTER[ \t].*"
        r"|(?:UN)?LOCK[ \t]+TABLES.*|SET[ \t@].*|SELECT[ \t].*|FROM[ \t].*|WHERE[ \t].*"
        r"|VALUES\b.*|BEGIN.*|COMMIT.*|PRAGMA\b.*|COPY[ \t].*|/\*!.*|--.*|\).*;"
        r"|\(.{0,5000}\)[,;]?|[`\"]?\w{1,60}[`\"]?[ \t]+(?:int|bigint|varchar|text|date|"
        r"timestamp|integer|char|decimal|serial|boolean|tinyint)\b.*|(?:PRIMARY|UNIQUE)?[ \t]*"
        r"KEY\b.*))",
        r"(?i:\b(?:INSERT\s+INTO|CREATE\s+(?:TABLE|DATABASE)|DROP\s+TABLE)\b|^COPY \w)",
    ),
    _language(
        _LOG,
        r"\[?(?:\d{4}[-/]\d\d[-/]\d\d|[A-Z][a-z]{2} [ \d]\d)[ T]\d\d:\d\d:\d\d.{0,100}?"
        r"(?:\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\b"
        r"|\[(?:debug|info|notice|warn|error|crit)\]|\w{1,60}\[\d{1,9}\]: ).*"
        r"|\S{1,80} \S{1,80} \S{1,80} \[\d\d/\w{3}/\d{4}:.*"
        r"|[ \t]+at [\w.$]+\(.*|(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR)[: \]].*",
    ),
    _language(
        "source code (Python)",
        r"[ \t]*+(?:import [\w., ]+(?: as \w+)?|from [\w.]+ import .*|def \w+\(.*|class \w+.*:"
        r"|@[\w.]+(?:\(.*)?|(?:return|yield|raise|assert|pass|break|continue)\b.{0,100}"
        r"|(?:if|elif|for|while|with|except|try|else|finally)\b.*:|#.*|\"\"\".*|'{3}.*"
        r"|[\w.\[\], ]{1,60} [-+*/|]?= .*|[\w.]{1,60}\(.*\)?|[)\]}]+,?|[\"'].*[\"'],?)",
        r"^\s*(?:import \w|from [\w.]+ import|def \w+\()",
    ),
    _language(
        "YAML",
        r"[ \t]*+(?:- )?[\"']?[a-z_][\w.-]{0,50}[\"']?:(?:[ \t].{0,120})?|[ \t]*- .{0,80}"
        r"|[ \t]*#.*|---",
        r"^(?:[ \t]+|- )[\"']?[a-z_][\w.-]*[\"']?:|^[a-z_][\w.-]*:[ \t]*$",
    ),
    _language(
        "settings (TOML or INI)",
        r"\[{1,2}[\w. \"-]{1,60}\]{1,2}|[\w.\"-]{1,60}[ \t]*=[ \t]*\S.{0,200}|[#;].*"
        r"|[ \t]*[\"'].*[\"'],?|[ \t]*\]",
        r"^\[{1,2}[\w. \"-]{1,60}\]{1,2}\s*$",
    ),
)
# A module's first statement, behind comments and its docstring; and a definition further on.
_PYTHON = re.compile(
    r"(?:[ \t]*+(?:#.*)?\r?\n)*+(?:\"{3}[^\"]{0,4000}+\"{3}\s{0,20}+)?"
    r"(?:from [\w.]{1,80} import [\w(*]|import [\w.]{1,80}(?: as \w{1,40})?[ \t]*\r?\n)"
)
_DEFINITION = re.compile(r"^(?:async def|def|class) \w{1,80}\b.{0,200}[:(]\s*$", re.MULTILINE)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?:.*\r?\n){1,100}?---[ \t]*\r?\n\s*\S")
_MARKS = b";{}=<>|_$&*#[]\\/:+\t()-"
_FEW_MARKS = 50
"""A text with fewer than one such mark in so many of its first bytes is prose."""
_STARTS = ("--", "/*", "INSERT", "CREATE", "DROP", "SET", "BEGIN", "USE", "PRAGMA", "LOCK", "COPY")
_BRACKETS = re.compile(r"[(){}=\[\]<>]")
_MINIFIED = re.compile(r"[(){};=,]")
_STATEMENT = re.compile(
    r"\bfunction\s*\w*\(|\b(?:var|let|const) [\w$]+\s*=|=>|\breturn[ (!{]|[\w\])]\{[a-z-]+:[^{}]+\}"
)
_PROSE = re.compile(r"\b(?:[^\W\d_]++,? ){6}")


def source_of(text: str, *, whole: bool) -> str | None:
    """Return what the text is, as the end of "it is …", if it is no text of a person; else None.

    `text` begins with its first character; `whole`: it also ends with its last.
    """
    what = _by_beginning(text)
    if what or _has_few_marks(text) or _FRONT_MATTER.match(text):
        return what
    lines = [line for line in text.splitlines()[: _LINES + 1] if line.strip()]
    if not whole and len(lines) <= _LINES:
        lines = lines[:-1] or lines
    if _is_minified(lines):
        return "source code (minified)"
    return _language_of(lines) if len(lines) >= _FEWEST else None


def _by_beginning(text: str) -> str | None:
    """Return what a text is whose beginning says it."""
    for pattern, what in _FIRST:
        if pattern.match(text):
            return what
    if text[:1] in "{[" and is_literal(text[:4096].encode("utf-8", "replace")):
        return "an object of Python or JavaScript, not JSON"
    is_module = _PYTHON.match(text) and _DEFINITION.search(text)
    return "source code (Python)" if is_module else None


def _has_few_marks(text: str) -> bool:
    """Tell, quickly, the usual text from what has to be looked at."""
    start = text[:4000].encode("utf-8", "replace")
    marks = len(start) - len(start.translate(None, _MARKS))
    return marks * _FEW_MARKS < len(start) and not text[:8].upper().startswith(_STARTS)


def _language_of(lines: Sequence[str]) -> str | None:
    """Return the language that most lines are of, unless sentences stand among them."""
    looked = [line[:_LONG] for line in lines]
    prose = [line for line in looked if _is_prose(line)]
    told = len(prose) * 4 > len(lines) or any(len(line) > _PARAGRAPH for line in prose)
    best, most = None, _SHARE
    for what, pattern, proof in _LANGUAGES:
        if told and what not in _NARRATIVE:
            continue
        if what == _CODE and sum(map(_is_bracketed, looked)) * 3 < len(looked):
            continue
        if proof is not None and not proof.search("\n".join(looked) + "\n"):
            continue
        share = sum(pattern.fullmatch(line) is not None for line in looked) / len(looked)
        if share >= most:
            best, most = what, share + 1e-9
    return best


def _is_prose(line: str) -> bool:
    """Tell whether a line is a sentence, and no statement or comment."""
    return (
        line.rstrip()[-1:] not in {";", "{", "}", ")"}
        and line.lstrip()[:1] not in {"#", "/", "*", "-"}
        and _PROSE.search(line) is not None
    )


def _is_bracketed(line: str) -> bool:
    return _BRACKETS.search(line) is not None


def _is_minified(lines: Sequence[str]) -> bool:
    """Tell whether a few long lines are a script or a style sheet without its white space."""
    if not lines or max(map(len, lines)) < _LONG:
        return False
    long = max(lines, key=len)[:8192]
    marks = len(_MINIFIED.findall(long))
    spaces = long.count(" ")
    return marks > len(long) * _DENSE and spaces < marks and _STATEMENT.search(long) is not None
