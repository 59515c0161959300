"""One client, twice: ``make sync-client`` writes _sync from _async."""
