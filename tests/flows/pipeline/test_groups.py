"""Groups follow texts, in a real lake: who stands together and in `news` after any edit."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from articles.fields.normalize import entry_hash, normalize
from articles.model.drafts import Draft
from articles.model.entries import Entry, Feed, Markup, Source
from articles.model.poll_rows import Poll, RunRow
from flows.pipeline.commit import CommitContext
from flows.pipeline.polls import OpenPoll, PollPart
from flows.pipeline.store import store
from warehouse.lake.lake import Lake

NOW = datetime(2024, 7, 2, 12, tzinfo=UTC)
STORM = (
    "A storm flooded the harbour of Lindby on Tuesday and cut the town off for nine hours. "
    "The mayor, Ada Berg, thanked the crews who pumped the main street dry before dawn."
)
FERRY = (
    "Ferry traffic between the islands starts again on Friday after a month of repairs. "
    "The company promises two departures a day and cheaper tickets for schoolchildren."
)
GAME = (
    "Vale beat Harrow by three goals to one in the last match of an uneven season. "
    "Their young keeper saved a penalty in the first half and another near the end."
)


class Press:
    """Papers, each with one article in a file of its own, stored in a lake batch by batch."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._commits = CommitContext(lake, RunRow("run", NOW, None, "0", "test"))
        self._polls = count()

    def prints(self, **papers: str) -> int:
        """Let papers print these texts from now on, as one batch; return its number."""
        store(self._commits, [self._part(paper, text) for paper, text in papers.items()], NOW)
        return self.lake.batch_no()

    def _part(self, paper: str, text: str) -> PollPart:
        feed = Feed(paper, Source(paper, paper), "files", paper)
        poll_id = f"poll {next(self._polls)}"
        poll = Poll(
            poll_id, paper, "run", NOW, "new", None, 0, 0, 0, 0, 0, 0, 0, 0, None, None
        )  # fmt: skip
        entry = Entry(key="a.txt", guid="a.txt", path="a.txt", content=Markup(text))
        made = normalize([(entry, entry_hash(entry))], feed, NOW)
        drafts = [draft for draft in made if isinstance(draft, Draft)]
        return PollPart(OpenPoll(poll, feed, 10**9), 1, drafts, (), 0, last=True)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what the lake's views say."""
        self.lake.connection.execute("USE lake")
        try:
            return self.lake.connection.execute(sql).fetchall()
        finally:
            self.lake.connection.execute("USE memory")

    def groups(self) -> set[frozenset[str]]:
        """Return which papers stand together."""
        rows = self.ask(
            "SELECT list(feed_id) FROM articles WHERE group_id IS NOT NULL GROUP BY group_id"
        )
        return {frozenset(papers) for (papers,) in rows}

    def news(self) -> dict[str, int]:
        """Return by paper how many copies each piece of news has."""
        return dict(self.ask("SELECT feed_id, copies FROM news"))

    def of(self, column: str) -> dict[str, Any]:
        """Return a column of `articles` by paper."""
        return dict(self.ask(f"SELECT feed_id, {column} FROM articles"))

    def canonical(self) -> dict[str, str]:
        """Return by paper the paper whose article stands for its own."""
        papers = {article_id: paper for paper, article_id in self.of("article_id").items()}
        return {paper: papers[one] for paper, one in self.of("canonical_article_id").items()}


