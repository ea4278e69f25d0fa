"""Helpers for CDK that know nothing of Evidently: any other library could use them."""
