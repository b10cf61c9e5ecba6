package hl7

import (
	"regexp"
	"strings"

	"github.com/seed-909bec58/readback/rules/critical"
)

// Senders write calls that they made into notes (NTE), each in its own words: "CALLED TO DD BY BP @ 1809.", "Test Results
// Called To And Verbally Read Back By: …", "telefonisch durchgegeben an …". What looks like one is work for the desk.
var (
	saysTold = regexp.MustCompile(`(?i)\b(?:called|phoned|telephoned|relayed|communicated|reported|conveyed|given)\s+(?:and\s+\S+(?:\s+\S+)?\s+)?(?:verbally\s+)?to\b` +
		`|\bread[ -]?back\b|\bnotified\b` +
		`|\b(?:durchgegeben|mitgeteilt|weitergegeben|gemeldet|durchgesagt)\b|\btelefonisch\b.*\b(?:an|mit)\b|\binformiert\b`)
	saysNot = regexp.MustCompile(`(?i)\b(?:not|never|please|to be|unable|could not|nicht|bitte|nie)\b[^.;]{0,24}\b(?:called|phoned|telephoned|relayed|communicated|reported|conveyed|given|notified|read[ -]?back|durchgegeben|mitgeteilt|weitergegeben|gemeldet|informiert)\b` +
		`|\b(?:nicht|bitte)\b`)
	toldTo = regexp.MustCompile(`(?i)(?:\bread[ -]?back by:?|\bnotified:?|\bto(?: and \S+(?: \S+)*? by:?)?:?|\ban:?)\s+(.+?)(?:\s*(?:@|[,;]\s|[,;.]?$)|\s+(?:by|at|on|durch|von|um|am)\b)`)
	toldBy = regexp.MustCompile(`(?i)(?:^|[^k] )(?:by|durch|von):?\s+(.+?)(?:\s*(?:@|[,;]\s|[,;.]?$)|\s+(?:at|on|um|am)\b)`)
	toldAt = regexp.MustCompile(`(?i)(?:@|\bat\b|\bum\b)\s*(\d{1,2}[:.]?\d{2}(?::\d{2})?|\d{8,14})`)
)

// recogniseTold reads a note: ok if it says that a result was told to somebody.
func recogniseTold(text string) (critical.Said, bool) {
	text = strings.TrimSpace(text)
	if !saysTold.MatchString(text) || saysNot.MatchString(text) {
		return critical.Said{}, false
	}
	said := critical.Said{Text: text}
	for at, of := range map[*string]*regexp.Regexp{&said.To: toldTo, &said.By: toldBy, &said.At: toldAt} {
		if m := of.FindStringSubmatch(text); m != nil {
			*at = strings.Trim(m[1], " .,;:")
		}
	}
	return said, true
}

// told records what the notes of filed results say of calls that the sender made: each note once, with the result that is
// called if there is one. The same note of the same result again says nothing new.
func (f *filing) told(filed []*critical.Reported) {
	of := map[string]*critical.Reported{}
	var order []string
	for _, e := range filed {
		for _, text := range e.Sealed.Notes {
			text = strings.TrimSpace(text)
			if had, ok := of[text]; !ok {
				order = append(order, text)
				of[text] = e
			} else if had.Call == "" && e.Call != "" {
				of[text] = e
			}
		}
	}
	for _, text := range order {
		said, ok := recogniseTold(text)
		if !ok {
			continue
		}
		e := of[text]
		id := f.ids.of("told", e.Result, strings.ToUpper(strings.Join(strings.Fields(text), " ")))
		if past, ok := f.past(id); !ok || len(past) > 0 {
			continue
		}
		f.add(&critical.SaidTold{Told: id, Result: e.Result, Message: f.id, Patient: e.Patient, Call: e.Call, Sealed: said})
	}
}
