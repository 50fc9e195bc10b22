package redisstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"okrbot/okr"
)

// dataVersion is the form of the values that this program writes. It knows how
// to read this version and those before it; raise it only with a form that the
// program before cannot read, and one release after the one that can.
const dataVersion = 1

// plainVersion is dataVersion within scripts.
const plainVersion = "1"

// indexVersion counts the programs that gave records other lists than the one
// before. A record that an earlier one wrote is put into all of its lists when it
// is next written, any other only into those that are new to it.
const indexVersion = 2

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
	return v.append(make([]byte, 0, len(raw)+48)), nil
}

// append appends the stored form, as encoding/json would write it.
func (v value) append(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"v":`...), int64(v.Version), 10)
	if v.Created != 0 {
		b = strconv.AppendInt(append(b, `,"n":`...), v.Created, 10)
	}
	if v.Indexed != 0 {
		b = strconv.AppendInt(append(b, `,"x":`...), int64(v.Indexed), 10)
	}
	return append(append(append(b, `,"d":`...), v.Data...), '}')
}

// split takes apart what stands in the form of append, so that the data need not be
// looked through to find its end; any other form, and what is no JSON, gives false or
// data that is no JSON either.
func split(raw []byte) (v value, ok bool) {
	head, data, ok := bytes.Cut(raw, []byte(`,"d":`))
	if !ok || len(data) == 0 || data[len(data)-1] != '}' || bytes.IndexByte(head, '}') >= 0 {
		return v, false
	}
	if err := json.Unmarshal(append(slices.Clone(head), '}'), &v); err != nil {
		return v, false
	}
	v.Data = data[:len(data)-1]
	return v, true
}

// encodeOver makes the stored form of data that replaces a stored value of the
// same type. Fields that this program does not know are carried over: while
// replicas are updated one after the other, an old one must not throw away what a
// new one wrote. A new field that an old program must not carry over needs a new
// dataVersion.
func encodeOver[T any](stored value, data T) ([]byte, error) {
	var before T
	if err := json.Unmarshal(stored.Data, &before); err != nil {
		return nil, unreadable(err)
	}
	known, err := json.Marshal(before)
	if err != nil {
		return nil, fmt.Errorf("stored value: %w", err)
	}
	next, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("stored value: %w", err)
	}
	return encode(stored.Created, carry(stored.Data, known, next))
}

// carry adds to next what is in stored but not in known, the same read and
// written by this program. It looks into objects, not into lists.
func carry(stored, known, next json.RawMessage) json.RawMessage {
	if bytes.Equal(stored, known) {
		return next
	}
	var s, k, n map[string]json.RawMessage
	if json.Unmarshal(stored, &s) != nil || json.Unmarshal(known, &k) != nil || json.Unmarshal(next, &n) != nil || n == nil {
		return next // no objects
	}
	for name, unknown := range s {
		before, isKnown := k[name]
		after, stays := n[name]
		switch {
		case isKnown && stays:
			n[name] = carry(unknown, before, after)
		case !isKnown && !stays:
			n[name] = unknown
		}
	}
	merged, err := json.Marshal(n)
	if err != nil {
		return next
	}
	return merged
}

// decode reads the stored form into data and gives what stands beside it. Values
// of a newer program are Unavailable: another replica can read them.
func decode(raw []byte, data any) (v value, err error) {
	v, isPlain := split(raw)
	if isPlain && v.isOurs() && json.Unmarshal(v.Data, data) == nil {
		return v, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, unreadable(err)
	}
	if !v.isOurs() {
		cause := fmt.Errorf("stored value of data version %d, this program knows 1 to %d", v.Version, dataVersion)
		return v, okr.WrapError(okr.Unavailable, cause,
			"This was written by a newer version of okrbot than the one that answered. Try again once the update is complete.")
	}
	if err := json.Unmarshal(v.Data, data); err != nil {
		return v, unreadable(err)
	}
	return v, nil
}

// isOurs says whether this program knows how the data is written.
func (v value) isOurs() bool { return v.Version >= 1 && v.Version <= dataVersion }

// decodeData is decode for who needs nothing of what stands beside the data, in one
// pass over it.
func decodeData[T any](raw []byte, data *T) error {
	v := struct {
		Version int `json:"v"`
		Data    *T  `json:"d"`
	}{Data: data}
	if json.Unmarshal(raw, &v) == nil && v.Version >= 1 && v.Version <= dataVersion {
		return nil
	}
	var none T
	*data = none
	_, err := decode(raw, data) // says what is wrong
	return err
}

// decodeText is decodeData for a value whose text is at hand. Goals, of which a list reads
// many, are scanned.
func decodeText[T any](raw string, data *T) error {
	if g, isGoal := any(data).(*okr.Goal); isGoal {
		if scanValue(raw, g, (*scan).goalField) {
			return nil
		}
		*g = okr.Goal{}
	}
	return decodeData([]byte(raw), data)
}

// knows says whether a T has a place for all that stands in a stored value of its type.
func knows[T any](stored value) bool {
	var data T
	d := json.NewDecoder(bytes.NewReader(stored.Data))
	d.DisallowUnknownFields()
	return d.Decode(&data) == nil
}

func unreadable(cause error) error {
	return okr.WrapError(okr.Internal, cause, "stored value cannot be read")
}
