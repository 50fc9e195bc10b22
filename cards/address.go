package cards

import (
	"crypto/aes"
	"encoding/base32"
	"encoding/binary"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"okrbot/okr"
)

// PageKind is what an address leads to.
type PageKind byte

// The kinds of pages. They stand in addresses that people keep, so none is ever
// given another meaning.
const (
	PageGoal    PageKind = 1 // an objective, key result or project
	PageHistory PageKind = 2 // its history
	PageGoals   PageKind = 3 // all OKRs, or those of a period
)

// Page is what an address leads to.
type Page struct {
	Kind   PageKind
	Goal   okr.GoalID // of PageGoal and PageHistory
	Period string     // of PageGoals: the id of a period; empty: every one
}

// Verb is the verb of the button that shows the same, and its data.
func (p Page) Verb() (verb string, data map[string]string) {
	switch {
	case p.Kind == PageHistory:
		return VerbHistory, map[string]string{KeyGoal: string(p.Goal)}
	case p.Kind == PageGoal:
		return VerbGoal, map[string]string{KeyGoal: string(p.Goal)}
	case p.Period != "":
		return VerbGoals, map[string]string{KeyScope: "all", KeyPeriod: p.Period}
	}
	return VerbGoals, map[string]string{KeyScope: "all"}
}

// AddressPath is where the pages of addresses are, below the public address; what
// follows is the page.
const AddressPath = "/o/"

// Links makes addresses of pages and reads them: the public address, AddressPath
// and 26 letters and digits. These are one block of a cipher with a key of the
// tenant's own (Page, then zeros), so that an address tells nobody what or whose it
// leads to, none can be made up (one in 2^56 leads anywhere), and one of another
// tenant leads nowhere. An address gives no right: whoever follows it is asked for
// theirs. The zero value makes and finds none.
type Links struct {
	public string
	host   string // in lower case
	path   string
	key    [aes.BlockSize]byte
}

// NewLinks makes the addresses of a tenant. Without a key of 16 bytes it finds
// addresses and neither makes nor reads any.
func NewLinks(public string, key []byte) Links {
	u, err := url.Parse(public)
	if err != nil || u.Host == "" {
		return Links{}
	}
	l := Links{public: strings.TrimRight(public, "/"), host: strings.ToLower(u.Host), path: strings.TrimRight(u.Path, "/")}
	if len(key) == len(l.key) {
		copy(l.key[:], key)
	}
	return l
}

// letters write a block so that no client breaks it, and it can be read out.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

const codeLength = 26

// ToGoal is the address of a goal; empty: there is none.
func (l Links) ToGoal(id okr.GoalID) string { return l.To(Page{Kind: PageGoal, Goal: id}) }

// ToHistory is the address of a goal's history; empty: there is none.
func (l Links) ToHistory(id okr.GoalID) string { return l.To(Page{Kind: PageHistory, Goal: id}) }

// ToGoals is the address of the OKRs of a period, or of all; empty: there is none.
func (l Links) ToGoals(period string) string { return l.To(Page{Kind: PageGoals, Period: period}) }

// To is the address of a page; empty: there is none.
func (l Links) To(p Page) string {
	var block [aes.BlockSize]byte
	if l.public == "" || l.key == [aes.BlockSize]byte{} || !p.put(&block) {
		return ""
	}
	cipher, err := aes.NewCipher(l.key[:])
	if err != nil {
		return ""
	}
	cipher.Encrypt(block[:], block[:])
	return l.public + AddressPath + strings.ToLower(letters.EncodeToString(block[:]))
}

// IsCode says whether a text has the form of what stands behind AddressPath.
func IsCode(text string) bool {
	return len(text) == codeLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

var webAddress = regexp.MustCompile(`(?i)https?://[^\s<>"'()\[\]]+`)

// Find finds the first address of okrbot in a text; false: there is none. Whether
// it leads anywhere says Read.
func (l Links) Find(text string) (code string, ok bool) {
	if l.host == "" {
		return "", false
	}
	for _, raw := range webAddress.FindAllString(text, -1) {
		u, err := url.Parse(raw)
		if err != nil || !strings.EqualFold(u.Host, l.host) {
			continue
		}
		rest, ok := strings.CutPrefix(u.Path, l.path+AddressPath)
		if code := strings.ToLower(rest[:lettersAt(rest)]); ok && IsCode(code) {
			return code, true
		}
	}
	return "", false
}

// lettersAt is how many bytes of letters and digits a text begins with: what follows
// belongs to the sentence.
func lettersAt(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		return len(text)
	}
	return end
}

