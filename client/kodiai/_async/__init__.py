"""The client, asynchronous here; ``make client`` writes _sync from _async."""
