"""From chapters to a film: rehearsing, checking, contact sheets."""
