package client

import "time"

// Silent makes a Client take a line as dead sooner.
func Silent(after time.Duration) Option { return func(c *Client) { c.silent = after } }
