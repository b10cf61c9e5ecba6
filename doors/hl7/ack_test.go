package hl7_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-909bec58/readback/doors/hl7"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.FixedZone("", 3600))

func TestTheSenderHearsTheAnswersItAskedFor(t *testing.T) {
	for _, c := range []struct {
		accept, application string
		kept, notNow, never string
	}{
		{"", "", "AA", "AE", "AR"},
		{`""`, "", "AA", "AE", "AR"},
		{"AL", "", "CA", "CE", "CR"},
		{"AL", "NE", "CA", "CE", "CR"},
		{"AL", "AL", "CA AA", "CE AE", "CR AR"},
		{"NE", "AL", "AA", "AE", "AR"},
		{"", "AL", "AA", "AE", "AR"},
		{"NE", "NE", "", "", ""},
		{"NE", "", "", "", ""},
		{"ER", "NE", "", "CE", "CR"},
		{"SU", "NE", "CA", "", ""},
		{"NE", "ER", "", "AE", "AR"},
		{"ER", "SU", "AA", "CE", "CR"},
		{" al ", "ne", "CA", "CE", "CR"},
		{"XX", "NE", "CA", "CE", "CR"},
	} {
		m := parse(t, fmt.Sprintf("MSH|^~\\&|A||||||ORU^R01|1|P|2.5|||%s|%s", c.accept, c.application))
		got := [3]string{strings.Join(m.Answers(hl7.Kept), " "), strings.Join(m.Answers(hl7.NotNow), " "), strings.Join(m.Answers(hl7.Never), " ")}
		if got != [3]string{c.kept, c.notNow, c.never} {
			t.Errorf("MSH-15 %q, MSH-16 %q: %q", c.accept, c.application, got)
		}
		for i, o := range []hl7.Outcome{hl7.Kept, hl7.NotNow, hl7.Never} {
			reply := m.Reply(o, "", "R-1", noon)
			if (reply == nil) != (got[i] == "") {
				t.Errorf("MSH-15 %q, MSH-16 %q: reply %q for %q", c.accept, c.application, reply, got[i])
			}
		}
	}
}

func TestAnAnswerIsNeverAnswered(t *testing.T) {
	for raw, want := range map[string]bool{
		"MSH|^~\\&|A||||||ACK^R01|1|P|2.5\rMSA|AA|1":          true,
		"MSH|^~\\&|A||||||ACK|1|P|2.2\rMSA|AA|1":              true,
		"MSH|^~\\&|A||||||ACK^R01|1|P|2.5|||AL|AL":            true,
		"MSH|^~\\&|A||||||ORL^O34|1|P|2.5\rMSA|AA|1":          true,
		"MSH|^~\\&|A||||||ORU^R01|1|P|2.2\rMSA|AA|1\rPID|1":   false,
		"MSH|^~\\&|A||||||ORL^O34|1|P|2.5":                    false,
		"MSH|^~\\&|A||||||ORU^R01|1|P|2.5|||AL|AL\rPID|1||AA": false,
	} {
		m := parse(t, raw)
		if m.IsAck() != want {
			t.Errorf("%q is an answer: %v, want %v", raw, m.IsAck(), want)
		}
		if answers := m.Answers(hl7.Kept); (len(answers) == 0) != want {
			t.Errorf("%q is answered %q", raw, answers)
		}
	}
}

