package wire

// DoIdentify names the patient of a call that was called by its accession number: IdentifyBody → Recorded.
const DoIdentify = "identify"

// IdentifyBody is whose specimen a call is about, as the bench found out: the patient's number, and a name or a date of
// birth, which must be the known ones if the number is known.
type IdentifyBody struct {
	Call     string `json:"call"`
	Version  int    `json:"version"`
	Number   string `json:"number"`
	Assigner string `json:"assigner,omitempty"` // who gave it; missing: the site
	Kind     string `json:"kind,omitempty"`     // HL7 table 0203; missing: MR
	Name     string `json:"name,omitempty"`
	Born     string `json:"born,omitempty"` // YYYY-MM-DD
	Sex      string `json:"sex,omitempty"`
	Reason   string `json:"reason"` // "label", "request-form", "sender-told", "ward-told", "other"
	Note     string `json:"note,omitempty"`
}
