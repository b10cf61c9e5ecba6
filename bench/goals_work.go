package main

import "fmt"

func publishGoals() table {
	return table{
		part: "publish", title: "Durable commands over HTTP",
		how: "`result.report`: a technician reports a normal result of a known patient, which is judged and written with its message, two entries with enclosures, before the answer. The rate is of callers who send again as soon as they are answered; p50 and p99 are at 0.7 of that rate by a schedule, from the scheduled instant.",
		goals: []goal{
			{id: "publish/1/rate", what: "1 caller", unit: "/s", beside: disk},
			{id: "publish/1/p50", what: "- p50", unit: "ms", beside: disk},
			{id: "publish/1/p99", what: "- p99", unit: "ms", beside: disk},
			{id: "publish/16/rate", what: "16 callers", unit: "/s", least: 7000, beside: disk, peers: "ntfy 531, Gotify 549; Centrifugo with Redis, not durable, 8,600"},
			{id: "publish/16/cpu", what: "- processor time of a thousand", unit: "s", most: 0.08},
			{id: "publish/16/p50", what: "- p50", unit: "ms", beside: disk},
			{id: "publish/16/p99", what: "- p99", unit: "ms", most: 8, beside: disk},
			{id: "publish/16/closed", what: "- p99 of callers who wait for each answer, at the full rate", unit: "ms", most: 8, beside: disk},
			{id: "publish/128/rate", what: "128 callers", unit: "/s", least: 12_000, beside: disk},
			{id: "publish/128/cpu", what: "- processor time of a thousand", unit: "s"},
			{id: "publish/128/p99", what: "- p99", unit: "ms", beside: disk},
		},
	}
}

func bookingsGoals() table {
	return table{
		part: "bookings", title: "Durable bookings",
		how: "64 callers book half hours of 200 analyzers, each checked against all others and on disk before the answer. The rate is of callers who wait for each answer; p50 and p99 are at 0.7 of it by a schedule.",
		goals: []goal{
			{id: "bookings/rate", what: "64 callers", unit: "/s", least: 5000, beside: disk},
			{id: "bookings/cpu", what: "- processor time of a thousand", unit: "s"},
			{id: "bookings/p50", what: "- p50", unit: "ms", beside: disk},
			{id: "bookings/p99", what: "- p99", unit: "ms", most: 50, beside: disk},
			{id: "bookings/closed", what: "- p99 of callers who wait for each answer, at the full rate", unit: "ms", most: 50, beside: disk},
		},
	}
}

// lengths are the ledgers of the part growth.
var lengths = []int{1000, 10_000, 100_000, 1_000_000, 5_000_000}

// million is the length at which goals are set.
const million = 1_000_000

func growthGoals() table {
	t := table{
		part: "growth", title: "Growth with the ledger",
		how:    "One ledger that grows by results and finished calls (one entry in 85 opens one). At each length the program is started from its snapshot, then without it, and measured as above: 16 callers, ten screens by hand, a month of notification times by the command `times`. `-full` goes to 5 million entries.",
		curves: []string{"growth/rate", "growth/p99", "growth/month", "growth/snapshot", "growth/fold", "growth/memory"},
	}
	at := fmt.Sprintf("at %s entries", bare1(million))
	t.goals = []goal{
		{id: "growth/rate", what: "16 callers " + at + ", to the same at 1,000", unit: "/s", least: 0.9, times: true, beside: "at 1,000 entries"},
		{id: "growth/p99", what: "p99 to ten screens " + at, unit: "ms", most: 8, beside: "at 1,000 entries"},
		{id: "growth/month", what: "a month of notification times " + at, unit: "ms", most: 100, peers: "naive SQL 1,400 to 4,700 over 5 million"},
		{id: "growth/snapshot", what: "start " + at + " and 10,000 open calls, from the snapshot", unit: "s", most: 5},
		{id: "growth/fold", what: "- without it", unit: "s"},
		{id: "growth/verify", what: "verify, entries", unit: "/s", least: 33_000},
		{id: "growth/memory", what: "memory " + at, unit: "MB", beside: "at 1,000 entries"},
	}
	return t
}

func nodesGoals() table {
	t := table{
		part: "nodes", title: "Growth with the nodes",
		how:    "1, 2 and 3 nodes on one PostgreSQL and one Redis of the same machine, whose two cores all of them share: this shows what nodes cost each other, not what machines of their own would gain. 16 callers spread over the nodes; to ten screens: sent to the first node, seen on the last.",
		curves: []string{"nodes/rate", "nodes/p99"},
	}
	for n := 1; n <= 3; n++ {
		id, what := fmt.Sprintf("nodes/%d/", n), fmt.Sprintf("%d nodes", n)
		if n == 1 {
			what = "1 node"
		}
		t.goals = append(t.goals,
			goal{id: id + "rate", what: what + ", 16 callers", unit: "/s", beside: disk},
			goal{id: id + "p50", what: "- p50 to ten screens", unit: "ms", beside: disk},
			goal{id: id + "p99", what: "- p99 to ten screens", unit: "ms", beside: disk})
	}
	return t
}

func insideGoals() table {
	return table{
		part: "inside", title: "Inside the program",
		how: "Go benchmarks of single rooms, run by this program.",
		goals: []goal{
			{id: "inside/record/sqlite/1", what: "Records with enclosures, about three subjects, SQLite, 1 caller", unit: "/s", least: 0.6, times: true, beside: disk},
			{id: "inside/record/sqlite/16", what: "- 16 callers", unit: "/s", least: 12_000, beside: disk},
			{id: "inside/record/sqlite/256", what: "- 256 callers", unit: "/s", least: 20_000, beside: disk},
			{id: "inside/record/postgres/1", what: "PostgreSQL, 1 caller", unit: "/s", least: 0.35, times: true, beside: disk},
			{id: "inside/record/postgres/16", what: "- 16 callers", unit: "/s", least: 6000, beside: disk},
			{id: "inside/record/postgres/256", what: "- 256 callers", unit: "/s", beside: disk},
			{id: "inside/parse", what: "HL7 parsed, messages a second and core", unit: "/s", least: 20_000, peers: "best Go libraries 1,500 to 2,800"},
			{id: "inside/conflict", what: "conflict of a booking among 10,000", unit: "ns", most: 1000},
			{id: "inside/free", what: "what is free, 200 instruments in 14 days, each booked 112 times", unit: "ms", most: 5, why: "22,400 gaps are handed out, one by one."},
			{id: "inside/keep", what: "a turn of Keep, 10,000 open calls", unit: "ms", most: 10},
			{id: "inside/receipt", what: "check of a receipt", unit: "ms", most: 5},
			{id: "inside/month", what: "notification times of a month, 58,000 calls of 700,000", unit: "ms", most: 100},
		},
	}
}

// curves are the titles of the pictures.
var curves = map[string]string{
	"growth/rate": "Results reported by 16 callers", "growth/p99": "To ten screens, p99", "growth/month": "A month of notification times",
	"growth/snapshot": "Start from the snapshot", "growth/fold": "Start without a snapshot", "growth/memory": "Memory",
	"nodes/rate": "Results reported by 16 callers", "nodes/p99": "To ten screens on the last node, p99",
}
