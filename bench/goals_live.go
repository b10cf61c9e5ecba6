package main

import "fmt"

func memoryGoals() table {
	return table{
		part: "memory", title: "Memory of idle connections",
		how: "Resident memory by /proc, before and with so many connections, each signed in as another person, following the ledger, seven seconds after the last one came. Beside it the plain server of gorilla's examples, which has no rights and no heartbeat.",
		goals: []goal{
			{id: "memory/base", what: "nobody connected, 10,000 people admitted and signed in", unit: "MB"},
			{id: "memory/1000", what: "1,000 connections, each", unit: "KB", beside: plain},
			{id: "memory/5000", what: "5,000 connections, each", unit: "KB", beside: plain},
			{id: "memory/10000", what: "10,000 connections, each", unit: "KB", most: 8, beside: plain, peers: "Centrifugo 48, tuned 39; Gotify 13; floor 7"},
		},
	}
}

func fanoutGoals() table {
	t := table{
		part: "fanout|ten", title: "Fan-out",
		how: "`instrument.gate`, one entry of about 500 bytes, to screens of the laboratory, which all may see it; the ledger is written first. One by one: 20 entries a second (5 to 5,000 screens) by a schedule; times are from the scheduled instant to each screen, the commit included. Saturated: 16 callers send as fast as the slowest screen gets it, 64 entries ahead of it. Processor time is the server's alone, commands and commits included. The bare server writes nothing to disk.",
	}
	for _, n := range []int{1, 10, 1000, 5000} {
		id, screens := fmt.Sprintf("fanout/%d/", n), fmt.Sprintf("%s screens", bare1(float64(n)))
		if n == 1 {
			screens = "1 screen"
		}
		cpu := goal{id: id + "cpu", what: screens + ", one by one, processor time of a million deliveries", unit: "s", beside: plain}
		p50 := goal{id: id + "p50", what: "- p50", unit: "ms", beside: plain}
		p99 := goal{id: id + "p99", what: "- p99", unit: "ms", beside: plain}
		rate := goal{id: id + "rate", what: "- saturated, deliveries", unit: "/s", beside: plain}
		flood := goal{id: id + "flood", what: "- saturated, processor time of a million", unit: "s", beside: plain}
		switch n {
		case 10:
			p50.most, p99.most = 2, 8
		case 1000:
			cpu.most, cpu.peers, p50.most, p99.most = 11.6, "Centrifugo 16.5; floor 10.7", 10, 22
			rate.least, rate.peers, flood.most, flood.peers = 250_000, "Centrifugo 139,000, not durable", 3.7, "Centrifugo 7.45"
		case 5000:
			cpu.most, rate.least, rate.peers, flood.most, flood.peers = 11.6, 500_000, "Centrifugo 54,000", 1.4, "Centrifugo 14.1"
		}
		t.goals = append(t.goals, cpu, p50, p99, rate, flood)
	}
	const alone = "10 screens alone"
	t.goals = append(t.goals,
		goal{id: "ten/cpu", what: "10 screens may see it and 10,000 are connected, processor time of an entry", unit: "ms", most: 1.1, times: true, beside: alone},
		goal{id: "ten/p50", what: "- p50", unit: "ms", most: 2, beside: alone},
		goal{id: "ten/p99", what: "- p99", unit: "ms", most: 8, beside: alone})
	return t
}

func screensGoals() table {
	return table{
		part: "screens", title: "From what comes in to ten screens",
		how: "20 a second by a schedule, from the scheduled instant to each screen: parsing, judging, fsync and delivery. By hand: `result.report` over HTTP, until the result is on nine screens of the laboratory. HL7: a critical potassium over MLLP, until its first rung is on the clinician's screen and nine of the laboratory.",
		goals: []goal{
			{id: "screens/hand/p50", what: "by hand, p50", unit: "ms", most: 2, beside: disk},
			{id: "screens/hand/p99", what: "by hand, p99", unit: "ms", most: 8, beside: disk},
			{id: "screens/hl7/p50", what: "HL7, p50", unit: "ms", most: 2, beside: disk},
			{id: "screens/hl7/p99", what: "HL7, p99", unit: "ms", most: 8, beside: disk},
		},
	}
}

func resumeGoals() table {
	return table{
		part: "resume|stuck", title: "Coming back, and not reading",
		how: "5,000 screens come back at once and have missed 50 entries each: connection, sign-in by cookie, and everything up to the last entry on the last screen; every entry is counted. Stuck: p99 of 20 screens beside one that has stopped reading and whose socket is full, to that of the same 20 when all read.",
		goals: []goal{
			{id: "resume/took", what: "5,000 screens with 50 missed entries", unit: "s", most: 1, beside: plain, peers: "Centrifugo 1.4, ntfy 3.5, Gotify 5.4"},
			{id: "resume/cpu", what: "- processor time of each", unit: "ms", most: 0.14, beside: plain, peers: "Centrifugo 0.25"},
			{id: "stuck/p99", what: "p99 of the others beside one that does not read", unit: "ms", most: 1.2, times: true, beside: "all read", peers: "Gotify: 2 s stalls, HTTP 500"},
		},
	}
}

func lateGoals() table {
	return table{
		part: "late|nodes", title: "Lateness",
		how: "5,000 screens, 100 of them the laboratory's, and 50 critical results a second over MLLP; every call climbs two steps of two seconds each. Read from the ledger: from when a rung was due to when it stands there. Killed: kill −9 under this load, started again at once; the rungs after it. Lost: of two nodes on one PostgreSQL the one that takes the results is killed and not started again.",
		goals: []goal{
			{id: "late/p999", what: "p99.9", unit: "s", most: 1, peers: "GoAlert's cycle is 5 s"},
			{id: "late/most", what: "the latest", unit: "s", most: 2},
			{id: "late/kill", what: "the latest after kill −9", unit: "s", most: 5},
			{id: "late/node", what: "the latest after a lost node", unit: "s", most: 10},
		},
	}
}
