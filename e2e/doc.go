// Package e2e holds the proofs over the whole program: the real binary in processes of its own, spoken to over HTTP,
// websockets and MLLP as strangers do, killed, cut off from its disk and its databases, and asked afterwards what it
// still knows. Everything is in its tests.
package e2e
