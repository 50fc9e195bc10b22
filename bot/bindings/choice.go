package bindings

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// choice is what is kept while somebody chooses work items.
type choice struct {
	Items      []chosenItem `json:"items,omitempty"` // in the order in which they were chosen
	Below      bool         `json:"below,omitempty"`
	Was        string       `json:"was,omitempty"` // id of what measured the goal when the form was opened, or was last looked at
	WasIDs     []int        `json:"wasIds,omitempty"`
	WasBelow   bool         `json:"wasBelow,omitempty"`
	Offset     int          `json:"offset,omitempty"`
	Text       string       `json:"text,omitempty"` // typed, and not taken
	Words      string       `json:"words,omitempty"`
	Type       string       `json:"type,omitempty"`
	Area       string       `json:"area,omitempty"`
	ChoicesOf  string       `json:"choicesOf,omitempty"` // the connection whose types and areas these are
	Types      []string     `json:"types,omitempty"`
	Areas      []string     `json:"areas,omitempty"`
	Found      []chosenItem `json:"found,omitempty"`
	HasFound   bool         `json:"hasFound,omitempty"`
	More       bool         `json:"more,omitempty"`
	LinkPrefix string       `json:"linkPrefix,omitempty"` // the address of an item without its number
}

// chosenItem is a work item as the form keeps it: there may be hundreds.
type chosenItem struct {
	ID    int    `json:"i"`
	Type  string `json:"t,omitempty"`
	Title string `json:"n,omitempty"`
	State string `json:"s,omitempty"`
	Why   string `json:"w,omitempty"` // it does not count
}

const (
	// maxKeptTitle is how many characters of a title are kept.
	maxKeptTitle = 60
	// maxKeptAreas is how many areas are offered; where there are more, the path is typed.
	maxKeptAreas = 150
)

func (c *choice) keep(i okr.WorkItem) chosenItem {
	if prefix, ok := strings.CutSuffix(i.URL, strconv.Itoa(i.ID)); ok {
		c.LinkPrefix = prefix
	}
	return chosenItem{ID: i.ID, Type: i.Type, Title: okr.Shorten(okr.CleanLine(i.Title), maxKeptTitle), State: i.State}
}

func (c *choice) ids() []int {
	out := make([]int, len(c.Items))
	for i, item := range c.Items {
		out[i] = item.ID
	}
	return out
}

func (c *choice) has(id int) bool {
	return slices.ContainsFunc(c.Items, func(i chosenItem) bool { return i.ID == id })
}

// put adds an item, or brings one that is chosen up to date.
func (c *choice) put(item chosenItem) (added bool) {
	for i := range c.Items {
		if c.Items[i].ID == item.ID {
			c.Items[i] = item
			return false
		}
	}
	c.Items = append(c.Items, item)
	return true
}

// remove takes one item off, or all that do not count. Anything else is nothing.
func (c *choice) remove(what string) {
	c.Items = slices.DeleteFunc(c.Items, func(i chosenItem) bool {
		return what == cards.ItemsGone && i.Why != "" || what == strconv.Itoa(i.ID)
	})
	c.turnTo(c.Offset)
}

// leave goes on in another organization, where the same numbers are other work items: those
// that are chosen become addresses that are typed, which say where they are. Of an
// organization that is not known they are taken off.
func (c *choice) leave(was, now string) {
	if strings.EqualFold(was, now) {
		return
	}
	var addresses []string
	for _, id := range c.ids() {
		if was != "" {
			addresses = append(addresses, fmt.Sprintf("https://dev.azure.com/%s/_workitems/edit/%d", url.PathEscape(was), id))
		}
	}
	c.Items, c.LinkPrefix = nil, ""
	c.Text = strings.TrimSpace(c.Text + " " + strings.Join(addresses, " "))
}

// turnTo shows the page that begins at an offset, or the last one.
func (c *choice) turnTo(offset int) {
	last := max(0, (len(c.Items)-1)/cards.ChosenPage*cards.ChosenPage)
	c.Offset = max(0, min(offset, last))
}

