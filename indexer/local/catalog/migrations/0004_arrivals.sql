-- A version of a paper is born with the change that wrote it. Where the paper itself had come with
-- an earlier change, `arrivals` says with which; a paper that was taken out and added again comes
-- anew. Few rows have an entry, so that no row of `papers` is written for it.
CREATE TABLE arrivals (
    row INTEGER PRIMARY KEY REFERENCES papers (row) ON DELETE CASCADE,
    number INTEGER NOT NULL REFERENCES changes (number)
) STRICT;

-- As far as earlier versions are still there.
INSERT INTO arrivals
SELECT papers.row, min(earlier.born)
FROM papers AS earlier JOIN papers ON papers.id = earlier.id
WHERE earlier.died IS NOT NULL AND papers.died IS NULL
GROUP BY papers.row;
