"""ARNs: from a resource to its ARN, and from an ARN to the resource."""

import re
from dataclasses import dataclass

from evidently_service.domain.errors import NotFoundError
from evidently_service.domain.resources import Kind

_ARN = re.compile(
    r"arn:([^:]*):evidently:([^:]*):([^:]*):(?:project/([^/]+)(?:/(feature|launch)/([^/]+))?|segment/([^/]+))"
)
_REFERENCE = re.compile(r"arn:([^:]*):evidently:([^:]*):([^:]*):(project|segment)/([-a-zA-Z0-9._]+)")


@dataclass(frozen=True, slots=True)
class Arns:
    """The ARNs of one API: partition, Region and account are common to all of them."""

    partition: str
    region: str
    account: str

    def project(self, name: str) -> str:
        """ARN of a project."""
        return self._arn(f"project/{name}")

    def feature(self, project: str, name: str) -> str:
        """ARN of a project's feature."""
        return self._arn(f"project/{project}/feature/{name}")

    def launch(self, project: str, name: str) -> str:
        """ARN of a project's launch."""
        return self._arn(f"project/{project}/launch/{name}")

    def segment(self, name: str) -> str:
        """ARN of a segment; segments belong to the account and Region, not to a project."""
        return self._arn(f"segment/{name}")

    def arn_of(self, named: "ResourceRef") -> str:
        """ARN of a resource, whatever its kind."""
        match named.kind:
            case Kind.PROJECT:
                return self.project(named.name)
            case Kind.FEATURE:
                return self.feature(named.project, named.name)
            case Kind.LAUNCH:
                return self.launch(named.project, named.name)
            case Kind.SEGMENT:
                return self.segment(named.name)

    def _arn(self, resource: str) -> str:
        return f"arn:{self.partition}:evidently:{self.region}:{self.account}:{resource}"

    def name_of(self, kind: str, reference: str) -> str:
        """Return the name in a reference, which is a name or an ARN.

        Args:
            kind: `project` or `segment`, the two kinds that requests may name by ARN.
            reference: a value that matches the model's pattern.

        Raises:
            NotFoundError: the ARN is of another account, Region, partition or kind, so this API has no such resource.

        """
        if not reference.startswith("arn:"):
            return reference
        match = _REFERENCE.fullmatch(reference)
        if match is None or match.group(4) != kind or Arns(*match.group(1, 2, 3)) != self:
            raise NotFoundError.missing(kind, reference)
        return match.group(5)

    def parse(self, arn: str) -> "ResourceRef | None":
        """Return the resource of an ARN, None if this API can't have it: another account or Region, or kind."""
        match = _ARN.fullmatch(arn)
        if match is None or Arns(*match.group(1, 2, 3)) != self:
            return None
        project, kind, name, segment = match.group(4, 5, 6, 7)
        if segment is not None:
            return ResourceRef(Kind.SEGMENT, segment)
        return ResourceRef(Kind(kind), name, project) if kind else ResourceRef(Kind.PROJECT, project)


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """A reference to a resource of this API.

    Args:
        kind: the resource's kind.
        name: the resource's name.
        project: name of the project of a feature or launch; "" for a project or segment.

    """

    kind: Kind
    name: str
    project: str = ""
