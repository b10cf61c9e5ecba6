package wire

import "time"

// Names of the commands about calendar feeds.
const (
	DoFeeds    = "feeds"     // no body → Feeds
	DoFeedOpen = "feed.open" // FeedBody → FeedOpened
	DoFeedEnd  = "feed.end"  // FeedEndBody → Recorded
)

// FeedBody asks for a secret address under which a calendar reads bookings.
type FeedBody struct {
	Of    string `json:"of,omitempty"`    // instrument/… or "lab"; missing: one's own bookings
	Names bool   `json:"names,omitempty"` // with the owners' names; never anything about a patient
}

// FeedOpened is the address, below the server's own, shown once. The same path with .csv is a table.
type FeedOpened struct {
	Recorded
	Feed string `json:"feed"`
	Path string `json:"path"`
}

// FeedEndBody ends a feed.
type FeedEndBody struct {
	Feed string `json:"feed"`
}

// Feeds are one's own feeds; of a supervisor, everybody's.
type Feeds struct {
	Feeds []Feed `json:"feeds"`
}

// Feed is a feed, without its address.
type Feed struct {
	ID    string    `json:"id"`
	Of    string    `json:"of"`
	Owner Name      `json:"owner"`
	Names bool      `json:"names,omitempty"`
	Since time.Time `json:"since"`
}
