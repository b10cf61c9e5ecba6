package audit

// fields is a set of fields of a notification's record, one bit each.
type fields uint32

// The fields that a record must have: the union of what ISO 15189:2022 7.4.1.3, CAP COM.30000 and the Joint Commission
// ask for. Their order is the record's; a bit once given stays.
const (
	hasIdentifiers fields = 1 << iota
	hasTest
	hasValue
	hasLimit
	hasAvailable
	hasFirst
	hasAttempts
	hasEscalation
	hasDifficulties
	hasResponsible
	hasConveyed
	hasReceiver
	hasRole
	hasKnown
	hasContent
	hasIdentifierBack
	hasMethod
	hasComparison
	hasOutcome

	// always is what each finished call's record needs, told what a conveyed one needs too.
	always = hasIdentifiers | hasTest | hasValue | hasLimit | hasAvailable | hasFirst | hasAttempts | hasResponsible | hasOutcome
	told   = hasConveyed | hasReceiver | hasRole | hasKnown | hasContent | hasIdentifierBack | hasMethod | hasComparison
	// sealed is what only enclosures tell: of an erased call it is neither there nor missing.
	sealed = hasIdentifiers | hasValue | hasContent | hasIdentifierBack | hasReceiver | hasRole
)

// named is each field's word and what it says to people, in the order of their bits.
var named = []struct{ word, say string }{
	{"identifiers", "Two identifiers of the patient, as shown"},
	{"test", "The test"},
	{"value", "The value, as told"},
	{"limit", "The limit that was crossed, with its set and version"},
	{"available", "When the result was available"},
	{"first-attempt", "When it was first called"},
	{"attempts", "Every attempt: when, to whom, why to them"},
	{"escalation", "Each escalation: from whom, to whom, by which rule"},
	{"difficulties", "What was difficult, of each attempt that failed"},
	{"responsible", "Who reported it: a signed-in person or a named system"},
	{"conveyed", "When it was conveyed"},
	{"receiver", "Who was told, by full name"},
	{"role", "The role of who was told"},
	{"known", "How it was known who that was"},
	{"content", "What was read back, word for word"},
	{"identifier-read-back", "The identifier that was read back"},
	{"method", "How it was verified: typed read-back, or verbal and typed by the caller"},
	{"comparison", "The comparison with what was reported"},
	{"outcome", "How it ended"},
}

// each calls f for every field of the record in order.
func each(f func(bit fields, word, say string)) {
	for i, n := range named {
		f(1<<i, n.word, n.say)
	}
}

// lacks is what a finished call's record does not have, of what it must have.
func (c *call) lacks() fields {
	need := c.needs()
	return need &^ c.have
}

func (c *call) needs() fields {
	if c.id == "" {
		return c.need &^ sealed
	}
	return c.need
}

// words are the words of a set of fields, in the order of the record.
func (f fields) words() []string {
	var out []string
	each(func(bit fields, word, _ string) {
		if f&bit != 0 {
			out = append(out, word)
		}
	})
	return out
}
