-- The public views, defined once: made in the lake by its migrations, and in news.duckdb by
-- publish.py. There `heads` and `duplicate_groups` become small tables, so that no query has to
-- read the history; and they must open in DuckDB 1.1: no lambdas, no newer functions.

-- Where each article's history stands, without any text. A sighting that moves decides, by its
-- place in the order of batches; a clock never does.
CREATE OR REPLACE VIEW heads AS
WITH sighted AS (
    SELECT
        article_id,
        max_by(revision_no, batch_no * 4294967296 + position) FILTER (WHERE moves) AS revision_no,
        max(seen_at) AS last_sighted_at,
        bool_or(flapping) AS flapping,
        max(batch_no) FILTER (WHERE moves OR flapping) AS sighted_batch_no
    FROM sightings
    GROUP BY article_id
),
revised AS (
    SELECT
        r.article_id,
        any_value(s.revision_no) AS revision_no,
        max(r.batch_no) FILTER (WHERE r.revision_no = s.revision_no) AS revision_batch_no,
        count(*) AS revision_count,
        min(r.first_seen_at) FILTER (WHERE r.revision_no = 1) AS first_seen_at,
        any_value(s.last_sighted_at) AS last_sighted_at,
        any_value(s.flapping) AS flapping,
        min(r.batch_no) AS first_batch_no,
        max(greatest(r.batch_no, s.sighted_batch_no)) AS revised_batch_no
    FROM revisions AS r
    JOIN sighted AS s ON s.article_id = r.article_id
    GROUP BY r.article_id
),
placed AS (
    SELECT
        article_id,
        -- A row without a group says that the article left it; max_by would pass over NULL.
        nullif(max_by(coalesce(group_id, ''), batch_no), '') AS group_id,
        nullif(max_by(coalesce(canonical_article_id, ''), batch_no), '') AS canonical_article_id,
        max(batch_no) AS member_batch_no
    FROM members
    GROUP BY article_id
),
shared AS (
    SELECT group_id FROM placed GROUP BY group_id HAVING count(*) > 1
)
SELECT
    h.article_id,
    h.revision_no,
    h.revision_batch_no,
    h.revision_count,
    h.first_seen_at,
    h.last_sighted_at,
    h.flapping,
    g.group_id,
    CASE WHEN g.group_id IS NOT NULL THEN p.canonical_article_id END AS canonical_article_id,
    p.member_batch_no,
    h.first_batch_no,
    greatest(h.revised_batch_no, coalesce(p.member_batch_no, 0)) AS changed_batch_no
FROM revised AS h
LEFT JOIN placed AS p ON p.article_id = h.article_id
LEFT JOIN shared AS g ON g.group_id = p.group_id;

-- The join on batch_no lets a reader skip files: their statistics tell which batches they hold.
CREATE OR REPLACE VIEW articles AS
SELECT
    r.article_id,
    r.title,
    r.url,
    r.published_at,
    r.language,
    r.authors,
    r.summary,
    r.body,
    r.body_kind,
    r.word_count,
    r.source_id,
    r.feed_id,
    r.guid,
    h.first_seen_at,
    h.last_sighted_at,
    r.revision_no,
    h.revision_count,
    h.group_id,
    coalesce(h.canonical_article_id, h.article_id) AS canonical_article_id,
    coalesce(h.canonical_article_id, h.article_id) = h.article_id AS is_canonical,
    h.flapping,
    r.title_from,
    r.title_confidence,
    r.url_from,
    r.url_confidence,
    r.published_from,
    r.published_confidence,
    r.language_from,
    r.language_confidence,
    r.authors_from,
    r.authors_confidence,
    r.content_hash,
    r.state_hash,
    r.entry_id,
    r.batch_no,
    h.changed_batch_no
FROM revisions AS r
JOIN heads AS h
    ON h.article_id = r.article_id
    AND h.revision_no = r.revision_no
    AND h.revision_batch_no = r.batch_no;

CREATE OR REPLACE VIEW duplicates AS
SELECT
    h.group_id,
    m.article_id,
    m.canonical_article_id,
    m.canonical_rule,
    m.method,
    m.score,
    m.batch_no
FROM members AS m
JOIN heads AS h ON h.article_id = m.article_id AND h.member_batch_no = m.batch_no
WHERE h.group_id IS NOT NULL;

CREATE OR REPLACE VIEW duplicate_groups AS
SELECT
    h.group_id,
    any_value(h.canonical_article_id) AS canonical_article_id,
    count(*) AS article_count,
    min(r.published_at) AS first_published_at,
    max(h.member_batch_no) AS batch_no,
    max(h.changed_batch_no) AS changed_batch_no
FROM revisions AS r
JOIN heads AS h
    ON h.article_id = r.article_id
    AND h.revision_no = r.revision_no
    AND h.revision_batch_no = r.batch_no
WHERE h.group_id IS NOT NULL
GROUP BY h.group_id;

CREATE OR REPLACE VIEW news AS
SELECT
    a.* REPLACE (greatest(a.changed_batch_no, coalesce(g.changed_batch_no, 0)) AS changed_batch_no),
    coalesce(g.article_count - 1, 0) AS copies,
    CASE WHEN g.group_id IS NULL THEN a.published_at ELSE g.first_published_at END
        AS first_published_at
FROM articles AS a
LEFT JOIN duplicate_groups AS g ON g.group_id = a.group_id
WHERE a.is_canonical;

CREATE OR REPLACE VIEW sources AS
SELECT source_id, name, domains, country, language, licence, contact, batch_no
FROM source_states
QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY batch_no DESC) = 1;

