// Package server knows how Readback is reached over HTTP: routes, sign-in and sessions, commands, health and metrics.
// It decides nothing by itself: each command records or reads through the lab, and what is live goes through channels.
//
// A session is an entry of the ledger, so every node knows it and a node needs no memory of its own. A Server is safe
// for concurrent use.
package server
