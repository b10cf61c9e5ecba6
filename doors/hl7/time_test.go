package hl7_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-909bec58/readback/doors/hl7"
)

func TestTimesOfAnyPrecisionAndZoneAreRead(t *testing.T) {
	site, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sent      string
		want      string
		precision hl7.Precision
		zoned     bool
	}{
		{"2026", "2025-12-31T23:00:00Z", hl7.Year, false},
		{"202603", "2026-02-28T23:00:00Z", hl7.Month, false},
		{"20260302", "2026-03-01T23:00:00Z", hl7.Day, false},
		{"2026030208", "2026-03-02T07:00:00Z", hl7.Hour, false},
		{"202603020815", "2026-03-02T07:15:00Z", hl7.Minute, false},
		{"20260302081530", "2026-03-02T07:15:30Z", hl7.Second, false},
		{"20260702081530", "2026-07-02T06:15:30Z", hl7.Second, false},
		{"20260302081530.1234", "2026-03-02T07:15:30.1234Z", hl7.Fraction, false},
		{"20260302081530.5-0800", "2026-03-02T16:15:30.5Z", hl7.Fraction, true},
		{"202603020815+0545", "2026-03-02T02:30:00Z", hl7.Minute, true},
		{"20260302+0000", "2026-03-02T00:00:00Z", hl7.Day, true},
		{"20260302081530Z", "2026-03-02T08:15:30Z", hl7.Second, true},
		{" 20240229 ", "2024-02-28T23:00:00Z", hl7.Day, false},
		{"20261025023000", "2026-10-25T00:30:00Z", hl7.Second, false},
	} {
		got, err := hl7.ParseTime(c.sent, site)
		if err != nil {
			t.Errorf("%s: %v", c.sent, err)
			continue
		}
		if text := got.UTC().Format(time.RFC3339Nano); text != c.want || got.Precision != c.precision || got.Zoned != c.zoned {
			t.Errorf("%s = %s, precision %d, zoned %v; want %s, %d, %v",
				c.sent, text, got.Precision, got.Zoned, c.want, c.precision, c.zoned)
		}
	}
}

func TestWhatIsNoTimeIsRefused(t *testing.T) {
	for _, sent := range []string{
		"", "26", "196203520", "20260230", "20261301", "20260001", "20260100", "2026030224", "202603020860", "20260302081560",
		"2026-03-02", "20260302T081500", "1994050216163360", "20260302081530.", "20260302081530.12345678901", "202603020815.5",
		"20260302+1", "20260302+99", "20260302+1500", "20260302+0060", "yesterday", "00000000", "+0100", "2026030２",
	} {
		if got, err := hl7.ParseTime(sent, nil); !errors.Is(err, hl7.ErrTime) {
			t.Errorf("%q = %v, %v, want ErrTime", sent, got, err)
		}
	}
}

func TestATimeIsReadFromItsFirstComponent(t *testing.T) {
	m := parse(t, "MSH|^~\\&|A|||||||\rOBR|1||||||20260302^D\r")
	got, err := m.At("OBR-7").Time(time.UTC)
	if err != nil || got.Precision != hl7.Day || got.Format(time.DateOnly) != "2026-03-02" {
		t.Errorf("OBR-7 = %v, %v", got, err)
	}
}
