// Package audit knows how long notifications took: it follows the ledger and keeps one row for each critical call, from
// which it counts medians, percentiles and shares within a time (docs/measures.md defines each).
//
// The tables hold no patient data: a call's id, where and of what urgency it was, its times, who answered and how. They
// are made from the ledger alone and can be thrown away: what is missing is read again. The place up to which they are
// made stands beside the rows in the same transaction, so that a crash neither loses nor counts anything twice.
//
// An Audit is safe for concurrent use.
package audit
