"""What the constructs share: endpoint, references, API model, contract, assets, metrics."""
