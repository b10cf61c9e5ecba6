package wire

import "fmt"

// Rows returns the table of errors: code to status and sentences. Of a code with several rows it is the first.
func Rows() map[string]string {
	out := map[string]string{}
	for _, r := range table {
		if _, ok := out[r.code]; !ok {
			out[r.code] = fmt.Sprintf("%d %s %s", r.status, r.say, r.do)
		}
	}
	return out
}
