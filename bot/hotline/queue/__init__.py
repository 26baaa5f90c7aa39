"""The case queue: claims, next case, reply clocks, snooze, alerts."""
