package cards

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// element is a part of a card's body, in the form of the Adaptive Cards schema
// (Adaptive Cards schema explorer, https://adaptivecards.io/explorer).
type element interface {
	// appendTo appends the element's JSON to b.
	appendTo(b []byte) []byte
}

// encoded is the JSON of an element whose size was asked for, so that it is made once.
type encoded []byte

func (e encoded) appendTo(b []byte) []byte { return append(b, e...) }

// room is where the JSON of elements stands side by side, so that not each needs memory
// that grows with it. The zero value is ready.
type room struct{ b []byte }

const (
	firstRoom = 2 << 10  // bytes; each later part is twice as large
	mostRoom  = 16 << 10 // of one part
	lastRoom  = 1 << 10  // left of a part: the next one begins
)

// encode gives an element its JSON, and its bytes in the card.
func (r *room) encode(e element) (element, int) {
	if raw, is := e.(encoded); is {
		return raw, jsonSize(raw)
	}
	if need := lastRoom + written(e); cap(r.b)-len(r.b) < need {
		r.b = make([]byte, 0, max(need, min(mostRoom, max(firstRoom, 2*cap(r.b)))))
	}
	from := len(r.b)
	r.b = e.appendTo(r.b)
	raw := encoded(r.b[from:len(r.b):len(r.b)])
	return raw, jsonSize(raw)
}

// written is how many bytes of an element are JSON already.
func written(e element) (size int) {
	group, isGroup := e.(container)
	if !isGroup {
		return 0
	}
	for _, item := range group.Items {
		if raw, is := item.(encoded); is {
			size += len(raw)
		}
	}
	return size
}

// sizeOf gives the bytes of elements in the card. Each of them is its JSON from then on.
func sizeOf(elements ...element) int {
	var r room
	return r.sizeOf(elements...)
}

func (r *room) sizeOf(elements ...element) int {
	size := 0
	for i, e := range elements {
		done, n := r.encode(e)
		elements[i] = done
		size += n
	}
	return size
}

// jsonSize is the bytes of JSON with what parts it from the next. encoding/json writes <, > and & as six bytes when
// somebody else marshals the card, so the longer form counts.
func jsonSize(raw []byte) int {
	long := bytes.Count(raw, []byte("<")) + bytes.Count(raw, []byte(">")) + bytes.Count(raw, []byte("&"))
	return len(raw) + long*len(`\u003`) + 1
}

// object writes a JSON object, member by member. encoding/json would look at each
// type anew, and at all that is written a second time for each element within another.
type object struct {
	b       []byte
	isBegun bool
}

func begin(b []byte) object { return object{b: append(b, '{')} }

func (o *object) end() []byte { return append(o.b, '}') }

// key begins a member whose name needs no escaping.
func (o *object) key(name string) {
	o.part()
	o.b = append(append(append(o.b, '"'), name...), '"', ':')
}

// pair writes a member of any name.
func (o *object) pair(name, value string) {
	o.part()
	o.b = appendText(append(appendText(o.b, name), ':'), value)
}

// part parts a member from the one before.
func (o *object) part() {
	if o.isBegun {
		o.b = append(o.b, ',')
	}
	o.isBegun = true
}

func (o *object) text(name, value string) {
	o.key(name)
	o.b = appendText(o.b, value)
}

// some writes a text that is not empty.
func (o *object) some(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *object) flag(name string, value bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, value)
}

// set writes a flag that is set.
func (o *object) set(name string, value bool) {
	if value {
		o.flag(name, value)
	}
}

func (o *object) number(name string, value float64) {
	o.key(name)
	o.b = appendNumber(o.b, value)
}

func (o *object) element(name string, value element) {
	o.key(name)
	o.b = value.appendTo(o.b)
}

func (o *object) elements(name string, values []element) {
	o.key(name)
	o.b = appendList(o.b, values, func(b []byte, e element) []byte { return e.appendTo(b) })
}

// appendList appends an array; none is an empty one.
func appendList[T any](b []byte, values []T, each func(b []byte, value T) []byte) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = each(b, v)
	}
	return append(b, ']')
}

// appendText appends a JSON string. <, > and & stay as they are: the six bytes of
// their escapes would count against the size.
func appendText(b []byte, text string) []byte {
	if isPlainJSON(text) {
		return append(append(append(b, '"'), text...), '"')
	}
	if short := appendEscaped(b, text); short != nil {
		return short
	}
	return append(b, escapedJSON(text)...)
}

// appendEscaped appends a text with the escapes that Markdown makes and people write; nil:
// it needs others.
func appendEscaped(b []byte, text string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(text) {
		e := byte(0)
		switch c := text[i]; c {
		case '"', '\\':
			e = c
		case '\n':
			e = 'n'
		default:
			continue
		}
		if !isPlainJSON(text[from:i]) {
			return nil
		}
		b = append(append(b, text[from:i]...), '\\', e)
		from = i + 1
	}
	if !isPlainJSON(text[from:]) {
		return nil
	}
	return append(append(b, text[from:]...), '"')
}

// isPlainJSON says whether a text needs nothing but quotation marks around it.
func isPlainJSON(text string) bool {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
		i += size
	}
	return true
}

func escapedJSON(text string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string is always written
	return bytes.TrimSpace(buf.Bytes())
}

// appendNumber appends a number as JSON has it; one that is none is 0.
func appendNumber(b []byte, value float64) []byte {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		value = 0
	}
	format := byte('f')
	if size := math.Abs(value); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, value, format, -1, 64)
}
