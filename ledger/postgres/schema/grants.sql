GRANT USAGE ON SCHEMA ledger TO %[1]s;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA ledger TO %[1]s;
GRANT UPDATE ON ledger.head, ledger.note TO %[1]s;
GRANT UPDATE (salt, data) ON ledger.enclosure TO %[1]s;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger TO %[1]s;