@pytest.fixture
def press(tmp_path: Path, new_lake: Path) -> Iterator[Press]:
    """Yield a press with an empty lake."""
    shutil.copytree(new_lake, tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as lake:
        yield Press(lake)


def test_rewritten_articles_leave_and_the_copy_of_a_new_text_joins_its_carrier(
    press: Press,
) -> None:
    """A and B share a text, both are rewritten, C copies A's: A and C are a group, B is news."""
    press.prints(a=STORM, b=STORM)
    assert press.groups() == {frozenset("ab")}
    press.prints(a=FERRY, b=GAME)
    assert press.groups() == set()
    assert press.news() == {"a": 0, "b": 0}
    press.prints(c=FERRY)
    assert press.groups() == {frozenset("ac")}
    assert press.news() == {"a": 1, "b": 0}


def test_the_group_is_formed_anew_when_its_canonical_article_is_edited(press: Press) -> None:
    """Of three, the first is rewritten: the second stands for the third, under another group id."""
    press.prints(a=STORM)
    press.prints(b=STORM)
    press.prints(c=STORM)
    before = press.of("group_id")
    assert press.canonical() == {"a": "a", "b": "a", "c": "a"}
    edited = press.prints(a=GAME)
    assert press.groups() == {frozenset("bc")}
    assert press.canonical() == {"a": "a", "b": "b", "c": "b"}
    assert press.news() == {"a": 0, "b": 1}
    assert press.of("group_id")["b"] not in {None, before["a"]}
    assert press.of("changed_batch_no") == dict.fromkeys("abc", edited)
    rules = press.ask(f"SELECT canonical_rule FROM members WHERE batch_no = {edited}")
    assert sorted(rules) == [("first_stored",), ("first_stored",), ("left",)]


def test_a_member_that_is_edited_away_and_back_joins_again(press: Press) -> None:
    """Going back to an old text makes no revision, and yet the article stands in its group."""
    press.prints(a=STORM, b=STORM, c=STORM)
    group = press.of("group_id")["a"]
    left = press.prints(c=GAME)
    assert press.groups() == {frozenset("ab")}
    assert press.of("group_id") == {"a": group, "b": group, "c": None}
    sql = "SELECT changed_batch_no FROM news WHERE feed_id = 'a'"
    assert press.ask(sql) == [(left,)], "it lost a copy"
    back = press.prints(c=STORM)
    assert press.ask("SELECT count(*) FROM revisions") == [(4,)]
    assert press.groups() == {frozenset("abc")}
    assert press.of("group_id") == dict.fromkeys("abc", group)
    assert press.of("changed_batch_no")["c"] == back


def test_an_article_that_goes_back_takes_its_group_along_or_leaves_it(press: Press) -> None:
    """A, B and A again: who copied B stands alone, who copied A stands with it."""
    press.prints(a=STORM)
    press.prints(a=FERRY)
    press.prints(b=FERRY)
    press.prints(c=STORM)
    assert press.groups() == {frozenset("ab")}
    press.prints(a=STORM)
    assert press.groups() == {frozenset("ac")}
    assert press.canonical() == {"a": "a", "b": "b", "c": "a"}, "a had stored the text first"


def test_an_article_edited_into_a_text_joins_its_carriers(press: Press) -> None:
    """Whether they are a group already or one article, and whoever of them was there first."""
    press.prints(a=STORM)
    press.prints(b=GAME)
    press.prints(b=STORM)
    assert press.groups() == {frozenset("ab")}
    press.prints(c=FERRY, d=FERRY)
    press.prints(c=STORM)
    assert press.groups() == {frozenset("abc")}
    assert press.news() == {"a": 2, "d": 0}


def test_carriers_are_known_when_the_first_one_is_gone(press: Press) -> None:
    """The first carrier of a text was rewritten: the next copy finds the second."""
    press.prints(a=STORM)
    press.prints(b=STORM)
    press.prints(a=GAME)
    press.prints(c=STORM)
    assert press.groups() == {frozenset("bc")}
    assert press.canonical()["c"] == "b"


def test_a_group_id_is_never_used_again(press: Press) -> None:
    """The same two come together three times: the first id is the smaller article's, once."""
    ids = []
    for _ in range(3):
        press.prints(a=STORM, b=STORM)
        ids.append(press.of("group_id")["a"])
        press.prints(b=GAME)
        assert press.of("group_id") == {"a": None, "b": None}
    assert ids[0] == min(press.of("article_id").values())
    assert len(set(ids)) == 3
    assert press.ask("SELECT count(DISTINCT group_id) FROM members") == [(3,)]


def test_short_equal_texts_are_unsure_whoever_is_edited(press: Press) -> None:
    """Below 20 words a match is noted and merges nothing, after edits too."""
    press.prints(a="No comment, said the club.")
    press.prints(b="No comment, said the club.")
    press.prints(c=STORM, d=STORM)
    press.prints(c="No comment, said the club.")
    assert press.groups() == set()
    assert press.news() == dict.fromkeys("abcd", 0)
    decisions = press.ask("SELECT decision, count(*) FROM matches GROUP BY decision ORDER BY 1")
    assert decisions == [("same", 1), ("unsure", 2)]


def test_a_match_names_the_revisions_that_were_compared(press: Press) -> None:
    """Both numbers are those of the revisions that were current then."""
    press.prints(a=GAME)
    press.prints(a=STORM)
    press.prints(b=FERRY)
    press.prints(b=STORM)
    ids = press.of("article_id")
    sql = "SELECT article_id, revision_no, other_article_id, other_revision_no FROM matches"
    assert press.ask(sql) == [(ids["b"], 2, ids["a"], 2)]


def test_one_batch_may_turn_everything_round(press: Press) -> None:
    """Two groups swap their texts at once, and one article goes from one group into the other."""
    press.prints(a=STORM, b=STORM, c=FERRY, d=FERRY, e=FERRY)
    press.prints(a=FERRY, b=FERRY, c=STORM, d=STORM)
    assert press.groups() == {frozenset("cd"), frozenset("abe")}
    assert press.canonical()["a"] == "e"


def test_a_batch_asks_the_index_as_often_however_large_it_is(press: Press) -> None:
    """The questions of a batch are counted: 30 articles of 30 groups ask as much as two of one."""
    texts = [f"{STORM} Number {n}." for n in range(30)]
    for round_ in range(3):
        press.prints(**{f"{name}{round_}": text for name, text in zip(NAMES, texts, strict=True)})
    asked: list[str] = []
    index: Any = press.lake.index.ask(lambda index: index)
    index._connection.set_trace_callback(asked.append)
    counts = []
    for number, size in enumerate((1, 30)):
        asked.clear()
        press.prints(**{f"{name}{0}": f"{GAME} {number}" for name in NAMES[-size:]})
        counts.append(len([sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))]))
    assert counts[0] == counts[1]


