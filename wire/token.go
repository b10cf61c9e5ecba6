package wire

import "time"

// DoTokens lists the tokens of programs that are good.
const DoTokens = "tokens" // no body → Tokens

// Tokens lists the tokens of programs that are good, by machine and age. The tokens themselves are shown once, when made.
type Tokens struct {
	Tokens []TokenView `json:"tokens"`
}

// TokenView is what may be shown of a token.
type TokenView struct {
	ID      string    `json:"id"` // for token.revoke
	Machine string    `json:"machine"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}