-- A folder has no schedule: next_poll_at, etag and last_modified are NULL.
CREATE OR REPLACE VIEW feeds AS
WITH latest AS (
    SELECT *
    FROM feed_settings
    QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY batch_no DESC) = 1
),
answered AS (
    SELECT feed_id, max(batch_no) AS batch_no FROM polls WHERE status <> 'failed' GROUP BY feed_id
),
failing AS (
    SELECT p.feed_id, count(*) AS failures
    FROM polls AS p
    LEFT JOIN answered AS a ON a.feed_id = p.feed_id
    WHERE p.status = 'failed' AND p.batch_no > coalesce(a.batch_no, 0)
    GROUP BY p.feed_id
),
-- The latest schedules: found by two narrow columns, for there is one for each poll.
planned AS (
    SELECT s.feed_id, s.next_poll_at, s.etag, s.last_modified, s.host_until
    FROM schedules AS s
    JOIN (
        SELECT feed_id, max(batch_no) AS batch_no FROM schedules GROUP BY feed_id
    ) AS n ON n.feed_id = s.feed_id AND n.batch_no = s.batch_no
)
SELECT
    f.feed_id,
    f.source_id,
    f.kind,
    f.url,
    f.url AS current_url,
    f.enabled,
    to_seconds(f.interval_seconds) AS "interval",
    s.next_poll_at,
    s.etag,
    s.last_modified,
    coalesce(b.failures, 0) AS failures,
    f.batch_no,
    s.feed_id IS NOT NULL AND s.next_poll_at IS NULL AS stopped,
    s.host_until AS host_waits_until
FROM latest AS f
LEFT JOIN failing AS b ON b.feed_id = f.feed_id
LEFT JOIN planned AS s ON s.feed_id = f.feed_id;

-- Each hour is counted from 1970 in UTC: truncating a time would ask ICU, in the reader's zone.
-- An hour with a poll stands for itself and for the hours after it that had none. A wrong clock may
-- have put polls anywhere: the hours end with that of the latest batch, and begin 400 days before.
CREATE OR REPLACE VIEW coverage AS
WITH committed AS (
    SELECT CAST(floor(epoch(max_by(committed_at, batch_no)) / 3600) AS BIGINT) AS hour_no
    FROM batches
),
polled AS (
    SELECT
        feed_id,
        CAST(floor(epoch(started_at) / 3600) AS BIGINT) AS hour_no,
        count(*) AS polls,
        count(*) FILTER (WHERE status <> 'failed') AS succeeded,
        bool_or(status = 'new') AS brought,
        max_by(status <> 'failed', batch_no) AS ended_well,
        CAST(sum(new) AS BIGINT) AS new,
        CAST(sum(changed) AS BIGINT) AS changed,
        CAST(sum(unchanged) AS BIGINT) AS unchanged,
        max_by(error, batch_no) AS error,
        max(batch_no) AS batch_no
    FROM polls
    WHERE floor(epoch(started_at) / 3600) <= (SELECT hour_no FROM committed)
    GROUP BY feed_id, CAST(floor(epoch(started_at) / 3600) AS BIGINT)
),
latest AS (
    SELECT max(hour_no) AS hour_no FROM polled
),
settled AS (
    SELECT
        feed_id,
        max_by(source_id, batch_no) AS source_id,
        max_by(enabled, batch_no) AS enabled
    FROM feed_settings
    GROUP BY feed_id
),
spans AS (
    SELECT
        p.*,
        f.source_id,
        greatest(p.hour_no, c.hour_no - 400 * 24) AS first_no,
        coalesce(
            lead(p.hour_no) OVER (PARTITION BY p.feed_id ORDER BY p.hour_no) - 1,
            CASE WHEN f.enabled THEN l.hour_no ELSE p.hour_no END
        ) AS last_no
    FROM polled AS p
    CROSS JOIN latest AS l
    CROSS JOIN committed AS c
    LEFT JOIN settled AS f ON f.feed_id = p.feed_id
),
hours AS (
    SELECT *, unnest(generate_series(first_no, last_no)) AS this_no FROM spans
)
SELECT
    h.feed_id,
    h.source_id,
    to_timestamp(h.this_no * 3600) AS "hour",
    h.this_no = h.hour_no AS looked,
    CASE
        WHEN h.this_no <> h.hour_no THEN 'not_looked'
        WHEN h.brought THEN 'new'
        WHEN h.succeeded > 0 THEN 'unchanged'
        ELSE 'failed'
    END AS outcome,
    CASE
        WHEN h.this_no = h.hour_no THEN h.succeeded > 0
        ELSE h.ended_well AND s.next_poll_at >= to_timestamp((h.this_no + 1) * 3600)
    END AS covered,
    CASE WHEN h.this_no = h.hour_no THEN h.polls ELSE 0 END AS polls,
    CASE WHEN h.this_no = h.hour_no THEN h.succeeded ELSE 0 END AS succeeded,
    CASE WHEN h.this_no = h.hour_no THEN h.polls - h.succeeded ELSE 0 END AS failed,
    CASE WHEN h.this_no = h.hour_no THEN h.new ELSE 0 END AS new,
    CASE WHEN h.this_no = h.hour_no THEN h.changed ELSE 0 END AS changed,
    CASE WHEN h.this_no = h.hour_no THEN h.unchanged ELSE 0 END AS unchanged,
    CASE WHEN h.this_no = h.hour_no THEN h.error END AS error,
    CASE WHEN h.this_no = h.hour_no THEN h.batch_no END AS batch_no
FROM hours AS h
LEFT JOIN schedules AS s ON s.feed_id = h.feed_id AND s.batch_no = h.batch_no;
