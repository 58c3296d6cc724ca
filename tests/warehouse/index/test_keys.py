"""The index says what the lake says: kept up, caught up or made again."""

import contextlib
import dataclasses
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.duplicates import groups
from articles.duplicates.equal import circles_of, matches_of, merges
from articles.identity import identify, last_seen
from articles.identity.keys import entry_key_hash, has_guid_hash, keys_of
from articles.model.batch import Batch
from articles.model.drafts import Draft, Evidence
from articles.model.duplicate_rows import Member
from articles.model.entries import SHARED_KEY, Entry, Markup, Rejected, Source
from articles.model.ids import hash64, hash128
from articles.model.known import Known
from articles.model.poll_rows import Poll
from articles.revisions.revise import ReceivedEntry, Revised, revise
from articles.revisions.states import content_fields, state_hash
from articles.text.normal_form import squash
from articles.urls.canonical import canonical
from warehouse.index import catch_up, rebuild
from warehouse.index.keys import TABLES, KeyIndex, key_rows
from warehouse.lake.lake import Lake
from warehouse.lake.writer import Writer, writing

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = "one two three four five six seven eight nine ten eleven twelve"
TEXTS = [None, WORDS, f"{WORDS} {WORDS[::-1]}", "quite another matter altogether " * 6]


def make_draft(
    key: str,
    body: str | None,
    *,
    feed: str = "feed",
    url: str | None = None,
    path: str | None = None,
    title: str | None = "A title",
    published: datetime | None = None,
    published_from: Literal["feed", "updated"] = "feed",
    kind: Literal["full", "summary"] = "full",
    repairs: tuple[str, ...] = (),
) -> Draft:
    """Return a draft as normalize makes them."""
    entry = Entry(key=key, guid=key, url=url, path=path, content=Markup(body or ""))
    content = hash128(squash(body or title or ""))
    fields = content_fields(
        title, "feed", content if body else None, ("Ann",), published, published_from, "en"
    )
    form = canonical(url)
    return Draft(
        entry=entry,
        entry_hash=hash64(str(body), str(url), str(title), str(published), published_from, kind),
        feed_id=feed,
        source=Source("paper", "Paper", ("paper.example",)),
        title=Evidence(title, "feed", 1.0),
        body=body,
        body_kind=kind if body else "summary",
        summary=None,
        authors=Evidence(("Ann",), "feed", 1.0),
        published_at=Evidence(published, published_from, 1.0),
        language=Evidence("en", "text", 0.9),
        url=Evidence(url, "feed", 1.0),
        canonical_url=form,
        url_is_key=form is not None,
        owned=True,
        polled=path is None,
        word_count=len((body or title or "").split()),
        content_hash=content,
        fields=fields,
        state_hash=state_hash(fields),
        keys=keys_of(feed, entry, "paper", form, content, url_is_key=form is not None, owned=True),
        repairs=repairs,
    )


def take(
    writer: Writer,
    name: str,
    drafts: Sequence[Draft | Rejected],
    feed: str = "feed",
    poll_id: str | None = None,
) -> tuple[Batch, Revised]:
    """Decide and commit a batch as the pipeline does; return it and what was decided."""
    poll_id = poll_id or name
    real = [draft for draft in drafts if isinstance(draft, Draft)]
    keys = {n.key_hash for d in real for n in d.keys.strongest_first}
    pairs = {
        (entry_key_hash(feed, d.entry.key if isinstance(d, Draft) else d.key), d.entry_hash)
        for d in drafts
    }
    carried = {key for key, _ in pairs}
    known = writer.look_up(keys, carried, {i for d in real for i in identify.candidate_ids(d)})
    known.seen_before.update(writer.seen_before(last_seen.seen_before_needed(pairs, known)))
    known.keys.update(writer.more_keys(identify.has_guid_hashes(real, known)))
    known.texts.update(writer.texts(identify.texts_needed(real, known)))
    revised = revise([ReceivedEntry(draft, feed, poll_id, NOW) for draft in drafts], known)
    circles, used = writer.around(
        circles_of(revised.revisions, revised.heads, known.heads), revised.heads
    )
    members = groups.group([c for text, c in circles.items() if merges(text)], used, name)
    poll = Poll(poll_id, feed, "run", NOW, "new", None, 0, 0, 0, 0, 0, 0, 0, 0, None, None)
    batch = Batch(
        name, "run",
        polls=(poll,),
        entries=tuple(revised.entries),
        revisions=tuple(revised.revisions),
        sightings=tuple(revised.sightings),
        keys=tuple(revised.keys.values()),
        matches=tuple(matches_of(circles, revised.sightings, revised.heads)),
        members=tuple(members),
        quarantine=tuple(revised.quarantine),
    )  # fmt: skip
    writer.commit(batch, NOW)
    return batch, revised


