-- Lists such as Daily Papers are asked for by the day of submission; few papers have one.
CREATE INDEX papers_submitted ON papers (submitted) WHERE submitted <> '';
