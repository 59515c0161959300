"""One client, twice: ``make client`` writes _sync from _async."""
