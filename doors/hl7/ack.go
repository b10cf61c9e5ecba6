package hl7

import (
	"errors"
	"strings"
	"time"
)

// ErrNotAnswer means that bytes are no acknowledgement of the message sent: count it as not sent.
var ErrNotAnswer = errors.New("hl7: not an acknowledgement of this message")

// Outcome is what became of a message.
type Outcome uint8

// The outcomes.
const (
	// Kept: the message is durable, in its place or in quarantine (AA, CA).
	Kept Outcome = iota
	// NotNow: it could not be kept; the sender is to try again (AE, CE).
	NotNow
	// Never: it will never be kept; the sender is not to try again (AR, CR).
	Never
)

// Answers returns the acknowledgement codes that the sender wants for an outcome, in the order in which they are due
// (HL7 v2.5.1 §2.9.2, table 0155). In original mode, where MSH-15 and MSH-16 are both empty, it is one of AA, AE, AR. In
// enhanced mode there may be a commit answer (CA, CE, CR) as MSH-15 asks, then an application answer as MSH-16 asks, or
// none at all. An acknowledgement is never answered.
func (m *Message) Answers(o Outcome) []string {
	if m.IsAck() {
		return nil
	}
	application, commit := codes(o)
	msh := m.MSH()
	accept, apply := condition(msh.Field(15)), condition(msh.Field(16))
	if accept == "" && apply == "" {
		return []string{application}
	}
	var answers []string
	if wanted(accept, o) {
		answers = append(answers, commit)
	}
	if wanted(apply, o) {
		answers = append(answers, application)
	}
	return answers
}

// Reply returns the one acknowledgement that goes back on the connection the message came by: the first that the sender
// wants, nil if it wants none. Many senders wait for exactly one and would take a second for the answer to their next
// message; since an outcome is known only when the message is durable, the commit answer already says all.
func (m *Message) Reply(o Outcome, text, controlID string, now time.Time) []byte {
	answers := m.Answers(o)
	if len(answers) == 0 {
		return nil
	}
	return Ack(m, answers[0], text, controlID, now)
}

func codes(o Outcome) (application, commit string) {
	switch o {
	case Kept:
		return "AA", "CA"
	case NotNow:
		return "AE", "CE"
	case Never:
	}
	return "AR", "CR"
}

func condition(f Field) string {
	if f.Null() {
		return ""
	}
	return strings.ToUpper(strings.TrimSpace(f.Text()))
}

// wanted reads table 0155; a code that is not in it asks for an answer, because a sender left waiting is worse.
func wanted(condition string, o Outcome) bool {
	switch condition {
	case "", "NE":
		return false
	case "ER":
		return o != Kept
	case "SU":
		return o == Kept
	}
	return true
}

// IsAck reports whether the message is itself an answer: an ACK, or a response with an MSA. Results and orders that
// carry an MSA are none.
func (m *Message) IsAck() bool {
	switch code, _ := m.Type(); code {
	case "ACK", "MCF":
		return true
	case "ORU", "OUL", "ORM", "OML", "OMG", "ADT":
		return false
	}
	return m.First("MSA").Exists()
}

// Answer is what an acknowledgement says.
type Answer struct {
	// Code is MSA-1: AA, AE, AR, CA, CE or CR.
	Code string
	// ControlID is MSA-2, the MSH-10 of the message answered.
	ControlID string
	// Text is MSA-3, or ERR-8.
	Text string
}

// Outcome returns what became of the message answered.
func (a Answer) Outcome() Outcome {
	switch a.Code {
	case "AA", "CA":
		return Kept
	case "AE", "CE":
		return NotNow
	}
	return Never
}

// ParseAnswer reads an acknowledgement. The error is ErrNotAnswer for anything else: no MSH, no MSA, or a code that is
// not in table 0008.
func ParseAnswer(raw []byte) (Answer, error) {
	m, err := Parse(raw)
	if err != nil {
		return Answer{}, ErrNotAnswer
	}
	msa := m.First("MSA")
	a := Answer{Code: strings.TrimSpace(msa.Text(1)), ControlID: msa.Text(2), Text: msa.Text(3)}
	switch a.Code {
	case "AA", "AE", "AR", "CA", "CE", "CR":
	default:
		return Answer{}, ErrNotAnswer
	}
	if a.Text == "" {
		a.Text = m.First("ERR").Text(8)
	}
	return a, nil
}

// Ack writes the acknowledgement of m with a code of table 0008 and a text for the sender's log, which must hold nothing
// about a patient. It speaks m's delimiters, character set, version and processing id, with sender and receiver
// exchanged; from v2.5 on a text with another code than AA or CA is an ERR segment too. controlID is the answer's own
// MSH-10. m may be nil, for bytes without a header: the answer then names no message.
func Ack(m *Message, code, text, controlID string, now time.Time) []byte {
	if m == nil {
		m = &Message{delims: usual, charset: utf8Set}
	}
	d := m.delims
	msh := m.MSH()
	version := msh.Field(12).Raw()
	fields := []string{
		"MSH", d.encoding(), msh.Field(5).Raw(), msh.Field(6).Raw(), msh.Field(3).Raw(), msh.Field(4).Raw(),
		now.UTC().Format("20060102150405-0700"), "", ackType(m), d.Quote(controlID), orElse(msh.Field(11).Raw(), "P"),
		orElse(version, "2.5.1"), "", "", "", "", msh.Field(17).Raw(), msh.Field(18).Raw(),
	}
	sep := string(rune(d.Field))
	var b strings.Builder
	b.WriteString(strings.TrimRight(strings.Join(fields, sep), sep))
	b.WriteString("\r" + strings.Join([]string{"MSA", code, msh.Field(10).Raw()}, sep))
	if text != "" {
		b.WriteString(sep + d.Quote(text))
	}
	b.WriteByte('\r')
	if text != "" && code != "AA" && code != "CA" && atLeast(m.Version(), 5) {
		// ERR-3 is table 0357's "Application internal error", ERR-4 its severity, ERR-8 the text for users.
		problem := strings.Join([]string{"207", "Application internal error", "HL70357"}, string(rune(d.Component)))
		b.WriteString(strings.Join([]string{"ERR", "", "", problem, "E", "", "", "", d.Quote(text)}, sep) + "\r")
	}
	return m.charset.encode(unframing.Replace(b.String()))
}

// unframing takes out what would end the frame of an answer that quotes it.
var unframing = strings.NewReplacer(string(rune(startBlock)), "", string(rune(endBlock)), "")

// ackType writes MSH-9: with the event that m had, from v2.4 on with the structure.
func ackType(m *Message) string {
	event := m.MSH().Field(9).Component(2).Raw()
	if event == "" {
		return "ACK"
	}
	comp := string(rune(m.delims.Component))
	if atLeast(m.Version(), 4) {
		return "ACK" + comp + event + comp + "ACK"
	}
	return "ACK" + comp + event
}

// atLeast reports whether version is 2.minor or later; an unreadable one is not.
func atLeast(version string, minor int) bool {
	rest, ok := strings.CutPrefix(strings.TrimSpace(version), "2.")
	if !ok {
		return false
	}
	first, _, _ := strings.Cut(rest, ".")
	n, ok := digits(first)
	return ok && first != "" && n >= minor
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
