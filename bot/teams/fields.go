package teams

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// fields is a JSON object whose members are read one by one, so that a member
// of an unexpected type costs that member and not the whole activity. Names
// are compared exactly: encoding/json's case folding would let "ServiceURL"
// override the "serviceUrl" that was authorized. Values are parts of what was read,
// which is looked through once for each level that is asked for.
type fields []member

type member struct {
	name  string
	value json.RawMessage
}

// objectOf reads a JSON object; anything else gives nil, which reads as an
// object without members.
func objectOf(raw json.RawMessage) fields {
	if !json.Valid(raw) {
		return nil
	}
	return membersOf(raw)
}

// membersOf reads an object of JSON that is known to be valid.
func membersOf(raw json.RawMessage) fields {
	raw = trimmed(raw)
	if !isObject(raw) {
		return nil
	}
	f := make(fields, 0, min(24, 2+len(raw)/40))
	for at := 1; ; {
		name, rest := value(raw[at:])
		if len(name) == 0 {
			return f // the end
		}
		v, after := value(rest)
		f = append(f, member{textOf(name), v})
		at = len(raw) - len(after)
	}
}

// value cuts the next value off valid JSON, with the signs before it that part it from
// what came before; empty: an object or array ends here.
func value(raw json.RawMessage) (v, rest json.RawMessage) {
	from := 0
	for from < len(raw) && isParting(raw[from]) {
		from++
	}
	end := from
	for depth := 0; end < len(raw); {
		switch raw[end] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end = stringEnd(raw, end) - 1
		}
		if depth < 0 || depth == 0 && isParting(raw[end]) {
			break
		}
		if end++; depth == 0 && (raw[end-1] == '}' || raw[end-1] == ']' || raw[end-1] == '"') {
			break
		}
	}
	return raw[from:end:end], raw[end:]
}

// isParting says that a byte stands between values.
func isParting(c byte) bool { return isBlank(c) || c == ',' || c == ':' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// stringEnd is where the string that begins at a place has ended.
func stringEnd(raw []byte, at int) int {
	for at++; raw[at] != '"'; at++ {
		if raw[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func trimmed(raw json.RawMessage) json.RawMessage {
	for len(raw) > 0 && isBlank(raw[0]) {
		raw = raw[1:]
	}
	return raw
}

// textOf is a string of valid JSON; what is none is "".
func textOf(raw json.RawMessage) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // it is valid
	return s
}

// isObject reports whether raw begins like a JSON object.
func isObject(raw json.RawMessage) bool {
	raw = trimmed(raw)
	return len(raw) > 0 && raw[0] == '{'
}

// member is the member name as it came, the last of that name; nil: absent.
func (f fields) member(name string) json.RawMessage {
	for _, m := range slices.Backward(f) {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// text is the string member name, or "" when it is absent or no string.
func (f fields) text(name string) string { return textOf(f.member(name)) }

// flag is the boolean member name, or false when it is absent or no boolean.
func (f fields) flag(name string) bool { return string(f.member(name)) == "true" }

// object is the object member name.
func (f fields) object(name string) fields { return membersOf(f.member(name)) }

// raw is the member name as it came; JSON null and an absent member are nil.
func (f fields) raw(name string) json.RawMessage {
	if v := f.member(name); string(v) != "null" {
		return v
	}
	return nil
}

// objects are those elements of the array member name that are objects.
func (f fields) objects(name string) []fields {
	list := f.member(name)
	if len(list) == 0 || list[0] != '[' {
		return nil
	}
	var out []fields
	for item, rest := value(list[1:]); len(item) > 0; item, rest = value(rest) {
		if o := membersOf(item); o != nil {
			out = append(out, o)
		}
	}
	return out
}
