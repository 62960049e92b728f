-- A paper is known by many names: ids in several archives, DOIs, and its title with year and first
-- author. Each version of a paper has its own, so that any generation can be asked by any of them.
-- What the columns hold, and when two names mean the same paper, is said in indexer/names.py.
ALTER TABLE papers ADD COLUMN ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE papers ADD COLUMN harvested TEXT NOT NULL DEFAULT '';
UPDATE papers SET harvested = (SELECT made FROM changes WHERE number = born);

CREATE TABLE names (
    name TEXT NOT NULL,
    row INTEGER NOT NULL REFERENCES papers (row) ON DELETE CASCADE,
    archive TEXT NOT NULL,
    year INTEGER NOT NULL,
    author TEXT NOT NULL
) STRICT;

INSERT INTO names
SELECT json_extract(value, '$[0]'), row, json_extract(value, '$[1]'),
    json_extract(value, '$[2]'), json_extract(value, '$[3]')
FROM papers, json_each(paper_names(
    papers.id, papers.doi, papers.title, papers.authors, papers.date
));

CREATE INDEX names_name ON names (name);
CREATE INDEX names_row ON names (row);
CREATE INDEX papers_sources ON papers (sources) WHERE died IS NULL;
-- Names are asked instead.
DROP INDEX IF EXISTS papers_id;
DROP INDEX IF EXISTS papers_doi;
