package redisstore

import (
	"context"
	"encoding/json"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

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

// HeadOf gives the kind of a stored goal and the one above as Redis reads them, and as they are decoded.
func HeadOf(ctx context.Context, s *Store, raw string) (read, decoded [2]string, err error) {
	var g okr.Goal
	if err := decodeData([]byte(raw), &g); err != nil {
		return read, decoded, err
	}
	script := redis.NewScript(headWords + `local kind, above = headOf(ARGV[1]) return {kind or "none", above or "none"}`)
	words, err := script.Run(ctx, s.client, nil, raw).StringSlice()
	copy(read[:], words)
	return read, [2]string{string(g.Kind), string(g.Parent)}, err
}

// Encode gives the text that is stored of some data.
func Encode(data any) (string, error) {
	raw, err := encode(1, data)
	return string(raw), err
}

// ScannedGoal gives a stored goal as it is scanned, and as encoding/json reads it.
func ScannedGoal(raw string) (scanned okr.Goal, isScanned bool, decoded okr.Goal, err error) {
	isScanned = scanValue(raw, &scanned, (*scan).goalField)
	err = decodeData([]byte(raw), &decoded)
	return scanned, isScanned, decoded, err
}
