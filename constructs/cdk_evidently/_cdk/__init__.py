"""What CDK itself could have, and nothing of Evidently: another library could lift it out."""
