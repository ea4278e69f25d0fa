"""The split: an entity's group in a launch, by a stable hash over 100 000 buckets.

    bucket = first 8 bytes, big-endian, of SHA-256(salt NUL segment NUL entityId), modulo 100 000

in UTF-8. The segment is the name of the override's segment, and empty for a step's group weights: so the next rule
splits the entities that an override leaves unassigned independently. Groups take consecutive ranges of buckets in the
launch's order of groups; the buckets beyond are unassigned.

If one group's share grows, and neither another group's share nor the unassigned one does, no entity leaves that group:
its range starts no later and ends no earlier than before. docs/evaluation.md has the proof, the reason why no split can
promise more, and a few lines to reproduce an assignment. Users keep assignments in their data: the hash never changes.
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
        seed: the hash's input before the entity's id.
        groups: names of the groups, in the launch's order.
        ends: the end of each group's range of buckets, exclusive. An end beyond 100 000 is legal: no entity has such
            a bucket.

    """

    seed: bytes
    groups: tuple[str, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, salt: str, segment: str, weights: Iterable[tuple[str, int]]) -> "Split":
        """Return the split of a rule.

        Args:
            salt: the launch's randomizationSalt.
            segment: the name of the override's segment, "" for the step's group weights.
            weights: every group of the launch in its order, with its weight in thousandths of a percent.

        """
        pairs = tuple(weights)
        seed = _bytes(f"{salt}\0{segment}\0")
        return cls(seed, tuple(group for group, _ in pairs), tuple(accumulate(weight for _, weight in pairs)))

    def bucket_of(self, entity_id: str) -> int:
        """Return the entity's bucket under this rule, 0 to 99 999."""
        digest = sha256(self.seed + _bytes(entity_id)).digest()
        return int.from_bytes(digest[:8], "big") % BUCKETS

    def group_of(self, entity_id: str) -> str | None:
        """Return the group that has the entity's bucket, None for an unassigned entity."""
        index = bisect_right(self.ends, self.bucket_of(entity_id))
        return self.groups[index] if index < len(self.groups) else None


def _bytes(text: str) -> bytes:
    # A JSON string may have half a surrogate pair, which strict UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")
