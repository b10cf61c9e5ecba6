//go:build !plantedrace

package server_test

import (
	"os/exec"
	"strings"
	"testing"
)

// A build that looks and then writes, as other tools do, must not pass.
func TestPlantedRaceIsCaught(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "test", "-tags", "plantedrace", "-vet=off", "-v", "-count=1", "-run", "^TestBookingsOverHTTPAreLinearizable$", ".")
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "the planted race was caught") {
		t.Fatalf("%v\n%s", err, said)
	}
}
