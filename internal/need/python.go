package need

import (
	"os"
	"os/exec"
	"testing"
)

// PythonHL7 returns the path of a Python that has the package hl7 (python-hl7), the HL7 parser of others with which ours
// is compared. READBACK_PYTHON names another Python. Its word is python3-hl7.
func PythonHL7(t testing.TB) string {
	t.Helper()
	names := []string{"python3", "/usr/bin/python3"} // Debian's package is for Debian's Python
	if own := os.Getenv("READBACK_PYTHON"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		found, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(t.Context(), found, "-c", "import hl7").Run() == nil { //nolint:gosec // LookPath found it
			return found
		}
	}
	missing(t, "python3-hl7", "Python with python-hl7 (Debian: python3-hl7; elsewhere set READBACK_PYTHON to a Python that has it)")
	return ""
}
