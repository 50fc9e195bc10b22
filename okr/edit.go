package okr

import (
	"encoding/json"
	"time"
)

// maxEdits is how many edits a goal remembers.
const maxEdits = 20

// Edit is a change of a goal by a person. Old has the value before of each field
// that changed, so that a form that was opened before can be merged.
type Edit struct {
	Version int                        `json:"version"` // of the goal after it
	By      Person                     `json:"by"`
	At      time.Time                  `json:"at"`
	Old     map[string]json.RawMessage `json:"old"`
}