def contents(path: Path) -> dict[str, list[Any]]:
    """Return all that an index holds, apart from its marks."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {t: connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES}


def index_of(lake: Lake) -> Path:
    """Return the path of a lake's index."""
    return lake.root / "index" / "keys.sqlite"


DRAFTS = st.builds(
    make_draft,
    st.sampled_from("abc"),
    st.sampled_from(TEXTS),
    url=st.sampled_from(
        [None, "https://paper.example/1", "http://www.paper.example/2/?utm_source=x"]
    ),
    path=st.sampled_from([None, None, "folder/file.txt"]),
    title=st.sampled_from(["A title", "Another title"]),
    published=st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
    published_from=st.sampled_from(["feed", "updated"]),
    kind=st.sampled_from(["full", "summary"]),
    repairs=st.sampled_from([(), (), ("mojibake",), (SHARED_KEY,)]),
)
REJECTED = st.builds(
    Rejected,
    st.sampled_from("abc"),
    st.just("empty"),
    entry_hash=st.integers(0, 2),
    retryable=st.booleans(),
)
BATCHES = st.lists(st.lists(DRAFTS | REJECTED, max_size=5), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts=BATCHES)
def test_kept_up_caught_up_and_made_again_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, new_lake: Path, drafts: list[list[Draft | Rejected]]
) -> None:
    """An index kept batch by batch, one caught up later and one filled in bulk are equal."""
    folder = tmp_path_factory.mktemp("lake") / "lake"
    shutil.copytree(new_lake, folder)
    with Lake.open(folder) as lake:
        for number, part in enumerate(drafts):
            with writing(lake) as writer:
                take(writer, f"batch {number}", part, poll_id=f"poll {number // 2}")
        kept = contents(index_of(lake))
        assert [row[1] for row in kept["batches"]] == list(range(1, len(drafts) + 1))
        caught = KeyIndex(folder / "caught.sqlite")
        catch_up.catch_up(caught, lake)
        filled = KeyIndex(folder / "filled.sqlite")
        filled.clear(lake.id)
        rebuild.fill_from_lake(filled, lake, len(drafts))
        marks = [index.watermark() for index in (caught, filled)]
        caught.close()
        filled.close()
    assert {(mark.batch_no, mark.batch_id) for mark in marks} == {
        (len(drafts), f"batch {len(drafts) - 1}")
    }
    assert contents(folder / "caught.sqlite") == kept
    assert contents(folder / "filled.sqlite") == kept


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts=BATCHES)
def test_the_index_knows_what_was_decided(
    tmp_path_factory: pytest.TempPathFactory, new_lake: Path, drafts: list[list[Draft | Rejected]]
) -> None:
    """After each batch keys, heads and what was carried are known as `revise` left them."""
    folder = tmp_path_factory.mktemp("lake") / "lake"
    shutil.copytree(new_lake, folder)
    with Lake.open(folder) as lake, writing(lake) as writer:
        for number, part in enumerate(drafts):
            batch, revised = take(writer, f"batch {number}", part, poll_id=f"poll {number // 2}")
            decided = revised.known
            bound = dict(key_rows(batch))
            found = writer.look_up(bound, decided.last_seen, revised.heads)
            assert found.keys == bound
            assert all(decided.keys[k] == article_id for k, article_id in bound.items())
            for article_id, head in revised.heads.items():
                known = found.heads[article_id]
                assert known == dataclasses.replace(
                    head,
                    batch_no=known.batch_no,
                    group_id=known.group_id,
                    canonical_article_id=known.canonical_article_id,
                    orders=known.orders,
                )
            assert writer.seen_before(decided.seen_before) == decided.seen_before
            rejected = {row.entry_key for row in batch.quarantine}
            for row in batch.entries:
                # The order of an entry and a rejection of one key within one batch isn't stored.
                if row.entry_key not in rejected:
                    key = entry_key_hash(row.feed_id, row.entry_key)
                    assert found.last_seen[key] == decided.last_seen[key]
            assert found.feed_batches == {"feed": number + 1}


