"""One stray byte in a document: the share of lines that are read right but for its character.

Run: python benchmarks/reading/bytes.py [--seed 1000] [--documents 3]
Each document has ten entries (feed, rows) or lines of made-up sentences in one encoding, with one
byte put into one of them. Seeds below 1,000 are there to tune on.
"""

import argparse
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from articles.model.entries import Entry, Rejected
from connectors.feeds.document import read_document
from connectors.files.folder import ListedPath, walk
from connectors.files.parse import parse_chunk
from connectors.files.read import read

LINES = 10
STRAYS = (0x80, 0x92, 0x98, 0xA0, 0xD0, 0xE2, 0xE9, 0xFF)
# Words of each script, and a joint between them; codecs that it is written in.
SCRIPTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "French": (
        "le marché a été déplacé près de l'église où la fête commença après l'été très sèche",
        " ", ("utf-8", "cp1252"),
    ),
    "Polish": (
        "rząd ogłosił środki wsparcia dla małych firm pieniądze wpłyną już później więc źle",
        " ", ("utf-8", "iso8859_2", "cp1250"),
    ),
    "Turkish": (
        "hükümet küçük işletmeler için yeni önlemleri açıkladı dağıtılacak şehir çocuğu güneş",
        " ", ("utf-8", "iso8859_9"),
    ),
    "Russian": (
        "правительство объявило новые меры поддержки для малого бизнеса средства поступят в марте",
        " ", ("utf-8", "cp1251", "koi8_r"),
    ),
    "Greek": (
        "η κυβέρνηση ανακοίνωσε νέα μέτρα στήριξης των μικρών επιχειρήσεων τον Μάρτιο",
        " ", ("utf-8", "cp1253"),
    ),
    "Hebrew": (
        "הממשלה הודיעה על צעדים חדשים לתמיכה בעסקים קטנים הכספים יועברו במרץ", " ",
        ("utf-8", "cp1255"),
    ),
    "Arabic": (
        "أعلنت الحكومة عن إجراءات جديدة لدعم الشركات الصغيرة وستنشر القائمة في مارس", " ",
        ("utf-8", "cp1256"),
    ),
    "Thai": ("รัฐบาล ประกาศ มาตรการ ใหม่ เพื่อ สนับสนุน ธุรกิจ ขนาด เล็ก เงิน จะ มา", "",
             ("utf-8", "cp874")),
    "Chinese": ("政府 宣布 了 支持 小 企业 的 新 措施 资金 将 在 三月 到位 经济 部长 表示", "",
                ("utf-8", "gb18030")),
    "Taiwanese": ("政府 宣布 了 支持 小 企業 的 新 措施 資金 將 在 三月 到位 經濟 部長 表示", "",
                  ("utf-8", "big5")),
    "Japanese": ("政府は 中小企業を 支援する 新たな 措置を 発表した 資金は 三月に 支給される", "",
                 ("utf-8", "cp932", "euc_jp")),
    "Korean": ("정부는 중소기업을 지원하기 위한 새로운 조치를 발표했다 자금은 지급될 예정이다", " ",
               ("utf-8", "cp949")),
}  # fmt: skip


