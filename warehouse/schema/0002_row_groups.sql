-- A step of its own: DuckLake sets options of tables only once they are committed.
-- Wide rows in small groups: a merge holds one in memory, and finding one text opens one.
CALL lake.set_option('parquet_row_group_size', 4096, table_name => 'entries');
CALL lake.set_option('parquet_row_group_size', 4096, table_name => 'revisions');
CALL lake.set_option('parquet_row_group_size', 4096, table_name => 'quarantine');
