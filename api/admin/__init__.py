"""Changes to an index that a service makes for who may: one at a time, each in the audit log."""
