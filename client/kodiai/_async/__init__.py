"""Both clients are the same code: ``make client`` writes _sync from _async."""
