package okr

import (
	"encoding/json"
	"fmt"
)

const redacted = "[redacted]"

// Secret is text that must never be printed, logged or shown. Reveal is the only
// way to its content.
type Secret string

// Reveal gives the content.
func (s Secret) Reveal() string { return string(s) }

// String implements fmt.Stringer without giving the content away.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer without giving the content away.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter: a verb that does not fit a string, such as %d,
// would print the content as its complaint.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalJSON keeps the content out of any JSON; whoever stores a secret seals
// it first.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// MarshalText keeps the content out of logs and texts.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
