package wire

import "time"

// DoSeries asks for the earlier results of a test: SeriesOfBody → Series.
const DoSeries = "series" // SeriesOfBody → Series

// SeriesOfBody names a result of a call.
type SeriesOfBody struct {
	Call   string `json:"call"`
	Result string `json:"result"`
}

// Series is the results of one test in one patient, as far back as the ledger knows, at most 60, the oldest first; the
// call's own is among them.
type Series struct {
	Points []Point `json:"points"`
}

// Point is one of them, as sent.
type Point struct {
	Result  string    `json:"result"`
	Value   string    `json:"value"`
	Unit    string    `json:"unit,omitempty"`
	Status  string    `json:"status,omitempty"`
	Outcome string    `json:"outcome"`
	At      time.Time `json:"at"` // when it was available
}