// Read gives the page that a code of Find leads to; false: to none of this tenant.
func (l Links) Read(code string) (Page, bool) {
	block, err := letters.DecodeString(strings.ToUpper(code))
	isOurs := err == nil && len(block) == aes.BlockSize && letters.EncodeToString(block) == strings.ToUpper(code)
	if !isOurs || l.key == [aes.BlockSize]byte{} {
		return Page{}, false
	}
	cipher, err := aes.NewCipher(l.key[:])
	if err != nil {
		return Page{}, false
	}
	cipher.Decrypt(block, block)
	for _, b := range block[used:] {
		if b != 0 {
			return Page{}, false
		}
	}
	return pageOf(block)
}

// used is how many bytes of a block say something: the kind, a sort, and two
// numbers. The others are zeros, which show that the key is the right one.
const used = 9

// The sorts of ids. They stand in addresses, as the kinds do.
const (
	sortNone       = 0
	sortObjective  = 'O'
	sortKeyResult  = 'K'
	sortProject    = 'P'
	sortOwnPeriod  = 'T' // a custom period, by its number
	sortSpanPeriod = 'D' // one of the calendar, by its first day and how many follow
)

// put writes the page into a block; false: its id is none that okrbot gives.
func (p Page) put(block *[aes.BlockSize]byte) bool {
	sort, first, second, ok := p.numbers()
	block[0], block[1] = byte(p.Kind), sort
	binary.BigEndian.PutUint32(block[2:6], first)
	block[6], block[7], block[8] = byte(second>>16), byte(second>>8), byte(second) //nolint:gosec // 24 bits
	return ok
}

func (p Page) numbers() (sort byte, first, second uint32, ok bool) {
	if p.Kind != PageGoals {
		id, ok := okr.ParseGoalID(string(p.Goal))
		sort := byte(id.Kind().Prefix()[0])
		return sort, number(strings.TrimLeft(string(id), "KORP")), 0, ok
	}
	start, end, isSpan := strings.Cut(p.Period, "/")
	switch {
	case p.Period == "":
		return sortNone, 0, 0, true
	case isSpan && okr.Date(start).Valid() && okr.Date(end).Valid():
		from, days := okr.Date(start).Days(), okr.Date(end).Days()-okr.Date(start).Days()
		return sortSpanPeriod, uint32(from), uint32(days), from >= 0 && days >= 0 && days < 1<<24 //nolint:gosec // in these bounds
	default:
		n := number(strings.TrimPrefix(p.Period, "T"))
		return sortOwnPeriod, n, 0, n > 0
	}
}

func number(digits string) uint32 {
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// pageOf reads a block that put wrote.
func pageOf(block []byte) (Page, bool) {
	p := Page{Kind: PageKind(block[0])}
	first := binary.BigEndian.Uint32(block[2:6])
	second := int(block[6])<<16 | int(block[7])<<8 | int(block[8])
	prefix := map[byte]string{sortObjective: okr.ObjectivePrefix, sortKeyResult: okr.KeyResultPrefix, sortProject: okr.ProjectPrefix}[block[1]]
	digits := strconv.FormatUint(uint64(first), 10)
	switch {
	case p.Kind == PageGoal || p.Kind == PageHistory:
		id, ok := okr.ParseGoalID(prefix + digits)
		p.Goal = id
		return p, ok && prefix != ""
	case p.Kind != PageGoals:
		return Page{}, false
	case block[1] == sortOwnPeriod:
		p.Period = "T" + digits
	case block[1] == sortSpanPeriod:
		start := okr.DateOf(time.Unix(int64(first)*24*60*60, 0).UTC())
		p.Period = okr.Period{Start: start, End: start.Add(second)}.SpanID()
	case block[1] != sortNone:
		return Page{}, false
	}
	return p, true
}
