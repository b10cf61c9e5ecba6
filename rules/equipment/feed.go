package equipment

import (
	"slices"
	"strings"
	"time"
)

// Feed is a secret address under which a calendar reads bookings. The address itself is known to who made it only.
type Feed struct {
	ID    string    `json:"id"`    // feed/…
	Of    string    `json:"of"`    // person/…, instrument/… or "lab"
	Owner string    `json:"owner"` // person/…: the address dies with the owner's badge
	Hash  string    `json:"hash"`  // SHA-256 of the address's secret, base64
	Names bool      `json:"names,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// mostFeeds is how many addresses a person may have.
const mostFeeds = 20

// OpenFeed says what is to be recorded for a new address: of one's own bookings, an instrument's or all of them. Errors:
// ErrUnknown, ErrNotYours for another person's, RefusedError.
func (b Book) OpenFeed(f Feed, a Ask) ([]Event, error) {
	i, listed := b.Instruments.Get(f.Of)
	switch {
	case f.Of == "lab" || f.Of == a.By:
	case strings.HasPrefix(f.Of, "person/"):
		return nil, ErrNotYours
	case !listed || i.Status == Retired:
		return nil, ErrUnknown
	}
	n := 0
	for _, o := range b.Feeds.All() {
		if o.Owner == a.By {
			n++
		}
	}
	if n >= mostFeeds {
		return nil, &RefusedError{Problems: []Problem{{Rule: "too-many-feeds", Say: "A person has at most 20 feeds. End one that is not used."}}}
	}
	f.Owner, f.Since = a.By, time.Time{}
	return []Event{&FeedOpened{Feed: f}}, nil
}

// EndFeed makes an address useless. Errors: ErrUnknown, ErrNotYours.
func (b Book) EndFeed(id string, a Ask) ([]Event, error) {
	for _, f := range b.Feeds.All() {
		switch {
		case f.ID != id:
		case f.Owner != a.By && !a.Supervisor:
			return nil, ErrNotYours
		default:
			return []Event{&FeedEnded{Feed: id}}, nil
		}
	}
	return nil, ErrUnknown
}

// In returns the bookings of a feed, in order of start: those that stand or stood, and for 30 days those that were given
// up. O(bookings).
func (b Book) In(f Feed, now time.Time) []Booking {
	var out []Booking
	for _, k := range b.Bookings.All() {
		_, on := k.On(f.Of)
		switch {
		case f.Of != "lab" && f.Of != k.Owner && !on:
		case k.Standing == Held || k.Standing == Expired: // nobody ever had it
		case !k.Standing.Live() && k.Standing != Done && now.Sub(k.Changed) >= Gone:
		default:
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(x, y Booking) int {
		if c := x.Start.Compare(y.Start); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return out
}

// FeedOpened says that a calendar may read bookings under a secret address, whose hash this is.
type FeedOpened struct {
	plain
	Feed Feed `json:"feed"`
}

// Kind is "equipment.feed-opened".
func (*FeedOpened) Kind() string { return "equipment.feed-opened" }

// About is the feed and who has its address.
func (e *FeedOpened) About() []string { return about(e.Feed.ID, e.Feed.Owner) }

// FeedEnded says that an address is no more.
type FeedEnded struct {
	plain
	Feed string `json:"feed"`
}

// Kind is "equipment.feed-ended".
func (*FeedEnded) Kind() string { return "equipment.feed-ended" }

// About is the feed.
func (e *FeedEnded) About() []string { return about(e.Feed) }