def main() -> None:
    """Damage and read every document, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--documents", type=int, default=3)
    options = parser.parse_args()
    table = Table(title="Lines read right but for the stray character, %")
    for heading in ("script", "encoding", *FORMATS):
        table.add_column(heading)
    for script, (_, _, codecs) in SCRIPTS.items():
        for codec in codecs:
            shares = (
                f"{share(script, codec, name, options.seed, options.documents):.1f}"
                for name in FORMATS
            )
            table.add_row(script, codec, *shares)
    Console(width=110).print(table)


def share(script: str, codec: str, name: str, seed: int, documents: int) -> float:
    """Return the share of right lines, in per cent, of one script, encoding and format."""
    right = lines = 0
    for number, stray in ((n, s) for n in range(documents) for s in STRAYS):
        random = Random(f"{seed} {script} {number} {stray}")  # noqa: S311 - no secret
        texts = [_sentence(script, random) for _ in range(LINES)]
        hit = random.randrange(LINES)
        raw = [text.encode(codec, "replace") for text in texts]
        if codec != "utf-8" and raw[hit].isascii():
            continue
        cut = len(texts[hit][: random.randrange(1, len(texts[hit]))].encode(codec, "replace"))
        raw[hit] = raw[hit][:cut] + bytes((stray,)) + raw[hit][cut:]
        found = FORMATS[name](raw)
        lines += LINES
        for place, text in enumerate(texts):
            got = found[place] if place < len(found) else ""
            right += is_close(text, got) if place == hit else text == got
    return 100 * right / max(1, lines)


def is_close(text: str, got: str) -> bool:
    """Tell whether the texts are one but for one place of at most two characters."""
    changed = [
        max(end - start, last - first)
        for kind, start, end, first, last in SequenceMatcher(
            None, text, got, autojunk=False
        ).get_opcodes()
        if kind != "equal"
    ]
    return len(changed) <= 1 and max(changed, default=0) <= 2


def _sentence(script: str, random: Random) -> str:
    words, joint, _ = SCRIPTS[script]
    return joint.join(random.choices(words.split(), k=random.randint(8, 14)))


def _feed(raw: list[bytes]) -> list[str]:
    entries = b"".join(
        b"<item><guid>%d</guid><title>%s</title></item>\n" % pair for pair in enumerate(raw)
    )
    data = b"<rss version='2.0'><channel><title>t</title>\n" + entries + b"</channel></rss>"
    return _titles(read_document(data).entries)


def _minified(raw: list[bytes]) -> list[str]:
    entries = b"".join(
        b"<item><guid>%d</guid><title>%s</title></item>" % pair for pair in enumerate(raw)
    )
    return _titles(
        read_document(b"<rss version='2.0'><channel>" + entries + b"</channel></rss>").entries
    )


def _txt(raw: list[bytes]) -> list[str]:
    return _lines(_of_file("a.txt", b"\n".join(raw)))


def _html(raw: list[bytes]) -> list[str]:
    body = b"".join(b"<p>%s</p>\n" % line for line in raw)
    page = (
        b"<html><head><title>t</title></head><body><article>" + body + b"</article></body></html>"
    )
    content = "".join(_lines(_of_file("a.html", page)))
    return [unescape(part.partition("</p>")[0]) for part in content.split("<p>")[1:]]


def _jsonl(raw: list[bytes]) -> list[str]:
    return _titles(_of_file("a.jsonl", b"".join(b'{"title":"%s"}\n' % line for line in raw)))


def _json(raw: list[bytes]) -> list[str]:
    rows = b",".join(b'{"title":"%s"}' % line for line in raw)
    return _titles(_of_file("a.json", b"[" + rows + b"]"))


def _csv(raw: list[bytes]) -> list[str]:
    return _titles(_of_file("a.csv", b"title,text\n" + b"".join(b'"%s",x\n' % r for r in raw)))


FORMATS: dict[str, Callable[[list[bytes]], list[str]]] = {
    "feed": _feed, "minified": _minified, "html": _html, "txt": _txt, "jsonl": _jsonl,
    "json": _json, "csv": _csv,
}  # fmt: skip


def _of_file(name: str, data: bytes) -> list[Entry | Rejected]:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        paths: Iterable[ListedPath] = walk(Path(folder))
        return [
            entry for path in paths for chunk in read(path, None) for entry in parse_chunk(chunk)
        ]


def _titles(entries: list[Entry | Rejected]) -> list[str]:
    return [
        entry.title.value.strip() if isinstance(entry, Entry) and entry.title else ""
        for entry in entries
    ]


def _lines(entries: list[Entry | Rejected]) -> list[str]:
    return [
        line
        for entry in entries
        if isinstance(entry, Entry) and entry.content
        for line in entry.content.value.split("\n")
    ]


if __name__ == "__main__":
    main()
