-- Groups follow texts: an article may be in none any more, and a match names what it compared.
ALTER TABLE members ALTER COLUMN group_id DROP NOT NULL;
ALTER TABLE members ALTER COLUMN canonical_article_id DROP NOT NULL;
ALTER TABLE matches ADD COLUMN revision_no BIGINT;
ALTER TABLE matches ADD COLUMN other_revision_no BIGINT;
