package critical

// SaidTold says that a sender's note says that a result was told already. It
// hands nothing off and closes no call: the desk confirms by whom, to whom and
// when.
type SaidTold struct {
	Told    string `json:"told"` // its id, told/…: the same note of the same result has the same one
	Result  string `json:"result"`
	Message string `json:"message"`
	Patient string `json:"patient,omitempty"`
	Call    string `json:"call,omitempty"` // that tells the result

	Sealed Said `json:"-"`
}

// Said is what a note says, as far as it could be read.
type Said struct {
	Text string `json:"text,omitempty"` // the note
	To   string `json:"to,omitempty"`
	By   string `json:"by,omitempty"`
	At   string `json:"at,omitempty"` // as written, such as "1809"
}

// Kind is "critical.said-told".
func (*SaidTold) Kind() string { return "critical.said-told" }

// About is the note, the result, the call and the message.
func (e *SaidTold) About() []string { return about(e.Told, e.Result, e.Call, e.Message) }

// Enclosure is what the note says.
func (e *SaidTold) Enclosure() any { return &e.Sealed }
