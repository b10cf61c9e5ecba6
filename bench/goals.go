package main

import "fmt"

// goal is one figure that is to be reached, with the reason if it is missed.
type goal struct {
	id     string
	what   string
	unit   string
	least  float64 // at least; 0: no such goal
	most   float64 // at most; 0: no such goal
	times  bool    // the two above are of the ratio to the yardstick
	beside string  // the yardstick
	peers  string  // what others do, as published or measured elsewhere
	why    string  // an honest reason, shown while the goal is missed
}

// goal says what is to be reached.
func (g goal) goal() string {
	unit := g.unit
	if g.times {
		unit = "×"
	}
	text := ""
	switch {
	case g.least > 0:
		text = "≥ " + show(g.least, unit)
	case g.most > 0:
		text = "≤ " + show(g.most, unit)
	}
	if g.peers != "" {
		text = fmt.Sprintf("%s (%s)", text, g.peers)
	}
	return text
}

// missed tells whether a figure is not what was to be reached.
func (g goal) missed(f figure) bool {
	v := median(f.Values)
	if g.times {
		v = f.ratio()
	}
	return g.least > 0 && v < g.least || g.most > 0 && v > g.most
}

// table is the goals of a part, and how they are measured.
type table struct {
	part, title, how string
	goals            []goal
	curves           []string
}

// tables are all goals, part by part.
func tables() []table {
	return []table{
		memoryGoals(), fanoutGoals(), screensGoals(), publishGoals(), bookingsGoals(), resumeGoals(), lateGoals(), growthGoals(), nodesGoals(), insideGoals(),
	}
}

const (
	disk  = "bare fdatasync loop"
	plain = "bare gorilla"
)
