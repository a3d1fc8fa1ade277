"""CSV as it comes from Danish offices: which encoding, which separator, and its rows as text, a batch at a time, in bounded memory.

The engine takes what is nearly a table, and its messages quote the row they stumble over. So quotes and bytes are looked at before it gets
them, none of its words get out, and what is wrong is looked for again and said with the number of the row.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.deliveries.refusal import RefusalError

CHUNK = 1 << 22
HIGH_BITS, ONLY_WINDOWS = 0xE0, 0x80
"""Bytes 0x80 to 0x9f are letters and marks in windows-1252 and nothing that is written in latin-1."""
BLOCK = 1 << 24
"""Bytes that are made a batch of rows: a row of more is refused."""
SEPARATORS = (";", ",", "\t")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8 = codecs.BOM_UTF8
DANISH_IN_UTF_8 = re.compile(rb"\xc3[\x80-\xbf]")
QUOTE, BREAKS = ord('"'), (ord("\n"), ord("\r"))
GROWS = {"utf-8": 1, "latin-1": 2, "cp1252": 3, "utf-16": 2}
"""How many bytes one byte of an encoding may become in UTF-8."""
NOT_A_TABLE = "the text is not a table with the same number of columns in every row; have it written anew, with quotes around values that hold a separator or a line break"
NOT_IN_ONE = "the text is neither UTF-8 nor windows-1252; have it written anew in one of them"


def encoding_of(path: Path) -> str:
    """`utf-8`, `latin-1`, `cp1252` or `utf-16`, by what is in the file. Raises RefusalError for a text in two encodings.

    Text that is valid UTF-8 is read as that. Letters of Danish in UTF-8 that stand in a text which is not valid UTF-8 show that part of it
    was written in another encoding: it is not guessed which.
    """
    decoder, is_utf_8, only_windows, danish = codecs.getincrementaldecoder("utf-8")("strict"), True, False, False
    with path.open("rb") as stream:
        if stream.read(2) in UTF_16:
            return "utf-16"
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            if chunk.isascii() and not decoder.getstate()[0]:
                continue
            if is_utf_8:
                is_utf_8 = _still_decodes(decoder, chunk)
            only_windows = only_windows or bool(((np.frombuffer(chunk, dtype=np.uint8) & HIGH_BITS) == ONLY_WINDOWS).any())
            danish = danish or DANISH_IN_UTF_8.search(chunk) is not None
    if is_utf_8 and _still_decodes(decoder, b"", final=True):
        return "utf-8"
    if danish:
        raise RefusalError("the text is in UTF-8 in some places and in another encoding in others; have it written anew in one encoding")
    return "cp1252" if only_windows else "latin-1"


def _still_decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def open_text(path: Path) -> tuple[list[str], Iterator[list[pl.Series]]]:
    """Names as they came, and rows as text. Raises RefusalError when it is no table."""
    encoding = encoding_of(path)
    names, separator = _header(path, encoding)
    return names, _batches(path, encoding, separator, len(names))


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """The names, and the separator: of those there are, the one that stands most often in the first line."""
    with path.open(encoding=_opened_as(encoding), newline="") as stream:
        try:
            first = stream.readline(CHUNK)
            if "\x00" in first:
                raise RefusalError("the file is neither a table in text nor in any format that is taken")
            separator = max(SEPARATORS, key=first.count)
            stream.seek(0)
            names = next(csv.reader(stream, delimiter=separator, strict=True), [])
        except UnicodeError:
            raise RefusalError(NOT_IN_ONE) from None
        except csv.Error:
            raise RefusalError(NOT_A_TABLE) from None
    if not any(name.strip() for name in names):
        raise RefusalError("the file has no header and no rows")
    return names, separator


def _opened_as(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


class Quotes:
    """Whether quotes stand only around whole values, doubled inside of them: what comes after a quote that closes, or before one that
    opens, is a separator or the end of a line. So no stray quote can swallow rows."""

    def __init__(self, separator: str) -> None:
        self.around = np.array([ord(separator), *BREAKS, QUOTE], dtype=np.uint8)
        self.is_open, self.before, self.is_sound = False, BREAKS[0], True

    def add(self, chunk: bytes) -> None:
        """Look at the next bytes; of the last one the next call sees what follows."""
        if b'"' in chunk or self.before == QUOTE:
            self._look(np.frombuffer(bytes([self.before]) + chunk, dtype=np.uint8))
        self.before = chunk[-1]

    def _look(self, found: npt.NDArray[np.uint8]) -> None:
        """The first byte was looked at before, all but for what follows it."""
        if found[0] == QUOTE and not self.is_open:
            self.is_sound = self.is_sound and bool(np.isin(found[1], self.around))
        places = np.flatnonzero(found[1:] == QUOTE) + 1
        closes = (np.arange(places.size) + self.is_open) % 2 == 1
        self.is_open = (self.is_open + places.size) % 2 == 1
        followed = places[closes & (places < found.size - 1)]
        self.is_sound = self.is_sound and bool(np.isin(found[followed + 1], self.around).all() and np.isin(found[places[~closes] - 1], self.around).all())


class Stream:
    """A text as bytes of UTF-8, for an engine that reads it: without a mark at its beginning, with a line break at its end. It stops with
    a RefusalError, kept in `refusal`, at what no table in text has."""

    def __init__(self, path: Path, encoding: str, separator: str) -> None:
        self.source = path.open("rb")
        self.decoder = codecs.getincrementaldecoder(encoding)("strict")
        self.encoding, self.quotes, self.closed, self.is_first, self.ended = encoding, Quotes(separator), False, True, False
        self.refusal: RefusalError | None = None

    def read(self, most: int = BLOCK) -> bytes:
        try:
            return self._read(max(1, most // GROWS[self.encoding]))
        except RefusalError as refusal:
            self.refusal = refusal
            raise

    def _read(self, most: int) -> bytes:
        chunk = b""
        while not chunk and not self.ended:
            raw = self.source.read(most)
            self.ended = not self.source.peek(1)
            chunk = self._as_utf_8(raw)
            if self.is_first and chunk:
                chunk, self.is_first = chunk.removeprefix(UTF_8), False
        if not chunk:
            return chunk
        if self.ended and chunk[-1] not in BREAKS:
            chunk += b"\n"
        if b"\x00" in chunk:
            raise RefusalError("the text has bytes that are no text in it; the file is damaged, deliver it again")
        self.quotes.add(chunk)
        if not self.quotes.is_sound or (self.ended and self.quotes.is_open):
            raise RefusalError(NOT_A_TABLE)
        return chunk

    def _as_utf_8(self, raw: bytes) -> bytes:
        if self.encoding == "utf-8":
            return raw
        try:
            return self.decoder.decode(raw, self.ended).encode()
        except UnicodeError:
            raise RefusalError(NOT_IN_ONE) from None

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.source.close()
        self.closed = True


def _batches(path: Path, encoding: str, separator: str, width: int) -> Iterator[list[pl.Series]]:
    """A line with nothing in it is no row."""
    from pyarrow import ArrowException

    yield [pl.Series(f"c{place}", [], dtype=pl.String) for place in range(width)]
    stream = Stream(path, encoding, separator)
    try:
        for batch in _engine(stream, separator, width):
            frame = pl.DataFrame(pl.from_arrow(batch))
            if all(column.null_count() for column in frame.get_columns()):
                frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
            yield frame.get_columns()
    except (ArrowException, RefusalError):
        if stream.refusal is not None and str(stream.refusal) != NOT_A_TABLE:
            raise stream.refusal from None
        _refuse_row(path, encoding, separator, width)
    finally:
        stream.close()


def _engine(stream: Stream, separator: str, width: int) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{place}" for place in range(width)]
    return arrow_csv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=arrow_csv.ReadOptions(block_size=BLOCK, column_names=names, skip_rows_after_names=1),
        parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]),
    )


def _refuse_row(path: Path, encoding: str, separator: str, width: int) -> None:
    """Say which row is not like the others, where the engine could not go on."""
    with path.open(encoding=_opened_as(encoding), newline="") as stream:
        rows = csv.reader(stream, delimiter=separator, strict=True)
        try:
            next(rows)
            for number, row in enumerate((row for row in rows if row), start=1):
                if len(row) != width:
                    values = "1 value" if len(row) == 1 else f"{len(row)} values"
                    raise RefusalError(f"data row {number} has {values} under {width} columns; the file is cut or broken, so have it delivered whole")
        except (csv.Error, UnicodeError):
            raise RefusalError(NOT_A_TABLE) from None
    raise RefusalError(NOT_A_TABLE)
