package redisstore

import (
	"encoding/json"
	"fmt"

	"okrbot/okr"
)

// dataVersion is the form of the values that this program writes. It knows how
// to read this version and those before it; raise it only with a form that the
// program before cannot read, and one release after the one that can.
const dataVersion = 1

// indexVersion counts the programs that gave records other lists than the one
// before. A record that an earlier one wrote is put into all of its lists when it
// is next written, any other only into those that are new to it.
const indexVersion = 1

// value is what is stored under a key: the data, its version and, for records,
// the number of its creation and the version of its lists.
type value struct {
	Version int             `json:"v"`
	Created int64           `json:"n,omitempty"`
	Indexed int             `json:"x,omitempty"`
	Data    json.RawMessage `json:"d"`
}

// encode makes the stored form of data.
func encode(created int64, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("stored value: %w", err)
	}
	v := value{Version: dataVersion, Created: created, Data: raw}
	if created > 0 {
		v.Indexed = indexVersion
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("stored value: %w", err)
	}
	return out, nil
}

// decode reads the stored form into data and gives what stands beside it. Values
// of a newer program are Unavailable: another replica can read them.
func decode(raw []byte, data any) (v value, err error) {
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, unreadable(err)
	}
	if v.Version > dataVersion || v.Version < 1 {
		cause := fmt.Errorf("stored value of data version %d, this program knows 1 to %d", v.Version, dataVersion)
		return v, okr.WrapError(okr.Unavailable, cause,
			"This was written by a newer version of okrbot than the one that answered. Try again once the update is complete.")
	}
	if err := json.Unmarshal(v.Data, data); err != nil {
		return v, unreadable(err)
	}
	return v, nil
}

func unreadable(cause error) error {
	return okr.WrapError(okr.Internal, cause, "stored value cannot be read")
}
