package redisstore

import (
	"encoding/json"

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

// HeadOf gives the head of a stored goal as it is scanned and as it is decoded.
func HeadOf(raw string) (scanned, decoded [3]string, err error) {
	h, err := headOf(raw)
	if err != nil {
		return scanned, decoded, err
	}
	var g okr.Goal
	err = decodeData([]byte(raw), &g)
	return [3]string{string(h.ID), string(h.Kind), string(h.Parent)}, [3]string{string(g.ID), string(g.Kind), string(g.Parent)}, err
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
