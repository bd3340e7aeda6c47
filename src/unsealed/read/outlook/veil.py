"""How a PST or OST hides its bytes from a casual look: two fixed substitutions, no password, no secret.

The numbers are those of the format: MS-PST 5.1 (NDB_CRYPT_PERMUTE) and 5.2 (NDB_CRYPT_CYCLIC).
"""

_PERMUTED = bytes.fromhex(
    "47f1b4e60b6a7248854e9eebe2f89453e0bba002e85a09abdbe3bac67cc310dd39059630f53760828cc9134a6b1df3fb"
    "8f2697ca911701c4322d6e3195ffd923d1005e79dc443b1a28c5615720903d83b943be67d2464276c06d5b7eb20f1629"
    "3ca903540dda5ddff6b7c762cd8d06d3695c86d614f7a56675acb1e94521700c879f74a4224c6fbf1f56aa2eb3783350"
    "b0a392bccf191ca763cb1e4d3e4b1b9b4fe7f0eead3ab55904ea40552551e57a893868527bfc27aed7bdfa07f4cc8e5f"
    "ef359c842b15d5773449b6120a7f7188fd9d18417d93d8582ccefe24afdeb836c8a180a69998a82f0e816573e4c2a28a"
    "d4e111d0088b2af2ed9a643fc16cf9ec"
)
_SHIFTED = bytes.fromhex(
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7c5a4dcac8574d6d0a79bae9a967166c3"
    "6399b8dd73928e847da55ed15d93b1575150808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9"
    "fbf0193082092ec99da08649ee6f4d6dc42d813425871b88aafc06a11238fd4c4272641337246a757743ffe6b44b365c"
    "e4d8353d45b92cecb7312b290768a30e697b189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6ea"
    "e9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4911dd21c2233f8faf15aefcf90b68bb5bdc0bf08971e6ce2"
    "61e0c6c159abbb58de5fdf60797eb28a"
)
_RESTORED = bytes(_PERMUTED.index(value) for value in range(256))


def lift(data: bytes, method: int, block_id: int) -> bytes:
    """Give the plain bytes of a block."""
    if method == 1:
        return data.translate(_PERMUTED)
    if method == 2:
        return _cyclic(data, (block_id ^ block_id >> 16) & 0xFFFF)
    return data


def _cyclic(data: bytes, word: int) -> bytes:
    """Turn three wheels back, all bytes at once: `word` grows by one a byte, its low and high halves are the turns."""
    size = len(data)
    words = range(word, word + size)
    low = (bytes(range(256)) * (size // 256 + 2))[word & 0xFF :][:size]
    high = b"".join(
        bytes((top & 0xFF,)) * len(range(max(words.start, top << 8), min(words.stop, (top + 1) << 8)))
        for top in range(words.start >> 8, (words.stop >> 8) + 1)
    )
    turned = _add(_add(data, low).translate(_RESTORED), high).translate(_SHIFTED)
    return _add(_add(turned, high.translate(_NEGATED)).translate(_PERMUTED), low.translate(_NEGATED))


_NEGATED = bytes(-value & 0xFF for value in range(256))


def _add(left: bytes, right: bytes) -> bytes:
    """Add byte by byte without carrying from one to the next."""
    size = len(left)
    first, second = int.from_bytes(left, "little"), int.from_bytes(right, "little")
    tops = int.from_bytes(b"\x80" * size, "little")
    rest = tops - int.from_bytes(b"\x01" * size, "little")  # 0x7f in every byte
    return (((first & rest) + (second & rest)) ^ ((first ^ second) & tops)).to_bytes(size, "little")
