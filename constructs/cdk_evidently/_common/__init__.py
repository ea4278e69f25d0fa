"""Shared by the constructs: endpoint, references, API model, contract, assets, metrics."""
