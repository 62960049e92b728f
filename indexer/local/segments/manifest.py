"""What an index was made with and which files make up its generation.

The rename of ``manifest.json`` is the moment at which a generation comes into being.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from indexer.errors import IndexDamagedError, IndexFormatError, storage_error
from indexer.files import FileStamp, open_plain, replace_file, sha256_of
from indexer.local.segments.vectors import EXACT, Probing
from indexer.models.embedder import Model

FORMAT = 3
"""2 added ``probing``; without it, as in 1, all vectors are compared. 3 added ``tokens``."""
MANIFEST_FILE = "manifest.json"
_MAX_BYTES = 16 << 20
"""Of a manifest, which has 200 bytes for each file; what is cut off there can't be read."""
_MAX_COUNT = 2**63 - 1  # SQLite's largest integer
_PLAIN = {"int": int, "str": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One generation.

    Attributes:
        format: Version of the layout; an older nearpaper refuses a newer one.
        generation: Counts publications, from 1.
        change: Number of the last change of the catalog that this generation holds.
        base_change: Number of the last change that went into the base.
        model: What the vectors were made with.
        recipe: Name and version of the text that is embedded.
        papers: Live papers.
        truncated: Of these, how many are longer than the model reads.
        base: Name of the large immutable segment, as in ``vectors/<base>.faiss``.
        tail: Name of the small segment with what came since.
        probing: How the vectors of the base are searched.
        lexicon: Name of the lexicon's folder, as in ``lexicon/<lexicon>``.
        files: Every file of the generation, by its path inside the folder.
        identity: Of the catalog that it was made from, "" where that isn't known.
        tokens: Version of the words in the lexicon, 1 where none is told.
    """

    format: int = FORMAT
    generation: int
    change: int
    base_change: int
    model: Model
    recipe: str
    papers: int
    truncated: int
    base: str
    tail: str
    lexicon: str
    probing: Probing = EXACT
    files: dict[str, FileStamp]
    identity: str = ""
    tokens: int = 1

    def save(self, folder: Path) -> None:
        """Publish: write beside, sync, rename over the old manifest, sync the folder."""
        replace_file(folder / MANIFEST_FILE, json.dumps(asdict(self), indent=2).encode())

    @classmethod
    def load(cls, folder: Path) -> Manifest | None:
        """The published manifest; ``None`` where nothing was published yet."""
        path = folder / MANIFEST_FILE
        try:
            with open_plain(path) as file:
                text = file.read(_MAX_BYTES).decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise _damaged(path) from error
        except OSError as error:
            raise storage_error(error, path) from error
        return cls._parse(text, path)

    @classmethod
    def _parse(cls, text: str, path: Path) -> Manifest:
        try:
            fields: dict[str, Any] = json.loads(text)
            version = fields["format"]
            if version > FORMAT:
                raise IndexFormatError(
                    f"{path.parent}: made by a newer nearpaper (format {version}, this one reads "
                    f"{FORMAT}); upgrade nearpaper"
                )
            model = Model(**fields.pop("model"))
            files = {name: FileStamp(**values) for name, values in fields.pop("files").items()}
            probing = Probing(**fields.pop("probing", {}))
            manifest = cls(model=model, files=files, probing=probing, **fields)
            for record in (manifest, model, probing):
                _require_plain(record)
            for written in files.values():
                _require_plain(written)
            manifest._require_sense()
            return manifest
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _damaged(path) from error

    def altered(self, folder: Path) -> list[str]:
        """Names of files that are missing or not what was written; ``OSError`` for unreadable ones.

        Only what has another size or time of writing than it had is read: memory that rots without
        a trace is found by a check, not by every command that opens an index.
        """
        return [name for name, written in self.files.items() if _is_altered(folder / name, written)]

    def fingerprint(self) -> str:
        """Differs between any two generations of any two indexes, also of the same numbers."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def _require_sense(self) -> None:
        """Raise ``ValueError`` for values that no writer writes: a file may be forged or rotten."""
        if not self.probing.nprobe <= self.probing.nlist or not 0 <= self.probing.recall <= 1:
            raise ValueError("probing")
        if self.base_change > self.change or self.truncated > self.papers:
            raise ValueError("counts")
        if min(self.format, self.tokens) < 1:
            raise ValueError("versions")
        names = (self.base, self.tail, self.lexicon)
        for name, form in zip(names, (r"base-\d+", r"tail-\d+", r"\d+"), strict=True):
            if not re.fullmatch(form, name):
                raise ValueError("names")
        own = {f"vectors/{segment}.faiss" for segment in (self.base, self.tail)}
        own |= {f"columns/{segment}.safetensors" for segment in (self.base, self.tail)}
        own.add(f"lexicon/{self.lexicon}/meta.json")
        # All others are the lexicon's: none is outside of the folder.
        other = re.compile(rf"lexicon/{self.lexicon}/\.?[\w-]+(\.[\w-]+)*")
        if own - self.files.keys() or not all(map(other.fullmatch, self.files.keys() - own)):
            raise ValueError("files")


def _require_plain(record: Manifest | Model | Probing | FileStamp) -> None:
    """Raise ``ValueError`` unless texts are texts and numbers are whole, and neither huge nor < 0.

    By hand: a validating library takes too long to import for a single search.
    """
    for field in dataclasses.fields(record):
        value, kind = getattr(record, field.name), _PLAIN.get(str(field.type))
        if kind and type(value) is not kind:
            raise ValueError(field.name)
        if kind is int and not 0 <= value <= _MAX_COUNT:
            raise ValueError(field.name)


def _damaged(path: Path) -> IndexDamagedError:
    return IndexDamagedError(
        f"{path}: not a readable manifest; run `nearpaper rebuild --index {path.parent}`"
    )


def _is_altered(path: Path, written: FileStamp) -> bool:
    try:
        with open_plain(path) as file:  # which this process may have to be allowed to
            found = os.fstat(file.fileno())
    except FileNotFoundError:
        return True
    if found.st_size != written.bytes:
        return True
    if written.mtime_ns in (0, found.st_mtime_ns):
        return False
    return _digest_at(path, found.st_mtime_ns, found.st_size) != written.sha256


@lru_cache(1024)
def _digest_at(path: Path, mtime_ns: int, size: int) -> str:
    """Of a copied index, whose files have other times: once for each file, not each opening."""
    return sha256_of(path)