def test_a_member_is_known_by_its_head(lake: Lake) -> None:
    """Group and canonical article come with the head; the latest batch wins."""
    with writing(lake) as writer:
        batch, _ = take(writer, "one", [make_draft("a", WORDS)])
        article_id = batch.revisions[0].article_id
        for number, group_id in enumerate(("first", "second")):
            member = Member(article_id, group_id, f"of {group_id}", "rule", "same_text", 1.0)
            writer.commit(Batch(f"group {number}", "run", members=(member,)), NOW)
        head = writer.look_up([], [], [article_id]).heads[article_id]
    assert (head.group_id, head.canonical_article_id) == ("second", "of second")


def test_a_rejection_keeps_the_article_of_its_key(lake: Lake) -> None:
    """A key whose entry is rejected later still says which article it carried."""
    key = entry_key_hash("feed", "a")
    with writing(lake) as writer:
        batch, _ = take(writer, "one", [make_draft("a", WORDS)])
        before = writer.look_up([], [key], []).last_seen[key]
        take(writer, "two", [Rejected("a", "empty", entry_hash=77)])
        after = writer.look_up([], [key], []).last_seen[key]
    assert before.entry_id == batch.entries[0].entry_id
    assert after.entry_hash == 77
    assert (after.article_id, after.revision_no) == (before.article_id, before.revision_no)


def test_what_an_edited_key_carried_before_is_known(lake: Lake) -> None:
    """Of many (entry key, entry hash) asked for at once come those that an edit superseded."""
    drafts = [make_draft("a", text) for text in TEXTS]
    key = entry_key_hash("feed", "a")
    with writing(lake) as writer:
        for number, draft in enumerate(drafts):
            take(writer, f"batch {number}", [draft, Rejected("b", "empty", entry_hash=number)])
        asked = {(key, draft.entry_hash) for draft in drafts}
        more = {(key + 1, number) for number in range(5_000)}
        assert writer.seen_before(asked | more) == asked - {(key, drafts[-1].entry_hash)}
        assert writer.seen_before(set()) == set()


def test_a_retryable_rejection_is_not_carried_for_ever(lake: Lake) -> None:
    """What may succeed when it is read again is forgotten once its key carries something else."""
    key = entry_key_hash("feed", "a")
    with writing(lake) as writer:
        for number in range(3):
            aside = Rejected("a", "parse_crash", entry_hash=number, retryable=number == 1)
            take(writer, f"batch {number}", [aside])
            assert writer.look_up([], [key], []).last_seen[key].retryable is (number == 1)
        assert writer.seen_before({(key, number) for number in range(3)}) == {(key, 0)}


def test_heads_come_with_every_article_that_is_named(lake: Lake) -> None:
    """Naming an article by a key, an entry key or its id brings its head, and no other."""
    with writing(lake) as writer:
        batch, _ = take(writer, "one", [make_draft("a", WORDS), make_draft("b", TEXTS[3])])
        first, second = (row.article_id for row in batch.revisions)
        assert set(writer.look_up([batch.keys[0].key_hash], [], []).heads) == {first}
        assert set(writer.look_up([], [entry_key_hash("feed", "b")], []).heads) == {second}
        assert set(writer.look_up([], [], [second, "nobody"]).heads) == {second}
        assert writer.look_up([1], [2], []) == Known(feed_batches={"feed": 1})


def test_an_article_is_known_to_have_a_guid_in_a_feed(lake: Lake) -> None:
    """Beside each guid stands that its article has one in that feed."""
    with writing(lake) as writer:
        batch, _ = take(writer, "one", [make_draft("a", WORDS)])
        article_id = batch.revisions[0].article_id
        there = has_guid_hash("feed", article_id)
        elsewhere = has_guid_hash("another", article_id)
        assert writer.more_keys([there, elsewhere]) == {there: article_id}


def test_texts_are_those_of_the_current_revision(lake: Lake) -> None:
    """After an edit the new words come, and the old ones after the edit is undone."""
    with writing(lake) as writer:
        for number, body in enumerate((WORDS, TEXTS[2], WORDS)):
            batch, _ = take(
                writer, f"batch {number}", [make_draft("a", body), make_draft("b", "x")]
            )
            article_id = batch.sightings[0].article_id
            found = writer.texts([article_id, "nobody"])
            assert {key: (text.title, text.body) for key, text in found.items()} == {
                article_id: ("A title", body)
            }
        assert writer.texts([]) == {}


def test_many_keys_are_looked_up_at_once(lake: Lake, rows: Any) -> None:
    """More hashes than one query may name are found all the same."""
    with writing(lake) as writer:
        batch = rows.batch("one", *(f"text {n}" for n in range(30)))
        writer.commit(batch, NOW)
        wanted = {key.key_hash: key.article_id for key in batch.keys}
        assert writer.look_up([*range(40_000), *wanted], [], []).keys == wanted
