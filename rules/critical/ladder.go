package critical

// Step is one rung of a ladder: who is asked, and how long until the next one.
type Step struct {
	Ask  string `json:"ask"`            // a question that the roster answers, or AskDesk
	Wait int    `json:"wait"`           // seconds until the next step
	Desk bool   `json:"desk,omitempty"` // the laboratory's desk is told beside whom the step asks
}

// Whom a step asks where the ladder is ours: work items, and calls without a
// ladder of their own.
const (
	AskFirst      = "first"
	AskSecond     = "second"
	AskThird      = "third"
	AskDesk       = "desk" // the laboratory's desk, which is never empty
	AskSupervisor = "supervisor"
	AskDirector   = "director"
)

const (
	fiveMinutes = 5 * 60
	anHour      = 60 * 60
)

// DefaultLadder is the ladder of a critical call where a site says nothing
// else: the first call at once, the desk's task beside it from 5 min and each
// 5 min, the second call at 10, the third at 20, the director told at 30.
func DefaultLadder() []Step {
	return []Step{
		{Ask: AskFirst, Wait: fiveMinutes},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskSecond, Wait: fiveMinutes, Desk: true},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskThird, Wait: fiveMinutes, Desk: true},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskDirector, Wait: fiveMinutes, Desk: true},
		{Ask: AskDesk, Wait: fiveMinutes},
	}
}

// workLadder is the ladder of a work item: the desk at once and each 5 min,
// the supervisor at 10 min, the director at 30. What may hide a critical
// result starts at the supervisor.
func workLadder(critical bool) []Step {
	s := []Step{
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskSupervisor, Wait: fiveMinutes, Desk: true},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskDesk, Wait: fiveMinutes},
		{Ask: AskDirector, Wait: fiveMinutes, Desk: true},
		{Ask: AskDesk, Wait: fiveMinutes},
	}
	if critical {
		s[0] = Step{Ask: AskSupervisor, Wait: fiveMinutes, Desk: true}
	}
	return s
}

// climbable is a copy of steps with every wait set and the desk as last step.
func climbable(steps []Step) []Step {
	out := make([]Step, 0, len(steps)+1)
	for _, s := range steps {
		if s.Wait <= 0 {
			s.Wait = fiveMinutes
		}
		out = append(out, s)
	}
	if len(out) == 0 || out[len(out)-1].Ask != AskDesk {
		out = append(out, Step{Ask: AskDesk, Wait: fiveMinutes})
	}
	return out
}
