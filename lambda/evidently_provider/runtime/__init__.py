"""What a response to CloudFormation needs, whatever else fails: the standard library and the contract only."""