func TestAnAcknowledgementIsWrittenInTheSendersWay(t *testing.T) {
	for _, c := range []struct{ name, raw, code, text, want string }{
		{
			"v2.5.1", "MSH|^~\\&|LAB^1.2^ISO|NORD|RB|CITY|20260302||ORU^R01^ORU_R01|NL-1|P|2.5.1\rPID|1", "AA", "",
			"MSH|^~\\&|RB|CITY|LAB^1.2^ISO|NORD|20260302110000+0000||ACK^R01^ACK|R-1|P|2.5.1\rMSA|AA|NL-1\r",
		},
		{
			"v2.3 keeps the plain type and has no ERR", "MSH|^~\\&|LAB||RB||||ORU^R01|NL-1|T|2.3", "AE", "disk full, try again",
			"MSH|^~\\&|RB||LAB||20260302110000+0000||ACK^R01|R-1|T|2.3\rMSA|AE|NL-1|disk full, try again\r",
		},
		{
			"v2.6 refused", "MSH|^~\\&|LAB||RB||||ORU^R01|NL-1|P|2.6|||||NLD|UNICODE UTF-8", "CR", "a & b",
			"MSH|^~\\&|RB||LAB||20260302110000+0000||ACK^R01^ACK|R-1|P|2.6|||||NLD|UNICODE UTF-8\rMSA|CR|NL-1|a \\T\\ b\r" +
				"ERR|||207^Application internal error^HL70357|E||||a \\T\\ b\r",
		},
		{
			"own delimiters", "MSH#*!`@#LAB##RB####ORU*R01#N`F`1#P#2.5", "AE", "x#y",
			"MSH#*!`@#RB##LAB##20260302110000+0000##ACK*R01*ACK#R-1#P#2.5\rMSA#AE#N`F`1#x`F`y\rERR###207*Application internal error*HL70357#E####x`F`y\r",
		},
		{
			"mended delimiters", "MSH|^~\\\\&|LAB||||||ADT^A01|1|P|2.4", "AA", "",
			"MSH|^~\\&|||LAB||20260302110000+0000||ACK^A01^ACK|R-1|P|2.4\rMSA|AA|1\r",
		},
		{
			"frame marks in what it quotes", "MSH|^~\\&|L\x1cAB||||||ACK|\x0b1|P|2.4", "AA", "",
			"MSH|^~\\&|||LAB||20260302110000+0000||ACK|R-1|P|2.4\rMSA|AA|1\r",
		},
		{
			"no id, no version, no type", "MSH|^~\\&|LAB", "AA", "",
			"MSH|^~\\&|||LAB||20260302110000+0000||ACK|R-1|P|2.5.1\rMSA|AA|\r",
		},
		{
			"Latin-1", "MSH|^~\\&|K\xf6ln||||||ORU^R01|1|P|2.4||||||8859/1", "AA", "",
			"MSH|^~\\&|||K\xf6ln||20260302110000+0000||ACK^R01^ACK|R-1|P|2.4||||||8859/1\rMSA|AA|1\r",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := hl7.Ack(parse(t, c.raw), c.code, c.text, "R-1", noon)
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("acknowledgement (-want +got):\n%s", diff)
			}
			a, err := hl7.ParseAnswer(got)
			if err != nil || a.Code != c.code || a.Text != c.text || a.ControlID != strings.Trim(parse(t, c.raw).ControlID(), "\x0b") {
				t.Errorf("it reads back %+v, %v", a, err)
			}
		})
	}
}

func TestBytesWithoutHeaderAreRefusedWithoutNamingAMessage(t *testing.T) {
	want := "MSH|^~\\&|||||20260302110000+0000||ACK|R-1|P|2.5.1\rMSA|AR||no MSH segment\r"
	if diff := cmp.Diff(want, string(hl7.Ack(nil, "AR", "no MSH segment", "R-1", noon))); diff != "" {
		t.Errorf("acknowledgement (-want +got):\n%s", diff)
	}
}

func TestGarbageIsNoAnswer(t *testing.T) {
	for _, raw := range []string{"", "AA", "MSH|^~\\&|A", "MSH|^~\\&|A\rMSA|", "MSH|^~\\&|A\rMSA|OK|1", "MSA|AA|1"} {
		if a, err := hl7.ParseAnswer([]byte(raw)); !errors.Is(err, hl7.ErrNotAnswer) {
			t.Errorf("%q = %+v, %v, want ErrNotAnswer", raw, a, err)
		}
	}
	for code, want := range map[string]hl7.Outcome{"AA": hl7.Kept, "CA": hl7.Kept, "AE": hl7.NotNow, "CE": hl7.NotNow, "AR": hl7.Never, "CR": hl7.Never} {
		a, err := hl7.ParseAnswer([]byte("MSH|^~\\&|A\rMSA|" + code + "|7\rERR||||||||why"))
		if err != nil || a.Outcome() != want || a.ControlID != "7" || a.Text != "why" {
			t.Errorf("%s = %+v, %v", code, a, err)
		}
	}
}

func TestEveryPublicMessageGetsAWellFormedReplyOrNone(t *testing.T) {
	none := 0
	for _, s := range corpus(t) {
		for _, raw := range hl7.Split(s.Raw) {
			m := parse(t, string(raw))
			reply := m.Reply(hl7.NotNow, "not kept", "R-1", noon)
			if reply == nil {
				none++
				if !m.IsAck() && m.At("MSH-15").Text() == "" && m.At("MSH-16").Text() == "" {
					t.Errorf("%s: no reply in original mode", s.File)
				}
				continue
			}
			a, err := hl7.ParseAnswer(reply)
			if err != nil || a.ControlID != m.ControlID() || a.Outcome() != hl7.NotNow {
				t.Errorf("%s: reply %+v, %v", s.File, a, err)
			}
		}
	}
	if none == 0 {
		t.Error("acknowledgements and NE messages of the corpus were answered")
	}
}
