"""What it takes to respond to CloudFormation, whatever else fails: the standard library and the contract only."""
