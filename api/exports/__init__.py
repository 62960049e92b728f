"""Papers in the formats of other programs: reference managers, spreadsheets, notes.

Comes in: papers. Goes out: one text in the format that was asked for. Always holds: what papers
say stays text, and is never a command of the program that reads it; `nearpaper index` reads back
all formats but Markdown.
"""
