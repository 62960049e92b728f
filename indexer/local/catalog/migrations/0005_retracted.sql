-- Whether a source says that a paper was retracted, and what libraries cite it by.
ALTER TABLE papers ADD COLUMN retracted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE papers ADD COLUMN cite_keys TEXT NOT NULL DEFAULT '[]';