// fill takes what stands in the inputs of the card. A list that is searched comes back empty
// from phones where nobody touched it, so that an empty one says nothing; all have a choice
// for any.
func (c *choice) fill(p chat.Press) (ticked []int) {
	if p.Data[cards.KeyFilled] == "" {
		return nil
	}
	if below, ok := p.Data[cards.InputBelow]; ok {
		c.Below = chat.IsOn(below)
	}
	if typed := p.Data[cards.KeyItems]; typed != "" || p.Data[cards.KeyKeep] != cards.KeyItems {
		c.Text = okr.Shorten(typed, cards.MaxItemsText)
	}
	c.Words = okr.Shorten(okr.CleanLine(p.Data[cards.InputItemWords]), okr.MaxTitle)
	c.Type = anyOr(p, cards.InputFindType, c.Type)
	c.Area = anyOr(p, cards.InputArea, c.Area)
	if area := p.Data[cards.InputArea]; slices.Contains(c.Areas, area) {
		c.Area = area // as it is, be it long
	}
	if len(c.Areas) == 0 && p.Data[cards.InputArea] == "" {
		c.Area = "" // it is typed
	}
	for word := range strings.FieldsFuncSeq(p.Data[cards.InputFound], isBetweenItems) {
		if id, ok := itemID(word); ok && c.isFound(id) {
			ticked = append(ticked, id)
		}
	}
	return ticked
}

// anyOr reads an input in which one of several is chosen, or any.
func anyOr(p chat.Press, id, was string) string {
	value := p.Data[id]
	switch value {
	case "":
		return was
	case cards.ChoiceAny:
		return ""
	}
	return okr.Shorten(okr.CleanLine(value), okr.MaxTitle)
}

func (c *choice) isFound(id int) bool {
	return slices.ContainsFunc(c.Found, func(i chosenItem) bool { return i.ID == id })
}

// tick adds what was ticked of what was found. Invalid: more is chosen then than fits, and
// nothing is added.
func (c *choice) tick(ids []int) (added int, err error) {
	if _, err := okr.NewChosen(append(c.ids(), ids...), c.Below); err != nil && len(ids) > 0 {
		return 0, err
	}
	for _, item := range c.Found {
		if slices.Contains(ids, item.ID) && c.put(item) {
			added++
		}
	}
	return added, nil
}

// chosen is the choice as it is measured.
func (c *choice) chosen() (okr.Chosen, error) { return okr.NewChosen(c.ids(), c.Below) }

// edited is what the choice has become where others changed it since the form was opened:
// theirs with what was added and removed here.
func (c *choice) edited(theirs okr.Chosen) []int {
	mine := c.ids()
	ids := slices.DeleteFunc(slices.Clone(theirs.IDs), func(id int) bool { return slices.Contains(c.WasIDs, id) && !slices.Contains(mine, id) })
	for _, id := range mine {
		if !slices.Contains(c.WasIDs, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if c.Below == c.WasBelow {
		c.Below = theirs.Children
	}
	return ids
}

// begin notes what measures the goal when the choosing begins.
func (c *choice) begin(g okr.Goal) {
	c.Was, c.WasIDs, c.WasBelow = "", nil, false
	if g.Binding == nil {
		return
	}
	c.Was = g.Binding.Query.ID
	if chosen := g.Binding.Query.Chosen; chosen != nil {
		c.WasIDs, c.WasBelow = chosen.IDs, chosen.Children
	}
}

// added says in words what was added.
func added(n, known int) string {
	var out []string
	switch {
	case n == 1:
		out = append(out, "1 work item added.")
	case n > 1:
		out = append(out, fmt.Sprintf("%d work items added.", n))
	}
	switch {
	case known == 1:
		out = append(out, "1 was already chosen.")
	case known > 1:
		out = append(out, fmt.Sprintf("%d were already chosen.", known))
	}
	return strings.Join(out, " ")
}
