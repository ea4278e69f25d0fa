"""The provider's role: created here or given by the caller, with one inline policy that grows with the app."""

from collections.abc import Sequence
from typing import Any, Final

from aws_cdk import Annotations, Aws, IResolvable
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently._cdk.function import lambda_role
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.lazy import before_synthesis, lazy_any
from cdk_evidently._cdk.linters import acknowledge_wildcard, ignore_cfn_lint
from cdk_evidently._cdk.roles import is_customized, report
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import NamedLaunch
from cdk_evidently._provider.policy import (
    ANY,
    POLICY_CHARACTERS,
    ArnContext,
    Breadth,
    breadth_that_fits,
    managing_statements,
    policy_document,
    statements,
)

WARNING_BROAD_START: Final = "cdk-evidently:startPermissionBroadened"

_POLICY_NAME: Final = "Evidently"

# cfn-lint dropped Evidently's actions when AWS ended the service; Evidently APIs at other URLs still use them.
_UNKNOWN_ACTION: Final = "W3037"

# Why a statement has wildcards, by its Sid: the reasons of the acknowledgements that cdk-nag reads.
_REASONS: Final = {
    "Start": "The launches named don't fit one by one into the inline policies of a role.",
    "GetAndStop": "CloudFormation narrows the role before it sends the Deletes of a clean-up: a launch that left the "
    "stack is read and stopped with the permissions of a template that no longer names it. Ownership protects the "
    "launches of others there.",
    "Declare": "CloudFormation deletes what left the stack with the permissions of a template that no longer names it. "
    "Ownership protects the resources of others there.",
    "Network": "A function in a VPC needs network interfaces, and EC2 supports no narrower resource for these actions.",
}


class ProviderRole:
    """The permissions of a provider's role: those for the launches that the app has added by the end of synth.

    Args:
        scope: the parent of the role and its policies.
        endpoint: the API that the provider calls.
        log_group: the log group that the provider writes to.
        given: the caller's role, which gets a separate inline policy; None to create a role with an inline policy.
        in_vpc: whether the function needs network interfaces.

    """

    def __init__(
        self,
        scope: Construct,
        *,
        endpoint: EvidentlyEndpoint,
        log_group: logs.ILogGroup,
        given: iam.IRole | None,
        in_vpc: bool,
    ) -> None:
        self._scope = scope
        self._endpoint = endpoint
        self._in_vpc = in_vpc
        self._launches: list[NamedLaunch] = []
        self._warned = False
        self._reported = False
        self._manages = False
        self._managing_policies: list[iam.Policy] = []
        self._context = ArnContext(
            partition=Aws.PARTITION,
            region=endpoint.region or Aws.REGION,
            account=Aws.ACCOUNT_ID,
            api_id=endpoint.api_id or ANY,
            log_group_arn=log_group.log_group_arn,
        )
        self.role, self.policies = self._own_role() if given is None else self._with_policy(given)
        scope.node.add_validation(before_synthesis(self._complete))

    def allow_start(self, launch: NamedLaunch) -> None:
        """Add the permission to start this launch."""
        self._launches.append(launch)

    def allow_managing(self) -> Sequence[iam.Policy]:
        """Add the permission to create, update and delete projects, features, segments and launches; return its policy.

        The policy allows the same in every stack and is a resource apart from the role: CloudFormation deletes the
        last managed resource before the policy that it depends on. A policy that listed their names would be narrowed
        before the Deletes that need it.
        """
        if not self._manages and not is_customized(self.role):
            document = policy_document(managing_statements(self._endpoint, self._context))
            # The construct id is part of the policy's logical id, which stays the same between releases.
            policy = self._policy("DeclaringPolicy", document)
            self.role.attach_inline_policy(policy)  # which an immutable role ignores
            self._managing_policies.append(policy)
        self._manages = True
        return self._managing_policies

    def _own_role(self) -> tuple[iam.IRole, list[iam.Policy]]:
        role = lambda_role(self._scope, "Role")
        if role.node.default_child is None:  # `iam.Role.customize_roles` prevented it
            return role, []
        resource = l1_resource(role, iam.CfnRole)
        resource.policies = [
            iam.CfnRole.PolicyProperty(policy_name=_POLICY_NAME, policy_document=lazy_any(self._document))
        ]
        ignore_cfn_lint(resource, _UNKNOWN_ACTION)
        return role, []

    def _with_policy(self, role: iam.IRole) -> tuple[iam.IRole, list[iam.Policy]]:
        if is_customized(role):
            return role, []
        policy = self._policy("Policy", lazy_any(self._document))
        role.attach_inline_policy(policy)
        return role, [policy]

    def _policy(self, construct_id: str, document: dict[str, Any] | IResolvable) -> iam.Policy:
        # CDK omits a policy without statements from the template, even if its L1 has another document.
        placeholder = iam.PolicyStatement(actions=["logs:PutLogEvents"], resources=[self._context.log_group_arn])
        policy = iam.Policy(self._scope, construct_id, statements=[placeholder])
        resource = l1_resource(policy, iam.CfnPolicy)
        resource.policy_document = document
        ignore_cfn_lint(resource, _UNKNOWN_ACTION)
        return policy

    def _statements(self) -> list[dict[str, Any]]:
        return statements(self._endpoint, self._launches, self._context, self._breadth(), in_vpc=self._in_vpc)

    def _breadth(self) -> Breadth:
        return breadth_that_fits(self._endpoint, self._launches, in_vpc=self._in_vpc, manages=self._manages)

    def _document(self) -> dict[str, Any]:
        return policy_document(self._statements())

    def _complete(self) -> None:
        managing = managing_statements(self._endpoint, self._context) if self._manages else []
        found = [*self._statements(), *managing]
        if not self._reported:  # a second synth completes again
            self._reported = True
            report(self.role, [iam.PolicyStatement.from_json(it) for it in found])
        for statement in found:
            for resource in statement["Resource"]:
                if ANY in resource:
                    acknowledge_wildcard(self._scope, resource, _REASONS[statement["Sid"]])
        breadth = self._breadth()
        if breadth is not Breadth.LAUNCHES and not self._warned:
            self._warned = True
            Annotations.of(self._scope).add_warning_v2(
                WARNING_BROAD_START,
                f"{len(self._launches)} launches named one by one would not fit into the {POLICY_CHARACTERS} "
                f"characters of a role's inline policies, so the provider's role may start {breadth}. "
                "Spread them over several EvidentlyProvider to keep the permission narrow.",
            )
