package hl7_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestPageOfHL7NamesEveryReasonOfQuarantine(t *testing.T) {
	page := string(file(t, "../../docs/hl7.md"))
	reasons := regexp.MustCompile(`\tReason[A-Za-z]+ = "([a-z-]+)"`).FindAllStringSubmatch(string(file(t, "door.go")), -1)
	if len(reasons) < 10 {
		t.Fatalf("%d reasons were found", len(reasons))
	}
	for _, r := range reasons {
		if !strings.Contains(page, "`"+r[1]+"`") {
			t.Errorf("docs/hl7.md does not say what %s means", r[1])
		}
	}
}
