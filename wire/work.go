package wire

// DoRetry files a message that waits in quarantine, once what was wrong is mended.
const DoRetry = "work.retry" // RetryBody → Meant

// RetryBody names the work item of a message in quarantine.
type RetryBody struct {
	Work string `json:"work"`
}
