-- A row of `papers` is one immutable version of a paper: an update adds a row and marks the old
-- one as died. `born` and `died` are numbers of `changes`, so that what was live after any change
-- can be told at any later time.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    made TEXT NOT NULL
) STRICT;

CREATE TABLE papers (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    authors TEXT NOT NULL,
    author_count INTEGER,
    date TEXT NOT NULL,
    url TEXT NOT NULL,
    categories TEXT NOT NULL,
    venue TEXT NOT NULL,
    upvotes INTEGER,
    comments INTEGER,
    version INTEGER,
    doi TEXT NOT NULL,
    sources TEXT NOT NULL,
    submitted TEXT NOT NULL,
    listed TEXT NOT NULL,
    licence TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    truncated INTEGER NOT NULL,
    born INTEGER NOT NULL REFERENCES changes (number),
    died INTEGER REFERENCES changes (number)
) STRICT;

CREATE UNIQUE INDEX papers_live ON papers (id) WHERE died IS NULL;
CREATE INDEX papers_id ON papers (id, born);
CREATE INDEX papers_text ON papers (text_hash);
CREATE INDEX papers_doi ON papers (doi) WHERE doi <> '';
CREATE INDEX papers_died ON papers (died) WHERE died IS NOT NULL;

CREATE TABLE vectors (
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    vector BLOB NOT NULL
) STRICT;

-- Vectors of another model or text recipe, while they are being made; they replace `vectors` at
-- once when all are there.
CREATE TABLE next_vectors (
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    vector BLOB NOT NULL,
    truncated INTEGER NOT NULL
) STRICT;
