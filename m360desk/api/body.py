"""Receive a body piece by piece, unpacked, and never more of it than a legitimate answer can hold."""

import zlib

from m360desk.api.errors import BadAnswer, Circumstances

MAX_BODY = 32 * 1024 * 1024
"""Bytes, unpacked. A page of 100 records of 8 kB is 0.8 MB."""
_GZIP = 31
_DEFLATE = 15


class BodyReceiver:
    """Collects one body. Raises :class:`BadAnswer` when it is too large or cannot be unpacked."""

    def __init__(self, encoding: str, about: Circumstances, *, limit: int = MAX_BODY) -> None:
        self._about = about
        self._limit = limit
        self._chunks: list[bytes] = []
        self._size = 0
        self._inflater = self._make_inflater(encoding.strip().lower())

    def feed(self, chunk: bytes) -> None:
        """Take the next piece as it came over the wire."""
        if self._inflater is not None:
            chunk = self._inflate(self._inflater, chunk)
        self._size += len(chunk)
        if self._size > self._limit:
            self._chunks.clear()
            raise BadAnswer("too large", self._about)
        self._chunks.append(chunk)

    def finish(self) -> bytes:
        """Return the whole body."""
        if self._inflater is not None and self._size and not self._inflater.eof:
            raise BadAnswer("truncated", self._about)
        return b"".join(self._chunks)

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes) -> bytes:
        if inflater.eof:
            return b""  # padding after the end
        try:
            return inflater.decompress(chunk, self._limit - self._size + 1)
        except zlib.error:
            raise BadAnswer("compressed", self._about) from None

    def _make_inflater(self, encoding: str) -> "zlib._Decompress | None":
        if encoding in ("", "identity"):
            return None
        if encoding in ("gzip", "x-gzip"):
            return zlib.decompressobj(_GZIP)
        if encoding == "deflate":
            return zlib.decompressobj(_DEFLATE)
        # Only gzip was offered; what else comes is not from a server that reads its requests.
        raise BadAnswer("compressed", self._about)
