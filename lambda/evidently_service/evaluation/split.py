"""The split: which group of a launch an entity falls into, by a stable hash over 100 000 buckets.

    bucket = first 8 bytes, big-endian, of SHA-256(salt NUL segment NUL entityId), modulo 100 000

in UTF-8, where the segment is the name of the segment whose override splits here, and empty for a step's group
weights: what an override leaves unassigned goes on to the next rule, and is split there independently. Groups take
consecutive ranges of buckets in the launch's order of groups; what they don't take is unassigned.

So when one group's share grows and no other group's and not the unassigned one does, nobody leaves that group: its
range begins no later and ends no earlier than before. docs/evaluation.md has the proof, why no split can promise more,
and a few lines to reproduce an assignment. Assignments are data that users hold: this hash never changes.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Final

BUCKETS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Split:
    """The shares of a launch's groups under one rule.

    Args:
        seed: What stands before the entity's id in the hash.
        groups: The groups' names, in the launch's order.
        ends: Where each group's range of buckets ends, exclusive. Where weights add up to more than 100 000 the ranges
            are cut there, since no bucket lies beyond.

    """

    seed: bytes
    groups: tuple[str, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, salt: str, segment: str, weights: Iterable[tuple[str, int]]) -> "Split":
        """Return the split of a rule.

        Args:
            salt: The launch's randomizationSalt.
            segment: The name of the override's segment, "" for the step's group weights.
            weights: Every group of the launch in its order, with its weight in thousandths of a percent.

        """
        pairs = tuple(weights)
        seed = _bytes(f"{salt}\0{segment}\0")
        return cls(seed, tuple(group for group, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))

    def bucket_of(self, entity_id: str) -> int:
        """Return the entity's bucket under this rule, 0 to 99 999."""
        digest = sha256(self.seed + _bytes(entity_id)).digest()
        return int.from_bytes(digest[:8], "big") % BUCKETS

    def group_of(self, entity_id: str) -> str | None:
        """Return the group that has the entity's bucket, None for an entity that is left unassigned."""
        place = bisect_right(self.ends, self.bucket_of(entity_id))
        return self.groups[place] if place < len(self.groups) else None


def _bytes(text: str) -> bytes:
    # A JSON string may hold half a surrogate pair, which plain UTF-8 would refuse.
    return text.encode("utf-8", "surrogatepass")
