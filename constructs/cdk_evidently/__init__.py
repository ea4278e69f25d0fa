"""AWS CDK constructs for CloudWatch Evidently launches."""
