// Command bench measures Readback from outside: it builds the program, starts it as an operator would, loads it over
// HTTP, websockets and MLLP, and reads its processor time and memory from /proc.
//
// Latencies are free of coordinated omission: load is sent at the instants of a schedule, and what is waited for counts
// from the instant, not from when somebody got round to sending. Beside each figure stands a yardstick of the same run: a
// bare loop of fdatasync, since the disk and not the program makes the slow part, or a bare gorilla/websocket server
// without ledger, rights or heartbeats. On another machine, or a busy one, look at the ratio.
//
//	go run ./bench                 all parts, at most 20 minutes; writes docs/measurements.md as it goes
//	go run ./bench -run publish    one part; the figures of the others stay as they are
//	go run ./bench -full           with ledgers of up to 5 million entries
//	go run ./bench -quick          everything small, in under a minute, and nothing is written
//
// People and sessions are recorded beforehand through package lab, as a server records them, so that ten thousand
// connections need no ten thousand password hashes. The go benchmarks in this folder and elsewhere are run by the part
// inside.
package main
