package redisstore

import "encoding/json"

// Stored is the stored form of data as it is written, and as encoding/json would write it.
func Stored(version int, created int64, indexed int, data []byte) (written, want []byte) {
	v := value{Version: version, Created: created, Indexed: indexed, Data: data}
	want, _ = json.Marshal(v)
	return v.append(nil), want
}

// Read reads the stored form, and gives what encoding/json makes of it.
func Read(raw []byte) (data any, err error, want any, wantErr error) { //nolint:revive // both ways side by side
	_, err = decode(raw, &data)
	var v value
	if wantErr = json.Unmarshal(raw, &v); wantErr == nil {
		wantErr = json.Unmarshal(v.Data, &want)
	}
	if wantErr == nil && !v.isOurs() {
		wantErr = err
	}
	return data, err, want, wantErr
}
