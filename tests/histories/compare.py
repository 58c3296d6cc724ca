"""Compares what the lake shows with what the model holds; the first difference is raised."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from model import Model, Reading, Stored
from observed import Ended, Event, Tables
from revised import Article


class Difference(AssertionError):
    """Where the product and the written rules part."""


@dataclass(slots=True)
class Names:
    """Which article of the model is which of the lake; that never changes."""

    ids: dict[int, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def bind(self, article: Article, article_id: str) -> bool:
        """Tell whether the two are one, as far as was known before."""
        bound = self.ids.setdefault(article.number, article_id)
        return bound == article_id and (
            self.numbers.setdefault(article_id, article.number) == article.number
        )


def of_event(event: Event, row: Stored, names: Names) -> None:
    """Compare a row with the one that the rules give."""
    entry = row.entry
    if row.article is None or event.article_id is None:
        if row.article is not None or event.article_id is not None:
            raise Difference(f"a row that is {_told(row)}, but the lake has {event}")
        return
    expected = (entry.guid, entry.link, entry.path, row.revision_no, row.moves, entry.full)
    found = (event.guid, event.url, event.path, event.revision_no, event.moves, event.full)
    if expected != found:
        raise Difference(f"a sighting of {_told(row)}:\n  expected {expected}\n  found    {found}")
    if not names.bind(row.article, event.article_id):
        bound = names.ids[row.article.number]
        raise Difference(
            f"{_told(row)} should be article {bound}, the lake says {event.article_id},"
            f" which is the model's article {names.numbers.get(event.article_id)}"
        )


def of_poll(ended: Ended, reading: Reading) -> None:
    """Compare a poll's row with what the rules make of its document."""
    if reading.fresh:
        left = [entry for entry, _ in reading.fresh]
        raise Difference(f"the poll of {ended.feed} ended without storing {left}")
    counts = reading.counts
    names = ("new", "changed", "unchanged", "quarantined")
    expected = {name: counts[name] for name in names}
    found = {name: getattr(ended, name) for name in names}
    if expected != found:
        raise Difference(f"the poll of {ended.feed}:\n  expected {expected}\n  found    {found}")
    brought = sum(expected.values()) > expected["unchanged"]
    if ended.status != ("new" if brought else "unchanged"):
        raise Difference(f"the poll of {ended.feed} says {ended.status}: {expected}")


def of_tables(tables: Tables, model: Model, names: Names) -> None:
    """Compare all articles, revisions, groups and `news`."""
    _same("articles", _articles(model, names, tables.sources), tables.articles())
    _same("revisions", _revisions(model, names), tables.revisions())
    groups = {frozenset(names.ids[number] for number in one) for one in model.groups()}
    if groups != tables.groups():
        raise Difference(
            f"groups:\n  expected {_named(groups, names)}\n"
            f"  found    {_named(tables.groups(), names)}"
        )
    _news(tables, groups)


def _articles(model: Model, names: Names, sources: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    found = {}
    for article in model.articles:
        now = article.revisions[article.current - 1]
        title, text, date = now.state
        found[names.ids[article.number]] = (
            article.current, len(article.revisions), title, text, date, sources[now.feed.source],
            now.link, now.guid, article.flapping,
        )  # fmt: skip
    return found


def _revisions(model: Model, names: Names) -> dict[str, list[tuple[Any, ...]]]:
    return {
        names.ids[article.number]: [
            (number, *one.state, one.link, one.guid, one.feed.name)
            for number, one in enumerate(article.revisions, start=1)
        ]
        for article in model.articles
    }


def _news(tables: Tables, groups: set[frozenset[str]]) -> None:
    """Compare `news`: each group has one row, whose copies are the others; so has each article."""
    sizes = {article_id: len(group) for group in groups for article_id in group}
    rows = tables.rows("SELECT article_id, copies, canonical_article_id FROM news")
    shown = {article_id for article_id, _, _ in rows}
    wrong = [row for row in rows if row[1] != sizes.get(row[0], 1) - 1 or row[2] != row[0]]
    every = set(tables.articles())
    missing = [one for one in every - shown if one not in sizes]
    many = [sorted(group) for group in groups if len(group & shown) != 1]
    if wrong or missing or many or len(rows) != len(shown):
        raise Difference(f"news: wrong {wrong}, missing {missing}, groups without one row {many}")


def _same(what: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    wrong = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    if wrong:
        lines = (
            f"  {key}\n    expected {expected.get(key)}\n    found    {found.get(key)}"
            for key in sorted(wrong)[:3]
        )
        raise Difference(f"{what}: {len(wrong)} differ\n" + "\n".join(lines))


def _named(groups: Iterable[Iterable[str]], names: Names) -> list[list[int]]:
    return sorted(sorted(names.numbers.get(one, -1) for one in group) for group in groups)


def _told(row: Stored) -> str:
    number = "none" if row.article is None else row.article.number
    return f"the entry {row.entry} of {row.feed.name} (model's article {number}, {row.outcome})"
