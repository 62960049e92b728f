"""BibTeX and BibLaTeX: start at ``reader.py``; a library's text in, records out.

``pieces.py`` cuts the text, :mod:`bibtexparser` splits a piece into entries, ``values.py`` reads
what stands behind ``=``, ``inheritance.py`` hands down what parents say, ``entries.py`` makes the
fields of a paper, ``latex.py`` turns LaTeX into text.
"""
