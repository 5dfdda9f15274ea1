"""Train small neural networks in plain numpy and record everything that happens."""

__version__ = "0.1.0"
