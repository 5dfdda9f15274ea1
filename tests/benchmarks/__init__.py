"""How fast and how small: ``make bench`` and ``make results`` run these, no test does."""
