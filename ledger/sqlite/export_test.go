package sqlite

// Create makes the file of an empty ledger, and does not open it.
var Create = create