NAMES = [f"{letter}{number}" for letter in "pqr" for number in range(10)]


def test_who_joins_a_text_of_many_carriers_costs_a_few_rows(press: Press) -> None:
    """A newcomer to a text of hundreds reads three of them and writes one row."""
    for hundred in range(3):
        press.prints(**{f"p{hundred}_{n}": STORM for n in range(100)})
    batch_no = press.prints(late=STORM)
    rows = press.ask(f"SELECT article_id FROM members WHERE batch_no = {batch_no}")
    assert rows == [(press.of("article_id")["late"],)]
    assert press.news() == {"p0_0": 300}
    path = press.lake.root / "index" / "keys.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        (text,) = connection.execute("SELECT text FROM heads LIMIT 1").fetchone()
    found = press.lake.index.ask(lambda index: index.carriers.first([text], ["nobody"]))
    assert len(found[text]) == 2


def test_a_dry_run_counts_the_copies_that_a_run_would(press: Press) -> None:
    """A text that an earlier batch of the same dry run, or the lake, holds makes a duplicate."""
    press.prints(a=STORM)
    dry = CommitContext(press.lake, RunRow("dry", NOW, None, "0", "test"), dry_run=True)
    for papers in ({"b": FERRY}, {"c": FERRY, "d": STORM}):
        parts = [press._part(paper, text) for paper, text in papers.items()]
        store(dry, parts, NOW)
    counts = {paper: dict(+counted) for paper, counted in dry.tallies.items()}
    assert counts == {"b": {"new": 1}, "c": {"duplicate": 1}, "d": {"duplicate": 1}}
    assert press.lake.batch_no() == 1
