package teams

import (
	"bytes"
	"encoding/json"
)

// fields is a JSON object whose members are read one by one, so that a member
// of an unexpected type costs that member and not the whole activity. Names
// are compared exactly: encoding/json's case folding would let "ServiceURL"
// override the "serviceUrl" that was authorized.
type fields map[string]json.RawMessage

// objectOf reads a JSON object; anything else gives nil, which reads as an
// object without members.
func objectOf(raw json.RawMessage) fields {
	if !isObject(raw) {
		return nil
	}
	var f fields
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	return f
}

// isObject reports whether raw begins like a JSON object.
func isObject(raw json.RawMessage) bool {
	return bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{"))
}

// text is the string member name, or "" when it is absent or no string.
func (f fields) text(name string) string {
	var s string
	if json.Unmarshal(f[name], &s) != nil {
		return ""
	}
	return s
}

// flag is the boolean member name, or false when it is absent or no boolean.
func (f fields) flag(name string) bool {
	var b bool
	return json.Unmarshal(f[name], &b) == nil && b
}

// object is the object member name.
func (f fields) object(name string) fields { return objectOf(f[name]) }

// raw is the member name as it came; JSON null and an absent member are nil.
func (f fields) raw(name string) json.RawMessage {
	v := bytes.TrimSpace(f[name])
	if len(v) == 0 || bytes.Equal(v, []byte("null")) {
		return nil
	}
	return json.RawMessage(v)
}

// objects are those elements of the array member name that are objects.
func (f fields) objects(name string) []fields {
	var items []json.RawMessage
	if json.Unmarshal(f[name], &items) != nil {
		return nil
	}
	var out []fields
	for _, item := range items {
		if o := objectOf(item); o != nil {
			out = append(out, o)
		}
	}
	return out
}
