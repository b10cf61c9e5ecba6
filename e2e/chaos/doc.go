// Package chaos holds what the proofs over several nodes need beside the nodes: networks that can be cut, and the
// history of what clients asked and were answered, which is checked against a model of a call. The proofs themselves are
// in package e2e, which starts PostgreSQL with a synchronous standby, Redis and the nodes as processes, and ends, stops
// and cuts them off.
//
// Proxy is what toxiproxy would be to others: Debian 12 has no package of it, and what is needed is a page of Go.
package chaos
